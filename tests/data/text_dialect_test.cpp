// SPDX-License-Identifier: Apache-2.0
#include "data/text_dialect.hpp"

#include "data/text_fixtures.hpp"

namespace gradus::test {
namespace {

using data::TextDialect;
using testing::HasSubstr;

TextDialect dialect_of(const std::string& text, const SourceOptions& options = {}) {
  Names notes;
  return data::find_dialect(text, options, "a.csv", {.records = 100, .bytes = 65536}, notes).dialect;
}

char delimiter_of(const std::string& text) {
  return dialect_of(text).delimiter;
}

TEST(TextDialect, delimiter_is_known_by_content_whatever_the_name) {
  for (const char* name : {"a.csv", "a.tsv", "a.txt", "a.data"}) {
    for (const char delimiter : {'\t', ',', ';', '|', ' '}) {
      std::string text = "h,w,y\n7.5,-2,0\n-4,4,1\n";
      std::replace(text.begin(), text.end(), ',', delimiter);
      const Dataset dataset = read_text(text, {}, name);
      EXPECT_EQ(features_of(dataset), (std::vector<double>{7.5, -2, -4, 4})) << name << delimiter;
      EXPECT_EQ(dataset.feature_names, (Names{"h", "w"}));
    }
  }
}

TEST(TextDialect, delimiter_makes_numbers_and_equal_records) {
  EXPECT_EQ(delimiter_of("1.5,red|green|blue\n2,blue|red|red\n"), ',');  // one column of words is the label
  EXPECT_EQ(delimiter_of("\"w;x;y;z\",b,c\n1,2,3\n"), ',');
  EXPECT_EQ(delimiter_of("size, in cm|class, any|y, z\n1|2|0\n3|4|1\n"), '|');
  EXPECT_EQ(delimiter_of("1.0 2.0 a,b\n3.0 4.0 c\n5.0 6.0 d,e,f\n"), ' ');
  EXPECT_EQ(delimiter_of("39, State-gov, Bachelors\n50, Self-emp, Bachelors\n"), ',');
  EXPECT_EQ(delimiter_of("2020-01-01 10:00,1,0\n2020-01-02 11:00,2,1\n"), ',');
  EXPECT_EQ(delimiter_of("x\n1\n2\n"), ' ');
}

TEST(TextDialect, delimiter_may_be_given) {
  SourceOptions options;
  options.delimiter = ":";
  EXPECT_EQ(features_of(read_text("1:2:0\n3:4:1\n", options)), (std::vector<double>{1, 2, 3, 4}));
  options.delimiter = "tab";
  EXPECT_EQ(read_text("1\ta b,c\n3\td\n", options).class_names, (Names{"a b,c", "d"}));
  options.delimiter = "space";
  EXPECT_EQ(read_text("1  a,b\n3 d\n", options).class_names, (Names{"a,b", "d"}));
  options.delimiter = ",,";
  EXPECT_THAT(text_error("1,2\n", options), HasSubstr("data.delimiter: expected auto, tab, space or one character"));
  options.delimiter = ";";
  EXPECT_THAT(text_error("1,2,0\n3,4,1\n", options), HasSubstr("one feature"));
}

TEST(TextDialect, line_that_names_the_separator_is_skipped) {
  for (const char* line : {"sep=;\n", "sep=;\r\n", "\"sep=;\"\n", "SEP=;\r", "\xef\xbb\xbfsep=;\n"}) {
    const Dataset dataset = read_text(line + std::string("a,b;y\n1;0\n2;1\n"));
    EXPECT_EQ(dataset.feature_names, (Names{"a,b"})) << line;
    EXPECT_EQ(features_of(dataset), (std::vector<double>{1, 2}));
  }
  EXPECT_EQ(features_of(read_text("sep=\t\n1\t2\t0\n3\t4\t1\n")), (std::vector<double>{1, 2, 3, 4}));
  EXPECT_THAT(text_error("sep=;\na;b\n1;0\ninf;1\n"), HasSubstr("line 4, column 0"));
  EXPECT_EQ(read_text("sep=ab,y\n1,0\n2,1\n").feature_names, (Names{"sep=ab"}));
}

TEST(TextDialect, decimal_comma_is_recognised_and_said) {
  const Dataset dataset = read_text("h;w;y\n7,37;-2,828;0\n-4,417;4,193;1\n12;-1e3;0\n");
  EXPECT_EQ(features_of(dataset), (std::vector<double>{7.37, -2.828, -4.417, 4.193, 12, -1000}));
  EXPECT_EQ(notes_of(dataset), ": numbers were read with a decimal comma; data.decimal can say otherwise\n");
  EXPECT_EQ(features_of(read_text("7,5;2,25;0\n1,5;2;1\n")), (std::vector<double>{7.5, 2.25, 1.5, 2}));
  EXPECT_EQ(features_of(read_text("1;2,5;0\n2;3,25;1\n")), (std::vector<double>{1, 2.5, 2, 3.25}));
  EXPECT_EQ(features_of(read_text("7,5\t0,125\t0\n1,5\t2\t1\n")), (std::vector<double>{7.5, 0.125, 1.5, 2}));
  EXPECT_EQ(features_of(read_text("\"7,5\",\"0,25\",0\n\"1,5\",\"2\",1\n")), (std::vector<double>{7.5, 0.25, 1.5, 2}));
  EXPECT_EQ(features_of(read_text("7,5 0,25 0\n1,5 2 1\n")), (std::vector<double>{7.5, 0.25, 1.5, 2}));
}

TEST(TextDialect, file_with_decimal_points_has_no_decimal_comma) {
  const Names expected{"1,5", "ash"};
  EXPECT_EQ(read_text("-0.5;2;1,5\n1;7;1,5\n2;4;ash\n").class_names, expected);
  EXPECT_EQ(read_text("1;2;1,5\n1.5;7;1,5\n2;4;ash\n").class_names, expected);
  EXPECT_EQ(read_text("-4.79 \"ash\"\n7 \"1,5\"\n9 \"1,5\"\n").class_names, expected);
  // Whole features say nothing: the target is what shows.
  EXPECT_EQ(read_text("a;y\n7;1,5\n9;2,25\n").table.values(1, 0), 2.25);
}

TEST(TextDialect, decimal_comma_that_shows_late_is_recognised_too) {
  std::string text = "a;b;y\n";
  for (int i = 0; i < 500; ++i) text += "1;2;0\n3;4;1\n";
  text += "7,5;2;0\n";
  const Dataset dataset = read_text(text);
  EXPECT_EQ(dataset.table.rows(), 1001U);
  EXPECT_EQ(feature(dataset, 1000, 0), 7.5);
  EXPECT_THAT(text_error(text + "x;2;0\n"),
              HasSubstr("line 1003, column 0 (from 0) 'a': expected a number, found 'x'"));
}

TEST(TextDialect, commas_that_could_be_either_are_refused_with_both_options) {
  EXPECT_THAT(text_error("h;w;y\n1,234;-2,828;0\n4,417;4,193;1\n"),
              HasSubstr("line 2, column 0 (from 0) 'h': expected a number, found '1,234'; set data.decimal or "
                        "data.thousands to ','"));
  EXPECT_THAT(text_error("h;w;y\n7.5;2,25;0\n1;2;1\n"), HasSubstr("set data.decimal to ','"));
  SourceOptions options;
  options.decimal = ",";
  EXPECT_EQ(features_of(read_text("h;y\n1,234;0\n4,417;1\n", options)), (std::vector<double>{1.234, 4.417}));
  EXPECT_THAT(text_error("h;y\n1.5;0\n4;1\n", options), HasSubstr("found '1.5'; set data.decimal to '.'"));
  options.decimal = ".";
  EXPECT_THAT(text_error("h;y\n1,5;0\n4;1\n", options), HasSubstr("found '1,5'"));
  options.decimal = "comma";
  EXPECT_THAT(text_error("h;y\n1,5;0\n4;1\n", options), HasSubstr("data.decimal: expected auto, . or ,"));
}

TEST(TextDialect, comments_above_and_within_are_skipped_and_said) {
  const Dataset dataset = read_text("# made by logger 3\n# units: cm\nh,w,y\n7.5,-2,0\n# a pause\n-4,4,1\n");
  EXPECT_EQ(dataset.feature_names, (Names{"h", "w"}));
  EXPECT_EQ(features_of(dataset), (std::vector<double>{7.5, -2, -4, 4}));
  EXPECT_EQ(notes_of(dataset),
            ": lines that start with # were taken as comments (3 of them); data.comment can say otherwise\n");
  EXPECT_EQ(features_of(read_text("#1,2,0\n3,4,1\n#5,6,0\n7,8,0\n")), (std::vector<double>{3, 4, 7, 8}));
  EXPECT_THAT(text_error("# nothing\n#\n"), HasSubstr("rows of numbers, found comments only"));
  EXPECT_THAT(text_error("a,y\n1,0\n# x\ninf,1\n"), HasSubstr("line 4"));
}

TEST(TextDialect, comments_follow_the_option) {
  SourceOptions options;
  options.comment = "%";
  const Dataset dataset = read_text("% made by\n1,2,0\n% pause, long, very, long\n3,4,1\n", options);
  EXPECT_EQ(features_of(dataset), (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(notes_of(dataset), "");
  options.comment = "//";
  EXPECT_EQ(features_of(read_text("// x\n1,2,0\n3,4,1\n", options)), (std::vector<double>{1, 2, 3, 4}));
  options.comment = "none";
  EXPECT_THAT(text_error("1,2,0\n# x\n3,4,1\n", options), HasSubstr("line 2: expected 3 fields, found 1"));
}

TEST(TextDialect, label_in_the_first_column_may_start_with_a_hash) {
  SourceOptions options;
  options.label = "0";
  EXPECT_EQ(read_text("red,1,2\n#ff0,3,4\n#00f,5,6\n", options).class_names, (Names{"#00f", "#ff0", "red"}));
  EXPECT_EQ(read_text("#ff0,3,4\n#00f,5,6\n", options).class_names, (Names{"#00f", "#ff0"}));
  std::string late = "red,1,2\n";
  for (int i = 0; i < 1000; ++i) late += "blue,1,2\n";
  EXPECT_EQ(read_text(late + "#ff0,3,4\n", options).class_names, (Names{"#ff0", "blue", "red"}));
  options.label = "colour";
  EXPECT_EQ(read_text("colour,a,b\n#ff0,3,4\nred,5,6\n", options).class_names, (Names{"#ff0", "red"}));
  // A sentence is no row.
  EXPECT_EQ(read_text("colour,a,b\n# bright ones\nred,5,6\nblue,5,6\n", options).class_names, (Names{"blue", "red"}));
}

}  // namespace
}  // namespace gradus::test
