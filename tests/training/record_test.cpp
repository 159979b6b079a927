// A run folder's records: none of them changes a weight, all of them survive interruptions.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <fstream>

#include <algorithm>
#include <atomic>
#include <nlohmann/json.hpp>
#include <sstream>

#include "gradus/core/error.hpp"
#include "gradus/training/run_config.hpp"
#include "gradus/training/run_folder.hpp"
#include "support/paths.hpp"
#include "support/process.hpp"
#include "training/record_json.hpp"
#include "training/small_run.hpp"

namespace gradus {
namespace {

using nlohmann::json;
using test::read_whole_file;
using test::TempDir;

constexpr const char* kRecords[] = {"report.statistics", "report.analysis", "report.progress", "report.tensorboard"};

struct Prepared {
  Dataset dataset;
  TrainingRun run;
};

Prepared prepare(const std::string& dtype, bool records) {
  RunConfig config;
  config.data.source = "moons";
  config.data.rows = 300;
  config.network.hidden = {7, 5};
  config.network.activation = {"tanh"};
  config.network.dropout = {0.1};
  config.training.dtype = dtype;
  config.training.epochs = 5;
  config.training.threads = 2;
  for (const char* key : kRecords) set_option(config, key, records ? "true" : "false", "test");
  Prepared prepared{.dataset = read_data(config), .run = {}};
  prepared.run = make_training_run(config, prepared.dataset);
  return prepared;
}

RunRecord train_in(const std::string& folder, const Prepared& prepared) {
  RunFolder run_folder(folder, RunFolder::Mode::kNew);
  TrainingObserver* const observers[] = {&run_folder};
  return train(prepared.run, prepared.dataset, {.observers = observers});
}

std::vector<json> lines_of(const std::string& path) {
  std::istringstream text(read_whole_file(path));
  std::vector<json> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(json::parse(line));
  return lines;
}

TEST(Records, change_no_bit) {
  for (const char* dtype : {"f32", "f64", "mixed"}) {
    const TempDir temp;
    const Prepared all = prepare(dtype, true);
    const Prepared none = prepare(dtype, false);
    const RunRecord with = train_in(temp / "all", all);
    const RunRecord without = train_in(temp / "none", none);
    const RunRecord bare = train(none.run, none.dataset);
    EXPECT_EQ(with.weights_sha256, without.weights_sha256) << dtype;
    EXPECT_EQ(with.weights_sha256, bare.weights_sha256) << dtype;
    // Nor does a model say that it was observed.
    EXPECT_EQ(with.model.training_sha256, without.model.training_sha256);
    EXPECT_EQ(read_whole_file(temp / "all/model.safetensors"), read_whole_file(temp / "none/model.safetensors"));
    EXPECT_TRUE(std::filesystem::exists(temp / "all/analysis.json"));
    for (const char* name : {"analysis.json", "statistics.jsonl", "tensorboard", "progress.json"}) {
      EXPECT_FALSE(std::filesystem::exists(temp / ("none/" + std::string(name)))) << name;
    }
  }
}

TEST(Records, csv_says_what_json_says) {
  const TempDir temp;
  train_in(temp / "run", prepare("f32", true));
  const std::vector<json> epochs = lines_of(temp / "run/metrics.jsonl");
  std::istringstream text(read_whole_file(temp / "run/metrics.csv"));
  std::string line;
  std::getline(text, line);
  std::vector<std::string> names;
  std::istringstream header(line);
  for (std::string name; std::getline(header, name, ',');) names.push_back(name);
  EXPECT_EQ(names.size(), 14U);
  for (const json& epoch : epochs) {
    ASSERT_TRUE(std::getline(text, line));
    std::istringstream fields(line);
    std::size_t filled = 0;
    for (const std::string& name : names) {
      std::string field;
      std::getline(fields, field, ',');
      ASSERT_EQ(field.empty(), !epoch.contains(name)) << name;
      if (field.empty()) continue;
      EXPECT_EQ(std::stod(field), epoch[name].get<double>()) << name;
      ++filled;
    }
    EXPECT_EQ(filled, epoch.size());
  }
}

class StopAfter : public TrainingObserver {
 public:
  StopAfter(std::atomic<bool>& stop, int steps) : stop_(stop), left_(steps) {}
  Next on_step(const StepEvent& /*event*/) override {
    if (--left_ == 0) stop_ = true;
    return Next::kGoOn;
  }

 private:
  std::atomic<bool>& stop_;
  int left_;
};

TEST(Records, of_an_interrupted_run_are_those_of_a_whole_one) {
  const TempDir temp;
  const Prepared prepared = prepare("f32", true);
  train_in(temp / "whole", prepared);
  const std::string folder = temp / "stopped";
  const int steps_per_epoch = static_cast<int>((prepared.dataset.train.size() + 7) / prepared.run.batches.batch_size);
  for (const int steps : {2 * steps_per_epoch + 3, steps_per_epoch + 1}) {
    std::filesystem::remove_all(folder);
    std::atomic<bool> stop{false};
    {
      RunFolder run_folder(folder, RunFolder::Mode::kNew);
      StopAfter stopper(stop, steps);
      TrainingObserver* const observers[] = {&run_folder, &stopper};
      EXPECT_THROW(train(prepared.run, prepared.dataset, {.observers = observers, .stop = &stop}), Interrupted);
    }
    EXPECT_EQ(json::parse(read_whole_file(folder + "/progress.json"))["running"], false);
    // A later epoch that the checkpoint knows nothing of, and a torn line: as after a power cut.
    std::ofstream(folder + "/statistics.jsonl", std::ios::app) << "{\"epoch\":4,\"layers\":[]}\n{\"epo";
    RunFolder again(folder, RunFolder::Mode::kResume);
    const std::vector<std::byte> checkpoint = again.newest_checkpoint();
    TrainingObserver* const observers[] = {&again};
    // Whatever is recorded, it is the same run.
    Prepared other = prepare("f32", true);
    other.run.records.tensorboard = false;
    train(other.run, other.dataset, {.observers = observers, .checkpoint = checkpoint});
    for (const char* name : {"statistics.jsonl", "analysis.json"}) {
      EXPECT_EQ(read_whole_file(folder + "/" + name), read_whole_file(temp / ("whole/" + std::string(name)))) << name;
    }
    EXPECT_EQ(lines_of(folder + "/statistics.jsonl").size(), 5U);
    EXPECT_FALSE(std::filesystem::exists(folder + "/progress.json"));
  }
}

TEST(Records, of_another_set_of_options_continue_from_a_checkpoint) {
  Prepared all = prepare("f32", true);
  const Prepared none = prepare("f32", false);
  EXPECT_NE(all.run.config, none.run.config);
  EXPECT_EQ(all.run.identity, none.run.identity);
  all.run.checkpoint_epochs = 1;
  test::Recorder recorder;
  TrainingObserver* const observers[] = {&recorder};
  const RunRecord whole = train(all.run, all.dataset, {.observers = observers});
  const RunRecord resumed = train(none.run, none.dataset, {.checkpoint = recorder.checkpoints.at(2)});
  EXPECT_EQ(resumed.weights_sha256, whole.weights_sha256);
}

TEST(Records, forced_runs_leave_nothing_of_the_run_before) {
  const TempDir temp;
  train_in(temp / "run", prepare("f32", true));
  test::write_whole_file(temp / "run/certificate.json", "{}");
  test::write_whole_file(temp / "run/report.html", "old");
  test::write_whole_file(temp / "run/notes.txt", "mine");
  const Prepared none = prepare("f32", false);
  RunFolder folder(temp / "run", RunFolder::Mode::kForce);
  TrainingObserver* const observers[] = {&folder};
  train(none.run, none.dataset, {.observers = observers});
  for (const char* name : {"certificate.json", "report.html", "analysis.json", "statistics.jsonl"}) {
    EXPECT_FALSE(std::filesystem::exists(temp / ("run/" + std::string(name)))) << name;
  }
  EXPECT_TRUE(std::filesystem::is_empty(temp / "run/tensorboard"));
  EXPECT_EQ(read_whole_file(temp / "run/notes.txt"), "mine");
}

TEST(LinesThrough, keep_whole_growing_epochs) {
  const std::string good = "{\"epoch\":1}\n{\"epoch\":2}\n";
  EXPECT_EQ(lines_through(good + "{\"epoch\":3}\n", 2), good);
  EXPECT_EQ(lines_through(good + "{\"epoch\":3}", 9), good);
  EXPECT_EQ(lines_through(good + "{\"epoch\":2}\n{\"epoch\":3}\n", 9), good);
  EXPECT_EQ(lines_through(good + "[]\n{\"epoch\":3}\n", 9), good);
  EXPECT_EQ(lines_through(good, 0), "");
  EXPECT_EQ(lines_through("", 5), "");
}

// Read by a reader of its own (tests/training/read_events.py), or TensorBoard's where it is installed.
TEST(TensorBoard, files_read_back_what_metrics_say) {
  if (std::system("python3 -c 'import json'") != 0) GTEST_SKIP() << "no python3";
  const TempDir temp;
  train_in(temp / "run", prepare("f32", true));
  const test::ProcessResult read = test::run_process(
      {"/usr/bin/env", "python3", GRADUS_SOURCE_DIR "/tests/training/read_events.py", temp / "run/tensorboard"});
  ASSERT_EQ(read.exit_code, 0) << read.err;
  const json events = json::parse(read.out);
  const std::vector<json> epochs = lines_of(temp / "run/metrics.jsonl");
  const std::pair<const char*, const char*> names[] = {
      {"loss/train", "train_loss"},       {"accuracy/train", "train_accuracy"},
      {"loss/valid", "valid_loss"},       {"accuracy/valid", "valid_accuracy"},
      {"learning_rate", "learning_rate"}, {"samples_per_second", "samples_per_second"}};
  EXPECT_EQ(events.size(), std::size(names));
  for (const auto& [tag, key] : names) {
    ASSERT_EQ(events[tag].size(), epochs.size()) << tag;
    for (std::size_t e = 0; e < epochs.size(); ++e) {
      EXPECT_EQ(events[tag][e][0], e + 1);
      EXPECT_EQ(events[tag][e][1].get<float>(), epochs[e][key].get<float>()) << tag;
    }
  }
  // An altered byte is noticed: the checksums are read.
  for (const auto& entry : std::filesystem::directory_iterator(temp / "run/tensorboard")) {
    std::string bytes = read_whole_file(entry.path().string());
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    test::write_whole_file(entry.path().string(), bytes);
  }
  const test::ProcessResult damaged = test::run_process(
      {"/usr/bin/env", "python3", GRADUS_SOURCE_DIR "/tests/training/read_events.py", temp / "run/tensorboard", "own"});
  EXPECT_NE(damaged.exit_code, 0);
}

// A run folder of a run that was stopped after so many steps, each of which has its checkpoint.
void stop_in(const std::string& folder, const Prepared& prepared, int steps, RunFolder::Mode mode) {
  std::atomic<bool> stop{false};
  RunFolder run_folder(folder, mode);
  const std::vector<std::byte> checkpoint = run_folder.newest_checkpoint();
  StopAfter stopper(stop, steps);
  TrainingObserver* const observers[] = {&run_folder, &stopper};
  EXPECT_THROW(train(prepared.run, prepared.dataset, {.observers = observers, .stop = &stop, .checkpoint = checkpoint}),
               Interrupted);
}

RunRecord resume_in(const std::string& folder, const Prepared& prepared) {
  RunFolder run_folder(folder, RunFolder::Mode::kResume);
  const std::vector<std::byte> checkpoint = run_folder.newest_checkpoint();
  TrainingObserver* const observers[] = {&run_folder};
  return train(prepared.run, prepared.dataset, {.observers = observers, .checkpoint = checkpoint});
}

TEST(CheckpointFiles, share_a_history_that_only_grows) {
  const TempDir temp;
  Prepared prepared = prepare("f32", false);
  prepared.run.checkpoint_epochs = 1;
  const RunRecord whole = train(prepared.run, prepared.dataset);
  const int steps = static_cast<int>((prepared.dataset.train.size() + prepared.run.batches.batch_size - 1) /
                                     prepared.run.batches.batch_size);
  const std::string run = temp / "run";
  const std::string history = run + "/checkpoint/history.jsonl";
  stop_in(run, prepared, 2 * steps + 1, RunFolder::Mode::kNew);
  const std::string two = read_whole_file(history);
  EXPECT_EQ(std::count(two.begin(), two.end(), '\n'), 2);
  // As a kill between the two files leaves it: lines of an epoch that no checkpoint knows, and half of one.
  test::write_whole_file(history, two + two.substr(0, two.size() / 2 + 7));
  stop_in(run, prepared, steps + 1, RunFolder::Mode::kResume);
  const std::string three = read_whole_file(history);
  EXPECT_TRUE(three.starts_with(two));
  EXPECT_EQ(std::count(three.begin(), three.end(), '\n'), 3);
  const RunRecord resumed = resume_in(run, prepared);
  EXPECT_EQ(resumed.weights_sha256, whole.weights_sha256);
  ASSERT_EQ(resumed.epochs.size(), whole.epochs.size());
  for (std::size_t e = 0; e < whole.epochs.size(); ++e) {
    EXPECT_EQ(resumed.epochs[e].train.loss, whole.epochs[e].train.loss);
  }
  EXPECT_TRUE(read_whole_file(history).starts_with(three));
  // Another text of its length, too short, or gone: no checkpoint is whole without it.
  std::filesystem::remove(run + "/summary.json");
  std::string other = read_whole_file(history);
  other[5] = other[5] == '1' ? '2' : '1';
  for (const std::string& text : {other, other.substr(0, 9), std::string()}) {
    test::write_whole_file(history, text);
    EXPECT_THROW(resume_in(run, prepared), InputError);
  }
}

// Killed between the two renames, the run goes on from the one before; so that one has to be good.
TEST(CheckpointFiles, a_damaged_one_never_takes_the_place_of_a_good_one) {
  const TempDir temp;
  Prepared prepared = prepare("f32", false);
  prepared.run.checkpoint_steps = 1;
  const std::string run = temp / "run";
  stop_in(run, prepared, 7, RunFolder::Mode::kNew);
  const std::string last = run + "/checkpoint/last.ckpt";
  const std::string before = read_whole_file(run + "/checkpoint/previous.ckpt");
  test::write_whole_file(last, read_whole_file(last).substr(0, 1000));
  prepared.run.checkpoint_steps = 0;  // the one checkpoint is that of the interruption
  stop_in(run, prepared, 2, RunFolder::Mode::kResume);
  EXPECT_EQ(read_whole_file(run + "/checkpoint/previous.ckpt"), before);
  EXPECT_GT(read_whole_file(last).size(), 1000U);
  const RunRecord whole = train(prepared.run, prepared.dataset);
  EXPECT_EQ(resume_in(run, prepared).weights_sha256, whole.weights_sha256);
}

// The evaluation of the last weights may fail; the weights are kept, and the run can be finished.
TEST(CheckpointFiles, a_model_is_there_before_its_evaluation) {
  class Fails : public TrainingObserver {
    void on_model(const Model& /*model*/) override { throw RunError("no memory for the evaluation"); }
  };
  const TempDir temp;
  const Prepared prepared = prepare("f32", false);
  const std::string run = temp / "run";
  {
    RunFolder run_folder(run, RunFolder::Mode::kNew);
    Fails fails;
    TrainingObserver* const observers[] = {&run_folder, &fails};
    EXPECT_THROW(train(prepared.run, prepared.dataset, {.observers = observers}), RunError);
  }
  EXPECT_FALSE(std::filesystem::exists(run + "/summary.json"));
  const std::string model = read_whole_file(run + "/model.safetensors");
  const RunRecord record = resume_in(run, prepared);
  EXPECT_EQ(read_whole_file(run + "/model.safetensors"), model);
  EXPECT_EQ(weights_sha256(std::get<Network<float>>(read_model(run + "/model.safetensors").network)),
            record.weights_sha256);
}

}  // namespace
}  // namespace gradus
