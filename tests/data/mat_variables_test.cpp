// Variables of MAT-files of version 5 beyond full matrices of numbers: texts, sparse and logical ones, and those that
// are refused once somebody needs them.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/fixtures.hpp"
#include "gradus/core/error.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// scipy 1.10.1, savemat without compression, what follows the file's header. y = array(['red', 'blu', 'red']):
constexpr std::string_view kCharMatrix =
    "0e000000400000000600000008000000040000000000000005000000080000000300000003000000010001007900000010000000"
    "09000000726272656c6564756400000000000000";
// y = array(['red', 'grün', ''], object) as a column:
constexpr std::string_view kCells =
    "0e000000d8000000060000000800000001000000000000000500000008000000030000000100000001000100790000000e000000"
    "30000000060000000800000004000000000000000500000008000000010000000300000001000000000000001000030072656400"
    "0e000000380000000600000008000000040000000000000005000000080000000100000004000000010000000000000010000000"
    "050000006772c3bc6e0000000e000000300000000600000008000000040000000000000005000000080000000000000000000000"
    "01000000000000001000000000000000";
// y = array([[True], [False], [True]]):
constexpr std::string_view kLogical =
    "0e000000300000000600000008000000090200000000000005000000080000000300000001000000010001007900000002000300"
    "01000100";
// X = csc_matrix([[0, 5], [2, 0], [0, 7]]):
constexpr std::string_view kSparseX =
    "0e000000780000000600000008000000050000000300000005000000080000000300000002000000010001005800000005000000"
    "0c00000001000000000000000200000000000000050000000c000000000000000100000003000000000000000900000018000000"
    "000000000000004000000000000014400000000000001c40";
// y = csc_matrix([[0], [2], [1]]):
constexpr std::string_view kSparseY =
    "0e000000600000000600000008000000050000000200000005000000080000000300000001000000010001007900000005000000"
    "0800000001000000020000000500000008000000000000000200000009000000100000000000000000000040000000000000f03f";
// y = {'a': 1.0}, a structure:
constexpr std::string_view kStructure =
    "0e000000780000000600000008000000020000000000000005000000080000000100000001000000010001007900000005000400"
    "0200000001000200610000000e000000380000000600000008000000060000000000000005000000080000000100000001000000"
    "01000000000000000900000008000000000000000000f03f";

/// A double matrix, column by column.
std::string numbers(const std::string& name, const std::vector<std::int32_t>& shape,
                    const std::vector<double>& values) {
  std::string bytes;
  for (const double value : values) bytes += double_bytes(value);
  return mat_matrix(6, shape, name, mat_element(9, bytes));
}

/// Three samples of two features.
std::string features() {
  return numbers("X", {3, 2}, {1, 2, 3, 5, 6, 7});
}

class MatVariables : public testing::Test {
 protected:
  std::string file(const std::string& variables) { return write_bytes(folder_ / "d.mat", mat_header() + variables); }
  Dataset read(const std::string& variables) { return read_source(file(variables)); }
  std::string error(const std::string& variables) { return error_of(file(variables)); }
  /// The same variable as MATLAB stores it, compressed.
  static std::string packed(const std::string& variable) {
    const std::string stream = zlib_stream(variable);
    return integer_bytes(15, 4) + integer_bytes(stream.size(), 4) + stream;
  }

 private:
  TempDir folder_;
};

TEST_F(MatVariables, char_matrix_has_a_label_in_each_row) {
  for (const bool compressed : {false, true}) {
    const std::string y = bytes_of_hex(kCharMatrix);
    const Dataset dataset = read(features() + (compressed ? packed(y) : y));
    EXPECT_THAT(dataset.class_names, ElementsAre("blu", "red"));
    EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{1, 0, 1}));
    EXPECT_EQ(dataset.num_features(), 2U);
  }
}

// scipy stores a column of texts with three dimensions.
TEST_F(MatVariables, characters_of_a_text_lie_along_the_last_dimension) {
  const std::string y = mat_matrix(4, {3, 1, 2}, "y", mat_element(2, "aba  c"));
  EXPECT_THAT(read(features() + y).class_names, ElementsAre("a", "ac", "b"));
  const std::string single = mat_matrix(4, {3, 2, 1}, "y", mat_element(2, "aba  c"));
  EXPECT_THAT(read(features() + single).class_names, ElementsAre("a", "ac", "b"));
  const std::string many = mat_matrix(4, {2000000000, 2000000000, 2}, "y", mat_element(2, "aba  c"));
  EXPECT_THAT(error(features() + many), HasSubstr("as many characters as"));
}

TEST_F(MatVariables, characters_are_read_in_every_storage_and_padded_by_blanks) {
  using namespace std::string_literals;
  const auto with_y = [&](std::uint32_t storage, const std::string& units) {
    return read(features() + mat_matrix(4, {3, 2}, "y", mat_element(storage, units))).class_names;
  };
  EXPECT_THAT(with_y(2, "abab c"), ElementsAre("ab", "ac", "b"));                  // uint8
  EXPECT_THAT(with_y(4, "a\0b\0a\0b\0 \0\xe9\0"s), ElementsAre("ab", "aé", "b"));  // uint16
  EXPECT_THAT(with_y(17, "a\0b\0a\0b\0 \0\xe9\0"s), ElementsAre("ab", "aé", "b"));
  EXPECT_THAT(with_y(16, "aba\xc3\xa9 b"), ElementsAre("ab", "aé", "b"));
}

TEST_F(MatVariables, cell_array_has_a_label_in_each_cell) {
  // The third cell is an empty text, which is no label; another one takes its place.
  const std::string y = bytes_of_hex(kCells);
  EXPECT_THAT(error(features() + y), HasSubstr("variable y: element 2 (from 0): expected a label"));
  const auto cell = [](const std::string& text) {
    return mat_matrix(4, {1, static_cast<std::int32_t>(text.size())}, "", mat_element(16, text));
  };
  const std::string cells = mat_matrix(1, {1, 3}, "y", cell("red") + cell("blue sky") + cell("red"));
  for (const std::string& variable : {cells, packed(cells)}) {
    EXPECT_THAT(read(features() + variable).class_names, ElementsAre("blue sky", "red"));
  }
  EXPECT_THAT(error(features() + mat_matrix(1, {3, 1}, "y", cell("a") + numbers("", {1, 1}, {1}) + cell("b"))),
              HasSubstr("cell 1 (from 0): expected a text"));
}

TEST_F(MatVariables, logical_labels_are_two_classes) {
  const Dataset dataset = read(features() + bytes_of_hex(kLogical));
  EXPECT_THAT(dataset.class_names, ElementsAre("0", "1"));
  EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{1, 0, 1}));
}

TEST_F(MatVariables, sparse_matrices_have_their_zeros) {
  const Dataset dataset = read(bytes_of_hex(kSparseX) + bytes_of_hex(kSparseY));
  const auto& x = std::get<Matrix<double>>(dataset.table.features);
  EXPECT_EQ(std::vector<double>(x.data(), x.data() + x.size()), (std::vector<double>{0, 5, 2, 0, 0, 7}));
  EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{0, 2, 1}));
  EXPECT_EQ(read(features() + bytes_of_hex(kSparseY)).table.labels, (std::vector<std::int32_t>{0, 2, 1}));
  EXPECT_EQ(read(bytes_of_hex(kSparseX) + packed(numbers("y", {3, 1}, {0, 1, 1}))).num_features(), 2U);
}

TEST_F(MatVariables, sparse_matrix_that_claims_too_much_takes_no_memory) {
  const auto sparse = [](std::int32_t rows, std::int32_t cols, const std::string& starts, const std::string& row) {
    return mat_matrix(5, {rows, cols}, "y",
                      mat_element(5, row) + mat_element(5, starts) + mat_element(9, double_bytes(1)));
  };
  const std::string one = integer_bytes(1, 4);
  const std::string zero = integer_bytes(0, 4);
  EXPECT_THAT(error(features() + sparse(2000000000, 1, zero + one, zero)), HasSubstr("at most 8392704 elements"));
  EXPECT_THAT(error(features() + sparse(3, 2000000000, zero + one, zero)), HasSubstr("one start for each column"));
  EXPECT_THAT(error(features() + sparse(3, 1, zero + integer_bytes(9, 4), zero)), HasSubstr("starts in order"));
  EXPECT_THAT(error(features() + sparse(3, 1, one + zero, zero)), HasSubstr("starts in order"));
  EXPECT_THAT(error(features() + sparse(3, 1, zero + one, integer_bytes(3, 4))), HasSubstr("within 3x1"));
}

TEST_F(MatVariables, target_that_cannot_be_read_is_never_replaced_by_a_feature) {
  EXPECT_THAT(error(features() + bytes_of_hex(kStructure)),
              HasSubstr("variable y: expected numbers or texts, found a struct"));
  EXPECT_THAT(error(features() + numbers("y", {0, 0}, {})), HasSubstr("variable y: expected at least one element"));
  // Three of something beside three samples.
  const std::string species = mat_matrix(4, {3, 1}, "species", mat_element(2, "aba"));
  EXPECT_THAT(error(features() + species), HasSubstr("found X, species"));
  // Objects of newer MATLAB have no shape: a table cannot be told from its labels.
  const std::string object = mat_element(14, mat_element(6, integer_bytes(17, 8)) + mat_element(1, "kinds") +
                                                 mat_element(1, "MCOS") + mat_element(1, "categorical"));
  EXPECT_THAT(error(features() + object), HasSubstr("found X, kinds"));
}

TEST_F(MatVariables, what_nobody_needs_is_left_alone) {
  const std::string y = numbers("y", {3, 1}, {0, 1, 1});
  const std::string info = mat_matrix(2, {1, 1}, "info", mat_element(5, integer_bytes(1, 4)));
  const std::string nested = mat_matrix(1, {1, 1}, "notes", numbers("", {1, 1}, {1}));
  const Dataset dataset = read(features() + info + y + nested);
  EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{0, 1, 1}));
  EXPECT_THAT(dataset.notes, ElementsAre(HasSubstr("info, notes are left out")));
  // A table beside a structure stays a table with its last column as label.
  const Dataset table = read(numbers("table", {3, 2}, {1, 2, 3, 0, 1, 1}) + info);
  EXPECT_EQ(table.num_features(), 1U);
  EXPECT_THAT(table.notes, ElementsAre(HasSubstr("info is left out")));
}

TEST_F(MatVariables, content_of_objects_at_the_end_is_no_variable) {
  const std::string subsystem = mat_matrix(9, {1, 4}, "", mat_element(2, "abcd"));
  const Dataset dataset = read(numbers("table", {3, 2}, {1, 2, 3, 0, 1, 1}) + subsystem);
  EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{0, 1, 1}));
  EXPECT_THAT(dataset.notes, IsEmpty());
}

TEST_F(MatVariables, cells_that_are_not_there_take_no_memory) {
  const std::string cells = mat_matrix(1, {2000000000, 2000000000}, "y", "");
  EXPECT_THAT(error(features() + cells), HasSubstr("as many cells"));
  EXPECT_THAT(error(features() + mat_matrix(4, {3, 2000000000}, "y", mat_element(2, "abc"))),
              HasSubstr("only 3 characters"));
}

TEST_F(MatVariables, changed_bytes_are_survived) {
  const std::string table = numbers("X", {3, 2}, {1, 2, 3, 0, 1, 1});
  for (const std::string_view variable : {kCharMatrix, kCells, kLogical, kSparseX, kStructure}) {
    // A cut between two variables gives a shorter file that is good; the table comes last, so that nothing is left.
    const std::string content = mat_header() + bytes_of_hex(variable) + table;
    try {
      read_source(file(bytes_of_hex(variable) + table));
    } catch (const InputError&) {
      continue;
    }
    check_hostile_variants("d.mat", content, 500);
  }
}

}  // namespace
}  // namespace gradus::test
