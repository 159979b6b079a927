// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "data/text_fixtures.hpp"
#include "gradus/core/error.hpp"
#include "gradus/core/random.hpp"
#include "support/process.hpp"

namespace gradus::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kPython = "/usr/bin/python3";

Dataset read_svm(const std::string& content, const SourceOptions& options = {}, const std::string& name = "a.svm") {
  return read_text(content, options, name);
}

std::string svm_error(const std::string& content, const SourceOptions& options = {}) {
  return text_error(content, options, "a.svm");
}

/// The same with a second file as test part.
Dataset read_two(const std::string& train, const std::string& test, SourceOptions options = {}) {
  const TempDir folder;
  options.test_path = write_bytes(folder / "a.t", test);
  return read_source(write_bytes(folder / "a.svm", train), options);
}

std::string error_of_two(const std::string& train, const std::string& test, SourceOptions options = {}) {
  const TempDir folder;
  options.test_path = write_bytes(folder / "a.t", test);
  return error_of(write_bytes(folder / "a.svm", train), options);
}

TEST(LibSvm, features_that_are_not_named_are_zero) {
  const Dataset dataset = read_svm("+1 1:0.5 3:-2\n-1 2:1e-3\n+1 \n");
  EXPECT_EQ(features_of(dataset), (std::vector<double>{0.5, 0, -2, 0, 1e-3, 0, 0, 0, 0}));
  EXPECT_EQ(dataset.class_names, (Names{"-1", "1"}));
  EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{1, 0, 1}));
  EXPECT_THAT(dataset.notes, IsEmpty());
}

TEST(LibSvm, smallest_index_says_whether_features_count_from_0) {
  EXPECT_EQ(features_of(read_svm("1 0:5 2:7\n2 1:6\n")), (std::vector<double>{5, 0, 7, 0, 6, 0}));
  const Dataset guessed = read_svm("1 2:5\n2 3:6\n");
  EXPECT_EQ(features_of(guessed), (std::vector<double>{0, 5, 0, 0, 0, 6}));
  ASSERT_EQ(guessed.notes.size(), 1U);
  EXPECT_THAT(guessed.notes[0], HasSubstr("counted from 1, though the smallest index is 2; data.index_base"));
  SourceOptions options;
  options.index_base = "0";
  const Dataset said = read_svm("1 1:5\n2 2:6\n", options);
  EXPECT_EQ(features_of(said), (std::vector<double>{0, 5, 0, 0, 0, 6}));
  EXPECT_THAT(said.notes, IsEmpty());
  options.index_base = "1";
  EXPECT_THAT(svm_error("1 0:5\n", options), HasSubstr("expected indexes from 1, found index 0"));
  options.index_base = "2";
  EXPECT_THAT(svm_error("1 1:5\n", options), HasSubstr("data.index_base: expected auto, 0 or 1"));
}

TEST(LibSvm, parts_share_the_number_of_features_and_where_they_count_from) {
  EXPECT_EQ(features_of(read_two("1 1:5 3:1\n2 2:6\n", "1 2:9\n")), (std::vector<double>{5, 0, 1, 0, 6, 0, 0, 9, 0}));
  EXPECT_EQ(features_of(read_two("1 1:5\n2 2:6\n", "1 3:9\n")), (std::vector<double>{5, 0, 0, 0, 6, 0, 0, 0, 9}));
  // Feature 0 occurs in the test file alone.
  EXPECT_EQ(features_of(read_two("1 1:5\n2 2:6\n", "1 0:9\n")), (std::vector<double>{0, 5, 0, 0, 0, 6, 9, 0, 0}));
  // A dense part has as many features as it has.
  const TempDir folder;
  SourceOptions options;
  options.test_path = write_bytes(folder / "b.svm", "0 2:8\n1 1:9\n");
  const Dataset mixed = read_source(write_bytes(folder / "a.csv", "1,2,3,0\n4,5,6,1\n"), options);
  EXPECT_EQ(features_of(mixed), (std::vector<double>{1, 2, 3, 4, 5, 6, 0, 8, 0, 9, 0, 0}));
  write_bytes(options.test_path, "0 4:8\n");
  EXPECT_THAT(error_of(folder / "a.csv", options), HasSubstr("b.svm: expected 3 features as in the training part"));
}

TEST(LibSvm, a_model_says_how_many_features_there_are_at_least) {
  SourceOptions options;
  options.num_features = 5;
  EXPECT_EQ(read_svm("1 1:5\n2 2:6\n", options).num_features(), 5U);
  options.num_features = 1;
  EXPECT_EQ(read_svm("1 1:5\n2 2:6\n", options).num_features(), 2U);
}

TEST(LibSvm, comments_blanks_and_line_ends) {
  const std::string rows = "# made by hand\r\n1\t1:5   2:6  # first\r\n\r\n  2 1:7 \r\n#2 1:8\r\n";
  const std::vector<double> expected = {5, 6, 7, 0};
  EXPECT_EQ(features_of(read_svm(rows)), expected);
  std::string old_mac = rows;
  std::erase(old_mac, '\n');
  EXPECT_EQ(features_of(read_svm(old_mac)), expected);
  EXPECT_EQ(features_of(read_svm("\xef\xbb\xbf" + rows)), expected);
  EXPECT_EQ(features_of(read_svm(gzip(rows), {}, "a.svm.gz")), expected);
}

TEST(LibSvm, labels_between_commas_are_sets) {
  const Dataset dataset = read_two("2,10 1:1\n 1:2\n3 1:3\n", "10,3 1:4\n");
  EXPECT_EQ(dataset.task, Task::kMultiLabel);
  EXPECT_EQ(dataset.class_names, (Names{"2", "3", "10"}));
  const auto values = dataset.table.values.span();
  EXPECT_EQ(std::vector<double>(values.begin(), values.end()),
            (std::vector<double>{1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1, 1}));
  EXPECT_THAT(error_of_two("1,2 1:1\n2 1:3\n", "7 1:4\n"),
              HasSubstr("a.t: line 1: expected one of the 2 labels of the training data, found '7'"));
  EXPECT_THAT(svm_error("1,2 1:1\n1,,2 1:3\n"), HasSubstr("line 2: expected labels between commas, found '1,,2'"));
  // A model knows more labels than a file has.
  SourceOptions options;
  options.task = "multilabel";
  options.label_names = {"1", "2", "3"};
  EXPECT_EQ(read_svm("2 1:1\n3 1:2\n", options).num_outputs(), 3U);
}

TEST(LibSvm, targets_may_be_quantities) {
  const Dataset dataset = read_svm("1.25 1:1\n-3e2 1:2\n7 2:3\n");
  EXPECT_EQ(dataset.task, Task::kRegression);
  const auto values = dataset.table.values.span();
  EXPECT_EQ(std::vector<double>(values.begin(), values.end()), (std::vector<double>{1.25, -300, 7}));
}

TEST(LibSvm, rows_without_labels_are_for_predictions) {
  SourceOptions options;
  options.label = "none";
  EXPECT_EQ(features_of(read_svm("1:5\n1:6 2:7\n", options)), (std::vector<double>{5, 0, 6, 7}));
  EXPECT_EQ(features_of(read_svm("0 1:5\n0 1:6 2:7\n", options)), (std::vector<double>{5, 0, 6, 7}));
  EXPECT_THAT(svm_error("1 1:5\n1:6\n"), HasSubstr("line 2: expected a label before the features, found none"));
  options.label = "price";
  EXPECT_THAT(svm_error("1 1:5\n", options), HasSubstr("data.label: expected nothing or none"));
}

TEST(LibSvm, is_recognised_by_its_content_where_the_name_says_nothing) {
  const std::string rows = "1 1:5 4:7\n-1 2:6\n";
  for (const char* name : {"a9a", "a.t", "mnist.scale", "a.txt", "b.libsvm", "c.svmlight"}) {
    EXPECT_EQ(read_svm(rows, {}, name).num_features(), 4U) << name;
  }
  EXPECT_EQ(read_svm(gzip(rows), {}, "a9a.gz").num_features(), 4U);
  EXPECT_EQ(read_svm("1:5 4:7\n1,3 2:6\n", {}, "yeast").num_outputs(), 2U);
  // Looked at up to a word that is cut.
  std::string wide = "1";
  for (int i = 1; i <= 2000; ++i) wide += " " + std::to_string(i) + ":0.25";
  EXPECT_EQ(read_svm(wide + "\n2 1:1\n", {}, "wide").num_features(), 2000U);
  // Tables stay tables.
  EXPECT_EQ(read_svm("1 2 3\n4 5 6\n", {}, "a.txt").num_features(), 2U);
  EXPECT_EQ(read_svm("x:1,y\n1,0\n2,1\n", {}, "a.txt").feature_names, (Names{"x:1"}));
}

TEST(LibSvm, what_is_wrong_is_said_with_its_line) {
  struct Wrong {
    const char* rows;
    const char* sentence;
  };
  const Wrong table[] = {
      {"1 1:5\n1 qid:3 1:5\n", "line 2: expected a label and INDEX:VALUE, found 'qid:3'; rankings are not learnt"},
      {"1 1:5\n1 3:5 2:6\n", "line 2: expected indexes that ascend, found 2 after 3"},
      {"1 1:5 1:6\n", "line 1: expected indexes that ascend, found 1 after 1"},
      {"1 1:5 2\n", "line 1: expected INDEX:VALUE with a whole index below 2^32, found '2'"},
      {"1 -1:5\n", "found '-1:5'"},
      {"1 1.5:5\n", "found '1.5:5'"},
      {"1 :5\n", "found ':5'"},
      {"1 4294967296:5\n", "found '4294967296:5'"},
      {"1 1:\n", "expected a finite number behind the index, found '1:'"},
      {"1 1:?\n", "expected a finite number behind the index, found '1:?'"},
      {"1 1:nan\n", "found '1:nan'"},
      {"1 1:1e999\n", "found '1:1e999'"},
      {"1 1:5:6\n", "found '1:5:6'"},
      {"1 1:red\n", "found '1:red'"},
      {"# nothing\n", "expected rows of LABEL INDEX:VALUE ..., found none"},
      {"1\n2\n", "expected features as INDEX:VALUE, found labels only"},
  };
  for (const Wrong& wrong : table) EXPECT_THAT(svm_error(wrong.rows), HasSubstr(wrong.sentence)) << wrong.rows;
}

TEST(LibSvm, huge_indexes_are_refused_before_memory_is_taken) {
  for (const char* index : {"100000000", "4294967295"}) {
    EXPECT_THAT(svm_error(std::string("1 1:5\n2 ") + index + ":1\n"), HasSubstr("expected a sparse matrix of at most"));
  }
  SourceOptions options;
  options.max_bytes = 8000;
  EXPECT_EQ(read_svm("1 1:5\n2 500:1\n", options).num_features(), 500U);
  EXPECT_THAT(svm_error("1 1:5\n2 501:1\n", options), HasSubstr("1000 elements with its zeros, found 2x501"));
  // Both parts count.
  EXPECT_THAT(error_of_two("1 1:5\n2 400:1\n", "1 1:1\n", options),
              HasSubstr("200 elements with its zeros, found 1x400"));
  // So do columns of labels.
  options.max_bytes = 200;
  EXPECT_THAT(svm_error("1,2,3,4,5,6,7,8,9 1:1\n1,10,11,12,13 1:1\n", options), HasSubstr("labels: expected"));
}

TEST(LibSvm, every_cut_and_changed_bytes_are_survived) {
  // A cut may leave good rows, so that cuts are only survived.
  const TempDir folder;
  SourceOptions options;
  options.max_bytes = 1 << 22;
  const std::string good = "1,2 1:5.5 3:-2e1 # first\n 2:1\n2 1:7 40:8\r\n3 qid:1 2:2\n";
  RandomStream random(3, Purpose::kTest);
  for (std::size_t i = 0; i < 3000 + good.size(); ++i) {
    std::string changed = i < good.size() ? good.substr(0, i) : good;
    for (std::uint64_t n = random.below(4); i >= good.size() && n > 0; --n) {
      changed[random.below(changed.size())] = static_cast<char>(random.below(256));
    }
    write_bytes(folder / "a.svm", changed);
    try {
      const Dataset dataset = read_source(folder / "a.svm", options);
      EXPECT_LE(8 * dataset.table.rows() * dataset.num_features(), options.max_bytes);
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("expected")) << changed;
    }
  }
}

/// Rows with comments, empty rows and gaps, from `base`.
std::string random_rows(RandomStream& random, int base, bool sets) {
  std::string text = "# random rows\n";
  for (int r = 0; r < 60; ++r) {
    text += sets ? std::to_string(random.below(5)) + "," + std::to_string(5 + random.below(5))
                 : std::to_string(random.normal());
    for (std::uint64_t index = base + random.below(2); index < 40; index += 1 + random.below(9)) {
      text += " " + std::to_string(index) + ":" + std::to_string(random.normal());
    }
    text += r % 7 == 0 ? "  # odd\n" : "\n";
  }
  return text;
}

TEST(LibSvm, equals_scikit_learn) {
  if (run_process({kPython, "-c", "import sklearn"}).exit_code != 0) GTEST_SKIP() << "scikit-learn is not installed";
  RandomStream random(5, Purpose::kTest);
  const TempDir folder;
  for (const int base : {0, 1}) {
    for (const bool sets : {false, true}) {
      const std::string path = write_bytes(folder / "a.svm", random_rows(random, base, sets));
      const ProcessResult result = run_process(
          {kPython, "-c",
           "import json,sys\nfrom sklearn.datasets import load_svmlight_file as load\nsets=sys.argv[2]=='1'\n"
           "x,y=load(sys.argv[1],multilabel=sets)\n"
           "k=sorted({l for s in y for l in s}) if sets else []\n"
           "print(json.dumps([x.toarray().ravel().tolist(),[[int(l in s) for l in k] for s in y] if sets else "
           "y.tolist()]))",
           path, sets ? "1" : "0"});
      ASSERT_EQ(result.exit_code, 0) << result.err;
      const nlohmann::json theirs = nlohmann::json::parse(result.out);
      const Dataset ours = read_source(path);
      EXPECT_EQ(features_of(ours), theirs[0].get<std::vector<double>>());
      std::vector<double> targets;
      for (const auto& row : theirs[1]) {
        for (const auto& value : sets ? row : nlohmann::json::array({row})) targets.push_back(value.get<double>());
      }
      const auto values = ours.table.values.span();
      EXPECT_EQ(std::vector<double>(values.begin(), values.end()), targets);
    }
  }
}

}  // namespace
}  // namespace gradus::test
