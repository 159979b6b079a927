// Run folders among other processes and other working directories.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <set>
#include <thread>

#include "cli/program.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class RunFolderProgram : public testing::Test {
 protected:
  RunFolderProgram() { write_whole_file(folder_ / "d.csv", small_csv()); }

  ProcessResult run_in(const std::string& where, const std::vector<std::string>& words,
                       const std::function<void(pid_t)>& meanwhile = {}) {
    fs::create_directories(folder_ / where);
    return gradus_program(
        words, [path = folder_ / where] { fs::current_path(path); }, meanwhile);
  }
  // A run that is killed once it has made its first checkpoint.
  void begin_and_kill(const std::string& out, const std::vector<std::string>& more) {
    std::vector<std::string> words = {"train",  "--quiet",   "--no-report", "--patience", "0", "--epochs",
                                      "100000", "--threads", "1",           "--out",      out};
    words.insert(words.end(), more.begin(), more.end());
    run_in(".", words, [&](pid_t child) {
      wait_for(folder_ / (out + "/checkpoint/last.ckpt"));
      kill(child, SIGKILL);
    });
    ASSERT_TRUE(fs::exists(folder_ / (out + "/config.toml")));
  }
  // Resumes the run from another folder and asks it to stop: 130 says that it trained.
  ProcessResult resume_and_stop(const std::string& where, const std::string& out) {
    return run_in(where, {"train", "--quiet", "--no-report", "--resume", folder_ / out}, [&](pid_t child) {
      std::this_thread::sleep_for(std::chrono::milliseconds(600));
      kill(child, SIGINT);
    });
  }
  static void wait_for(const std::string& path) {
    for (int i = 0; i < 2000 && !fs::exists(path); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  TempDir folder_;
};

TEST_F(RunFolderProgram, goes_on_from_another_folder_with_the_data_it_began_with) {
  // A file, one in a folder, a test or validation part beside it, and what has no path at all.
  fs::create_directories(folder_ / "tables");
  fs::copy_file(folder_ / "d.csv", folder_ / "tables/d.csv");
  const std::vector<std::vector<std::string>> sources = {{"--data", "d.csv"},
                                                         {"--data", "tables/d.csv"},
                                                         {"--data", "d.csv", "--test-data", "tables/d.csv"},
                                                         {"--data", "d.csv", "--valid-data", "tables/d.csv"},
                                                         {"--data", "./tables/../d.csv"},
                                                         {"--data", "moons", "--rows", "60"}};
  fs::create_directories(folder_ / "other");
  write_whole_file(folder_ / "other/d.csv", "a,b,c,d,e,y\n1,2,3,4,5,0\n1,2,3,4,4,1\n");
  int number = 0;
  for (const std::vector<std::string>& source : sources) {
    const std::string out = "run-" + std::to_string(number++);
    begin_and_kill(out, source);
    for (const char* where : {"other", "deep/inside", "."}) {
      const ProcessResult resumed = resume_and_stop(where, out);
      EXPECT_EQ(resumed.exit_code, 130) << source.back() << " from " << where << ": " << resumed.err;
    }
  }
  // What is nowhere is said with the place where it was looked for.
  fs::rename(folder_ / "d.csv", folder_ / "away.csv");
  fs::remove(folder_ / "other/d.csv");
  const ProcessResult lost = resume_and_stop("other", "run-0");
  EXPECT_EQ(lost.exit_code, 2);
  EXPECT_NE(lost.err.find(fs::canonical(fs::path(folder_ / ".")).string() + "/d.csv"), std::string::npos) << lost.err;
  // Moved together with the place where the program is started: found there.
  fs::rename(folder_ / "away.csv", folder_ / "other/d.csv");
  EXPECT_EQ(resume_and_stop("other", "run-0").exit_code, 130);
}

TEST_F(RunFolderProgram, runs_that_start_together_have_folders_of_their_own) {
  constexpr int kRuns = 6;
  std::vector<std::thread> starts;
  std::vector<ProcessResult> results(2 * kRuns);
  write_whole_file(folder_ / "search.toml",
                   "[data]\nsource = \"d.csv\"\n[training]\nepochs = 1\n[search]\n[search.space]\n"
                   "training.batch_size = [8]\n");
  for (int i = 0; i < kRuns; ++i) {
    starts.emplace_back([&, i] {
      results[static_cast<std::size_t>(i)] =
          run_in(".", {"train", "--quiet", "--no-report", "--epochs", "1", "--data", "d.csv"});
    });
    starts.emplace_back([&, i] {
      results[static_cast<std::size_t>(kRuns + i)] = run_in(".", {"search", "search.toml", "--quiet", "--no-report"});
    });
  }
  for (std::thread& start : starts) start.join();
  for (const ProcessResult& result : results) EXPECT_EQ(result.exit_code, 0) << result.err;
  for (int number = 1; number <= kRuns; ++number) {
    const std::string run = folder_ / ("runs/d.csv-" + std::to_string(number));
    EXPECT_TRUE(fs::exists(run + "/summary.json")) << run;
    EXPECT_TRUE(fs::exists(folder_ / ("runs/search-" + std::to_string(number) + "/study.json"))) << number;
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "runs"), fs::directory_iterator()), 2 * kRuns);
}

TEST_F(RunFolderProgram, a_search_that_is_refused_leaves_no_folder) {
  write_whole_file(folder_ / "search.toml",
                   "[data]\nsource = \"none.csv\"\n[search]\n[search.space]\ntraining.batch_size = [8]\n");
  EXPECT_EQ(run_in(".", {"search", "search.toml", "--quiet"}).exit_code, 2);
  EXPECT_FALSE(fs::exists(folder_ / "runs/search-1"));
}

TEST_F(RunFolderProgram, a_folder_in_training_is_refused_until_its_process_ends) {
  const std::vector<std::string> words = {"train",  "--quiet", "--no-report", "--patience", "0",  "--epochs",
                                          "100000", "--data",  "d.csv",       "--out",      "run"};
  run_in(".", words, [&](pid_t child) {
    wait_for(folder_ / "run/checkpoint/last.ckpt");
    const std::vector<std::string> rivals[] = {
        {"train", "--quiet", "--resume", "run"},
        {"train", "--quiet", "--resume", folder_ / "run/"},
        {"train", "--quiet", "--force", "--epochs", "1", "--data", "d.csv", "--out", "run"},
        {"train", "--quiet", "--force", "--epochs", "1", "--folds", "2", "--data", "d.csv", "--out", "run"},
        {"report", "run"},
        {"train", "--quiet", "--epochs", "1", "--data", "d.csv", "--out", "run"}};
    for (const auto& rival : rivals) {
      // One that is let in would train for long.
      const ProcessResult refused = run_in(".", rival, [](pid_t rival_process) {
        std::this_thread::sleep_for(std::chrono::milliseconds(700));
        kill(rival_process, SIGKILL);
      });
      EXPECT_EQ(refused.exit_code, 2) << rival.back() << refused.err;
      EXPECT_EQ(count_lines(refused.err), 1) << refused.err;
      const bool is_new = std::find(rival.begin(), rival.end(), "--epochs") != rival.end() &&
                          std::find(rival.begin(), rival.end(), "--force") == rival.end();
      const char* says =
          is_new ? "a new or empty folder" : "a folder that no other process works in, found one in use by process ";
      EXPECT_NE(refused.err.find(says), std::string::npos) << refused.err;
    }
    kill(child, SIGKILL);
  });
  EXPECT_EQ(resume_and_stop(".", "run").exit_code, 130);
}

}  // namespace
}  // namespace gradus::test
