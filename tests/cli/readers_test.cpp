// Formats, validation files and numbers at the ends of a type's range, from the outside.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "cli/program.hpp"
#include "data/fixtures.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using Words = std::vector<std::string>;

json result_of(const Words& words) {
  const ProcessResult result = gradus_program(words);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return result.exit_code == 0 ? json::parse(result.out) : json();
}

/// A gigabyte; sanitizers reserve more than that for themselves.
void limit_memory() {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  const rlimit limit{rlim_t{1} << 30, rlim_t{1} << 30};
  setrlimit(RLIMIT_AS, &limit);
#endif
}

/// 40 rows of four features, two classes well apart; feature 4 in the first row alone.
std::string svm_rows(const std::string& first = " 4:0.5") {
  std::string text;
  for (int r = 0; r < 40; ++r)
    text += (r % 2 ? "1 1:2.5 3:" : "-1 1:-2 2:") + std::to_string(r % 5) + (r ? "\n" : first + "\n");
  return text;
}

TEST(Readers, a_model_takes_libsvm_files_with_fewer_features) {
  const TempDir folder;
  const std::string data = write_bytes(folder / "a.svm", svm_rows());
  const ProcessResult trained =
      gradus_program({"train", "--data", data, "--epochs", "30", "--quiet", "--out", folder / "run"});
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  const std::string fewer = write_bytes(folder / "a.t", svm_rows(""));
  EXPECT_EQ(result_of({"evaluate", folder / "run", "--data", fewer, "--json"}).at("accuracy"), 1.0);
  const ProcessResult more =
      gradus_program({"evaluate", folder / "run", "--data", write_bytes(folder / "b.t", svm_rows(" 5:1"))});
  EXPECT_EQ(more.exit_code, 2);
  EXPECT_THAT(more.err, AllOf(HasSubstr("4 features, as the model reads"), HasSubstr("5")));
  // Rows to predict need no labels.
  const ProcessResult predicted =
      gradus_program({"predict", folder / "run", "--data", write_bytes(folder / "c.t", "1:2.5 3:1\n1:-2 2:1\n"),
                      "--out", folder / "p.csv"});
  ASSERT_EQ(predicted.exit_code, 0) << predicted.err;
  EXPECT_THAT(read_whole_file(folder / "p.csv"), HasSubstr("1"));
}

TEST(Readers, sets_of_labels_are_those_of_the_model) {
  const TempDir folder;
  std::string rows;
  for (int r = 0; r < 30; ++r) rows += r % 3 == 0 ? "1,3 1:1\n" : r % 3 == 1 ? "2 2:1\n" : " 3:1\n";
  ASSERT_EQ(gradus_program({"train", "--data", write_bytes(folder / "a.svm", rows), "--epochs", "60", "--quiet",
                            "--out", folder / "run"})
                .exit_code,
            0);
  // The file lacks label 2.
  const std::string fewer = write_bytes(folder / "b.svm", "1,3 1:1\n 3:1\n");
  EXPECT_EQ(result_of({"evaluate", folder / "run", "--data", fewer, "--json"}).at("accuracy"), 1.0);
}

TEST(Readers, arff_trains_and_evaluates_with_declared_classes) {
  const TempDir folder;
  std::string rows;
  for (int r = 0; r < 40; ++r) rows += r % 2 ? "7.5,-2.8,yes\n" : "{0 -4,1 4.5}\n";
  const std::string head = "@relation toy\n@attribute a numeric\n@attribute b numeric\n@attribute class ";
  const std::string data = write_bytes(folder / "d.arff", head + "{no,yes}\n@data\n" + rows);
  ASSERT_EQ(gradus_program({"train", "--data", data, "--epochs", "30", "--quiet", "--out", folder / "run"}).exit_code,
            0);
  EXPECT_EQ(result_of({"data", "info", data, "--json"}).at("classes"), (Words{"no", "yes"}));
  // Another order in another file: the first declared value is what sparse rows leave out.
  const std::string other =
      write_bytes(folder / "e.arff", head + "{yes, no}\n@data\n7.5,-2.8,yes\n{0 -4,1 4.5,2 no}\n");
  EXPECT_EQ(result_of({"evaluate", folder / "run", "--data", other, "--json"}).at("accuracy"), 1.0);
}

TEST(Readers, a_validation_file_is_the_validation_part) {
  const TempDir folder;
  const std::string data = write_bytes(folder / "a.csv", small_csv());
  const std::string valid = write_bytes(folder / "v.csv.zst", zstd("x,y,answer\n6,0,yes\n0,4,no\n1,1,no\n"));
  const json info = result_of({"data", "info", data, "--valid-data", valid, "--json"});
  ASSERT_EQ(info.at("parts").size(), 2U) << info;
  EXPECT_EQ(info["parts"][1].at("part"), "valid");
  EXPECT_EQ(info["parts"][1].at("rows"), 3);
  const ProcessResult trained = gradus_program(
      {"train", "--data", data, "--valid-data", valid, "--epochs", "2", "--out", folder / "run", "--json"});
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  const json evaluation =
      result_of({"evaluate", folder / "run", "--data", data, "--valid-data", valid, "--part", "valid", "--json"});
  EXPECT_EQ(evaluation.at("rows"), 3);
}

TEST(Readers, a_large_batch_takes_the_memory_of_the_rows) {
  const TempDir folder;
  const Words words = {"train",    "--data",    write_bytes(folder / "a.csv", small_csv()),
                       "--epochs", "2",         "--hidden",
                       "512",      "--threads", "1",
                       "--valid",  "0",         "--json",
                       "--quiet",  "--out",     "none"};
  const auto with_batch = [&](const char* batch, const char* dtype) {
    Words all = words;
    all.insert(all.end(), {"--batch", batch, "--dtype", dtype});
    const ProcessResult result = gradus_program(all, limit_memory);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.exit_code == 0 ? json::parse(result.out).at("weights_sha256") : json();
  };
  for (const char* dtype : {"f32", "f64", "mixed"}) {
    const json expected = with_batch("60", dtype);
    EXPECT_EQ(with_batch("1000000", dtype), expected) << dtype;
    EXPECT_EQ(with_batch("10000000", dtype), expected) << dtype;
  }
}

TEST(Readers, numbers_beyond_f32_are_named_before_anything_is_written) {
  const TempDir folder;
  std::string rows = "a,b,y\n";
  for (int r = 0; r < 20; ++r)
    rows += std::to_string(r) + "," + (r == 7 ? "1e39" : "2") + "," + std::to_string(r % 2) + "\n";
  const std::string data = write_bytes(folder / "d.csv", rows);
  const Words words = {"train",   "--data", data,           "--epochs",           "1",
                       "--quiet", "--out",  folder / "run", "--standardize=false"};
  const ProcessResult refused = gradus_program(words);
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_EQ(count_lines(refused.err), 1) << refused.err;
  EXPECT_THAT(refused.err, AllOf(HasSubstr("d.csv: row 7"), HasSubstr("column 'b'"), HasSubstr("1e+39"),
                                 HasSubstr("f32"), HasSubstr("training.dtype to f64"), HasSubstr("data.standardize")));
  for (const Words& more : {Words{"--dtype", "f64"}, Words{"--set", "data.standardize=true", "--valid", "0"}}) {
    Words all = words;
    all.insert(all.end(), more.begin(), more.end());
    all.push_back("--force");
    const ProcessResult result = gradus_program(all);
    EXPECT_EQ(result.exit_code, 0) << result.err;
  }
}

TEST(Readers, columns_of_any_size_are_standardised) {
  const TempDir folder;
  for (const char* size : {"e200", "e-200", "e300", "e160"}) {
    std::string rows = "a,b,y\n";
    for (int r = 0; r < 40; ++r)
      rows += (r % 2 ? "2" : "1") + std::string(size) + ",0.5," + std::to_string(r % 2) + "\n";
    const std::string data = write_bytes(folder / "d.csv", rows);
    const ProcessResult trained = gradus_program({"train", "--data", data, "--standardize", "--epochs", "40", "--valid",
                                                  "0", "--quiet", "--force", "--out", folder / "run"});
    ASSERT_EQ(trained.exit_code, 0) << trained.err;
    EXPECT_EQ(result_of({"evaluate", folder / "run", "--data", data, "--json"}).at("accuracy"), 1.0) << size;
  }
}

}  // namespace
}  // namespace gradus::test
