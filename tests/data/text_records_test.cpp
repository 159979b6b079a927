// SPDX-License-Identifier: Apache-2.0
#include "data/text_records.hpp"

#include "data/text_fixtures.hpp"

namespace gradus::test {
namespace {

using data::kWhiteSpace;
using data::RecordReader;
using data::TextDialect;
using data::TextField;
using testing::HasSubstr;

using TextRecords = std::vector<Names>;

/// All records, each with its line in front.
TextRecords records_of(const std::string& text, const TextDialect& dialect = {}) {
  const std::string name = "a.csv";
  RecordReader reader(text, dialect, name);
  std::vector<TextField> fields;
  TextRecords records;
  while (reader.next(fields)) {
    Names& record = records.emplace_back(1, std::to_string(reader.line()));
    for (const TextField& field : fields) record.emplace_back(field.text);
  }
  return records;
}

std::string record_error(const std::string& text, const TextDialect& dialect = {}) {
  try {
    records_of(text, dialect);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(TextRecords, lines_end_in_any_way) {
  const TextRecords expected{{"1", "a", "b"}, {"2", "1", "2"}};
  for (const char* text : {"a,b\n1,2\n", "a,b\r\n1,2\r\n", "a,b\r1,2\r", "a,b\n1,2", "a,b\r1,2", "a,b\r\n1,2"}) {
    EXPECT_EQ(records_of(text), expected) << text;
  }
  EXPECT_EQ(records_of("\n\r\na,b\r\r1,2\n"), (TextRecords{{"3", "a", "b"}, {"5", "1", "2"}}));
  EXPECT_EQ(records_of(""), TextRecords{});
  EXPECT_EQ(records_of("\r"), TextRecords{});
}

TEST(TextRecords, carriage_returns_alone_are_read_from_a_file) {
  const Dataset dataset = read_text("height,class\r7.5,0\r-4,1\r1,0\r");
  EXPECT_EQ(dataset.feature_names, (Names{"height"}));
  EXPECT_EQ(features_of(dataset), (std::vector<double>{7.5, -4, 1}));
  EXPECT_THAT(text_error("a,y\r1,0\rinf,1\r"), HasSubstr("line 3, column 0 (from 0) 'a'"));
}

TEST(TextRecords, quotes_may_follow_blanks_and_hold_delimiters) {
  EXPECT_EQ(records_of("1.5, 2, \"red\"\n1,2,\t\"dark, red\" \n"),
            (TextRecords{{"1", "1.5", "2", "red"}, {"2", "1", "2", "dark, red"}}));
  EXPECT_EQ(records_of("a \"b\" c,\"\"\"x\"\"\"\n"), (TextRecords{{"1", "a \"b\" c", "\"x\""}}));
  EXPECT_EQ(records_of("\" a \",\"\"\n"), (TextRecords{{"1", " a ", ""}}));
  EXPECT_EQ(records_of("\"a\" 1\n", {.delimiter = kWhiteSpace}), (TextRecords{{"1", "a", "1"}}));
  EXPECT_EQ(read_text("a, b, colour\n1, 2, \"dark, red\"\n3, 4, \"red\"\n").class_names, (Names{"dark, red", "red"}));
}

TEST(TextRecords, line_ends_in_quotes_belong_to_the_field_and_are_counted) {
  EXPECT_EQ(records_of("\"a\n(cm)\",\"x \"\"1\"\"\"\r\n1,2\n"),
            (TextRecords{{"1", "a\n(cm)", "x \"1\""}, {"3", "1", "2"}}));
  EXPECT_EQ(records_of("\"a\r\nb\rc\",2\n3,4\n"), (TextRecords{{"1", "a\r\nb\rc", "2"}, {"4", "3", "4"}}));
  const Dataset dataset = read_text("\"a\n(cm)\",\"b\",\"cl,ass\"\n7.5,1,\"z\nz\"\n-4,2,\"x \"\"1\"\"\"\n");
  EXPECT_EQ(dataset.feature_names, (Names{"a\n(cm)", "b"}));
  EXPECT_EQ(dataset.target_name, "cl,ass");
  EXPECT_EQ(dataset.class_names, (Names{"x \"1\"", "z\nz"}));
  EXPECT_THAT(text_error("\"a\n(cm)\",\"b\",\"cl,ass\"\n1,2,x\n1,inf,x\n"), HasSubstr("line 4, column 1 (from 0) 'b'"));
}

TEST(TextRecords, malformed_quotes_are_refused_at_the_line_where_they_start) {
  EXPECT_THAT(record_error("1,2\n\"3,4\n5,6\n"), HasSubstr("line 2: expected a closing quote"));
  EXPECT_THAT(record_error("1,2\n\"3\"x,4\n"), HasSubstr("line 2: expected a delimiter after the closing quote"));
  EXPECT_THAT(record_error("\"a\"\"\n"), HasSubstr("line 1: expected a closing quote"));
  EXPECT_THAT(record_error("\"a\"b", {.delimiter = kWhiteSpace}), HasSubstr("after the closing quote"));
}

TEST(TextRecords, empty_fields_count_and_records_without_values_do_not) {
  EXPECT_EQ(records_of("1,,\n,,\n ,2, \n,\n"), (TextRecords{{"1", "1", "", ""}, {"3", "", "2", ""}}));
  EXPECT_EQ(records_of("1\t\t2\n", {.delimiter = '\t'}), (TextRecords{{"1", "1", "", "2"}}));
  EXPECT_EQ(records_of("  1 \t 2  \n   \n3\n", {.delimiter = kWhiteSpace}), (TextRecords{{"1", "1", "2"}, {"3", "3"}}));
  const Dataset dataset = read_text("a,b,y\n1,2,0\n,,\n3,4,1\n,,\n");
  EXPECT_EQ(features_of(dataset), (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(notes_of(dataset), ": lines without any value were left out (2 of them)\n");
}

TEST(TextRecords, comment_lines_are_skipped_and_counted) {
  EXPECT_EQ(records_of("# a \"quote\n1,2\n  # b\n3,4\n#"), (TextRecords{{"2", "1", "2"}, {"4", "3", "4"}}));
  EXPECT_EQ(records_of("#1,2\n3,#4\n", {.comment = ""}), (TextRecords{{"1", "#1", "2"}, {"2", "3", "#4"}}));
  EXPECT_EQ(records_of("// a\n1,2\n", {.comment = "//"}), (TextRecords{{"2", "1", "2"}}));
  EXPECT_EQ(records_of("\"#1\",2\n"), (TextRecords{{"1", "#1", "2"}}));
}

}  // namespace
}  // namespace gradus::test
