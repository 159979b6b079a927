// Runs that are killed, stopped or torn, and continued.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <thread>

#include "cli/program.hpp"
#include "gradus/core/random.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Long enough to be hit in every phase: a few hundred milliseconds, hundreds of checkpoints.
std::vector<std::string> long_run(const std::string& out) {
  return {"train",
          "--data",
          "circles",
          "--rows",
          "600",
          "--hidden",
          "16,16",
          "--epochs",
          "60",
          "--batch",
          "8",
          "--lr",
          "0.01",
          "--optimizer",
          "adam",
          "--dropout",
          "0.1",
          "--schedule",
          "plateau",
          "--checkpoint-steps",
          "7",
          "--set",
          "training.checkpoint_epochs=1",
          "--threads",
          "1",
          "--out",
          out};
}

std::string weights_of(const std::string& run) {
  return json::parse(read_whole_file(run + "/summary.json"))["weights_sha256"];
}

void expect_consecutive_epochs(const std::string& run, std::size_t epochs) {
  const std::string text = read_whole_file(run + "/metrics.jsonl");
  std::size_t start = 0;
  for (std::size_t epoch = 1; epoch <= epochs; ++epoch) {
    const std::size_t end = text.find('\n', start);
    ASSERT_NE(end, std::string::npos) << "epoch " << epoch << " has no line";
    EXPECT_EQ(json::parse(text.substr(start, end - start))["epoch"], epoch);
    start = end + 1;
  }
  EXPECT_EQ(start, text.size()) << "lines after the last epoch";
}

TEST(Interruption, killed_at_twenty_random_moments_ends_with_the_same_bits) {
  const TempDir folder;
  const auto started = std::chrono::steady_clock::now();
  ASSERT_EQ(gradus_program(long_run(folder / "whole")).exit_code, 0);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  RandomStream random(20, Purpose::kTest);
  const std::string run = folder / "killed";
  int kills = 0;
  for (int attempt = 0; attempt < 200 && kills < 20; ++attempt) {
    const bool begun = fs::exists(run + "/config.toml");
    std::vector<std::string> words = long_run(run);
    if (begun) words = {"train", "--resume", run, "--threads", "1"};
    if (!begun) words.emplace_back("--force");
    // Mean gap of a thirtieth of the run: twenty kills fit before the end whatever the machine's speed.
    const auto pause = std::chrono::duration<double>(0.004 + random.uniform() * seconds / 15);
    const ProcessResult result = gradus_program(words, {}, [&pause](pid_t child) {
      std::this_thread::sleep_for(pause);
      kill(child, SIGKILL);
    });
    if (result.exit_code == 128 + SIGKILL) ++kills;
    ASSERT_TRUE(result.exit_code == 0 || result.exit_code == 128 + SIGKILL) << result.exit_code << " " << result.err;
    if (fs::exists(run + "/summary.json")) break;
  }
  RecordProperty("kills", kills);
  EXPECT_GE(kills, 10) << "the run ended before it was killed often enough";
  if (fs::exists(run + "/config.toml")) {
    ASSERT_EQ(gradus_program({"train", "--resume", run}).exit_code, 0);
  } else {
    ASSERT_EQ(gradus_program(long_run(run)).exit_code, 0);
  }
  EXPECT_EQ(weights_of(run), weights_of(folder / "whole"));
  expect_consecutive_epochs(run, 60);
}

TEST(Interruption, ctrl_c_saves_a_checkpoint_and_exits_130) {
  const TempDir folder;
  const std::string run = folder / "run";
  const ProcessResult stopped = gradus_program(long_run(run), {}, [&run](pid_t child) {
    for (int i = 0; i < 2000 && !fs::exists(run + "/checkpoint/previous.ckpt"); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    kill(child, SIGINT);
  });
  EXPECT_EQ(stopped.exit_code, 130) << stopped.err;
  EXPECT_NE(stopped.err.find("gradus train --resume " + run), std::string::npos) << stopped.err;
  ASSERT_EQ(gradus_program({"train", "--resume", run}).exit_code, 0);
  ASSERT_EQ(gradus_program(long_run(folder / "whole")).exit_code, 0);
  EXPECT_EQ(weights_of(run), weights_of(folder / "whole"));
}

TEST(Interruption, torn_checkpoint_and_metrics_are_passed_over) {
  const TempDir folder;
  const std::string run = folder / "run";
  ASSERT_EQ(gradus_program(long_run(run)).exit_code, 0);
  const std::string whole = weights_of(run);
  fs::remove(run + "/summary.json");
  const std::string last = run + "/checkpoint/last.ckpt";
  fs::resize_file(last, fs::file_size(last) / 2);
  write_whole_file(run + "/metrics.jsonl", read_whole_file(run + "/metrics.jsonl") + "{\"epoch\": 61, \"tra");
  ASSERT_EQ(gradus_program({"train", "--resume", run}).exit_code, 0);
  EXPECT_EQ(weights_of(run), whole);
  expect_consecutive_epochs(run, 60);

  fs::remove(run + "/summary.json");
  for (const char* name : {"last", "previous"})
    write_whole_file(run + "/checkpoint/" + name + ".ckpt", "GRADUSC1 nonsense");
  const ProcessResult refused = gradus_program({"train", "--resume", run});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_EQ(count_lines(refused.err), 1) << refused.err;
}

// It does not know the beginning of this run's history. Nor do times of a clock that was wrong matter.
TEST(Interruption, the_newest_checkpoint_of_another_run_is_passed_over) {
  const TempDir folder;
  const std::string run = folder / "run";
  ASSERT_EQ(gradus_program(long_run(run)).exit_code, 0);
  const std::string whole = weights_of(run);
  std::vector<std::string> other = long_run(folder / "other");
  other.insert(other.end(), {"--seed", "77"});
  ASSERT_EQ(gradus_program(other).exit_code, 0);
  ASSERT_NE(weights_of(folder / "other"), whole);
  const std::string last = run + "/checkpoint/last.ckpt";
  fs::remove(run + "/summary.json");
  fs::copy_file(folder / "other/checkpoint/last.ckpt", last, fs::copy_options::overwrite_existing);
  write_whole_file(run + "/lock", "process 1 on elsewhere\n");
  for (const std::string& file : {last, run + "/checkpoint/previous.ckpt", run + "/lock", run + "/config.toml"}) {
    fs::last_write_time(file, fs::file_time_type::clock::now() + std::chrono::hours(50000));
  }
  ASSERT_EQ(gradus_program({"train", "--resume", run}).exit_code, 0);
  EXPECT_EQ(weights_of(run), whole);
  expect_consecutive_epochs(run, 60);
}

TEST(Interruption, changed_data_is_refused) {
  const TempDir folder;
  write_whole_file(folder / "a.csv", small_csv());
  ASSERT_EQ(gradus_program({"train", "--data", folder / "a.csv", "--epochs", "2", "--out", folder / "run"}).exit_code,
            0);
  fs::remove(folder / "run/summary.json");
  write_whole_file(folder / "a.csv", small_csv() + "1,1,no\n");
  const ProcessResult refused = gradus_program({"train", "--resume", folder / "run"});
  EXPECT_EQ(refused.exit_code, 2) << refused.err;
  EXPECT_NE(refused.err.find("data"), std::string::npos);
}

}  // namespace
}  // namespace gradus::test
