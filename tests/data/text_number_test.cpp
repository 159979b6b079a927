// SPDX-License-Identifier: Apache-2.0
#include "data/text_number.hpp"

#include <cmath>

#include "data/text_fixtures.hpp"

namespace gradus::test {
namespace {

using data::is_grouped;
using data::NumberFormat;
using data::parse_number;
using testing::HasSubstr;
using testing::Optional;

TEST(TextNumber, plain_numbers_may_have_blanks_around_them) {
  EXPECT_THAT(parse_number("7.25"), Optional(7.25));
  EXPECT_THAT(parse_number("+4e0"), Optional(4.0));
  EXPECT_THAT(parse_number("   7.370"), Optional(7.37));
  EXPECT_THAT(parse_number("\t-1 "), Optional(-1.0));
  for (const char* word : {"", " ", "x", "1x", "1 2", "--1", "+-1", "1,5", "0x10", "1e", "."}) {
    EXPECT_EQ(parse_number(word), std::nullopt) << word;
  }
}

TEST(TextNumber, true_and_false_are_1_and_0) {
  for (const char* word : {"True", "true", "TRUE", " True"}) EXPECT_THAT(parse_number(word), Optional(1.0)) << word;
  for (const char* word : {"False", "false", "FALSE"}) EXPECT_THAT(parse_number(word), Optional(0.0)) << word;
  for (const char* word : {"T", "tRUE", "Truelove", "yes"}) EXPECT_EQ(parse_number(word), std::nullopt) << word;
}

TEST(TextNumber, what_double_cannot_hold_is_0_or_infinite) {
  EXPECT_THAT(parse_number("1e-320"), Optional(1e-320));
  EXPECT_THAT(parse_number("4.9e-324"), Optional(4.9406564584124654e-324));
  EXPECT_THAT(parse_number("1e-400"), Optional(0.0));
  EXPECT_THAT(parse_number("-1e-400"), Optional(0.0));
  EXPECT_THAT(parse_number("0." + std::string(400, '0') + "1"), Optional(0.0));
  EXPECT_THAT(parse_number("0e999"), Optional(0.0));
  EXPECT_TRUE(std::isinf(parse_number("1e400").value()));
  EXPECT_TRUE(std::isinf(parse_number("-1e999").value()));
  EXPECT_TRUE(std::isinf(parse_number(std::string(400, '9')).value()));
}

TEST(TextNumber, decimal_comma_takes_the_place_of_the_point) {
  const NumberFormat comma{',', '\0'};
  EXPECT_THAT(parse_number("7,37", comma), Optional(7.37));
  EXPECT_THAT(parse_number("-,5", comma), Optional(-0.5));
  EXPECT_THAT(parse_number(" 1,5e-3 ", comma), Optional(0.0015));
  EXPECT_THAT(parse_number("12", comma), Optional(12.0));
  for (const char* word : {"7.37", "1,2,3", "1.234,5", "39,", ","}) {
    EXPECT_EQ(parse_number(word, comma), std::nullopt) << word;
  }
}

TEST(TextNumber, thousands_stand_in_groups_of_three) {
  const NumberFormat english{'.', ','};
  EXPECT_THAT(parse_number("1,234", english), Optional(1234.0));
  EXPECT_THAT(parse_number("-12,345,678.5", english), Optional(-12345678.5));
  EXPECT_THAT(parse_number("999", english), Optional(999.0));
  EXPECT_THAT(parse_number("1.234.567,5", NumberFormat{',', '.'}), Optional(1234567.5));
  EXPECT_THAT(parse_number("1 234,5", NumberFormat{',', ' '}), Optional(1234.5));
  EXPECT_THAT(parse_number("1'234.5", NumberFormat{'.', '\''}), Optional(1234.5));
  for (const char* word : {"1,2", "12,34", "1234,567", ",123", "1,234,", "1,,234", "1.5,000"}) {
    EXPECT_EQ(parse_number(word, english), std::nullopt) << word;
  }
}

TEST(TextNumber, only_whole_groups_could_be_thousands) {
  for (const char* field : {"1,234", "-12,345", "123,456,789", " 1,000 "}) EXPECT_TRUE(is_grouped(field, ',')) << field;
  for (const char* field : {"0,125", "1,5", "1,2345", "1234,567", "1,234.5", "", "-", "12"}) {
    EXPECT_FALSE(is_grouped(field, ',')) << field;
  }
}

TEST(TextNumber, features_of_true_and_false_are_numbers_and_labels_stay_names) {
  const Dataset dataset = read_text("a,is_red,y\n7.5,False,True\n-4,True,False\n1,TRUE,True\n");
  EXPECT_EQ(features_of(dataset), (std::vector<double>{7.5, 0, -4, 1, 1, 1}));
  EXPECT_EQ(dataset.class_names, (Names{"False", "True"}));
  EXPECT_EQ(features_of(read_text("True,false,0\nFalse,true,1\n")), (std::vector<double>{1, 0, 0, 1}));
  SourceOptions options;
  options.numbers = {"b"};
  EXPECT_THAT(text_error("a,b,y\n1,True,0\n2,Perhaps,1\n", options),
              HasSubstr("'b': expected a number, found 'Perhaps'"));
}

TEST(TextNumber, quoted_numbers_are_read_with_their_blanks) {
  const Dataset dataset = read_text("\"a\",\"b\",\"y\"\n\"   7.370\",\"  -2.5\",\" 0\"\n\" 1\",\"2 \",\"1\"\n");
  EXPECT_EQ(features_of(dataset), (std::vector<double>{7.37, -2.5, 1, 2}));
  EXPECT_EQ(dataset.class_names, (Names{"0", "1"}));
}

TEST(TextNumber, thousands_are_read_by_option_alone) {
  const std::string text = "a,b,y\n\"1,234\",5,0\n\"12,345\",6,1\n";
  EXPECT_THAT(text_error(text), HasSubstr("found '1,234'; set data.decimal or data.thousands to ','"));
  SourceOptions options;
  options.thousands = ",";
  EXPECT_EQ(features_of(read_text(text, options)), (std::vector<double>{1234, 5, 12345, 6}));
  options = {};
  options.decimal = ",";
  EXPECT_EQ(features_of(read_text(text, options)), (std::vector<double>{1.234, 5, 12.345, 6}));
  options.thousands = ".";
  EXPECT_EQ(features_of(read_text("1.234,5;0\n7,25;1\n", options)), (std::vector<double>{1234.5, 7.25}));
  options.thousands = ",";
  EXPECT_THAT(text_error(text, options), HasSubstr("data.thousands: expected another sign"));
  options.thousands = "#";
  EXPECT_THAT(text_error(text, options), HasSubstr("data.thousands: expected none"));
}

TEST(TextNumber, tiny_features_are_read) {
  EXPECT_EQ(features_of(read_text("1e-320,2,0\n1e-400,-1e-400,1\n")), (std::vector<double>{1e-320, 2, 0, 0}));
}

}  // namespace
}  // namespace gradus::test
