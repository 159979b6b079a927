// A training that its caller drives: begin, step by step or epoch by epoch, finish. It can be paused by not calling it,
// and its state be kept after any step; a session that begins with that state ends with the same bits.
//
//     TrainingSession session(run, dataset);
//     session.begin();
//     while (session.step() == Next::kGoOn) {}
//     RunRecord record = session.finish();
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "gradus/data/dataset.hpp"
#include "gradus/training/observer.hpp"
#include "gradus/training/run_record.hpp"
#include "gradus/training/trainer.hpp"

namespace gradus {

/// How far a training has come.
struct SessionPosition {
  std::size_t epoch = 0;            // epochs that are done
  std::size_t step = 0;             // steps of the next epoch that are done
  std::size_t steps_per_epoch = 0;  // batches of an epoch
  std::uint64_t global_step = 0;    // steps over the whole training that are done
};

/// One run, from its start or from a kept state. Not thread-safe; any number of sessions may run side by side, on one
/// data set too.
class TrainingSession {
 public:
  /// `run`, `dataset` and the observers outlive the session. Throws InputError where the run contradicts itself or the
  /// data set (TrainingRun::validate).
  TrainingSession(const TrainingRun& run, const Dataset& dataset, std::span<TrainingObserver* const> observers = {});
  TrainingSession(TrainingSession&&) noexcept;
  TrainingSession& operator=(TrainingSession&&) noexcept;
  ~TrainingSession();

  /// Once, before everything else. `checkpoint`: bytes of checkpoint() or CheckpointEvent to continue from; empty: from
  /// the start. Throws InputError for a damaged state or that of another run, type, network or data set.
  Next begin(std::span<const std::byte> checkpoint = {});

  /// Trains one batch; after the last one of an epoch, evaluates the epoch too. kStop: nothing is left to do, all
  /// epochs are done, early stopping ended the run or an observer said stop; a further call does nothing. An observer
  /// that stops the epoch's last step leaves the evaluation to whoever continues from the state of then. Throws
  /// RunError at the first value that is not finite, naming layer, epoch and batch.
  Next step();
  /// step() until the epoch under way has ended or nothing is left to do.
  Next epoch();

  /// The state of now, complete: parameters, optimizer, progress and best weights, for begin() of a later session.
  [[nodiscard]] std::vector<std::byte> checkpoint();
  /// Gives that state to the observers who want it (TrainingObserver::wants_checkpoint).
  void offer_checkpoint();

  /// Evaluates the weights of now (the best ones where early stopping keeps them) on all parts and closes the run.
  /// Allowed at any time; RunRecord::end says whether the run had come to its end. The session is over then: step()
  /// does nothing.
  RunRecord finish();

  /// Whether step() has anything left to do.
  [[nodiscard]] bool done() const;
  [[nodiscard]] SessionPosition position() const;
  /// A record of every epoch that is done, also of those before a resumption.
  [[nodiscard]] std::span<const EpochRecord> history() const;
  /// The network as it is now with all that its use needs.
  [[nodiscard]] Model model();

  /// What the session does, for one number type.
  class Loop;

 private:
  std::unique_ptr<Loop> loop_;
};

}  // namespace gradus
