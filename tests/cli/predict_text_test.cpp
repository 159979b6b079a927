// What `gradus predict` writes as CSV: kept columns, digits, and the same whether the table comes as a file or packed.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "cli/program.hpp"
#include "data/fixtures.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class PredictText : public testing::Test {
 protected:
  void SetUp() override {
    std::string text = "id,x,colour,answer,note\n";
    for (int r = 0; r < 60; ++r) {
      text += fmt::format("{:03},{}.50,{},{},\"row {}, it is\"\n", r, r % 7, r % 3 == 0 ? "red" : "blue",
                          r % 7 > 3 ? "yes" : "no", r);
    }
    data = write_bytes(folder / "train.csv", text);
    model = train({});
  }
  std::string train(const std::vector<std::string>& more) {
    std::vector<std::string> words = {"train",       "--data",  data,       "--label",     "answer",
                                      "--ignore",    "id,note", "--epochs", "2",           "--quiet",
                                      "--no-report", "--force", "--out",    folder / "run"};
    words.insert(words.end(), more.begin(), more.end());
    const ProcessResult result = gradus_program(words);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return folder / "run";
  }
  [[nodiscard]] ProcessResult predict(const std::string& table, std::vector<std::string> more = {}) const {
    std::vector<std::string> words = {"predict", model, "--data", table};
    words.insert(words.end(), more.begin(), more.end());
    return gradus_program(words);
  }

  TempDir folder;
  std::string data;
  std::string model;
};

TEST_F(PredictText, kept_columns_stand_in_front_as_they_are_written) {
  const std::string plain = predict(data, {"--probabilities"}).out;
  const ProcessResult kept = predict(data, {"--probabilities", "--keep", "note,i*,-2,1"});
  ASSERT_EQ(kept.exit_code, 0) << kept.err;
  EXPECT_THAT(kept.out, StartsWith("note,id,answer,x,class,p_no,p_yes\n\"row 0, it is\",000,no,0.50,"));
  std::istringstream lines(kept.out);
  std::string without;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find('"', 1);  // behind the quoted field, then three more
    std::size_t at = line.starts_with("\"") ? first + 1 : line.find(',');
    for (int k = 0; k < 3; ++k) at = line.find(',', at + 1);
    without += line.substr(at + 1) + "\n";
  }
  EXPECT_EQ(without, plain);
}

TEST_F(PredictText, cells_that_would_be_formulas_are_guarded) {
  std::string text = "=x,id,kind\n";
  for (int r = 0; r < 60; ++r) {
    text += fmt::format("{},{},{}\n", r % 7, r % 2 == 0 ? "=1+1" : "-5", r % 7 > 3 ? "@yes" : "no");
  }
  const std::string table = write_bytes(folder / "formulas.csv", text);
  const ProcessResult trained =
      gradus_program({"train", "--data", table, "--label", "kind", "--ignore", "id", "--epochs", "2", "--quiet",
                      "--no-report", "--force", "--out", folder / "run"});
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  const std::string guarded = predict(table, {"--keep", "id,=x", "--probabilities"}).out;
  EXPECT_THAT(guarded, StartsWith("id,'=x,class,p_@yes,p_no\n'=1+1,0,"));
  EXPECT_THAT(guarded, HasSubstr("\n-5,"));
  EXPECT_THAT(guarded, HasSubstr(",'@yes,"));
  const std::string raw = predict(table, {"--keep", "id,=x", "--probabilities", "--raw"}).out;
  EXPECT_THAT(raw, StartsWith("id,=x,class,p_@yes,p_no\n=1+1,0,"));
  EXPECT_EQ(raw.find('\''), std::string::npos);
  EXPECT_THAT(raw, HasSubstr(",@yes,"));
}

TEST_F(PredictText, packed_and_piped_tables_are_predicted_alike) {
  const std::string expected = predict(data, {"--keep", "id"}).out;
  EXPECT_EQ(count_lines(expected), 61);
  const std::string text = read_whole_file(data);
  EXPECT_EQ(predict(write_bytes(folder / "p.csv.gz", gzip(text)), {"--keep", "id"}).out, expected);
  std::string lines = text;
  for (std::size_t at = 0; (at = lines.find('\n', at)) != std::string::npos; at += 2) lines.replace(at, 1, "\r\n");
  EXPECT_EQ(predict(write_bytes(folder / "lines.csv", lines + "# the end\n\n"), {"--keep", "id"}).out, expected);
}

TEST_F(PredictText, keep_that_cannot_be_is_refused) {
  EXPECT_THAT(predict(data, {"--keep", "size"}).err, HasSubstr("--keep: expected a column among id, x, colour"));
  EXPECT_THAT(predict(data, {"--keep", "id", "--out", folder / "p.npy"}).err,
              HasSubstr("--keep: expected predictions"));
  EXPECT_THAT(predict(data, {"--keep", "id", "--part", "train"}).err, HasSubstr("--keep: expected predictions"));
  const ProcessResult wrong = predict(write_bytes(folder / "w.csv", "x,colour\n1,red\nwrong,red\n"),
                                      {"--keep", "x", "--out", folder / "w_out.csv"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("line 3, column 0 (from 0) 'x': expected a number, found 'wrong'"));
  EXPECT_FALSE(std::filesystem::exists(folder / "w_out.csv"));
}

/// The longest field of a text of CSV.
std::size_t longest_number(const std::string& text) {
  std::size_t longest = 0;
  std::istringstream fields(text.substr(text.find('\n') + 1));
  for (std::string field; std::getline(fields, field, ',');)
    longest = std::max(longest, field.find('\n') == std::string::npos ? field.size() : field.find('\n'));
  return longest;
}

TEST_F(PredictText, probabilities_have_the_digits_of_their_type) {
  const std::string single = predict(data, {"--probabilities"}).out;
  EXPECT_LE(longest_number(single), 14U);  // 0.0012345679, say
  model = train({"--dtype", "f64"});
  EXPECT_GE(longest_number(predict(data, {"--probabilities"}).out), 15U);
}

}  // namespace
}  // namespace gradus::test
