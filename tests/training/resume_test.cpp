// A run that is continued from any of its checkpoints ends with the same bits as the run that was never interrupted.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <nlohmann/json.hpp>
#include <sstream>

#include "gradus/core/error.hpp"
#include "gradus/core/sha256.hpp"
#include "training/checkpoint.hpp"
#include "training/small_run.hpp"

namespace gradus {
namespace {

using test::Recorder;

struct ResumedRun {
  const char* name;
  OptimizerKind optimizer;
  ScheduleKind schedule;
  DType dtype = DType::kF32;
  BatchOrder order = BatchOrder::kShuffleSamples;
};

class Resume : public testing::TestWithParam<ResumedRun> {};

TrainingRun run_of(const ResumedRun& c) {
  TrainingRun run = test::make_small_run();
  run.optimizer.kind = c.optimizer;
  run.schedule.kind = c.schedule;
  run.schedule.by_step = c.schedule == ScheduleKind::kCosine;
  run.schedule.warmup_epochs = 0.5;
  run.schedule.patience = 1;
  run.schedule.min_delta = 0.2;  // few epochs are progress enough: the plateau's state matters
  run.early_stopping.patience = 3;
  run.dtype = c.dtype;
  run.batches.order = c.order;
  run.learning_rate = 0.02;
  run.checkpoint_steps = 1;
  return run;
}

TEST_P(Resume, from_every_step_gives_the_same_bits) {
  const Dataset dataset = test::make_clouds();
  const TrainingRun run = run_of(GetParam());
  Recorder recorder;
  TrainingObserver* observers[] = {&recorder};
  const RunRecord whole = train(run, dataset, {.observers = observers});
  ASSERT_GE(recorder.checkpoints.size(), 15U);
  for (const std::vector<std::byte>& checkpoint : recorder.checkpoints) {
    const RunRecord resumed = train(run, dataset, {.checkpoint = checkpoint});
    ASSERT_EQ(resumed.weights_sha256, whole.weights_sha256);
    ASSERT_EQ(resumed.epochs.size(), whole.epochs.size());
    for (std::size_t e = 0; e < whole.epochs.size(); ++e) {
      ASSERT_EQ(resumed.epochs[e].train.loss, whole.epochs[e].train.loss);
      ASSERT_EQ(resumed.epochs[e].train.accuracy, whole.epochs[e].train.accuracy);
      ASSERT_EQ(resumed.epochs[e].valid->loss, whole.epochs[e].valid->loss);
      ASSERT_EQ(resumed.epochs[e].learning_rate, whole.epochs[e].learning_rate);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Every, Resume,
                         testing::Values(ResumedRun{"sgd", OptimizerKind::kSgd, ScheduleKind::kConstant},
                                         ResumedRun{"momentum_step", OptimizerKind::kMomentum, ScheduleKind::kStep},
                                         ResumedRun{"nesterov_exponential", OptimizerKind::kNesterov,
                                                    ScheduleKind::kExponential},
                                         ResumedRun{"adam_cosine", OptimizerKind::kAdam, ScheduleKind::kCosine},
                                         ResumedRun{"adamw_inverse", OptimizerKind::kAdamW, ScheduleKind::kInverse},
                                         ResumedRun{"rmsprop_plateau", OptimizerKind::kRmsProp, ScheduleKind::kPlateau},
                                         ResumedRun{"adagrad_plateau", OptimizerKind::kAdagrad, ScheduleKind::kPlateau},
                                         ResumedRun{"amsgrad_cosine", OptimizerKind::kAmsGrad, ScheduleKind::kCosine},
                                         ResumedRun{"adam_f64_batches", OptimizerKind::kAdam, ScheduleKind::kPlateau,
                                                    DType::kF64, BatchOrder::kShuffleBatches}),
                         [](const auto& instance) { return std::string(instance.param.name); });

// Asks the run to stop after a number of steps, as a signal handler would.
class StoppedRecorder : public Recorder {
 public:
  StoppedRecorder(std::atomic<bool>& stop, int after) : stop_(stop), left_(after) {}
  Next on_step(const StepEvent&) override {
    if (--left_ == 0) stop_ = true;
    return Next::kGoOn;
  }

 private:
  std::atomic<bool>& stop_;
  int left_;
};

TEST(Interruption, saves_where_it_stopped) {
  const Dataset dataset = test::make_clouds();
  const TrainingRun run = test::make_small_run();
  const RunRecord whole = train(run, dataset);
  for (const int steps : {1, 4, 5, 7, 20}) {
    std::atomic<bool> stop{false};
    StoppedRecorder stopper(stop, steps);
    TrainingObserver* observers[] = {&stopper};
    EXPECT_THROW(train(run, dataset, {.observers = observers, .stop = &stop}), Interrupted);
    const RunRecord resumed = train(run, dataset, {.checkpoint = stopper.checkpoints.back()});
    EXPECT_EQ(resumed.weights_sha256, whole.weights_sha256) << steps;
    EXPECT_EQ(resumed.epochs.back().train.loss, whole.epochs.back().train.loss) << steps;
  }
}

TEST(Checkpoint, altered_or_foreign_ones_are_refused) {
  const Dataset dataset = test::make_clouds();
  const TrainingRun run = test::make_small_run();
  Recorder recorder;
  TrainingObserver* observers[] = {&recorder};
  train(run, dataset, {.observers = observers});
  const std::vector<std::byte> good = recorder.checkpoints.back();
  EXPECT_TRUE(is_intact_checkpoint(good));
  for (std::size_t size = 0; size < good.size(); size += 97) {
    EXPECT_FALSE(is_intact_checkpoint(std::span(good).first(size)));
  }
  for (std::size_t at = 0; at < good.size(); at += 131) {
    std::vector<std::byte> altered = good;
    altered[at] ^= std::byte{0x10};
    EXPECT_FALSE(is_intact_checkpoint(altered));
    EXPECT_THROW(train(run, dataset, {.checkpoint = altered}), InputError);
  }
  TrainingRun other = run;
  other.config = "another configuration";
  EXPECT_THROW(train(other, dataset, {.checkpoint = good}), InputError);
  other = run;
  other.dtype = DType::kF64;
  EXPECT_THROW(train(other, dataset, {.checkpoint = good}), InputError);
  Dataset changed = dataset;
  changed.sha256 = "another hash";
  EXPECT_THROW(train(run, changed, {.checkpoint = good}), InputError);
}

// The parts of a checkpoint (training/checkpoint.hpp), to put together anew.
struct Pieces {
  explicit Pieces(std::span<const std::byte> checkpoint) {
    constexpr std::size_t kPrefix = 8 + 8 + 8 + 64;
    std::uint64_t header_size = 0;
    std::uint64_t history_size = 0;
    std::memcpy(&header_size, checkpoint.data() + 8, 8);
    std::memcpy(&history_size, checkpoint.data() + 16, 8);
    const auto* text = reinterpret_cast<const char*>(checkpoint.data());
    header = nlohmann::json::parse(text + kPrefix, text + kPrefix + header_size);
    history = std::string(text + checkpoint.size() - history_size, history_size);
    arrays = std::string(text + kPrefix + header_size, text + checkpoint.size() - history_size - 64);
  }
  static std::string length(std::uint64_t size) {
    std::string text(8, '\0');
    std::memcpy(text.data(), &size, 8);
    return text;
  }
  static std::string hash(const std::string& text) { return sha256_hex(std::as_bytes(std::span(text))); }
  static std::vector<std::byte> bytes(const std::string& text) {
    const auto all = std::as_bytes(std::span(text));
    return {all.begin(), all.end()};
  }
  [[nodiscard]] std::vector<std::byte> whole() const {
    const std::string text = header.dump();
    const std::string state = "GRADUSC2" + length(text.size()) + length(history.size()) + hash(history) + text + arrays;
    return bytes(state + hash(state) + history);
  }
  // As older versions wrote it: the history in the header.
  [[nodiscard]] std::vector<std::byte> old() const {
    nlohmann::json with_history = header;
    with_history["history"] = nlohmann::json::array();
    std::istringstream lines(history);
    for (std::string line; std::getline(lines, line);) with_history["history"].push_back(nlohmann::json::parse(line));
    const std::string text = with_history.dump();
    const std::string state = "GRADUSC1" + length(text.size()) + text + arrays;
    return bytes(state + hash(state));
  }
  nlohmann::json header;
  std::string arrays;
  std::string history;
};

// A checkpoint with another value in its header, and the hash that belongs to it: nothing of it is torn.
std::vector<std::byte> forged(std::span<const std::byte> checkpoint, const std::string& place,
                              const std::string& value) {
  Pieces pieces(checkpoint);
  pieces.header.at(nlohmann::json::json_pointer(place)) = nlohmann::json::parse(value);
  return pieces.whole();
}

TEST(Checkpoint, of_older_versions_continue_to_the_same_bits) {
  const Dataset dataset = test::make_clouds();
  const TrainingRun run = test::make_small_run();
  Recorder recorder;
  TrainingObserver* observers[] = {&recorder};
  const RunRecord whole = train(run, dataset, {.observers = observers});
  for (const std::vector<std::byte>& checkpoint : recorder.checkpoints) {
    const RunRecord resumed = train(run, dataset, {.checkpoint = Pieces(checkpoint).old()});
    EXPECT_EQ(resumed.weights_sha256, whole.weights_sha256);
    ASSERT_EQ(resumed.epochs.size(), whole.epochs.size());
    for (std::size_t e = 0; e < whole.epochs.size(); ++e) {
      EXPECT_EQ(resumed.epochs[e].valid->loss, whole.epochs[e].valid->loss);
    }
  }
}

// Counts the bytes of each state, and sees that the history only grows.
class Sizes : public TrainingObserver {
 public:
  Next on_checkpoint(const CheckpointEvent& event) override {
    std::size_t size = 0;
    event.write_state([&size](std::span<const std::byte> piece) { size += piece.size(); });
    states.push_back(size);
    EXPECT_TRUE(event.history.starts_with(history));
    history = event.history;
    EXPECT_EQ(std::count(history.begin(), history.end(), '\n'), static_cast<std::ptrdiff_t>(event.epoch));
    return Next::kGoOn;
  }
  [[nodiscard]] bool wants_checkpoint(std::size_t, std::size_t) const override { return true; }
  std::vector<std::size_t> states;
  std::string history;
};

TEST(Checkpoint, states_do_not_grow_with_the_epochs) {
  const Dataset dataset = test::make_clouds();
  TrainingRun run = test::make_small_run();
  run.epochs = 200;
  run.early_stopping.patience = 0;
  run.records.analysis = false;
  Sizes sizes;
  TrainingObserver* observers[] = {&sizes};
  train(run, dataset, {.observers = observers});
  ASSERT_GE(sizes.states.size(), 200U);
  // Its numbers have more digits, no more.
  EXPECT_LT(sizes.states.back(), sizes.states[1] + 100);
}

TEST(Checkpoint, forged_ones_are_refused) {
  const Dataset dataset = test::make_clouds();
  const TrainingRun run = test::make_small_run();
  Recorder recorder;
  TrainingObserver* observers[] = {&recorder};
  const RunRecord whole = train(run, dataset, {.observers = observers});
  const std::vector<std::byte>& good = recorder.checkpoints.at(recorder.checkpoints.size() / 2);
  EXPECT_EQ(train(run, dataset, {.checkpoint = forged(good, "/wall_seconds", "7")}).weights_sha256,
            whole.weights_sha256);
  const std::string deep = std::string(5000, '[') + std::string(5000, ']');
  for (const char* place : {"/epoch", "/step", "/slots", "/plateau/1", "/plateau/2", "/stopping/1", "/stopping/2",
                            "/sums/5", "/sums/7", "/global_step", "/epochs"}) {
    for (const std::string& value : {std::string("-1"), std::string("0.5"), std::string("1e300"), std::string("\"1\""),
                                     std::string("null"), std::string("{}"), deep}) {
      EXPECT_THROW(train(run, dataset, {.checkpoint = forged(good, place, value)}), InputError) << place << value;
    }
  }
  // Of their type, but never reached: steps that no epoch has, counts that no epoch gave.
  for (const char* place : {"/step", "/slots", "/plateau/1", "/plateau/2", "/stopping/1", "/stopping/2"}) {
    for (const char* value : {"1000000", "18446744073709551615", "9223372036854775808"}) {
      EXPECT_THROW(train(run, dataset, {.checkpoint = forged(good, place, value)}), InputError) << place << value;
    }
  }
  // Lines of the history that are none, with their hash.
  for (const char* line : {"[]\n", "{}\n", "7\n", "[1]\n", "\n", "[1,2,3,4,5,6,7,8]\n", "[-1,[1,null,null]]\n", "no"}) {
    Pieces pieces(good);
    pieces.history += line;
    EXPECT_THROW(train(run, dataset, {.checkpoint = pieces.whole()}), InputError) << line;
  }
  for (const char* value : {"null", "[]", "{}", "7", "[1]", "[[]]", "[null]", "[[1,2,3]]"}) {
    for (const char* place : {"/sums", "/plateau", "/stopping", "/shape", "/dtype"}) {
      EXPECT_THROW(train(run, dataset, {.checkpoint = forged(good, place, value)}), InputError) << place << value;
    }
  }
}

}  // namespace
}  // namespace gradus
