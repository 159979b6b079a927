// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "data/text_fixtures.hpp"
#include "gradus/core/error.hpp"
#include "gradus/core/random.hpp"
#include "support/process.hpp"

namespace gradus::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kSystemPython = "/usr/bin/python3";

Dataset read_arff(const std::string& content, const SourceOptions& options = {}, const std::string& name = "a.arff") {
  return read_text(content, options, name);
}

std::string arff_error(const std::string& content, const SourceOptions& options = {}) {
  return text_error(content, options, "a.arff");
}

const std::string kHead = "@relation r\n@attribute a numeric\n@attribute b real\n@attribute class {no,yes}\n@data\n";

TEST(Arff, attributes_and_rows) {
  const Dataset dataset = read_arff(
      "% a comment\n@RELATION 'a b'\n\n@Attribute 'size of it' Numeric\n"
      "@attribute\t\"b\"  INTEGER % counted\n@attribute c {z, y,\tx}\n@DATA\n"
      "1.5, -2, y\n% between\n 3e2 ,4,'z'\n5,6,y % behind\n\n7,8,\"x\"\n");
  EXPECT_EQ(dataset.feature_names, (Names{"size of it", "b"}));
  EXPECT_EQ(dataset.target_name, "c");
  EXPECT_EQ(features_of(dataset), (std::vector<double>{1.5, -2, 300, 4, 5, 6, 7, 8}));
  EXPECT_EQ(dataset.class_names, (Names{"z", "y", "x"})) << "in declared order";
  EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{1, 0, 1, 2}));
  EXPECT_THAT(dataset.notes, IsEmpty());
}

TEST(Arff, line_ends_marks_and_names_of_files) {
  std::string rows = kHead + "1,2,no\n3,4,yes\n";
  const std::vector<double> expected = {1, 2, 3, 4};
  for (const char* name : {"a.arff", "a.txt", "a", "b.x"}) {
    EXPECT_EQ(features_of(read_arff("%c\n" + rows, {}, name)), expected) << name;
    EXPECT_EQ(features_of(read_arff("\xef\xbb\xbf" + rows, {}, name)), expected) << name;
  }
  EXPECT_EQ(features_of(read_arff(gzip(rows), {}, "a.arff.gz")), expected);
  std::replace(rows.begin(), rows.end(), '\n', '\r');
  EXPECT_EQ(features_of(read_arff(rows)), expected);
}

TEST(Arff, blanks_separate_where_there_is_no_comma) {
  EXPECT_EQ(features_of(read_arff(kHead + "1 2\tno\n3\t 4 yes\n")), (std::vector<double>{1, 2, 3, 4}));
  const Dataset dataset = read_arff(
      "@relation r\n@attribute a numeric\n@attribute k {red, dark red, 'a, b'}\n@data\n"
      "1,dark red\n2, 'a, b' \n3,red\n4 'a, b'\n");
  EXPECT_EQ(dataset.class_names, (Names{"red", "dark red", "a, b"}));
  EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{1, 2, 0, 2}));
}

TEST(Arff, quotes_keep_what_they_hold) {
  const Dataset dataset = read_arff(
      "@relation r\n@attribute 'it\\'s' real\n@attribute k {'?', \"100%\", 'a\\\\b', '{c}'}\n"
      "@data\n'1.5',\"100%\"\n2,'a\\\\b'\n3,'?'\n4,'{c}'\n");
  EXPECT_EQ(dataset.feature_names, Names{"it's"});
  EXPECT_EQ(dataset.class_names, (Names{"?", "100%", "a\\b", "{c}"}));
  EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{1, 2, 0, 3}));
}

TEST(Arff, sparse_rows_leave_out_zeros_and_first_levels) {
  const Dataset dataset = read_arff(kHead + "{0 1, 2 yes}\n{1 -2.5}\n{ }\n{0 3,1 4 , 2 no} % all\n");
  EXPECT_EQ(features_of(dataset), (std::vector<double>{1, 0, 0, -2.5, 0, 0, 3, 4}));
  EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{1, 0, 0, 0}));
  EXPECT_THAT(arff_error(kHead + "{1 2, 0 1}\n"),
              HasSubstr("expected numbers of attributes that ascend, found 0 after 1"));
  EXPECT_THAT(arff_error(kHead + "{1 2, 1 1}\n"), HasSubstr("found 1 after 1"));
  EXPECT_THAT(arff_error(kHead + "{3 2}\n"), HasSubstr("expected an attribute's number from 0 to 2, found '3'"));
  EXPECT_THAT(arff_error(kHead + "{-1 2}\n"), HasSubstr("found '-1'"));
  EXPECT_THAT(arff_error(kHead + "{0 1 2 yes}\n"), HasSubstr("expected a comma or }, found '2 yes}'"));
  EXPECT_THAT(arff_error(kHead + "{0 1\n"), HasSubstr("expected a comma or }, found ''"));
}

TEST(Arff, weights_of_rows) {
  const Dataset dataset = read_arff(kHead + "1,2,no,{0.5}\n{0 1}, {3}\n5,6,yes\n");
  EXPECT_EQ(dataset.table.weights, (std::vector<double>{0.5, 3, 1}));
  EXPECT_THAT(read_arff(kHead + "1,2,no\n3,4,yes\n").table.weights, IsEmpty());
  EXPECT_THAT(arff_error(kHead + "1,2,no,{-1}\n"), HasSubstr("expected a weight from 0 in braces, found '-1'"));
  EXPECT_THAT(arff_error(kHead + "1,2,no,{1\n"), HasSubstr("expected a weight from 0 in braces"));
  const TempDir folder;
  SourceOptions options;
  options.test_path = write_bytes(folder / "t.arff", kHead + "1,2,no,{0.25}\n");
  const Dataset parts = read_source(write_bytes(folder / "a.arff", kHead + "1,2,no\n3,4,yes\n"), options);
  EXPECT_EQ(parts.table.weights, (std::vector<double>{1, 1, 0.25}));
}

TEST(Arff, target_is_the_label_or_class_or_the_last) {
  const std::string text =
      "@relation r\n@attribute Class {u,v}\n@attribute a real\n@attribute b real\n@data\nv,1,2\nu,3,4\n";
  const Dataset by_class = read_arff(text);
  EXPECT_EQ(by_class.target_name, "Class");
  EXPECT_EQ(features_of(by_class), (std::vector<double>{1, 2, 3, 4}));
  ASSERT_EQ(by_class.notes.size(), 1U);
  EXPECT_THAT(by_class.notes[0], HasSubstr("the target is attribute 'Class', though it is not the last; data.label"));
  std::string other = text;
  other.replace(other.find("Class"), 5, "group");
  const Dataset by_last = read_arff(other);
  EXPECT_EQ(by_last.target_name, "b");
  ASSERT_EQ(by_last.columns.size(), 2U);
  EXPECT_EQ(by_last.columns[0].levels, (Names{"u", "v"}));
  SourceOptions options;
  for (const char* label : {"group", "0", "-3"}) {
    options.label = label;
    EXPECT_EQ(features_of(read_arff(other, options)), (std::vector<double>{1, 2, 3, 4})) << label;
  }
  options.label = "grup";
  EXPECT_THAT(arff_error(other, options), HasSubstr("expected a label column among group, a, b, found 'grup'"));
}

TEST(Arff, declared_classes_are_kept_whether_they_occur_or_not) {
  const Dataset dataset = read_arff("@relation r\n@attribute a real\n@attribute k {c,b,a}\n@data\n1,a\n2,c\n");
  EXPECT_EQ(dataset.class_names, (Names{"c", "b", "a"}));
  ASSERT_EQ(dataset.notes.size(), 1U);
  EXPECT_THAT(dataset.notes[0], HasSubstr("attribute 'k': declared, but no row has it: b"));
  // A test file that declares them in another order means the same classes.
  const TempDir folder;
  SourceOptions options;
  options.test_path =
      write_bytes(folder / "t.arff", "@relation r\n@attribute a real\n@attribute k {a,b,c,d}\n@data\n1,a\n2,b\n3,c\n");
  write_bytes(folder / "a.arff", "@relation r\n@attribute a real\n@attribute k {c,b,a}\n@data\n1,a\n2,c\n");
  EXPECT_EQ(read_source(folder / "a.arff", options).table.labels, (std::vector<std::int32_t>{2, 0, 2, 1, 0}));
  write_bytes(options.test_path, "@relation r\n@attribute a real\n@attribute k {a,b,c,d}\n@data\n1,d\n");
  EXPECT_THAT(error_of(folder / "a.arff", options), HasSubstr("t.arff: line 5: expected one of the classes c, b, a"));
}

TEST(Arff, targets_may_be_numbers_or_strings) {
  const Dataset numbers =
      read_arff("@relation r\n@attribute a real\n@attribute y real\n@data\n1,0.5\n2,0.75\n3,-1e3\n");
  EXPECT_EQ(numbers.task, Task::kRegression);
  EXPECT_EQ(numbers.table.values(2, 0), -1000);
  const Dataset strings = read_arff("@relation r\n@attribute a real\n@attribute y string\n@data\n1,'b c'\n2,a\n");
  EXPECT_EQ(strings.class_names, (Names{"a", "b c"}));
  SourceOptions options;
  options.task = "regression";
  const std::string levels = "@relation r\n@attribute a real\n@attribute y {10, 2.5}\n@data\n1,2.5\n2,10\n";
  EXPECT_EQ(read_arff(levels, options).table.values(0, 0), 2.5);
  EXPECT_THAT(arff_error(kHead + "1,2,no\n", options),
              HasSubstr("expected numbers as targets of a regression, found 'no'"));
  EXPECT_THAT(arff_error("@relation r\n@attribute a real\n@attribute y date 'yyyy-MM-dd'\n@data\n1,2001-02-03\n"),
              HasSubstr("found dates"));
}

TEST(Arff, missing_targets_are_rows_to_predict_or_an_error) {
  const Dataset dataset = read_arff(kHead + "1,2,?\n3,4,?\n");
  EXPECT_EQ(features_of(dataset), (std::vector<double>{1, 2, 3, 4}));
  EXPECT_THAT(dataset.table.labels, IsEmpty());
  ASSERT_EQ(dataset.notes.size(), 1U);
  EXPECT_THAT(arff_error(kHead + "1,2,yes\n3,4,?\n"),
              HasSubstr("line 7, attribute 'class': expected a target, found '?'; remove the rows without one"));
}

TEST(Arff, words_dates_and_blanks_are_features) {
  const Dataset dataset = read_arff(
      "@relation r\n@attribute a real\n@attribute c {red,'light blue',green}\n@attribute d date dd/MM/yyyy\n"
      "@attribute s string\n@attribute y {u,v}\n@data\n"
      "1,red,02/01/1970,x,u\n?,'light blue',03/01/1970,z,v\n3,?,?,?,u\n{0 4, 2 04/01/1970, 4 v}\n");
  ASSERT_EQ(dataset.columns.size(), 4U);
  EXPECT_EQ(dataset.columns[0].kind, ColumnKind::kNumber);
  EXPECT_EQ(dataset.columns[1].levels, (std::vector<std::string>{"red", "light blue", "green"}));
  EXPECT_EQ(dataset.columns[2].kind, ColumnKind::kDate);
  EXPECT_EQ(dataset.columns[3].levels, (std::vector<std::string>{"x", "z"}));
  const auto& codes = dataset.table.codes;
  EXPECT_EQ((std::vector<std::int32_t>(codes.span().begin(), codes.span().end())),
            (std::vector<std::int32_t>{0, 0, 1, 1, kMissingCode, kMissingCode, 0, kMissingCode}));
  const auto& features = std::get<Matrix<double>>(dataset.table.features);
  EXPECT_TRUE(std::isnan(features(1, 0)));
  EXPECT_EQ(features(0, 1), 1.0);
  EXPECT_TRUE(std::isnan(features(2, 1)));
  EXPECT_EQ(features(3, 1), 3.0);
}

TEST(Arff, attributes_are_found_by_name_and_kinds_can_be_said) {
  SourceOptions options;
  options.ignore = {"id"};
  options.categories = {"n"};
  options.numbers = {"grade"};
  const std::string head = "@relation r\n";
  const Dataset dataset = read_arff(head +
                                        "@attribute id string\n@attribute n real\n@attribute grade {1,2,3}\n"
                                        "@attribute y {u,v}\n@data\np,7,3,u\nq,5,1,v\n",
                                    options);
  EXPECT_EQ(dataset.columns[0].kind, ColumnKind::kIgnored);
  EXPECT_EQ(dataset.columns[1].levels, (std::vector<std::string>{"5", "7"}));
  EXPECT_EQ(std::get<Matrix<double>>(dataset.table.features)(0, 0), 3.0);
  Schema schema;
  schema.columns = {{"grade", ColumnKind::kNumber, {}}, {"n", ColumnKind::kCategory, {"5", "7"}}};
  SourceOptions further;
  further.schema = std::make_shared<const Schema>(schema);
  const std::string other = head +
                            "@attribute y {v,u}\n@attribute n real\n@attribute more real\n"
                            "@attribute grade real\n@data\n";
  further.label = "y";
  const Dataset again = read_arff(other + "v,7,0,2\n", further);
  EXPECT_EQ(std::get<Matrix<double>>(again.table.features)(0, 0), 2.0);
  EXPECT_EQ(again.num_features(), 1U);
  schema.columns.push_back({"gone", ColumnKind::kNumber, {}});
  further.schema = std::make_shared<const Schema>(schema);
  EXPECT_THROW(read_arff(other + "v,7,0,2\n", further), InputError);
}

TEST(Arff, what_is_wrong_is_said_with_its_line) {
  struct Wrong {
    std::string text;
    const char* sentence;
  };
  const std::string top = "@relation r\n@attribute a real\n";
  const Wrong table[] = {
      {kHead + "1,2\n", "line 6: expected 3 values, one for each attribute, found 2"},
      {kHead + "1,2,no,3\n", "line 6: expected a weight in braces after the last value, found '3'"},
      {kHead + "1,2,maybe\n", "expected one of the values no, yes of attribute 'class', found 'maybe'"},
      {kHead + "1,two,no\n", "expected a finite number for attribute 'b', found 'two'"},
      {kHead + "1,nan,no\n", "found 'nan'"},
      {kHead + "1,1e999,no\n", "found '1e999'"},
      {kHead + "1,,no\n", "expected a value, found ',no'; write ? where it is missing"},
      {kHead + "1,'2,no\n", "expected a closing quote, found the end of the line"},
      {kHead + "1,'2'x,no\n", "expected a comma after the closing quote, found 'x,no'"},
      {kHead, "expected rows after @data, found none"},
      {top, "expected @data after the attributes, found the end of the file"},
      {"@relation r\n@data\n1\n", "line 2: expected at least one @attribute before @data, found none"},
      {top + "@attribute a real\n", "line 3: expected attributes of different names, found 'a' again"},
      {top + "@attribute b complex\n", "found 'complex' of attribute 'b'"},
      {top + "@attribute b relational\n", "found 'relational' of attribute 'b'"},
      {top + "@attribute b {x,y,x}\n", "expected different values of attribute 'b', found 'x' again"},
      {top + "@attribute b {x,y\n", "line 3: expected a comma, found ''"},
      {top + "@attribute b\n", "line 3: expected a value, found the end of the line"},
      {top + "@attribute b real 5\n", "expected the end of the line after the type of attribute 'b', found '5'"},
      {top + "@atribute b real\n", "expected @relation, @attribute or @data, found '@atribute'"},
      {top + "@attribute c date\n@attribute y {u,v}\n@data\n1,2001,u\n", "a date for attribute 'c', found '2001'"},
      {top + "@attribute c date dd.MM.yyyy\n@attribute y {u,v}\n@data\n1,3.14.2001,u\n", "found '3.14.2001'"},
  };
  for (const Wrong& wrong : table) EXPECT_THAT(arff_error(wrong.text), HasSubstr(wrong.sentence)) << wrong.text;
}

TEST(Arff, sparse_rows_take_no_more_memory_than_is_allowed) {
  std::string text = "@relation r\n";
  for (int i = 0; i < 100; ++i) text += "@attribute a" + std::to_string(i) + " real\n";
  text += "@data\n{}\n{99 1}\n{99 2}\n";
  SourceOptions options;
  options.max_bytes = 2400;
  ASSERT_LT(text.size(), options.max_bytes);
  EXPECT_EQ(read_arff(text, options).table.rows(), 3U);
  text += "{}\n";
  EXPECT_THAT(arff_error(text, options), HasSubstr("300 elements with its zeros, found 4x100"));
}

TEST(Arff, every_cut_and_changed_bytes_are_survived) {
  const TempDir folder;
  const std::string good =
      "@relation r\n@attribute 'a' real\n@attribute class {n,'y z'}\n@data\n1.5,n,{2}\n{0 2,1 'y z'}\n3 n\n";
  RandomStream random(4, Purpose::kTest);
  for (std::size_t i = 0; i < 3000 + good.size(); ++i) {
    std::string changed = i < good.size() ? good.substr(0, i) : good;
    for (std::uint64_t n = random.below(4); i >= good.size() && n > 0; --n) {
      changed[random.below(changed.size())] = static_cast<char>(random.below(256));
    }
    write_bytes(folder / "a.arff", changed);
    try {
      read_source(folder / "a.arff");
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("expected")) << changed;
    }
  }
}

TEST(Arff, equals_scipy) {
  if (run_process({kSystemPython, "-c", "import scipy.io"}).exit_code != 0) GTEST_SKIP() << "SciPy is not installed";
  RandomStream random(6, Purpose::kTest);
  std::string text =
      "% random\n@relation r\n@attribute x real\n@attribute 'y y' numeric\n@attribute k {c, 'a a', b}\n@data\n";
  for (int r = 0; r < 50; ++r) {
    const char* levels[] = {"c", "'a a'", "b"};
    text +=
        std::to_string(random.normal()) + "," + std::to_string(random.below(9)) + ", " + levels[random.below(3)] + "\n";
  }
  const TempDir folder;
  const std::string path = write_bytes(folder / "a.arff", text);
  const ProcessResult result = run_process(
      {kSystemPython, "-c",
       "import json,sys\nfrom scipy.io import arff\nd,m=arff.loadarff(sys.argv[1])\n"
       "print(json.dumps([[[r[0],r[1]] for r in d],[r[2].decode() for r in d],list(m['k'][1])],default=float))",
       path});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const nlohmann::json theirs = nlohmann::json::parse(result.out);
  const Dataset ours = read_source(path);
  std::vector<double> features;
  for (const auto& row : theirs[0]) features.insert(features.end(), {row[0].get<double>(), row[1].get<double>()});
  EXPECT_EQ(features_of(ours), features);
  EXPECT_EQ(ours.class_names, theirs[2].get<Names>());
  for (std::size_t r = 0; r < ours.table.rows(); ++r) EXPECT_EQ(ours.class_names[ours.table.labels[r]], theirs[1][r]);
}

}  // namespace
}  // namespace gradus::test
