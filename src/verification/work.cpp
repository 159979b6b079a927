// SPDX-License-Identifier: Apache-2.0
#include "verification/work.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

namespace gradus::verification {

void Work::add(std::string what, double cost, std::function<void()> piece) {
  pieces_.push_back({std::move(what), cost, std::move(piece)});
}

void Work::run(unsigned threads, const VerifyProgress& progress) {
  std::stable_sort(pieces_.begin(), pieces_.end(), [](const Piece& a, const Piece& b) { return a.cost > b.cost; });
  double total = 0.0;
  for (const Piece& piece : pieces_) total += piece.cost;
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  double done = 0.0;
  std::exception_ptr failure;
  const auto worker = [&] {
    for (std::size_t i = next++; i < pieces_.size(); i = next++) {
      try {
        pieces_[i].run();
        const std::lock_guard lock(mutex);
        done += pieces_[i].cost;
        if (progress) progress(total > 0.0 ? done / total : 1.0, pieces_[i].what);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
        next = pieces_.size();
      }
    }
  };
  std::vector<std::thread> others;
  for (unsigned t = 1; t < threads; ++t) others.emplace_back(worker);
  worker();
  for (std::thread& other : others) other.join();
  pieces_.clear();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace gradus::verification
