// Data read in the terms of a model: its task, its way round, the size of its features.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "cli/program.hpp"
#include "data/fixtures.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

using nlohmann::json;

class ModelTerms : public testing::Test {
 protected:
  void train(const std::string& data, const std::vector<std::string>& more) {
    std::vector<std::string> words = {"train", "--quiet", "--no-report", "--force", "--out", folder_ / "run", "--data"};
    words.push_back(folder_ / data);
    words.insert(words.end(), more.begin(), more.end());
    const ProcessResult result = gradus_program(words);
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }
  ProcessResult evaluate(const std::string& data, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"evaluate", folder_ / "run", "--json", "--part", "all", "--data", folder_ / data};
    words.insert(words.end(), more.begin(), more.end());
    return gradus_program(words);
  }
  json evaluation(const std::string& data, const std::vector<std::string>& more = {}) {
    const ProcessResult result = evaluate(data, more);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.exit_code == 0 ? json::parse(result.out) : json();
  }
  TempDir folder_;
};

// Rows of two features and three labels, of which `labels(r)` gives the bits.
template <class Labels>
std::string label_sets(int rows, const Labels& labels) {
  std::string x;
  std::string y;
  for (int r = 0; r < rows; ++r) {
    x += double_bytes(r % 5) + double_bytes(r % 3);
    for (int k = 0; k < 3; ++k) y += static_cast<char>((labels(r) >> k) & 1);
  }
  const std::string count = std::to_string(rows);
  return zip({{"X.npy", npy("<f8", "(" + count + ", 2)", x)}, {"y.npy", npy("|u1", "(" + count + ", 3)", y)}}, false);
}

TEST_F(ModelTerms, sets_of_labels_stay_sets_whatever_the_file_holds) {
  write_whole_file(folder_ / "train.npz", label_sets(60, [](int r) { return r % 8; }));
  train("train.npz", {"--epochs", "3"});
  // One label in each row; none; all; the same one.
  const int forms[] = {-1, 0, 7, 2};
  for (const int form : forms) {
    write_whole_file(folder_ / "some.npz", label_sets(12, [form](int r) { return form < 0 ? 1 << r % 3 : form; }));
    const json found = evaluation("some.npz");
    EXPECT_FALSE(found.contains("confusion")) << form;
    EXPECT_FALSE(found.contains("balanced_accuracy")) << form;
    EXPECT_EQ(found["classes"].size(), 3U);
  }
}

TEST_F(ModelTerms, classes_stay_classes_and_quantities_quantities) {
  std::string text = "x,y\n";
  for (int r = 0; r < 60; ++r) text += std::to_string(r) + "," + std::to_string(r * 1.25) + "\n";
  write_whole_file(folder_ / "q.csv", text);
  train("q.csv", {"--epochs", "2", "--task", "regression"});
  write_whole_file(folder_ / "few.csv", "x,y\n1,0\n2,1\n3,0\n4,1\n5,0\n6,1\n");
  EXPECT_TRUE(evaluation("few.csv").contains("r2"));
}

// 3 features and a label of `rows` samples; in columns: as 4 x rows.
std::string numbers_table(int rows, bool columns) {
  std::string text;
  const auto cell = [](int r, int c) {
    return c == 3 ? double_bytes(r % 2) : double_bytes(r % (c + 2) + 0.5 * (r % 2));
  };
  if (columns) {
    for (int c = 0; c < 4; ++c) {
      for (int r = 0; r < rows; ++r) text += cell(r, c);
    }
    return npy("<f8", "(4, " + std::to_string(rows) + ")", text);
  }
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < 4; ++c) text += cell(r, c);
  }
  return npy("<f8", "(" + std::to_string(rows) + ", 4)", text);
}

TEST_F(ModelTerms, samples_in_columns_are_remembered) {
  write_whole_file(folder_ / "columns.npy", numbers_table(40, true));
  write_whole_file(folder_ / "rows.npy", numbers_table(40, false));
  write_whole_file(folder_ / "square.npy", numbers_table(4, true));
  train("columns.npy", {"--epochs", "2", "--set", "data.orientation=columns"});
  const json there = evaluation("columns.npy");
  EXPECT_EQ(there["rows"], 40);
  // The same samples in rows, found or said; a square table, which fits both ways, as in training.
  EXPECT_EQ(evaluation("rows.npy"), there);
  EXPECT_EQ(evaluation("rows.npy", {"--orientation", "rows"}), there);
  EXPECT_EQ(evaluation("columns.npy", {"--orientation", "columns"}), there);
  EXPECT_EQ(evaluation("square.npy")["rows"], 4);
  EXPECT_EQ(evaluate("columns.npy", {"--orientation", "rows"}).exit_code, 2);
  const ProcessResult predicted = gradus_program({"predict", folder_ / "run", "--data", folder_ / "columns.npy"});
  EXPECT_EQ(count_lines(predicted.out), 41) << predicted.err;
  // A model of rows reads rows.
  train("rows.npy", {"--epochs", "2"});
  EXPECT_EQ(evaluation("rows.npy")["rows"], 40);
}

// Pictures of 2 x 2 pixels: as bytes, and divided by `divisor`.
std::string pictures(bool bytes, double divisor = 1.0) {
  std::string x;
  std::string y;
  for (int r = 0; r < 40; ++r) {
    for (int p = 0; p < 4; ++p) {
      const int pixel = (r % 2 == p % 2 ? 200 : 10) + (r * 7 + p * 3) % 50;
      x += bytes ? std::string(1, static_cast<char>(pixel)) : float_bytes(static_cast<float>(pixel / divisor));
    }
    y += static_cast<char>(r % 2);
  }
  return zip({{"X.npy", npy(bytes ? "|u1" : "<f4", "(40, 2, 2)", x)}, {"y.npy", npy("|u1", "(40,)", y)}}, false);
}

TEST_F(ModelTerms, pictures_as_bytes_and_as_floats_are_the_same_pictures) {
  write_whole_file(folder_ / "bytes.npz", pictures(true));
  write_whole_file(folder_ / "floats.npz", pictures(false, 255.0));
  write_whole_file(folder_ / "large.npz", pictures(false));
  for (const char* first : {"bytes.npz", "floats.npz"}) {
    for (const char* standardize : {"false", "true"}) {
      train(first, {"--epochs", "4", "--lr", "0.05", "--set", std::string("data.standardize=") + standardize});
      const std::string other = first == std::string("bytes.npz") ? "floats.npz" : "bytes.npz";
      const double here = evaluation(first)["loss"];
      const ProcessResult there = evaluate(other);
      EXPECT_NEAR(json::parse(there.out)["loss"].get<double>(), here, 1e-4) << first;
      EXPECT_NE(there.err.find("converted"), std::string::npos) << there.err;
      EXPECT_EQ(evaluate(first).err.find("converted"), std::string::npos);
    }
  }
  // Floats up to 255 are not what a model of floats up to 1 had: the note asks.
  const ProcessResult large = evaluate("large.npz");
  EXPECT_NE(large.err.find("same unit"), std::string::npos) << large.err;
}

}  // namespace
}  // namespace gradus::test
