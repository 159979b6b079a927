// Studies that go on: with more trials, from another folder, for another objective.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "cli/program.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string study_file(const std::string& keys, const std::string& space = "") {
  return "[data]\nsource = \"d.csv\"\n[network]\nhidden = [4]\n[training]\nepochs = 4\nthreads = 1\n[search]\n"
         "seed = 3\ngeneration = 3\nstartup = 3\n" +
         keys + "[search.space]\n" +
         (space.empty() ? "training.learning_rate = {low = 0.001, high = 0.3, log = true}\n"
                          "training.batch_size = {low = 4, high = 32, log = true}\n"
                        : space);
}

class StudyGrowth : public testing::Test {
 protected:
  StudyGrowth() { write_whole_file(folder_ / "d.csv", small_csv()); }

  std::string write_search(const std::string& keys, const std::string& space = "") {
    write_whole_file(folder_ / "search.toml", study_file(keys, space));
    return folder_ / "search.toml";
  }
  // The program started in `where`, a folder inside the test's own.
  ProcessResult run_in(const std::string& where, const std::vector<std::string>& words) {
    fs::create_directories(folder_ / where);
    return gradus_program(words, [path = folder_ / where] { fs::current_path(path); });
  }
  ProcessResult run(const std::vector<std::string>& words) { return run_in(".", words); }
  void refuse(const std::vector<std::string>& words, const std::string& says) {
    const ProcessResult result = run(words);
    EXPECT_EQ(result.exit_code, 2) << says << ": " << result.err;
    EXPECT_EQ(count_lines(result.err), 1) << result.err;
    EXPECT_NE(result.err.find(says), std::string::npos) << result.err;
  }
  // All trials but what depends on time.
  json study_of(const std::string& name) {
    const ProcessResult shown = run({"search", "show", folder_ / name, "--json", "-"});
    EXPECT_EQ(shown.exit_code, 0) << shown.err;
    json study = json::parse(shown.out);
    for (json& trial : study["trials"]) trial.erase("seconds");
    study["best"].erase("seconds");
    return study;
  }
  TempDir folder_;
};

TEST_F(StudyGrowth, more_trials_give_the_study_that_had_them_from_the_start) {
  const std::string methods[] = {"sampler = \"random\"\n", "sampler = \"sobol\"\n", "sampler = \"tpe\"\n",
                                 "sampler = \"tpe\"\nscheduler = \"median\"\n"};
  int number = 0;
  for (const std::string& keys : methods) {
    const std::string grown = "grown-" + std::to_string(number);
    const std::string whole = "whole-" + std::to_string(number++);
    const std::string file = write_search(keys + "trials = 4\n");
    ASSERT_EQ(run({"search", file, "--out", grown, "--quiet"}).exit_code, 0);
    const json before = study_of(grown);
    ASSERT_EQ(before["trials"].size(), 4U);
    ASSERT_EQ(run({"search", "--resume", grown, "--trials", "6", "--quiet"}).exit_code, 0);
    ASSERT_EQ(study_of(grown)["trials"].size(), 6U);
    // By the file: the number in it has changed, or the flag beside it.
    ASSERT_EQ(run({"search", file, "--trials", "11", "--resume", grown, "--quiet"}).exit_code, 0);
    const std::string larger = write_search(keys + "trials = 11\n");
    ASSERT_EQ(run({"search", larger, "--out", whole, "--quiet"}).exit_code, 0);
    EXPECT_EQ(study_of(grown), study_of(whole)) << keys;
    EXPECT_EQ(read_whole_file(folder_ / (grown + "/best/model.safetensors")),
              read_whole_file(folder_ / (whole + "/best/model.safetensors")));
    EXPECT_TRUE(fs::exists(folder_ / (grown + "/study.json")));
    // The same number again changes nothing.
    ASSERT_EQ(run({"search", "--resume", grown, "--trials", "11", "--quiet"}).exit_code, 0);
    EXPECT_EQ(study_of(grown), study_of(whole)) << keys;
  }
}

TEST_F(StudyGrowth, what_cannot_grow_says_so) {
  const std::string random = write_search("sampler = \"random\"\ntrials = 3\n");
  ASSERT_EQ(run({"search", random, "--out", "study", "--quiet"}).exit_code, 0);
  refuse({"search", "--resume", "study", "--trials", "2"}, "at least the study's 3");
  refuse({"search", "--resume", "study", "--set", "search.trials=8"}, "--trials");
  refuse({"search", write_search("sampler = \"random\"\ntrials = 5\n", "training.batch_size = [4, 8, 16, 32, 64]\n"),
          "--resume", "study"},
         "a study of this search file");
  refuse({"search", write_search("sampler = \"tpe\"\ntrials = 5\n"), "--resume", "study"}, "of this search file");
  const std::string grid = write_search("", "training.batch_size = [4, 8]\n");
  ASSERT_EQ(run({"search", grid, "--out", "grid", "--quiet"}).exit_code, 0);
  refuse({"search", "--resume", "grid", "--trials", "9"}, "a grid, which has no others");
  const std::string halving = write_search("sampler = \"random\"\ntrials = 4\nscheduler = \"halving\"\n");
  ASSERT_EQ(run({"search", halving, "--out", "halving", "--quiet"}).exit_code, 0);
  refuse({"search", "--resume", "halving", "--trials", "9"}, "'halving'");
  write_whole_file(folder_ / "d.csv", small_csv() + "1.0,2,yes\n");
  refuse({"search", "--resume", "study", "--trials", "9"}, "the data that the study began with");
  EXPECT_EQ(study_of("study")["trials"].size(), 3U);
}

TEST_F(StudyGrowth, goes_on_from_any_folder) {
  const std::string file = write_search("sampler = \"random\"\ntrials = 3\n");
  ASSERT_EQ(run({"search", file, "--out", "study", "--quiet"}).exit_code, 0);
  // Another file of that name lies where it is continued.
  fs::create_directories(folder_ / "elsewhere");
  write_whole_file(folder_ / "elsewhere/d.csv", "a,b\n1,2\n2,1\n");
  for (const char* where : {"elsewhere", "deep/inside", "study"}) {
    const ProcessResult replayed = run_in(where, {"search", "replay", folder_ / "study", "0"});
    EXPECT_EQ(replayed.exit_code, 0) << where << ": " << replayed.err;
    const ProcessResult shown = run_in(where, {"search", "show", folder_ / "study"});
    EXPECT_EQ(shown.exit_code, 0) << shown.err;
  }
  ASSERT_EQ(run_in("elsewhere", {"search", "--resume", folder_ / "study", "--trials", "5", "--quiet"}).exit_code, 0);
  ASSERT_EQ(run({"search", write_search("sampler = \"random\"\ntrials = 5\n"), "--out", "whole", "--quiet"}).exit_code,
            0);
  EXPECT_EQ(study_of("study"), study_of("whole"));
  // The winner's own run folder knows where its data are, too.
  EXPECT_EQ(run_in("elsewhere", {"check", folder_ / "study/best", "--rows", "8", "--quiet"}).exit_code, 0);
  fs::rename(folder_ / "d.csv", folder_ / "gone.csv");
  fs::remove(folder_ / "elsewhere/d.csv");
  const ProcessResult lost = run_in("elsewhere", {"search", "--resume", folder_ / "study", "--trials", "6"});
  EXPECT_EQ(lost.exit_code, 2);
  const std::string looked_for = fs::canonical(fs::path(folder_ / ".")).string() + "/d.csv";
  EXPECT_NE(lost.err.find(looked_for), std::string::npos) << lost.err;
}

struct Objective {
  const char* name;
  const char* key;  // of the winner's evaluation of the validation part
  const char* task;
  bool largest;
};

TEST_F(StudyGrowth, objectives_of_any_measure_choose_the_best_trial) {
  for (const Objective& objective :
       {Objective{"valid_auc", "macro_roc_auc", "auto", true}, Objective{"valid_f1", "macro_f1", "auto", true},
        Objective{"valid_balanced_accuracy", "balanced_accuracy", "auto", true},
        Objective{"valid_r2", "r2", "regression", true}, Objective{"valid_mae", "mae", "regression", false},
        Objective{"valid_rmse", "rmse", "regression", false}}) {
    std::string file =
        study_file("sampler = \"random\"\ntrials = 5\nobjective = \"" + std::string(objective.name) + "\"\n");
    const bool regression = objective.task == std::string("regression");
    if (regression) file.replace(file.find("\"d.csv\""), 7, "\"d.csv\"\nlabel = \"x\"\ntask = \"regression\"");
    if (regression)
      write_whole_file(folder_ / "d.csv", [] {
        std::string text = "x,y\n";
        for (int r = 0; r < 50; ++r) text += std::to_string(r % 9 * 0.25) + "," + std::to_string(r % 9) + "\n";
        return text;
      }());
    write_whole_file(folder_ / "search.toml", file);
    const std::string out = std::string("by-") + objective.name;
    const ProcessResult searched = run({"search", "search.toml", "--out", out, "--quiet"});
    ASSERT_EQ(searched.exit_code, 0) << objective.name << ": " << searched.err;
    const json study = study_of(out);
    EXPECT_EQ(study["larger_is_better"], objective.largest);
    double best = study["best"]["value"];
    for (const json& trial : study["trials"]) {
      EXPECT_TRUE(objective.largest ? trial["value"] <= best : trial["value"] >= best) << trial;
    }
    const json summary = json::parse(read_whole_file(folder_ / (out + "/best/summary.json")));
    EXPECT_NEAR(summary["evaluation"]["valid"][objective.key].get<double>(), best, 1e-12) << objective.name;
    EXPECT_NE(read_whole_file(folder_ / (out + "/best/metrics.csv")).find(objective.name), std::string::npos);
  }
}

}  // namespace
}  // namespace gradus::test
