// SPDX-License-Identifier: Apache-2.0
#include "data/text_layout.hpp"

#include "data/text_fixtures.hpp"

namespace gradus::test {
namespace {

using testing::HasSubstr;

SourceOptions labelled(const std::string& label) {
  SourceOptions options;
  options.label = label;
  return options;
}

TEST(TextLayout, names_that_count_up_are_a_header_above_other_numbers) {
  const Dataset dataset = read_text("0,1,2,3\n7.37,-2.8,-1.9,0\n-4.4,4.1,-10.2,1\n6.3,-2.6,-1.5,0\n");
  EXPECT_EQ(dataset.table.rows(), 3U);
  EXPECT_EQ(dataset.feature_names, (Names{"0", "1", "2"}));
  EXPECT_EQ(dataset.class_names, (Names{"0", "1"}));
  EXPECT_EQ(notes_of(dataset),
            ": line 1 '0,1,2,3' was taken as the names of the columns; data.header = no reads it as data\n");
  EXPECT_EQ(read_text("2018,2019,2020\n7.5,-2.8,0\n-4.4,4,1\n").feature_names, (Names{"2018", "2019"}));
  EXPECT_EQ(read_text("0,1,2,3\n7,2,3,oak\n4,5,6,ash\n").class_names, (Names{"ash", "oak"}));
  EXPECT_EQ(read_text("0,1,2,kind\n7.5,2,3,oak\n4,5,6,ash\n").class_names, (Names{"ash", "oak"}));
  EXPECT_EQ(read_text("0,1,kind\n7,2,3\n4,5,6\n").feature_names, (Names{"0", "1"}));
  EXPECT_EQ(read_text("0,1,2,3,4,5,6,7\n1,1,1,1,1,1,1,0\n2,2,2,2,2,2,2,1\n").table.rows(), 2U);
}

TEST(TextLayout, first_record_that_may_be_data_stays_data_and_is_said_where_it_looks_odd) {
  const Dataset whole = read_text("0,1,2\n3,4,5\n6,7,8\n");
  EXPECT_EQ(whole.table.rows(), 3U);
  EXPECT_EQ(notes_of(whole),
            ": line 1 '0,1,2' was read as data; data.header = yes if these are the names of the columns\n");
  const Dataset sums = read_text("1,2,3\n1.5,2.5,4\n0.5,0.25,0.75\n");
  EXPECT_EQ(sums.table.rows(), 3U);
  EXPECT_THAT(notes_of(sums), HasSubstr("was read as data"));
  EXPECT_THAT(notes_of(read_text("2010,2015,2020\n1.5,2.5,0\n3.5,4.5,1\n")), HasSubstr("was read as data"));
  for (const char* usual :
       {"0,0,0\n0,1,1\n1,0,1\n", "0,1\n1,2\n2,3\n", "5,3.1,1.4,0\n4.9,3,1.4,1\n", "5,5,1\n2.5,1.5,0\n"}) {
    EXPECT_EQ(notes_of(read_text(usual)), "") << usual;
  }
  SourceOptions options;
  options.header = "no";
  EXPECT_EQ(read_text("0,1,2,3\n7.5,-2.8,-1.5,0\n", options).table.rows(), 2U);
  EXPECT_EQ(notes_of(read_text("0,1,2,3\n7.5,-2.8,-1.5,0\n", options)), "");
  options.header = "yes";
  EXPECT_EQ(read_text("5,3,1,0\n4.9,3,1.4,1\n4,3,1.4,0\n", options).feature_names, (Names{"5", "3", "1"}));
  options.header = "maybe";
  EXPECT_THAT(text_error("5,3,1,0\n", options), HasSubstr("data.header: expected auto, yes or no"));
}

TEST(TextLayout, label_that_only_the_first_record_has_makes_it_a_header) {
  const std::string text = "2018,2019,2020\n7,2,0\n-4,4,1\n6,3,0\n";
  EXPECT_EQ(read_text(text, labelled("2020")).target_name, "2020");
  EXPECT_EQ(read_text(text, labelled("2018")).feature_names, (Names{"2019", "2020"}));
  EXPECT_EQ(read_text("5,17,9\n1,2,0\n3,4,1\n", labelled("17")).target_name, "17");
  EXPECT_EQ(read_text("5,1,9\n1,2,0\n3,4,1\n", labelled("1")).table.rows(), 3U);  // column 1
  EXPECT_THAT(text_error(text, labelled("2021")), HasSubstr("found '2021'"));
  SourceOptions options;
  options.weight = "2019";
  EXPECT_EQ(read_text(text, options).table.weights, (std::vector<double>{2, 4, 3}));
}

TEST(TextLayout, word_above_numbers_makes_a_header) {
  const Dataset dataset = read_text("id,2018,2019,y\n0,7.37,-2.8,0\n1,-4.4,4.1,1\n");
  EXPECT_EQ(dataset.feature_names, (Names{"id", "2018", "2019"}));
  EXPECT_EQ(dataset.table.rows(), 2U);
  EXPECT_EQ(read_text("1,b,y\n7,2,oak\n4,5,ash\n").feature_names, (Names{"1", "b"}));
  EXPECT_EQ(read_text("x\n1\n2\n", labelled("none")).feature_names, (Names{"x"}));
  EXPECT_EQ(read_text("2019,x,y\n1.5,True,0\n2,False,1\n").feature_names, (Names{"2019", "x"}));
  EXPECT_EQ(read_text("39,gov,0\n50,inc,1\n").table.rows(), 2U);
  SourceOptions options;
  options.header = "no";
  EXPECT_THAT(text_error("a,b,y\n1,2,0\n3,4,1\n", options),
              HasSubstr("line 1, column 0 (from 0): expected a number, found 'a'; set data.header to yes"));
}

TEST(TextLayout, quotes_around_the_first_record_alone_make_a_header) {
  EXPECT_EQ(read_text("\"10\",\"30\",\"20\"\n1,2,0\n3,4,1\n").feature_names, (Names{"10", "30"}));
  EXPECT_EQ(read_text("\"10\",\"30\",\"20\"\n\"1\",\"2\",\"0\"\n").table.rows(), 2U);
  EXPECT_EQ(read_text("\"1\",\"2\",oak\n3,4,ash\n").table.rows(), 2U);
}

TEST(TextLayout, empty_column_behind_the_last_delimiter_is_left_out) {
  const std::vector<double> expected{7.5, -2, -4, 4};
  for (const char* text :
       {"h,w,y,\n7.5,-2,0,\n-4,4,1,\n", "h,w,y\n7.5,-2,0,\n-4,4,1,\n", "7.5,-2,0,\n-4,4,1,\n",
        "h,w,y,\n7.5,-2,0\n-4,4,1\n", "h,w,y,,\n7.5,-2,0,,\n-4,4,1,,\n", "h;w;y;\n7.5;-2;0;\n-4;4;1;\n",
        "7.5|-2|0|\n-4|4|1|\n", "h,w,y,\n7.5,-2,0,\n-4,4,1, \n,,,\n"}) {
    const Dataset dataset = read_text(text);
    EXPECT_EQ(features_of(dataset), expected) << text;
    EXPECT_EQ(dataset.class_names, (Names{"0", "1"})) << text;
    EXPECT_TRUE(dataset.feature_names.empty() || dataset.feature_names == (Names{"h", "w"})) << text;
  }
  EXPECT_THAT(notes_of(read_text("7.5,-2,0,\n-4,4,1,\n")), HasSubstr("every line ends in a delimiter"));
  EXPECT_EQ(features_of(read_text("h,w,y,\n7.5,-2,0,\n-4,4,1,\n", labelled("-1"))), expected);
  EXPECT_EQ(features_of(read_text("h,w,y\n7.5,-2,0,\n-4,4,1,\n", labelled("y"))), expected);
}

TEST(TextLayout, field_behind_the_last_column_is_refused) {
  std::string text = "h,w,y\n";
  for (int i = 0; i < 200; ++i) text += "7.5,-2,0,\n-4,4,1,\n";
  EXPECT_EQ(read_text(text).num_features(), 2U);
  EXPECT_THAT(text_error(text + "7.5,-2,0,9\n"), HasSubstr("line 402: expected 3 fields, found 4"));
  EXPECT_THAT(text_error(text + "7.5,-2\n"), HasSubstr("line 402: expected 3 fields, found 2"));
  EXPECT_EQ(read_text(text + "7.5,-2,0\n").table.rows(), 401U);
  // Empty values of a column that has a name, or values elsewhere, are none of these.
  EXPECT_THAT(text_error("h,w,y\n1,2,\n3,4,\n"), HasSubstr("line 2: expected a label, found an empty field"));
  EXPECT_THAT(text_error("1,2,\n3,4,1\n"), HasSubstr("line 1: expected a label, found an empty field"));
  EXPECT_THAT(text_error("h,w\n1,2,3\n4,5,6\n"), HasSubstr("line 2: expected 2 fields, found 3; every row"));
}

TEST(TextLayout, comment_above_the_records_may_hold_their_names) {
  const Dataset dataset = read_text("# x,y,label\n7.5,-2,0\n-4,4,1\n");
  EXPECT_EQ(dataset.feature_names, (Names{"x", "y"}));
  EXPECT_EQ(dataset.target_name, "label");
  EXPECT_EQ(notes_of(dataset),
            ": the names of the columns were taken from the comment in line 1; data.header = no leaves them out\n");
  EXPECT_EQ(read_text("# written by hand\n#x\ty\tlabel\n1\t2\t0\n3\t4\t1\n").feature_names, (Names{"x", "y"}));
  EXPECT_EQ(read_text("# x y label\n1 2 0\n3 4 1\n").feature_names, (Names{"x", "y"}));
  EXPECT_EQ(read_text("# x,y,label\n1,2,oak\n3,4,ash\n", labelled("label")).class_names, (Names{"ash", "oak"}));
  EXPECT_EQ(read_text("# \"x, z\",y,label,\n1,2,0,\n3,4,1,\n").feature_names, (Names{"x, z", "y"}));
}

TEST(TextLayout, comment_that_is_no_header_gives_no_names) {
  EXPECT_EQ(read_text("# x,y\n1,2,0\n3,4,1\n").feature_names, Names{});
  EXPECT_EQ(read_text("# 7,8,9\n1,2,0\n3,4,1\n").feature_names, Names{});
  EXPECT_EQ(read_text("# x,y,label\na,b,c\n1,2,0\n3,4,1\n").feature_names, (Names{"a", "b"}));
  EXPECT_EQ(read_text("# x,,label\n1,2,0\n3,4,1\n").feature_names, Names{});
  EXPECT_EQ(read_text("# x,\"y,label\n1,2,0\n3,4,1\n").feature_names, Names{});
  SourceOptions options;
  options.header = "no";
  EXPECT_EQ(read_text("# x,y,label\n1,2,0\n3,4,1\n", options).feature_names, Names{});
  options.header = "yes";
  EXPECT_EQ(read_text("# x,y,label\n1,2,0\n3,4,1\n", options).table.rows(), 2U);
}

TEST(TextLayout, label_whose_name_two_columns_have_is_refused) {
  const std::string text = "score,a,score\n0,7.37,1\n1,-4.4,0\n";
  EXPECT_THAT(
      text_error(text, labelled("score")),
      HasSubstr("expected one label column called 'score', found the columns 0 and 2; rename one of them, or give "
                "the column's number"));
  EXPECT_THAT(text_error(text), HasSubstr("one label column called 'score'"));
  EXPECT_EQ(read_text(text, labelled("2")).feature_names, (Names{"score", "a"}));
  EXPECT_EQ(notes_of(read_text(text, labelled("2"))), ": several columns are called score\n");
  EXPECT_EQ(notes_of(read_text("a,a,b,b,y\n1,2,3,4,0\n5,6,7,8,1\n")), ": several columns are called a, b\n");
  SourceOptions options;
  options.weight = "a";
  EXPECT_THAT(text_error("a,a,y\n1,2,0\n5,6,1\n", options), HasSubstr("one weight column called 'a'"));
  EXPECT_EQ(notes_of(read_text(",,y\n1,2,0\n5,6,1\n")), "");  // without names there are no equal ones
}

}  // namespace
}  // namespace gradus::test
