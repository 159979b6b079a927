// A training that is driven step by step, paused anywhere, kept and continued ends like one that was never touched.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/training/session.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>
#include <thread>
#include <tuple>

#include "gradus/core/error.hpp"
#include "training/small_run.hpp"

namespace gradus {
namespace {

// 37 rows in batches of 8: five steps an epoch, 20 in all.
constexpr std::size_t kSteps = 20;

TrainingRun run_with(OptimizerKind optimizer, DType dtype) {
  TrainingRun run = test::make_small_run();
  run.optimizer.kind = optimizer;
  run.dtype = dtype;
  run.learning_rate = 0.02;
  run.schedule.kind = ScheduleKind::kPlateau;
  run.early_stopping.patience = 3;
  return run;
}

RunRecord run_on(TrainingSession& session) {
  while (session.step() == Next::kGoOn) {
  }
  return session.finish();
}

void expect_same(const RunRecord& found, const RunRecord& expected) {
  ASSERT_EQ(found.weights_sha256, expected.weights_sha256);
  ASSERT_EQ(found.epochs.size(), expected.epochs.size());
  ASSERT_EQ(found.end, expected.end);
  ASSERT_EQ(found.final_epoch, expected.final_epoch);
  for (std::size_t e = 0; e < expected.epochs.size(); ++e) {
    ASSERT_EQ(found.epochs[e].train.loss, expected.epochs[e].train.loss);
    ASSERT_EQ(found.epochs[e].valid->loss, expected.epochs[e].valid->loss);
    ASSERT_EQ(found.epochs[e].learning_rate, expected.epochs[e].learning_rate);
  }
}

class Session : public testing::TestWithParam<std::tuple<OptimizerKind, DType>> {};

TEST_P(Session, continues_from_every_step_with_the_same_bits) {
  const auto [optimizer, dtype] = GetParam();
  const Dataset dataset = test::make_clouds();
  const TrainingRun run = run_with(optimizer, dtype);
  const RunRecord whole = train(run, dataset);
  TrainingSession first(run, dataset);
  first.begin();
  for (std::size_t steps = 0; steps <= kSteps; ++steps) {
    ASSERT_EQ(first.position().global_step, steps);
    ASSERT_EQ(first.position().epoch, steps / 5);
    ASSERT_EQ(first.position().step, steps % 5);
    TrainingSession second(run, dataset);
    second.begin(first.checkpoint());
    expect_same(run_on(second), whole);
    first.step();
  }
  // To look at a state and to keep it changes nothing.
  expect_same(first.finish(), whole);
}

INSTANTIATE_TEST_SUITE_P(Every, Session,
                         testing::Combine(testing::ValuesIn(kAllOptimizers), testing::Values(DType::kF32, DType::kF64)),
                         [](const auto& instance) {
                           return std::string(optimizer_name(std::get<0>(instance.param))) +
                                  (std::get<1>(instance.param) == DType::kF64 ? "_f64" : "_f32");
                         });

TEST(TrainingSession, goes_epoch_by_epoch_from_anywhere) {
  const Dataset dataset = test::make_clouds();
  const TrainingRun run = test::make_small_run();
  const RunRecord whole = train(run, dataset);
  TrainingSession session(run, dataset);
  EXPECT_EQ(session.position().steps_per_epoch, 5U);
  session.begin();
  session.step();
  session.step();
  EXPECT_EQ(session.epoch(), Next::kGoOn);
  EXPECT_EQ(session.position().epoch, 1U);
  EXPECT_EQ(session.position().step, 0U);
  EXPECT_EQ(session.history().size(), 1U);
  while (session.epoch() == Next::kGoOn) {
  }
  EXPECT_TRUE(session.done());
  EXPECT_EQ(session.step(), Next::kStop);
  EXPECT_EQ(weights_sha256(std::get<Network<float>>(session.model().network)), whole.weights_sha256);
  expect_same(session.finish(), whole);
  EXPECT_EQ(whole.end, RunEnd::kAllEpochs);
}

TEST(TrainingSession, finishes_where_it_stands) {
  const Dataset dataset = test::make_clouds();
  const TrainingRun run = test::make_small_run();
  TrainingSession session(run, dataset);
  session.begin();
  for (int step = 0; step < 7; ++step) session.step();
  const Model now = session.model();
  const RunRecord record = session.finish();
  EXPECT_EQ(record.end, RunEnd::kStopped);
  EXPECT_EQ(record.epochs.size(), 1U);
  EXPECT_EQ(record.steps_beyond, 2U);
  EXPECT_EQ(record.weights_sha256, weights_sha256(std::get<Network<float>>(now.network)));
  EXPECT_EQ(record.valid->metrics.loss, evaluate_model(now, dataset, dataset.valid).metrics.loss);
  EXPECT_EQ(session.step(), Next::kStop);
}

TEST(TrainingSession, calls_out_of_order_are_refused) {
  const Dataset dataset = test::make_clouds();
  const TrainingRun run = test::make_small_run();
  TrainingSession session(run, dataset);
  EXPECT_THROW(session.step(), InputError);
  session.begin();
  EXPECT_THROW(session.begin(), InputError);
  TrainingRun wrong = run;
  wrong.batches.batch_size = 0;
  EXPECT_THROW(TrainingSession(wrong, dataset), InputError);
}

class OfferedStates : public TrainingObserver {
 public:
  Next on_checkpoint(const CheckpointEvent& event) override {
    all.push_back({.epoch = event.epoch, .step = event.step});
    return Next::kGoOn;
  }
  [[nodiscard]] bool wants_checkpoint(std::size_t, std::size_t) const override { return true; }
  std::vector<SessionPosition> all;
};

TEST(Observers, are_offered_states_by_time_within_epochs_too) {
  const Dataset dataset = test::make_clouds();
  TrainingRun run = test::make_small_run();
  run.checkpoint_epochs = 0;
  run.checkpoint_seconds = 1e6;
  OfferedStates rarely;
  TrainingObserver* const rare[] = {&rarely};
  train(run, dataset, {.observers = rare});
  ASSERT_EQ(rarely.all.size(), 2U) << "at the start and at the end";
  EXPECT_EQ(rarely.all.back().epoch, run.epochs);

  run.checkpoint_seconds = 1e-9;
  OfferedStates often;
  TrainingObserver* const observers[] = {&often};
  const auto start = std::chrono::steady_clock::now();
  TrainingSession session(run, dataset, observers);
  session.begin();
  // Due after twenty times what saving took, and that is less than all of this.
  std::this_thread::sleep_for(20 * (std::chrono::steady_clock::now() - start));
  session.step();
  ASSERT_EQ(often.all.size(), 2U);
  EXPECT_EQ(often.all[1].epoch, 0U);
  EXPECT_EQ(often.all[1].step, 1U);
}

enum class Event : std::uint8_t { kStart, kStep, kEpochEnd, kCheckpoint };

// Says stop at the n-th event of one kind, and counts what it still hears.
class StoppingRecorder : public test::Recorder {
 public:
  StoppingRecorder(Event event, int count) : event_(event), left_(count) {}
  Next on_start(const StartEvent& /*event*/) override { return heard(Event::kStart); }
  Next on_step(const StepEvent& /*event*/) override { return heard(Event::kStep); }
  Next on_epoch_end(const EpochRecord& record) override {
    Recorder::on_epoch_end(record);
    return heard(Event::kEpochEnd);
  }
  Next on_checkpoint(const CheckpointEvent& event) override {
    Recorder::on_checkpoint(event);
    return heard(Event::kCheckpoint);
  }
  void on_end(const RunRecord& /*record*/) override { ++ends; }
  int ends = 0;

 private:
  Next heard(Event event) {
    if (event == event_) --left_;
    return event == event_ && left_ == 0 ? Next::kStop : Next::kGoOn;
  }
  Event event_;
  int left_;
};

TEST(Observers, that_say_stop_end_the_run_with_a_record) {
  struct Case {
    Event event;
    int count;
    std::size_t epochs, steps_beyond;
  };
  const Dataset dataset = test::make_clouds();
  const TrainingRun run = test::make_small_run();
  for (const Case& c : {Case{Event::kStart, 1, 0, 0}, Case{Event::kStep, 1, 0, 1}, Case{Event::kStep, 5, 0, 5},
                        Case{Event::kStep, 8, 1, 3}, Case{Event::kEpochEnd, 2, 2, 0}, Case{Event::kCheckpoint, 1, 0, 0},
                        Case{Event::kCheckpoint, 3, 2, 0}}) {
    StoppingRecorder stopper(c.event, c.count);
    test::Recorder other;
    TrainingObserver* const observers[] = {&stopper, &other};
    const RunRecord record = train(run, dataset, {.observers = observers});
    EXPECT_EQ(record.end, RunEnd::kStopped);
    EXPECT_EQ(record.epochs.size(), c.epochs);
    EXPECT_EQ(record.steps_beyond, c.steps_beyond);
    EXPECT_EQ(other.epochs.size(), c.epochs);
    EXPECT_EQ(stopper.ends, 1);
    EXPECT_EQ(record.weights_sha256.size(), 64U);
  }
}

TEST(Observers, that_say_stop_at_the_last_epoch_end_a_whole_run) {
  StoppingRecorder stopper(Event::kEpochEnd, 4);
  TrainingObserver* const observers[] = {&stopper};
  const TrainingRun run = test::make_small_run();
  EXPECT_EQ(train(run, test::make_clouds(), {.observers = observers}).end, RunEnd::kAllEpochs);
}

// A state kept between an epoch's last step and its evaluation, as an interruption leaves it.
TEST(Observers, that_stop_after_the_last_step_leave_the_evaluation_to_the_next) {
  const Dataset dataset = test::make_clouds();
  const TrainingRun run = test::make_small_run();
  const RunRecord whole = train(run, dataset);
  StoppingRecorder stopper(Event::kStep, 5);
  TrainingObserver* const observers[] = {&stopper};
  TrainingSession first(run, dataset, observers);
  first.begin();
  EXPECT_EQ(first.epoch(), Next::kStop);
  EXPECT_EQ(first.position().step, 5U);
  EXPECT_TRUE(first.history().empty());
  TrainingSession second(run, dataset);
  second.begin(first.checkpoint());
  second.step();
  EXPECT_EQ(second.position().epoch, 1U);
  EXPECT_EQ(second.position().global_step, 5U);
  expect_same(run_on(second), whole);
}

TEST(Summary, says_where_a_run_was_stopped) {
  StoppingRecorder stopper(Event::kStep, 8);
  TrainingObserver* const observers[] = {&stopper};
  const TrainingRun run = test::make_small_run();
  const std::string summary = summary_json(train(run, test::make_clouds(), {.observers = observers}));
  EXPECT_NE(summary.find("\"stopped\""), std::string::npos);
  EXPECT_EQ(summary_json(train(run, test::make_clouds())).find("\"stopped\""), std::string::npos);
}

// Takes its time, and sees what is there before the evaluation.
class SlowWatcher : public test::Recorder {
 public:
  Next on_epoch_end(const EpochRecord& record) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    return Recorder::on_epoch_end(record);
  }
  void on_model(const Model& model) override {
    models.push_back(model_bytes(model));
    if (fails) throw RunError("out of memory");
  }
  void on_end(const RunRecord& record) override {
    EXPECT_EQ(models.size(), 1U) << "the model first";
    EXPECT_EQ(models.back(), model_bytes(record.model));
  }
  std::vector<std::vector<std::byte>> models;
  bool fails = false;
};

TEST(Observers, hear_of_the_model_before_it_is_evaluated) {
  const Dataset dataset = test::make_clouds();
  const TrainingRun run = test::make_small_run();
  SlowWatcher watcher;
  watcher.fails = true;
  TrainingObserver* const observers[] = {&watcher};
  EXPECT_THROW(train(run, dataset, {.observers = observers}), RunError);
  ASSERT_EQ(watcher.models.size(), 1U);
  SlowWatcher again;
  TrainingObserver* const others[] = {&again};
  train(run, dataset, {.observers = others});
  EXPECT_EQ(again.models, watcher.models);
}

// Of the clock on the wall: what observers take counts, and what earlier sessions took.
TEST(RunRecord, wall_seconds_are_those_of_the_wall) {
  const Dataset dataset = test::make_clouds();
  const TrainingRun run = test::make_small_run();
  SlowWatcher watcher;
  TrainingObserver* const observers[] = {&watcher};
  const RunRecord record = train(run, dataset, {.observers = observers});
  EXPECT_GE(record.wall_seconds, 0.03 * static_cast<double>(run.epochs));
  const RunRecord resumed = train(run, dataset, {.checkpoint = watcher.checkpoints.back()});
  EXPECT_GE(resumed.wall_seconds, 0.03 * static_cast<double>(run.epochs));
}

TEST(Session, knows_its_model_after_its_end) {
  const Dataset dataset = test::make_clouds();
  TrainingRun run = test::make_small_run();
  for (const std::size_t patience : {0U, 2U}) {
    run.early_stopping.patience = patience;
    TrainingSession session(run, dataset);
    session.begin();
    while (session.step() == Next::kGoOn) {
    }
    const RunRecord record = session.finish();
    EXPECT_EQ(model_bytes(session.model()), model_bytes(record.model));
    EXPECT_FALSE(session.checkpoint().empty());
  }
}

}  // namespace
}  // namespace gradus
