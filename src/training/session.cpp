// SPDX-License-Identifier: Apache-2.0
#include "gradus/training/session.hpp"

#include <utility>

#include "training/training_loop.hpp"

namespace gradus {
namespace {

template <class T>
std::unique_ptr<TrainingSession::Loop> make_loop(const TrainingRun& run, const Dataset& dataset,
                                                 std::span<TrainingObserver* const> observers) {
  return std::make_unique<TrainingLoop<T>>(run, dataset, observers);
}

}  // namespace

std::vector<std::byte> CheckpointEvent::bytes() const {
  std::vector<std::byte> all;
  const auto add = [&all](std::span<const std::byte> piece) { all.insert(all.end(), piece.begin(), piece.end()); };
  write_state(add);
  add(std::as_bytes(std::span(history)));
  return all;
}

TrainingSession::TrainingSession(const TrainingRun& run, const Dataset& dataset,
                                 std::span<TrainingObserver* const> observers) {
  run.validate(dataset);
  const auto make = run.dtype == DType::kF64 ? make_loop<double> : make_loop<float>;
  loop_ = make(run, dataset, observers);
}

TrainingSession::TrainingSession(TrainingSession&&) noexcept = default;
TrainingSession& TrainingSession::operator=(TrainingSession&&) noexcept = default;
TrainingSession::~TrainingSession() = default;

Next TrainingSession::begin(std::span<const std::byte> checkpoint) {
  return loop_->begin(checkpoint);
}

Next TrainingSession::step() {
  return loop_->step();
}

Next TrainingSession::epoch() {
  const std::size_t under_way = position().epoch;
  while (step() == Next::kGoOn) {
    if (position().epoch != under_way) return Next::kGoOn;
  }
  return Next::kStop;
}

std::vector<std::byte> TrainingSession::checkpoint() {
  return loop_->checkpoint();
}

void TrainingSession::offer_checkpoint() {
  loop_->offer_checkpoint();
}

RunRecord TrainingSession::finish() {
  return loop_->finish();
}

bool TrainingSession::done() const {
  return loop_->done();
}

SessionPosition TrainingSession::position() const {
  return loop_->position();
}

std::span<const EpochRecord> TrainingSession::history() const {
  return loop_->history();
}

Model TrainingSession::model() {
  return loop_->model();
}

}  // namespace gradus
