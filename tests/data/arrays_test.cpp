// npy, npz, pickle and MAT: handmade files, hostile files and the published ones.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <limits>

#include "data/fixtures.hpp"
#include "data/pickle.hpp"
#include "gradus/core/error.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

using testing::HasSubstr;

std::string floats(std::initializer_list<float> values) {
  std::string bytes;
  for (const float value : values) bytes += float_bytes(value);
  return bytes;
}

TEST(Npy, table_has_its_last_column_as_label) {
  const TempDir folder;
  const std::string values = floats({1.5f, 2, 0, 3, 4, 1, 5, 6, 1});
  for (const int version : {1, 2, 3}) {
    const Dataset dataset = read_source(write_bytes(folder / "a.npy", npy("<f4", "(3, 3)", values, false, version)));
    EXPECT_EQ(dataset.task, Task::kClassification);
    EXPECT_EQ(std::get<Matrix<float>>(dataset.table.features)(1, 1), 4.0f);
    EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{0, 1, 1}));
  }
  // Column by column the same bytes mean the transposed table.
  const Dataset fortran = read_source(write_bytes(folder / "b.npy", npy("<f4", "(3, 3)", values, true)));
  EXPECT_EQ(std::get<Matrix<float>>(fortran.table.features)(0, 1), 3.0f);
}

TEST(Npy, every_numeric_type_and_byte_order_is_read) {
  const TempDir folder;
  const auto first = [&](const std::string& descr, const std::string& bytes) {
    const Dataset dataset = read_source(write_bytes(folder / "t.npy", npy(descr, "(1, 2)", bytes)));
    return std::visit([](const auto& matrix) { return static_cast<double>(matrix(0, 0)); }, dataset.table.features);
  };
  using namespace std::string_literals;
  EXPECT_EQ(first("|u1", "\xc8\x00"s), 200.0);
  EXPECT_EQ(first("|i1", "\xfe\x00"s), -2.0);
  EXPECT_EQ(first("|b1", "\x01\x00"s), 1.0);
  EXPECT_EQ(first("<i2", "\xfe\xff\x00\x00"s), -2.0);
  EXPECT_EQ(first(">i2", "\xff\xfe\x00\x00"s), -2.0);
  EXPECT_EQ(first(">u4", integer_bytes(4000000000u, 4, true) + integer_bytes(1, 4)), 4000000000.0);
  EXPECT_EQ(first("<i8", integer_bytes(static_cast<std::uint64_t>(-5), 8) + integer_bytes(0, 8)), -5.0);
  EXPECT_EQ(first(">f4", float_bytes(2.5f, true) + float_bytes(0, true)), 2.5);
  EXPECT_EQ(first(">f8", double_bytes(0.1, true) + double_bytes(1, true)), 0.1);
}

TEST(Npy, hostile_headers_are_refused_in_words) {
  const TempDir folder;
  const auto error = [&](const std::string& content) { return error_of(write_bytes(folder / "a.npy", content)); };
  EXPECT_THAT(error(npy("<f4", "(4294967296, 4294967296, 4)", "abcd")), HasSubstr("overflows"));
  EXPECT_THAT(error(npy("<f4", "(1000000000, 4)", "abcd")), HasSubstr("only 4"));
  EXPECT_THAT(error(npy("|O", "(1, 2)", "abcd")), HasSubstr("'|O'"));
  EXPECT_THAT(error("not an array at all"), HasSubstr("offset 0: expected the magic"));
  EXPECT_THAT(error(npy("|u1", "(0, 3)", "")), HasSubstr("empty array"));
  EXPECT_THAT(error(npy("<f4", "(1, 2)", floats({1, 2, 3}))), HasSubstr("4 more bytes"));
}

TEST(Npy, nan_is_named_with_row_and_column) {
  const TempDir folder;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::string file = npy("<f4", "(2, 3)", floats({1, 2, 0, 3, nan, 1}));
  EXPECT_THAT(error_of(write_bytes(folder / "a.npy", file)), HasSubstr("row 1, column 1 (from 0)"));
}

TEST(Npy, every_cut_and_thousands_of_changed_bytes_are_survived) {
  check_hostile_variants("a.npy", npy("<f4", "(2, 3)", floats({1, 2, 0, 3, 4, 1})));
}

std::string small_npz(bool deflated) {
  return zip({{"x_train.npy", npy("|u1", "(3, 2, 2)", std::string("\1\2\3\4\5\6\7\10\11\12\13\14", 12))},
              {"y_train.npy", npy("<i8", "(3,)", integer_bytes(2, 8) + integer_bytes(0, 8) + integer_bytes(1, 8))},
              {"x_test.npy", npy("|u1", "(1, 2, 2)", "abcd")},
              {"y_test.npy", npy("<i8", "(1,)", integer_bytes(1, 8))}},
             deflated);
}

TEST(Npz, parts_are_found_by_name_stored_and_deflated) {
  const TempDir folder;
  for (const bool deflated : {false, true}) {
    const Dataset dataset = read_source(write_bytes(folder / "a.npz", small_npz(deflated)));
    EXPECT_EQ(dataset.train.size(), 3u);
    EXPECT_EQ(dataset.test, (std::vector<std::uint32_t>{3}));
    EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{2, 0, 1, 1}));
    EXPECT_EQ(std::get<Matrix<std::uint8_t>>(dataset.table.features)(3, 0), 'a');
    EXPECT_EQ(dataset.image, (ImageShape{2, 2}));
  }
}

TEST(Npz, label_far_from_the_others_is_out_of_range) {
  const TempDir folder;
  const std::string file =
      zip({{"X.npy", npy("|u1", "(3, 1)", "abc")},
           {"y.npy", npy("<i4", "(3,)", integer_bytes(0, 4) + integer_bytes(255, 4) + integer_bytes(1, 4))}},
          false);
  EXPECT_THAT(error_of(write_bytes(folder / "a.npz", file)), HasSubstr("row 1 (from 0)"));
}

TEST(Npz, targets_decide_the_task) {
  const TempDir folder;
  const auto task = [&](const std::string& y) {
    const std::string file = zip({{"x.npy", npy("|u1", "(2, 1)", "ab")}, {"y.npy", y}}, true);
    return read_source(write_bytes(folder / "a.npz", file));
  };
  EXPECT_EQ(task(npy("<f4", "(2, 2)", floats({0, 1, 1, 0}))).table.labels, (std::vector<std::int32_t>{1, 0}));
  EXPECT_EQ(task(npy("<f4", "(2, 2)", floats({1, 1, 1, 0}))).task, Task::kMultiLabel);
  EXPECT_EQ(task(npy("<f4", "(2, 2)", floats({0.5f, 1, 1, 0}))).task, Task::kRegression);
  EXPECT_EQ(task(npy("<f4", "(2,)", floats({0.5f, 1.25f}))).task, Task::kRegression);
  EXPECT_EQ(task(npy("<f4", "(2, 1)", floats({1, -1}))).class_names, (std::vector<std::string>{"-1", "1"}));
}

TEST(Npz, bomb_and_wrong_checksum_are_refused) {
  const TempDir folder;
  SourceOptions options;
  options.max_bytes = 1 << 20;
  const std::string big = zip({{"a.npy", npy("|u1", "(100000000,)", std::string(100000000, '\0'))}}, true);
  EXPECT_THAT(error_of(write_bytes(folder / "a.npz", big), options), HasSubstr("at most 1048576"));
  std::string wrong = small_npz(false);
  wrong[wrong.find("abcd")] = 'A';
  EXPECT_THAT(error_of(write_bytes(folder / "b.npz", wrong)), HasSubstr("CRC-32"));
}

TEST(Npz, every_cut_and_thousands_of_changed_bytes_are_survived) {
  check_hostile_variants("a.npz", small_npz(false));
  check_hostile_variants("a.npz", small_npz(true));
}

TEST(Npz, files_written_by_numpy_are_read) {
  if (std::system("/usr/bin/python3 -c 'import numpy' 2>/dev/null") != 0) GTEST_SKIP() << "no numpy";
  const TempDir folder;
  const std::string path = folder / "n.npz";
  const std::string program =
      "import numpy as n; x = n.arange(12.).reshape(4, 3); "
      "n.savez_compressed('" +
      path + "', X=n.asfortranarray(x), y=n.array([0, 1, 2, 1]))";
  ASSERT_EQ(std::system(("/usr/bin/python3 -c \"" + program + "\"").c_str()), 0);
  const Dataset dataset = read_source(path);
  EXPECT_EQ(std::get<Matrix<double>>(dataset.table.features)(2, 1), 7.0);
  EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{0, 1, 2, 1}));
}

TEST(Pickle, python2_layout_becomes_three_parts) {
  const TempDir folder;
  const Dataset dataset = read_source(write_bytes(folder / "m.pkl", pickle_of_parts()));
  EXPECT_EQ(dataset.train.size(), 2u);
  EXPECT_EQ(dataset.valid, (std::vector<std::uint32_t>{2}));
  EXPECT_EQ(dataset.test, (std::vector<std::uint32_t>{3}));
  EXPECT_EQ(std::get<Matrix<float>>(dataset.table.features)(1, 2), 0.75f);
  EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{0, 1, 0, 0}));
}

TEST(Pickle, foreign_constructors_and_opcodes_are_refused_unexecuted) {
  const TempDir folder;
  const auto error = [&](const std::string& content) { return error_of(write_bytes(folder / "m.pkl", content)); };
  EXPECT_THAT(error(pickle_of_parts("os", "system")), HasSubstr("'os.system'"));
  const std::string witness = folder / "executed";
  EXPECT_THAT(error("cos\nsystem\n(S'touch " + witness + "'\ntR."), HasSubstr("'os.system'"));
  EXPECT_FALSE(std::filesystem::exists(witness));
  EXPECT_THAT(error("cbuiltins\neval\n(S'1'\ntR."), HasSubstr("'builtins.eval'"));
  EXPECT_THAT(error("\x80\x04\x8c\x05posix\x8c\x06system\x93."), HasSubstr("'posix.system'"));
  EXPECT_THAT(error("ios\nsystem\n."), HasSubstr("opcode 0x69"));     // INST
  EXPECT_THAT(error("\x80\x02\x82\x01."), HasSubstr("opcode 0x82"));  // EXT1
  EXPECT_THAT(error("\x80\x02N\x81."), HasSubstr("opcode 0x81"));     // NEWOBJ
  EXPECT_THAT(error("\x80\x02."), HasSubstr("empty stack"));
  EXPECT_THAT(error("]q\x01h\x01"
                    "a."),
              HasSubstr("expected"));  // a list in itself
  EXPECT_THAT(error(std::string(200000, 'N')), HasSubstr("100000 values"));
  EXPECT_THAT(error(std::string(200000, '(')), HasSubstr("100000 values"));
}

// Two bytes name a tuple of 49,000 elements again: whoever copied it each time would copy terabytes here.
TEST(Pickle, a_long_tuple_named_a_million_times_costs_no_copies) {
  const TempDir folder;
  std::string start =
      "\x80\x02"
      "cnumpy\ndtype\nU\x02"
      "f4\x85Rq\x01"
      "0U\x01<q\x02"
      "0(";
  for (int i = 0; i < 49000; ++i) start += "h\x02";
  start +=
      "tq\x03"
      "0h\x01";
  for (const std::string use : {"h\x03"
                                "b",
                                "h\x03"
                                "0",
                                "h\x03h\x03"
                                "00"}) {
    std::string content = start;
    for (int i = 0; i < 2000000; ++i) content += use;
    EXPECT_THAT(error_of(write_bytes(folder / "m.pkl", content + ".")), HasSubstr("expected")) << use;
  }
}

TEST(Pickle, every_cut_and_thousands_of_changed_bytes_are_survived) {
  check_hostile_variants("m.pkl", pickle_of_parts(), 6000);
}

TEST(Pickle, what_python3_writes_in_every_protocol_is_read) {
  if (std::system("/usr/bin/python3 -c 'import numpy' 2>/dev/null") != 0) GTEST_SKIP() << "no numpy";
  const TempDir folder;
  for (const int protocol : {0, 1, 2, 3, 4}) {
    const std::string path = folder / ("p" + std::to_string(protocol) + ".pkl");
    const std::string program =
        "import numpy as n, pickle; x = n.arange(250, 262, dtype='f4').reshape(4, 3) / 256; y = n.array([0, 1, 2, 200 "
        "% 3]); "
        "pickle.dump(((x, y), (x[:2], y[:2]), (x[1:], y[1:])), open('" +
        path + "', 'wb'), protocol=" + std::to_string(protocol) + ")";
    ASSERT_EQ(std::system(("/usr/bin/python3 -c \"" + program + "\"").c_str()), 0);
    const Dataset dataset = read_source(path);
    EXPECT_EQ(dataset.table.rows(), 9u);
    EXPECT_EQ(std::get<Matrix<float>>(dataset.table.features)(3, 2), 261.0f / 256.0f);
    EXPECT_EQ(std::get<Matrix<float>>(dataset.table.features)(6, 0), 253.0f / 256.0f);
  }
}

/// Two features, three classes (one-hot), four training and two validation samples, one sample per column.
std::vector<MatVariable> columns_one_hot(int storage) {
  return {{"Ct", 3, 4, {1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0}, storage},
          {"Cv", 3, 2, {0, 0, 1, 0, 1, 0}, storage},
          {"Yt", 2, 4, {1, 2, 3, 4, 5, 6, 7, 8}, storage},
          {"Yv", 2, 2, {9, 10, 11, 12}, storage}};
}

TEST(Mat, columns_with_one_hot_labels_are_read_in_every_form) {
  const TempDir folder;
  for (const int storage : {9, 7, 2, 3}) {
    for (const bool compressed : {false, true}) {
      for (const bool big_endian : {false, true}) {
        const std::string file = mat(columns_one_hot(storage), compressed, big_endian);
        const Dataset dataset = read_source(write_bytes(folder / "a.mat", file));
        EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{0, 1, 2, 0, 2, 1}));
        EXPECT_EQ(dataset.valid, (std::vector<std::uint32_t>{4, 5}));
        std::visit([](const auto& x) { EXPECT_EQ(static_cast<double>(x(2, 1)), 6.0); }, dataset.table.features);
        std::visit([](const auto& x) { EXPECT_EQ(static_cast<double>(x(5, 0)), 11.0); }, dataset.table.features);
      }
    }
  }
}

TEST(Mat, rows_with_integer_labels_are_read) {
  const TempDir folder;
  const std::vector<MatVariable> variables{{"X", 4, 2, {1, 3, 5, 7, 2, 4, 6, 8}}, {"y", 4, 1, {1, 2, 3, 1}}};
  const Dataset dataset = read_source(write_bytes(folder / "a.mat", mat(variables, true)));
  EXPECT_EQ(dataset.class_names, (std::vector<std::string>{"1", "2", "3"}));
  EXPECT_EQ(std::get<Matrix<double>>(dataset.table.features)(3, 1), 8.0);
}

TEST(Mat, orientation_is_forced_where_both_fit) {
  const TempDir folder;
  const std::vector<MatVariable> square{{"X", 2, 2, {1, 2, 3, 4}}, {"y", 2, 2, {1, 0, 0, 1}}};
  const std::string path = write_bytes(folder / "a.mat", mat(square, true));
  EXPECT_THAT(read_source(path).notes, testing::ElementsAre(HasSubstr("data.orientation")));
  // One-hot labels as wide as the features: there are more samples than features, which is no guess worth a word.
  const std::vector<MatVariable> wide{{"X", 2, 3, {1, 2, 3, 4, 5, 6}}, {"y", 2, 3, {1, 0, 0, 1, 1, 0}}};
  EXPECT_THAT(read_source(write_bytes(folder / "b.mat", mat(wide, true))).notes, testing::IsEmpty());
  SourceOptions options;
  options.orientation = "columns";
  EXPECT_EQ(std::get<Matrix<double>>(read_source(path, options).table.features)(0, 1), 2.0);
  options.orientation = "rows";
  EXPECT_EQ(std::get<Matrix<double>>(read_source(path, options).table.features)(0, 1), 3.0);
}

TEST(Mat, hdf5_has_its_own_sentence) {
  const TempDir folder;
  std::string file = mat(columns_one_hot(9), false);
  file[124] = 0;
  file[125] = 2;
  EXPECT_THAT(error_of(write_bytes(folder / "a.mat", file)), HasSubstr("7.3, which is HDF5"));
  EXPECT_THAT(error_of(write_bytes(folder / "b.mat", "\x89HDF\r\n\x1a\n and so on")), HasSubstr("HDF5"));
}

TEST(Mat, changed_bytes_are_survived_and_cuts_between_variables_lose_them) {
  // A file that ends between two variables is a valid shorter file, so the fixture has one pair of variables only.
  const std::vector<MatVariable> table{{"X", 3, 2, {1, 2, 3, 4, 0, 1}}};
  check_hostile_variants("a.mat", mat(table, false));
  check_hostile_variants("a.mat", mat(table, true));
}

TEST(Mat, published_files_have_their_class_counts) {
  struct Expected {
    std::string file;
    std::vector<int> train, valid;
    float low, high;
  };
  const std::vector<Expected> sets{
      {"peaks/PeaksData.mat", {4992, 4978, 4977, 5019, 5034}, {1250, 1244, 1253, 1250, 1253}, -3.124081f, 3.158443f},
      {"gmm/GMMData.mat", {5013, 4989, 5015, 4982, 5001}, {1246, 1257, 1258, 1243, 1246}, -2.320133f, 2.489993f},
      {"swissroll/SwissRollData.mat", {10011, 9989}, {2552, 2448}, -1.191913f, 1.279204f}};
  for (const Expected& expected : sets) {
    const auto path = real_data(expected.file);
    if (!path) GTEST_SKIP() << "no " << expected.file;
    const Dataset dataset = read_source(path->string());
    std::vector<int> train(dataset.num_outputs()), valid(dataset.num_outputs());
    float low = 0, high = 0;
    for (const auto row : dataset.train) {
      ++train[dataset.table.labels[row]];
      for (const float x : std::get<Matrix<float>>(dataset.table.features).row(row)) {
        low = std::min(low, x);
        high = std::max(high, x);
      }
    }
    for (const auto row : dataset.valid) ++valid[dataset.table.labels[row]];
    EXPECT_EQ(train, expected.train);
    EXPECT_EQ(valid, expected.valid);
    EXPECT_NEAR(low, expected.low, 1e-6);
    EXPECT_NEAR(high, expected.high, 1e-6);
  }
}

}  // namespace
}  // namespace gradus::test
