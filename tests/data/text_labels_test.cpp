// SPDX-License-Identifier: Apache-2.0
#include "data/text_labels.hpp"

#include "data/text_fixtures.hpp"

namespace gradus::test {
namespace {

using testing::HasSubstr;

TEST(TextLabels, codes_keep_their_zeros) {
  const Dataset dataset = read_text("a,code\n1,001\n2,010\n3,002\n4,001\n");
  EXPECT_EQ(dataset.class_names, (Names{"001", "002", "010"}));
  EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{0, 2, 1, 0}));
  EXPECT_EQ(read_text("1,00\n2,01\n3,00\n").class_names, (Names{"00", "01"}));
  EXPECT_EQ(read_text("1,\"02134\"\n2,\"90210\"\n").class_names, (Names{"02134", "90210"}));
  // The order is that of the numbers, with zeros or without.
  EXPECT_EQ(read_text("1,9\n2,10\n3,007\n").class_names, (Names{"007", "9", "10"}));
}

TEST(TextLabels, numbers_that_are_no_codes_are_named_as_before) {
  EXPECT_EQ(read_text("1,0.0000\n2,1.0000\n").class_names, (Names{"0", "1"}));
  EXPECT_EQ(read_text("1,0\n2,1\n").class_names, (Names{"0", "1"}));
  EXPECT_EQ(read_text("1,-01\n2,01\n").class_names, (Names{"-1", "1"}));
  EXPECT_EQ(read_text("1,01.5\n2,2.5\n3,2.5\n4,1.5\n").class_names, (Names{"1.5", "2.5"}));
}

TEST(TextLabels, one_number_in_two_ways_is_one_class_and_a_note) {
  const Dataset dataset = read_text("1,7\n2,07\n3,8\n");
  EXPECT_EQ(dataset.class_names, (Names{"7", "8"}));
  EXPECT_EQ(notes_of(dataset), ": the labels 7 and 07 were read as one number\n");
}

TEST(TextLabels, codes_are_numbers_for_regression_and_for_further_parts) {
  SourceOptions options;
  options.task = "regression";
  EXPECT_EQ(read_text("1,007\n2,010\n", options).table.values(0, 0), 7.0);
  const TempDir folder;
  options = {};
  options.test_path = write_bytes(folder / "test.csv", "1,10\n2,1\n");
  const Dataset dataset = read_source(write_bytes(folder / "train.csv", "1,001\n2,002\n3,010\n"), options);
  EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{0, 1, 2, 2, 0}));
  EXPECT_EQ(dataset.class_names, (Names{"001", "002", "010"}));
}

TEST(TextLabels, words_and_numbers_together_are_words) {
  EXPECT_EQ(read_text("1,007\n2,x\n").class_names, (Names{"007", "x"}));
  EXPECT_THAT(text_error("1,-inf\n2,3\n"), HasSubstr("a finite target"));
}

}  // namespace
}  // namespace gradus::test
