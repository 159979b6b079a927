// Structured arrays as tables.
// SPDX-License-Identifier: Apache-2.0
#include "data/record_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "data/fixtures.hpp"
#include "gradus/core/error.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// numpy 1.24.2: numpy.save of array([(1.5, -2.25, 0), (3, 4.5, 1), (-.125, 7, 1)], [('a', 'f8'), ('b', 'f4'), ('y',
// 'i4')]).
constexpr std::string_view kThreeRecords =
    "934e554d5059010076007b276465736372273a205b282761272c20273c663827292c20282762272c20273c663427292c20282779"
    "272c20273c693427295d2c2027666f727472616e5f6f72646572273a2046616c73652c20277368617065273a2028332c292c207d"
    "20202020202020202020202020202020202020202020200a000000000000f83f000010c000000000000000000000084000009040"
    "01000000000000000000c0bf0000e04001000000";

// The same of records with padding, dtype([('a', 'u1'), ('b', 'f8'), ('y', 'i2')], align=True): (1, 1.5, 0), (2, -2.5,
// 1), (3, 4, 1); the padding holds whatever was in memory.
constexpr std::string_view kAlignedRecords =
    "934e554d50590100b6007b276465736372273a205b282761272c20277c753127292c202827272c20277c563727292c2028276227"
    "2c20273c663827292c20282779272c20273c693227292c202827272c20277c563627295d2c2027666f727472616e5f6f72646572"
    "273a2046616c73652c20277368617065273a2028332c292c207d2020202020202020202020202020202020202020202020202020"
    "20202020202020202020202020202020202020202020202020202020202020202020200a0100000065000000000000000000f83f"
    "0000000000000000020000007200000000000000000004c00100000000000000030000006c000000000000000000104001000000"
    "00f60100";

/// An npy file of records; `descr` is the list of columns.
std::string records(const std::string& descr, const std::string& shape, const std::string& values) {
  const std::string header = "{'descr': " + descr + ", 'fortran_order': False, 'shape': " + shape + ", }\n";
  return std::string("\x93NUMPY\x01\0", 8) + integer_bytes(header.size(), 2) + header + values;
}

class Records : public testing::Test {
 protected:
  Dataset read(const std::string& content, const SourceOptions& options = {}) {
    return read_source(write_bytes(folder_ / "d.npy", content), options);
  }
  std::string error(const std::string& content) { return error_of(write_bytes(folder_ / "d.npy", content)); }

 private:
  TempDir folder_;
};

TEST_F(Records, columns_that_numpy_wrote_have_names_and_the_last_one_is_the_label) {
  const Dataset dataset = read(bytes_of_hex(kThreeRecords));
  EXPECT_THAT(dataset.feature_names, ElementsAre("a", "b"));
  EXPECT_EQ(dataset.target_name, "y");
  EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{0, 1, 1}));
  EXPECT_EQ(std::get<Matrix<double>>(dataset.table.features)(0, 1), -2.25);
  EXPECT_EQ(std::get<Matrix<double>>(dataset.table.features)(2, 0), -0.125);
  EXPECT_THAT(dataset.notes, IsEmpty());
}

TEST_F(Records, padding_between_columns_is_passed_over) {
  const Dataset dataset = read(bytes_of_hex(kAlignedRecords));
  EXPECT_THAT(dataset.feature_names, ElementsAre("a", "b"));
  EXPECT_EQ(std::get<Matrix<double>>(dataset.table.features)(1, 1), -2.5);
  EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{0, 1, 1}));
}

TEST_F(Records, label_is_chosen_by_name_and_may_be_text) {
  SourceOptions options;
  options.label = "kind";
  const std::string file = records("[('kind', '|S2'), ('x', '>i2'), ('h', '<f2')]", "(2, 1)",
                                   std::string("ox\0\5\0\x3c"
                                               "ow\xff\xff\0\xc0",
                                               12));
  const Dataset dataset = read(file, options);
  EXPECT_THAT(dataset.class_names, ElementsAre("ow", "ox"));
  EXPECT_THAT(dataset.feature_names, ElementsAre("x", "h"));
  EXPECT_EQ(std::get<Matrix<double>>(dataset.table.features)(1, 0), -1.0);
  EXPECT_EQ(std::get<Matrix<double>>(dataset.table.features)(1, 1), -2.0);
  options.label = "colour";
  EXPECT_THROW(read(file, options), InputError);
  options.label = "none";
  const Dataset unlabelled = read(file, options);  // a text is a category
  EXPECT_EQ(unlabelled.columns[0].levels, (std::vector<std::string>{"ow", "ox"}));
  EXPECT_EQ(unlabelled.table.codes(0, 0), 1);
}

TEST_F(Records, texts_are_categories_numbers_or_dates_and_may_be_missing) {
  const std::string file = records("[('c', '|S3'), ('n', '|S3'), ('d', '|S10'), ('y', '|u1')]", "(4,)",
                                   std::string("red"
                                               "1.5"
                                               "1970-01-02\0"
                                               "NaN"
                                               "2\0\0"
                                               "1970-01-03\1"
                                               "red"
                                               "\0\0\0"
                                               "1970-01-04\0"
                                               "sky"
                                               "-4\0"
                                               "?\0\0\0\0\0\0\0\0\0\1",
                                               68));
  const Dataset dataset = read(file);
  ASSERT_EQ(dataset.columns.size(), 3U);
  EXPECT_EQ(dataset.columns[0].levels, (std::vector<std::string>{"red", "sky"}));
  EXPECT_EQ(dataset.table.codes(1, 0), kMissingCode);
  EXPECT_EQ(dataset.columns[1].kind, ColumnKind::kNumber);
  EXPECT_EQ(dataset.columns[2].kind, ColumnKind::kDate);
  const auto& features = std::get<Matrix<double>>(dataset.table.features);
  EXPECT_EQ(features(0, 0), 1.5);
  EXPECT_TRUE(std::isnan(features(2, 0)));
  EXPECT_EQ(features(1, 1), 2.0);
  EXPECT_TRUE(std::isnan(features(3, 1)));
}

TEST_F(Records, index_column_of_a_data_frame_is_noted) {
  const Dataset dataset =
      read(records("[('index', '|i1'), ('x', '|i1'), ('y', '|i1')]", "(2,)", std::string("\0\5\0\1\6\1", 6)));
  EXPECT_EQ(dataset.num_features(), 2U);
  EXPECT_THAT(dataset.notes, ElementsAre(HasSubstr("column 'index'")));
}

TEST_F(Records, other_forms_say_what_they_are) {
  const std::string nested = "[('a', [('x', '<f4')]), ('y', '|u1')]";
  EXPECT_THAT(error(records(nested, "(1,)", "abcde")), HasSubstr("structured type of another form"));
  EXPECT_THAT(error(records("[('a', '<f4', (2,)), ('y', '|u1')]", "(1,)", "abcdefghi")), HasSubstr("another form"));
  EXPECT_THAT(error(records("[(('title', 'a'), '<f4')]", "(1,)", "abcd")), HasSubstr("another form"));
  EXPECT_THAT(error(records("[('a', '|O'), ('y', '|u1')]", "(1,)", "abcdefghi")),
              HasSubstr("'|O', Python objects in column 'a'"));
  EXPECT_THAT(error(records("[('a', '|u1'), ('y', '|u1')]", "(2, 2)", "abcdefgh")), HasSubstr("array of 2x2"));
  EXPECT_THAT(error(records("[]", "(1,)", "ab")), HasSubstr("descr and shape"));
}

TEST_F(Records, hostile_sizes_take_no_memory) {
  EXPECT_THAT(error(records("[('a', '|u1'), ('y', '|u1')]", "(1000000000000,)", "ab")), HasSubstr("only 2"));
  EXPECT_THAT(error(records("[('', '|V99999999999'), ('y', '|u1')]", "(1,)", "ab")), HasSubstr("4 GiB"));
  check_hostile_variants("d.npy", bytes_of_hex(kThreeRecords));
  check_hostile_variants("d.npy", bytes_of_hex(kAlignedRecords));
}

TEST_F(Records, nan_is_missing_and_infinity_is_named_with_its_row) {
  const std::string nan = float_bytes(std::numeric_limits<float>::quiet_NaN());
  const Dataset dataset = read(records("[('a', '<f4'), ('y', '|u1')]", "(1,)", nan + "a"));
  EXPECT_TRUE(std::isnan(std::get<Matrix<double>>(dataset.table.features)(0, 0)));
  const std::string infinity = float_bytes(std::numeric_limits<float>::infinity());
  EXPECT_THAT(error(records("[('a', '<f4'), ('y', '|u1')]", "(1,)", infinity + "a")),
              HasSubstr("row 0 (from 0), column 'a'"));
}

}  // namespace
}  // namespace gradus::test
