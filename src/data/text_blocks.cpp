// SPDX-License-Identifier: Apache-2.0
#include "data/text_blocks.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <exception>
#include <mutex>
#include <string>

namespace gradus::data {
namespace {

/// Of a stretch of the text, whose first line may have begun before it.
struct Stretch {
  std::size_t num_ends = 0;
  std::size_t behind_last_end = 0;  // offset within the stretch
};

/// Offset behind the last character that ends no line; `start` where there is none.
std::uint64_t end_of_lines(const TextStore& text, std::uint64_t start) {
  constexpr std::size_t kPiece = 4096;
  std::string buffer;
  for (std::uint64_t end = text.size(); end > start;) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, end - start));
    const std::size_t last = text.read(end - count, count, buffer).find_last_not_of("\r\n");
    if (last != std::string_view::npos) return end - count + last + 1;
    end -= count;
  }
  return start;
}

}  // namespace

std::size_t count_character(std::string_view text, char wanted) {
  constexpr std::size_t kWidth = 16;
  using Bytes16 = std::uint8_t __attribute__((vector_size(kWidth)));
  constexpr std::size_t kMost = 255;  // additions that a byte holds
  Bytes16 sought{};
  sought += static_cast<std::uint8_t>(wanted);
  std::size_t count = 0;
  std::size_t at = 0;
  while (at + kWidth <= text.size()) {
    Bytes16 sums{};
    for (std::size_t k = 0; k < kMost && at + kWidth <= text.size(); ++k, at += kWidth) {
      Bytes16 bytes;
      std::memcpy(&bytes, text.data() + at, kWidth);
      sums -= static_cast<Bytes16>(bytes == sought);
    }
    for (std::size_t i = 0; i < kWidth; ++i) count += sums[i];
  }
  return count +
         static_cast<std::size_t>(std::count(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), wanted));
}

void for_each_on(ThreadPool& pool, std::size_t count, const std::function<void(std::size_t k, unsigned thread)>& work) {
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex mutex;
  pool.run([&](unsigned thread) {
    try {
      for (std::size_t k = next.fetch_add(1); k < count; k = next.fetch_add(1)) work(k, thread);
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
      next.store(count);
    }
  });
  if (failure) std::rethrow_exception(failure);
}

std::vector<TextBlock> find_blocks(const TextStore& text, std::uint64_t start, std::size_t block_bytes,
                                   ThreadPool& pool) {
  const std::uint64_t end = end_of_lines(text, start);
  const auto count = static_cast<std::size_t>((end - start + block_bytes - 1) / block_bytes);
  const auto from = [&](std::size_t k) { return start + static_cast<std::uint64_t>(k) * block_bytes; };
  std::vector<Stretch> stretches(count);
  std::vector<std::string> buffers(pool.size());
  for_each_on(pool, count, [&](std::size_t k, unsigned thread) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(block_bytes, end - from(k)));
    const std::string_view bytes = text.read(from(k), size, buffers[thread]);
    const std::size_t last = bytes.rfind('\n');
    if (last != std::string_view::npos) stretches[k] = {count_character(bytes, '\n'), last + 1};
  });
  std::vector<TextBlock> blocks;
  TextBlock block{.offset = start};
  for (std::size_t k = 0; k < count; ++k) {
    if (stretches[k].num_ends == 0) continue;
    block.size = static_cast<std::size_t>(from(k) + stretches[k].behind_last_end - block.offset);
    block.num_lines = stretches[k].num_ends;
    blocks.push_back(block);
    block = {.offset = block.offset + block.size, .first_line = block.first_line + block.num_lines};
  }
  if (block.offset < end) {
    block.size = static_cast<std::size_t>(end - block.offset);
    block.num_lines = 1;
    blocks.push_back(block);
  }
  return blocks;
}

}  // namespace gradus::data
