// Two processes that want the same folder at the same moment: one of them works there, the other one says so and ends.
// GRADUS_PAIRS=100 tries as many pairs of each kind.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <thread>

#include "cli/program.hpp"
#include "core/folder_lock.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

class FolderPairs : public testing::Test {
 protected:
  using Words = std::vector<std::string>;

  static int pairs() {
    const char* text = std::getenv("GRADUS_PAIRS");
    return text != nullptr ? std::atoi(text) : 4;
  }
  static std::array<ProcessResult, 2> both(const Words& first, const Words& second) {
    std::array<ProcessResult, 2> results;
    std::thread other([&] { results[1] = gradus_program(second); });
    results[0] = gradus_program(first);
    other.join();
    return results;
  }
  // Long enough that both processes are there before the first has ended.
  Words train(int seed, const std::string& out) {
    return {"train",
            "--quiet",
            "--no-report",
            "--data",
            "circles",
            "--rows",
            "4000",
            "--hidden",
            "32,32",
            "--patience",
            "0",
            "--epochs",
            "40",
            "--batch",
            "32",
            "--threads",
            "1",
            "--set",
            "training.checkpoint_epochs=1",
            "--seed",
            std::to_string(seed),
            "--out",
            out};
  }
  // What a run of this seed alone says of each epoch: its losses, to the last digit.
  struct Alone {
    std::string weights;
    std::vector<double> losses;
  };
  Alone look(const std::string& run) {
    Alone alone{.weights = json::parse(read_whole_file(run + "/summary.json"))["weights_sha256"], .losses = {}};
    std::istringstream lines(read_whole_file(run + "/metrics.jsonl"));
    for (std::string line; std::getline(lines, line);) alone.losses.push_back(json::parse(line).at("train_loss"));
    return alone;
  }
  const Alone& alone(int seed) {
    if (const auto found = alone_.find(seed); found != alone_.end()) return found->second;
    const std::string run = temp_ / ("alone-" + std::to_string(seed));
    EXPECT_EQ(gradus_program(train(seed, run)).exit_code, 0);
    return alone_[seed] = look(run);
  }
  void expect_pure(const std::string& run, int seed) {
    const Alone found = look(run);
    EXPECT_EQ(found.weights, alone(seed).weights) << run;
    EXPECT_EQ(found.losses, alone(seed).losses) << run;
    EXPECT_FALSE(fs::exists(run + "/lock"));
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(run)) {
      EXPECT_THAT(entry.path().filename().string(), testing::Not(HasSubstr(".tmp-")));
    }
  }
  TempDir temp_;
  std::map<int, Alone> alone_;
};

TEST_F(FolderPairs, of_two_that_train_into_one_folder_one_wins) {
  for (int pair = 0; pair < pairs(); ++pair) {
    const std::string run = temp_ / ("run-" + std::to_string(pair));
    Words forced = train(2, run);
    if (pair % 2 == 1) forced.emplace_back("--force");
    const auto results = both(train(1, run), forced);
    const bool first_won = results[0].exit_code == 0;
    const ProcessResult& loser = results[first_won ? 1 : 0];
    EXPECT_EQ(results[first_won ? 0 : 1].exit_code, 0) << results[1].err;
    EXPECT_EQ(loser.exit_code, 2);
    EXPECT_EQ(count_lines(loser.err), 1) << loser.err;
    expect_pure(run, first_won ? 1 : 2);
  }
}

TEST_F(FolderPairs, of_two_that_resume_one_run_one_wins) {
  const std::string begun = temp_ / "begun";
  gradus_program(train(1, begun), {}, [&](pid_t child) {
    for (int i = 0; i < 2000 && !fs::exists(begun + "/checkpoint/previous.ckpt"); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    kill(child, SIGKILL);
  });
  ASSERT_FALSE(fs::exists(begun + "/summary.json"));
  for (int pair = 0; pair < pairs(); ++pair) {
    const std::string run = temp_ / ("run-" + std::to_string(pair));
    fs::copy(begun, run, fs::copy_options::recursive);
    const Words words = {"train", "--quiet", "--no-report", "--resume", run};
    const auto results = both(words, words);
    int winners = 0;
    for (const ProcessResult& result : results) {
      // Who comes after the other's end finds a complete run.
      const bool is_late = result.exit_code == 0 && result.err.find("is complete") != std::string::npos;
      if (result.exit_code == 0 && !is_late) ++winners;
      EXPECT_TRUE(result.exit_code == 0 || result.exit_code == 2) << result.exit_code;
      EXPECT_LE(count_lines(result.err), 1) << result.err;
    }
    EXPECT_EQ(winners, 1) << results[0].err << results[1].err;
    expect_pure(run, 1);
  }
}

TEST_F(FolderPairs, of_two_that_search_into_one_folder_one_wins) {
  write_whole_file(temp_ / "search.toml",
                   "[data]\nsource = \"circles\"\nrows = 2000\n[training]\nepochs = 20\n[search]\n[search.space]\n"
                   "training.batch_size = [16, 32]\n");
  for (int pair = 0; pair < std::min(pairs(), 20); ++pair) {
    const std::string folder = temp_ / ("study-" + std::to_string(pair));
    const Words words = {"search", temp_ / "search.toml", "--quiet", "--no-report", "--out", folder};
    const auto results = both(words, words);
    EXPECT_EQ(results[0].exit_code + results[1].exit_code, 2) << results[0].err << results[1].err;
    EXPECT_EQ(count_lines(results[0].err + results[1].err), 1) << results[0].err << results[1].err;
    EXPECT_TRUE(fs::exists(folder + "/study.json"));
  }
}

TEST_F(FolderPairs, the_lock_comes_before_the_data) {
  write_whole_file(temp_ / "search.toml",
                   "[data]\nsource = \"none.csv\"\n[search]\n[search.space]\ntraining.batch_size = [16, 32]\n");
  const std::string run = temp_ / "run";
  const FolderLock lock(run, FolderLock::Share::kAlone);
  for (const Words& words : {Words{"train", "--data", temp_ / "none.csv", "--out", run},
                             Words{"train", "--data", temp_ / "none.csv", "--folds", "2", "--out", run},
                             Words{"search", temp_ / "search.toml", "--out", run},
                             Words{"search", temp_ / "search.toml", "--resume", run}}) {
    const ProcessResult refused = gradus_program(words);
    EXPECT_EQ(refused.exit_code, 2) << words[0];
    EXPECT_EQ(count_lines(refused.err), 1) << refused.err;
    EXPECT_THAT(refused.err, HasSubstr("no other process works in")) << refused.err;
  }
}

TEST_F(FolderPairs, what_is_no_file_is_refused_before_the_data) {
  const std::string run = temp_ / "run";
  fs::create_directories(run + "/checkpoint");
  const auto refused = [&](const std::string& name, const char* found) {
    const ProcessResult result = gradus_program({"train", "--data", temp_ / "none.csv", "--force", "--out", run});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_EQ(count_lines(result.err), 1) << result.err;
    EXPECT_THAT(result.err, HasSubstr(name + ": expected a file or none, found " + found));
    fs::remove_all(run + "/" + name);
  };
  for (const std::string name : {"checkpoint/last.ckpt", "checkpoint/previous.ckpt", "model.safetensors"}) {
    ASSERT_EQ(mkfifo((run + "/" + name).c_str(), 0600), 0);
    refused(name, "a pipe or device");
    fs::create_directory(run + "/" + name);
    refused(name, "a folder");
  }
  write_whole_file(run + "/checkpoint/last.ckpt", "");
  fs::remove_all(run + "/checkpoint");
  write_whole_file(run + "/checkpoint", "");
  const ProcessResult result = gradus_program({"train", "--data", temp_ / "none.csv", "--force", "--out", run});
  EXPECT_THAT(result.err, HasSubstr("checkpoint: expected a folder or none"));
}

// Nothing of a refused run stays, not even the folders that it needed.
TEST_F(FolderPairs, a_run_without_data_leaves_no_folder) {
  EXPECT_EQ(gradus_program({"train", "--data", temp_ / "none.csv", "--out", temp_ / "a/b/run"}).exit_code, 2);
  EXPECT_FALSE(fs::exists(temp_ / "a"));
}

}  // namespace
}  // namespace gradus::test
