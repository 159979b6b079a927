// Predictions of label sets and of several quantities: in every format, by their columns' names.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "cli/program.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

class LabelSets : public testing::Test {
 protected:
  void train(const std::string& labels, const std::string& task) {
    std::string text = "a,b,sunny,windy\n";
    for (int r = 0; r < 90; ++r)
      text += fmt::format("{},{},{},{}\n", r % 9 - 4, r % 7 - 3, r % 9 > 4 ? 1 : 0, r % 7 > 3 ? 1 : 0);
    write_whole_file(folder_ / "t.csv", text);
    const ProcessResult result =
        gradus_program({"train", "--data", folder_ / "t.csv", "--label", labels, "--task", task, "--epochs", "20",
                        "--quiet", "--no-report", "--force", "--out", folder_ / "run"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }
  ProcessResult predict(std::vector<std::string> more) {
    std::vector<std::string> words = {"predict", folder_ / "run", "--data", folder_ / "t.csv"};
    words.insert(words.end(), more.begin(), more.end());
    return gradus_program(words);
  }
  TempDir folder_;
};

std::vector<std::vector<double>> numbers_of(const std::string& csv) {
  std::vector<std::vector<double>> rows;
  std::istringstream lines(csv.substr(csv.find('\n') + 1));
  for (std::string line; std::getline(lines, line);) {
    rows.emplace_back();
    std::istringstream fields(line);
    for (std::string field; std::getline(fields, field, ',');) rows.back().push_back(std::stod(field));
  }
  return rows;
}

TEST_F(LabelSets, are_a_column_of_0_and_1_for_every_label) {
  train("sunny,windy", "multilabel");
  const ProcessResult csv = predict({"--probabilities"});
  EXPECT_THAT(csv.out, StartsWith("sunny,windy,p_sunny,p_windy\n"));
  const auto rows = numbers_of(csv.out);
  ASSERT_EQ(rows.size(), 90U);
  const ProcessResult moved = predict({"--threshold", "0.9,0.01"});
  EXPECT_THAT(moved.out, StartsWith("sunny,windy\n"));
  const auto moved_rows = numbers_of(moved.out);
  ASSERT_EQ(predict({"--out", folder_ / "p.json"}).exit_code, 0);
  ASSERT_EQ(predict({"--out", folder_ / "p.npy"}).exit_code, 0);
  const json object = json::parse(read_whole_file(folder_ / "p.json"));
  const std::string npy = read_whole_file(folder_ / "p.npy");
  EXPECT_THAT(npy, HasSubstr("'<i8', 'fortran_order': False, 'shape': (90, 2)"));
  const std::string cells = npy.substr(npy.size() - 90 * 2 * 8);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    json expected = json::array();
    for (std::size_t k = 0; k < 2; ++k) {
      EXPECT_EQ(rows[r][k], rows[r][2 + k] >= 0.5 ? 1.0 : 0.0);
      EXPECT_EQ(moved_rows[r][k], rows[r][2 + k] >= (k == 0 ? 0.9 : 0.01) ? 1.0 : 0.0);
      EXPECT_EQ(cells[(r * 2 + k) * 8], static_cast<char>(rows[r][k]));
      if (rows[r][k] == 1.0) expected.push_back(k == 0 ? "sunny" : "windy");
    }
    EXPECT_EQ(object["rows"][r]["labels"], expected) << r;
  }
}

TEST_F(LabelSets, are_measured_by_name_and_as_sets) {
  train("sunny,windy", "multilabel");
  const ProcessResult table = gradus_program({"evaluate", folder_ / "run", "--data", folder_ / "t.csv"});
  EXPECT_THAT(table.out, HasSubstr("subset accuracy"));
  EXPECT_THAT(table.out, HasSubstr("\nlabel"));
  EXPECT_THAT(table.out, HasSubstr("\nsunny"));
  const ProcessResult wrong =
      gradus_program({"evaluate", folder_ / "run", "--data", folder_ / "t.csv", "--threshold", "0.1,0.2,0.3"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("--threshold: expected one for all labels or 2, one each, found 3"));
}

TEST_F(LabelSets, may_be_written_as_words) {
  const auto weights_of = [this](const char* yes, const char* no, const char* right, const char* wrong) {
    std::string text = "a,b,sunny,windy\n";
    for (int r = 0; r < 90; ++r) {
      text += fmt::format("{},{},{},{}\n", r % 9 - 4, r % 7 - 3, r % 9 > 4 ? yes : no, r % 7 > 3 ? right : wrong);
    }
    write_whole_file(folder_ / "w.csv", text);
    const ProcessResult result =
        gradus_program({"train", "--data", folder_ / "w.csv", "--label", "sunny,windy", "--epochs", "2", "--json",
                        "--no-report", "--quiet", "--force", "--out", folder_ / "words"});
    return result.exit_code == 0 ? json::parse(result.out)["weights_sha256"].get<std::string>() : result.err;
  };
  const std::string numbers = weights_of("1", "0", "1", "0");
  EXPECT_EQ(numbers.size(), 64U) << numbers;
  EXPECT_EQ(weights_of("yes", "no", "True", "False"), numbers);
  EXPECT_EQ(weights_of("TRUE", "FALSE", "1", "0"), numbers);
  EXPECT_THAT(weights_of("yes", "perhaps", "1", "0"),
              HasSubstr("column 2 (from 0): expected numbers (or true and false"));
}

TEST_F(LabelSets, several_quantities_keep_their_names) {
  train("a,b", "regression");
  EXPECT_THAT(predict({}).out, StartsWith("a,b\n"));
}

}  // namespace
}  // namespace gradus::test
