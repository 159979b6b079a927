// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "data/text_fixtures.hpp"
#include "gradus/core/error.hpp"
#include "gradus/core/random.hpp"

namespace gradus::test {
namespace {

using testing::HasSubstr;

TEST(TextTable, header_and_string_labels_are_found) {
  const Dataset dataset = read_text("width,height,kind\n1,2,oak\n3,4,ash\n5,6,oak\n");
  EXPECT_EQ(dataset.feature_names, (std::vector<std::string>{"width", "height"}));
  EXPECT_EQ(dataset.target_name, "kind");
  EXPECT_EQ(dataset.class_names, (std::vector<std::string>{"ash", "oak"}));
  EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{1, 0, 1}));
  EXPECT_EQ(feature(dataset, 2, 1), 6.0);
}

TEST(TextTable, weight_column_by_name_or_number_leaves_the_features) {
  SourceOptions options;
  options.label = "kind";
  const std::string text = "a,share,kind,b\n1,0.5,oak,2\n3,0,ash,4\n5,2.25,oak,6\n";
  for (const char* column : {"share", "1", "-2"}) {
    options.weight = column;
    const Dataset dataset = read_text(text, options);
    EXPECT_EQ(dataset.table.weights, (std::vector<double>{0.5, 0.0, 2.25})) << column;
    EXPECT_EQ(dataset.feature_names, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(dataset.weight_name, "share");
    EXPECT_EQ(feature(dataset, 2, 1), 6.0);
  }
  options.weight = "shares";
  EXPECT_THAT(text_error(text, options), HasSubstr("weight column among a, share, b, found 'shares'"));
  options.weight = "share";
  EXPECT_THAT(text_error("a,share,kind\n1,1,oak\n2,-0.5,ash\n", options),
              HasSubstr("row 1 (from 0): expected a weight"));
  EXPECT_THAT(text_error("share,kind\n1,oak\n2,ash\n", options), HasSubstr("beside the features"));
}

TEST(TextTable, file_without_header_keeps_its_first_row) {
  const Dataset dataset = read_text("5.1,3.5,setosa\n4.9,3,virginica\n");
  EXPECT_EQ(dataset.train.size(), 2u);
  EXPECT_TRUE(dataset.feature_names.empty());
  EXPECT_EQ(feature(dataset, 0, 0), 5.1);
}

TEST(TextTable, label_column_is_chosen_by_name_number_or_from_the_end) {
  SourceOptions options;
  const std::string text = "kind,a,b\n0,10,20\n1,30,40\n";
  for (const char* label : {"kind", "0", "-3"}) {
    options.label = label;
    const Dataset dataset = read_text(text, options);
    EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{0, 1})) << label;
    EXPECT_EQ(feature(dataset, 1, 0), 30.0);
  }
  options.label = "none";
  EXPECT_EQ(read_text(text, options).num_features(), 3u);
  options.label = "sort";
  EXPECT_THAT(text_error(text, options), HasSubstr("label column among kind, a, b, found 'sort'"));
  options.label = "3";
  EXPECT_THAT(text_error(text, options), HasSubstr("found '3'"));
}

TEST(TextTable, quotes_line_ends_delimiters_and_byte_order_mark_are_understood) {
  const Dataset quoted = read_text("\xef\xbb\xbf\"a \"\"1\"\"\",\"b,c\",y\r\n\"1.5\", 2 ,\"x, y\"\r\n3,+4e0,z\r\n\r\n");
  EXPECT_EQ(quoted.feature_names, (std::vector<std::string>{"a \"1\"", "b,c"}));
  EXPECT_EQ(quoted.class_names, (std::vector<std::string>{"x, y", "z"}));
  EXPECT_EQ(feature(quoted, 1, 1), 4.0);
  EXPECT_EQ(feature(read_text("1\t2\t0\n3\t4\t1", {}, "a.tsv"), 1, 1), 4.0);
  EXPECT_EQ(feature(read_text("1;2;0\n3;4;1\n"), 1, 1), 4.0);
  EXPECT_EQ(feature(read_text("  1  2   0 \n 3\t4  1\n", {}, "a.txt"), 1, 1), 4.0);
}

TEST(TextTable, numeric_target_is_class_or_quantity_by_the_documented_rule) {
  EXPECT_EQ(read_text("1,3\n2,5\n3,3\n").class_names, (std::vector<std::string>{"3", "5"}));
  EXPECT_EQ(read_text("1,0.0000\n2,1.0000\n").class_names, (std::vector<std::string>{"0", "1"}));
  EXPECT_EQ(read_text("1,0.25\n2,1.75\n3,8.5\n").task, Task::kRegression);
  EXPECT_EQ(read_text("1,0.5\n2,1.5\n3,0.5\n4,1.5\n").task, Task::kClassification);
  SourceOptions options;
  options.task = "regression";
  const Dataset forced = read_text("1,3\n2,5\n", options);
  EXPECT_EQ(forced.task, Task::kRegression);
  EXPECT_EQ(forced.table.values(1, 0), 5.0);
  EXPECT_EQ(forced.num_outputs(), 1u);
}

TEST(TextTable, mistakes_are_reported_with_line_and_column) {
  EXPECT_THAT(text_error("1,2,0\n3,4\n"), HasSubstr("line 2: expected 3 fields, found 2"));
  EXPECT_THAT(text_error("1,2,0\n3,4,1,\n"), HasSubstr("line 2: expected 3 fields, found 4"));
  EXPECT_THAT(text_error("1,2,0\n\n3,inf,1\n"),
              HasSubstr("line 3, column 1 (from 0): expected a finite number, found 'inf'"));
  EXPECT_THAT(text_error("a,b,y\n1,-inf,0\n"), HasSubstr("line 2, column 1 (from 0) 'b': expected a finite number"));
  EXPECT_THAT(text_error("1,2,0\n-inf,2,0\n"), HasSubstr("finite"));
  EXPECT_THAT(text_error("1,2,0\n1e999,2,0\n"), HasSubstr("finite"));
  EXPECT_THAT(text_error("1,2,\n"), HasSubstr("a label"));
  EXPECT_THAT(text_error("1,\"2,0\n"), HasSubstr("closing quote"));
  EXPECT_THAT(text_error(""), HasSubstr("empty file"));
  EXPECT_THAT(text_error("a,b\n"), HasSubstr("rows of numbers"));
}

TEST(TextTable, further_file_becomes_the_test_part_with_the_same_classes) {
  const TempDir folder;
  SourceOptions options;
  options.test_path = write_bytes(folder / "test.csv", "a,kind\n7,oak\n");
  const std::string train = write_bytes(folder / "train.csv", "a,kind\n1,ash\n2,oak\n");
  const Dataset dataset = read_source(train, options);
  EXPECT_EQ(dataset.test, (std::vector<std::uint32_t>{2}));
  EXPECT_EQ(dataset.table.labels[2], 1);
  write_bytes(options.test_path, "a,kind\n7,elm\n");
  EXPECT_THAT(error_of(train, options), HasSubstr("line 2: expected one of the classes ash, oak, found label 'elm'"));
  write_bytes(options.test_path, "a,b,kind\n7,8,oak\n");
  EXPECT_EQ(read_source(train, options).table.rows(), 3U);
  write_bytes(options.test_path, "b,kind\n7,oak\n");
  EXPECT_THAT(error_of(train, options), HasSubstr("expected the column a, found a table without it"));
}

TEST(TextTable, thousands_of_changed_bytes_are_survived) {
  const std::string good = "a,b,label\n1.5,2,\"x\"\n3,4,y\n5,6.25,x\n";
  RandomStream random(7, Purpose::kTest);
  for (int i = 0; i < 3000; ++i) {
    std::string changed = good.substr(0, random.below(good.size() + 1));
    for (int n = 0; n < 2 && !changed.empty(); ++n) {
      changed[random.below(changed.size())] = static_cast<char>(random.below(256));
    }
    try {
      read_text(changed);
    } catch (const Error&) {
    }
  }
}

TEST(TextTable, published_tables_have_their_counts) {
  struct Expected {
    std::string name;
    std::size_t inputs;
    std::vector<int> counts;
  };
  const std::vector<Expected> sets{{"tabular/digits.csv", 64, {178, 182, 177, 183, 181, 182, 181, 179, 174, 180}},
                                   {"tabular/digits_train.csv", 64, {376, 389, 380, 389, 387, 376, 377, 387, 380, 382}},
                                   {"tabular/iris.csv", 4, {50, 50, 50}},
                                   {"tabular/wine.csv", 13, {59, 71, 48}},
                                   {"tabular/breast_cancer.csv", 30, {212, 357}},
                                   {"tabular/winequality_red.csv", 11, {10, 53, 681, 638, 199, 18}},
                                   {"tabular/winequality_white.csv", 11, {20, 163, 1457, 2198, 880, 175, 5}},
                                   {"circles/cercles.txt", 2, {550, 550}}};
  for (const Expected& expected : sets) {
    const auto path = real_data(expected.name);
    if (!path) GTEST_SKIP() << "no " << expected.name;
    const Dataset dataset = read_source(path->string());
    EXPECT_EQ(dataset.num_features(), expected.inputs) << expected.name;
    std::vector<int> counts(dataset.num_outputs());
    for (const auto label : dataset.table.labels) ++counts[label];
    EXPECT_EQ(counts, expected.counts) << expected.name;
    EXPECT_EQ(dataset.image.has_value(), expected.inputs == 64);
  }
}

TEST(NamedSources, missing_set_lists_where_it_was_looked_for_and_how_to_get_it) {
  const TempDir folder;
  SourceOptions options;
  options.data_dir = folder.path().string();
  const char* configured = std::getenv("GRADUS_DATA_DIR");
  const std::string before = configured != nullptr ? configured : "";
  unsetenv("GRADUS_DATA_DIR");
  setenv("XDG_CACHE_HOME", folder.path().c_str(), 1);
  const std::string error = error_of("mnist", options);
  EXPECT_THAT(error, HasSubstr("gradus data fetch mnist"));
  EXPECT_THAT(error, HasSubstr(folder.path().string()));
  EXPECT_THAT(error_of("peaks-mat", options), HasSubstr("give its path"));
  EXPECT_THAT(error_of("mnits"), HasSubstr("did you mean 'mnist'"));
  if (configured != nullptr) setenv("GRADUS_DATA_DIR", before.c_str(), 1);
}

TEST(NamedSources, uci_digits_have_both_published_parts) {
  const auto path = real_data("tabular/digits.csv");
  if (!path) GTEST_SKIP() << "no tabular";
  SourceOptions options;
  options.data_dir = path->parent_path().parent_path().string();
  const Dataset dataset = read_source("digits-uci", options);
  EXPECT_EQ(dataset.train.size(), 3823u);
  EXPECT_EQ(dataset.test.size(), 1797u);
}

}  // namespace
}  // namespace gradus::test
