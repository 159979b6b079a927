// Text tables from the outside: notes, pipes, options, class names that come back.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/program.hpp"
#include "data/fixtures.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

/// A shell command in which $0 is the program.
ProcessResult shell(const std::string& command) {
  return run_process({"/bin/bash", "-c", command, GRADUS_PROGRAM});
}

/// 40 rows, two features, the labels `first` and `second` in turn, well apart.
std::string two_classes(const std::string& header, const std::string& first, const std::string& second) {
  std::string text = header + "\n";
  for (int r = 0; r < 20; ++r) text += "7.5,-2." + std::to_string(r) + "," + first + "\n-4,4.5," + second + "\n";
  return text;
}

TEST(TextTables, notes_are_printed_beside_the_results) {
  const TempDir folder;
  const std::string path = write_bytes(folder / "a.csv", "h;y\n1,5;0\n2,25;1\n");
  const ProcessResult info = gradus_program({"data", "info", path, "--json"});
  EXPECT_EQ(info.exit_code, 0);
  EXPECT_EQ(info.err, "note: " + path + ": numbers were read with a decimal comma; data.decimal can say otherwise\n");
  EXPECT_EQ(json::parse(info.out)["notes"].size(), 1U);
  const std::vector<std::string> train = {"train", "--data", path, "--epochs", "1", "--out", "none", "--valid", "0"};
  EXPECT_THAT(gradus_program(train).err, HasSubstr("note: " + path));
  const ProcessResult refused = gradus_program({"data", "info", path, "--decimal", "."});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_EQ(count_lines(refused.err), 1);
  EXPECT_EQ(gradus_program({"data", "info", path, "--decimal", ","}).err, "");
}

TEST(TextTables, data_come_from_pipes_and_standard_input) {
  const TempDir folder;
  const std::string path = write_bytes(folder / "a.csv", two_classes("a,b,y", "0", "1"));
  const std::string packed = write_bytes(folder / "a.csv.gz", gzip(two_classes("a,b,y", "0", "1")));
  const std::string sha = json::parse(gradus_program({"data", "info", path, "--json"}).out)["sha256"];
  for (const std::string& command :
       {"cat " + path + " | \"$0\" data info - --json", "cat " + path + " | \"$0\" data info /dev/stdin --json",
        "\"$0\" data info <(zcat " + packed + ") --json", "\"$0\" data info - --json < " + path}) {
    const ProcessResult result = shell(command);
    ASSERT_EQ(result.exit_code, 0) << command << result.err;
    EXPECT_EQ(json::parse(result.out)["sha256"], sha) << command;
  }
  // The reader looks twice for a label that is not there.
  const std::string run = folder / "run";
  EXPECT_EQ(shell("cat " + path + " | \"$0\" train --data - --epochs 5 --lr 0.05 --quiet --out " + run).exit_code, 0);
  const ProcessResult predicted = shell("printf 'a,b\\n7.5,-2\\n-4,4\\n' | \"$0\" predict " + run + " --data -");
  EXPECT_EQ(predicted.out, "class\n0\n1\n") << predicted.err;
  EXPECT_EQ(shell("\"$0\" data info - < /dev/null").exit_code, 2);
}

TEST(TextTables, class_names_come_back_as_they_were) {
  const TempDir folder;
  const struct {
    std::string bytes, printed;
  } pairs[2][2] = {{{"001", "001"}, {"010", "010"}}, {{"Caf\xe9", "Caf\xc3\xa9"}, {"Caf\xe8", "Caf\xc3\xa8"}}};
  for (const auto& pair : pairs) {
    const std::string path = write_bytes(folder / "a.csv", two_classes("a,b,y", pair[0].bytes, pair[1].bytes));
    const std::string run = folder / "run";
    ASSERT_EQ(
        gradus_program({"train", "--data", path, "--epochs", "20", "--lr", "0.05", "--quiet", "--force", "--out", run})
            .exit_code,
        0);
    const ProcessResult predicted = gradus_program({"predict", run, "--data", path});
    EXPECT_EQ(predicted.out.substr(0, predicted.out.find('\n', 6) + 1), "class\n" + pair[0].printed + "\n");
    EXPECT_THAT(predicted.out, HasSubstr("\n" + pair[1].printed + "\n"));
    const ProcessResult evaluated = gradus_program({"evaluate", run, "--data", path, "--json"});
    ASSERT_EQ(evaluated.exit_code, 0) << evaluated.err;
    EXPECT_EQ(json::parse(evaluated.out)["accuracy"], 1.0);
  }
}

TEST(TextTables, model_that_knows_codes_as_numbers_reads_them) {
  const TempDir folder;
  const std::string numbers = write_bytes(folder / "numbers.csv", two_classes("a,b,y", "1", "10"));
  const std::string codes = write_bytes(folder / "codes.csv", two_classes("a,b,y", "001", "010"));
  const std::string run = folder / "run";
  ASSERT_EQ(
      gradus_program({"train", "--data", numbers, "--epochs", "20", "--lr", "0.05", "--quiet", "--out", run}).exit_code,
      0);
  const ProcessResult evaluated = gradus_program({"evaluate", run, "--data", codes, "--json"});
  ASSERT_EQ(evaluated.exit_code, 0) << evaluated.err;
  EXPECT_EQ(json::parse(evaluated.out)["accuracy"], 1.0);
  const std::string others = write_bytes(folder / "others.csv", two_classes("a,b,y", "001", "100"));
  EXPECT_THAT(gradus_program({"evaluate", run, "--data", others}).err,
              HasSubstr("labels that the model knows, found '100'"));
}

}  // namespace
}  // namespace gradus::test
