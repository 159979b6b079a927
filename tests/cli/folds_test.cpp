// gradus train --folds: what it prints, what it leaves, how it goes on.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <csignal>
#include <filesystem>
#include <sstream>

#include "cli/program.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class FoldsProgram : public testing::Test {
 protected:
  FoldsProgram() { write_whole_file(folder_ / "d.csv", small_csv()); }

  ProcessResult train(const std::string& out, const std::vector<std::string>& more,
                      const std::function<void(pid_t)>& meanwhile = {}) {
    std::vector<std::string> words = {"train", "--quiet", "--no-report", "--json", "--data", folder_ / "d.csv"};
    words.insert(words.end(), {"--out", out == "none" ? out : folder_ / out});
    words.insert(words.end(), more.begin(), more.end());
    return gradus_program(words, {}, meanwhile);
  }
  std::vector<std::vector<std::string>> predictions(const std::string& out) {
    std::vector<std::vector<std::string>> lines;
    std::istringstream text(read_whole_file(folder_ / (out + "/out_of_fold.csv")));
    for (std::string line; std::getline(text, line);) {
      std::istringstream fields(line);
      lines.emplace_back();
      for (std::string field; std::getline(fields, field, ',');) lines.back().push_back(field);
    }
    return lines;
  }
  TempDir folder_;
};

TEST_F(FoldsProgram, measures_are_those_of_the_models_on_the_rows_they_did_not_see) {
  const ProcessResult result = train("f", {"--folds", "4", "--epochs", "5"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json folds = json::parse(result.out);
  EXPECT_EQ(result.out, read_whole_file(folder_ / "f/folds.json"));
  const auto lines = predictions("f");
  EXPECT_EQ(lines[0], (std::vector<std::string>{"row", "fold", "label", "prediction", "p_no", "p_yes"}));
  ASSERT_EQ(lines.size(), 61U);
  double mean = 0.0;
  for (std::size_t fold = 1; fold <= 4; ++fold) {
    double right = 0.0;
    double rows = 0.0;
    for (std::size_t r = 1; r < lines.size(); ++r) {
      EXPECT_EQ(lines[r][0], std::to_string(r - 1));
      if (lines[r][1] != std::to_string(fold)) continue;
      rows += 1.0;
      right += lines[r][2] == lines[r][3] ? 1.0 : 0.0;
      EXPECT_NEAR(std::stod(lines[r][4]) + std::stod(lines[r][5]), 1.0, 1e-6);
    }
    EXPECT_EQ(rows, 15.0);
    const double accuracy = folds["measures"]["accuracy"]["values"][fold - 1];
    EXPECT_DOUBLE_EQ(accuracy, right / rows);
    mean += accuracy / 4.0;
    const json summary = json::parse(read_whole_file(folder_ / ("f/fold-" + std::to_string(fold) + "/summary.json")));
    EXPECT_EQ(summary["evaluation"]["test"]["accuracy"], accuracy);
    EXPECT_EQ(summary["weights_sha256"], folds["runs"][fold - 1]["weights_sha256"]);
    EXPECT_EQ(summary["data"]["valid_rows"], 9);  // of the 45 others
    EXPECT_EQ(summary["data"]["test_rows"], 15);
  }
  EXPECT_NEAR(folds["measures"]["accuracy"]["mean"].get<double>(), mean, 1e-12);
  double squares = 0.0;
  for (const double value : folds["measures"]["accuracy"]["values"]) squares += (value - mean) * (value - mean);
  EXPECT_NEAR(folds["measures"]["accuracy"]["sd"].get<double>(), std::sqrt(squares / 3.0), 1e-12);
}

TEST_F(FoldsProgram, the_bits_do_not_depend_on_threads_or_on_who_trains_the_fold) {
  const std::vector<std::string> words = {"--folds", "3", "--epochs", "4", "--patience", "2"};
  const auto with = [&words](std::vector<std::string> more) {
    more.insert(more.begin(), words.begin(), words.end());
    return more;
  };
  const ProcessResult one = train("one", with({"--threads", "1"}));
  const ProcessResult two = train("two", with({"--threads", "2"}));
  ASSERT_EQ(one.exit_code, 0) << one.err;
  EXPECT_EQ(one.out, two.out);
  EXPECT_EQ(one.out, train("none", words).out);
  EXPECT_EQ(read_whole_file(folder_ / "one/out_of_fold.csv"), read_whole_file(folder_ / "two/out_of_fold.csv"));
  const json alone = json::parse(train("none", with({"--set", "training.fold=2"})).out);
  EXPECT_EQ(alone["weights_sha256"], json::parse(one.out)["runs"][1]["weights_sha256"]);
}

TEST_F(FoldsProgram, nothing_of_the_held_out_fold_reaches_its_model) {
  // The cells of a row that is held out in fold `fold` change: its model does not.
  ASSERT_EQ(train("f", {"--folds", "3", "--epochs", "3"}).exit_code, 0);
  const std::string fold = predictions("f")[8][1];
  std::string text = small_csv();
  std::size_t line = 0;
  for (int skipped = 0; skipped < 8; ++skipped) line = text.find('\n', line) + 1;
  const std::size_t comma = text.find(',', line);
  text.replace(line, comma - line, "7777");
  write_whole_file(folder_ / "d.csv", text);
  ASSERT_EQ(train("g", {"--folds", "3", "--epochs", "3"}).exit_code, 0);
  const json after = json::parse(read_whole_file(folder_ / "g/folds.json"));
  for (const json& run : after["runs"]) {
    const std::size_t number = run["fold"];
    const json before = json::parse(read_whole_file(folder_ / "f/folds.json"))["runs"][number - 1];
    EXPECT_EQ(run["weights_sha256"] == before["weights_sha256"], std::to_string(number) == fold) << number;
  }
}

TEST_F(FoldsProgram, folds_go_on_after_a_kill) {
  const std::vector<std::string> words = {"--folds", "3", "--epochs", "400", "--patience", "0"};
  const ProcessResult whole = train("whole", words);
  train("part", words, [this](pid_t child) {
    for (int i = 0; i < 2000 && !fs::exists(folder_ / "part/fold-2/checkpoint/last.ckpt"); ++i) usleep(2000);
    kill(child, SIGKILL);
  });
  EXPECT_FALSE(fs::exists(folder_ / "part/folds.json"));
  const ProcessResult resumed =
      gradus_program({"train", "--quiet", "--no-report", "--json", "--resume", folder_ / "part"});
  EXPECT_EQ(resumed.out, whole.out) << resumed.err;
  EXPECT_EQ(read_whole_file(folder_ / "part/out_of_fold.csv"), read_whole_file(folder_ / "whole/out_of_fold.csv"));
  const ProcessResult again = gradus_program({"train", "--json", "--resume", folder_ / "part"});
  EXPECT_EQ(again.out, whole.out);
}

TEST_F(FoldsProgram, quantities_and_sets_of_labels_have_their_columns) {
  std::string prices = "size,price\n";
  for (int r = 0; r < 40; ++r)
    prices += std::to_string(r % 9) + "." + std::to_string(r) + "," + std::to_string(50000 + 999 * r) + "\n";
  write_whole_file(folder_ / "d.csv", prices);
  const ProcessResult result = train("p", {"--folds", "4", "--epochs", "2", "--task", "regression"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(json::parse(result.out)["measures"].contains("r2"));
  const auto lines = predictions("p");
  EXPECT_EQ(lines[0], (std::vector<std::string>{"row", "fold", "label", "prediction"}));
  EXPECT_EQ(lines[1][2], "50000");
  EXPECT_GT(std::stod(lines[1][3]), 10000.0);  // in the target's own unit
  write_whole_file(folder_ / "d.csv", [] {
    std::string text = "x,a,b\n";
    for (int r = 0; r < 30; ++r)
      text += std::to_string(r) + "," + std::to_string(r % 2) + "," + std::to_string(r % 3 / 2) + "\n";
    return text;
  }());
  const ProcessResult labels = train("m", {"--folds", "3", "--epochs", "2", "--label", "a,b", "--task", "multilabel"});
  ASSERT_EQ(labels.exit_code, 0) << labels.err;
  EXPECT_EQ(predictions("m")[0].size(), 6U);
}

TEST_F(FoldsProgram, what_cannot_be_folded_is_one_sentence_and_leaves_nothing) {
  const std::vector<std::vector<std::string>> all = {{"--folds", "1"},
                                                     {"--folds", "61"},
                                                     {"--folds", "3", "--test-data", folder_ / "d.csv"},
                                                     {"--folds", "3", "--valid-data", folder_ / "d.csv"},
                                                     {"--folds", "3", "--test", "0.2"},
                                                     {"--folds", "3", "--check"},
                                                     {"--set", "training.fold=1"}};
  for (const std::vector<std::string>& words : all) {
    const ProcessResult result = train("x", words);
    EXPECT_EQ(result.exit_code, 2) << words.back();
    EXPECT_EQ(count_lines(result.err), 1) << result.err;
    EXPECT_FALSE(fs::exists(folder_ / "x/config.toml"));
  }
}

}  // namespace
}  // namespace gradus::test
