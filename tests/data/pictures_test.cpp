// Pictures in arrays of three and four dimensions: where the samples are, the order of the pixels, channels.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/fixtures.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// scipy 1.10.1, savemat without compression: X = arange(72, dtype='u1').reshape(2, 3, 3, 4), y = [[1], [10], [2], [1]].
constexpr std::string_view kFourPictures =
    "0e000000800000000600000008000000090000000000000005000000100000000200000003000000030000000400000001000100"
    "58000000020000004800000000240c30183c042810341c40082c1438204401250d31193d052911351d41092d1539214502260e32"
    "1a3e062a12361e420a2e163a224603270f331b3f072b13371f430b2f173b23470e00000030000000060000000800000009000000"
    "0000000005000000080000000400000001000000010001007900000002000400010a0201";

std::string counting(std::size_t size) {
  std::string values;
  for (std::size_t i = 0; i < size; ++i) values += static_cast<char>(i);
  return values;
}

std::vector<int> row_of(const Dataset& dataset, std::size_t row) {
  const auto pixels = std::get<Matrix<std::uint8_t>>(dataset.table.features).row(row);
  return {pixels.begin(), pixels.end()};
}

class Pictures : public testing::Test {
 protected:
  Dataset read(const std::string& name, const std::string& content, const SourceOptions& options = {}) {
    return read_source(write_bytes(folder_ / name, content), options);
  }
  /// X of `shape` with the bytes 0, 1, 2, ..., and `count` labels 0, 1, 0, ...
  std::string npz(const std::string& shape, std::size_t size, std::size_t count, bool fortran = false) {
    std::string labels;
    for (std::size_t i = 0; i < count; ++i) labels += static_cast<char>(i % 2);
    return zip({{"X.npy", npy("|u1", shape, counting(size), fortran)},
                {"y.npy", npy("|u1", "(" + std::to_string(count) + ",)", labels)}},
               false);
  }

 private:
  TempDir folder_;
};

// scipy reads them as X[row, column, channel, sample]; numpy prints X[..., 1].ravel() as 1, 5, 9, ..., 69.
TEST_F(Pictures, samples_in_the_last_dimension_become_rows) {
  const Dataset dataset = read("d.mat", mat_header() + bytes_of_hex(kFourPictures));
  EXPECT_EQ(dataset.table.rows(), 4U);
  EXPECT_EQ(dataset.num_features(), 18U);
  EXPECT_THAT(row_of(dataset, 1), ElementsAre(1, 5, 9, 13, 17, 21, 25, 29, 33, 37, 41, 45, 49, 53, 57, 61, 65, 69));
  EXPECT_THAT(dataset.class_names, ElementsAre("1", "2", "10"));
  EXPECT_EQ(dataset.image, (ImageShape{2, 3}));
  EXPECT_EQ(default_divisor(dataset), 255.0);
  EXPECT_THAT(dataset.notes, IsEmpty());
}

TEST_F(Pictures, the_same_pictures_are_the_same_rows_in_every_file) {
  // H x W x N of three dimensions, row by row: pixel (h, w) of sample n is 2 (2 h + w) + n.
  const Dataset last = read("a.npz", npz("(3, 2, 2)", 12, 2));
  EXPECT_THAT(row_of(last, 0), ElementsAre(0, 2, 4, 6, 8, 10));
  EXPECT_EQ(last.image, (ImageShape{3, 2}));
  // N x H x W column by column: element (n, h, w) is n + 4 h + 8 w.
  const Dataset fortran = read("b.npz", npz("(4, 2, 3)", 24, 4, true));
  EXPECT_THAT(row_of(fortran, 1), ElementsAre(1, 9, 17, 5, 13, 21));
  const Dataset first = read("c.npz", npz("(4, 2, 3)", 24, 4));
  EXPECT_THAT(row_of(first, 1), ElementsAre(6, 7, 8, 9, 10, 11));
}

TEST_F(Pictures, one_hot_labels_in_columns_belong_to_samples_in_the_last_dimension) {
  const std::string x = mat_matrix(9, {2, 2, 3}, "X", mat_element(2, counting(12)));
  const std::string y = mat_matrix(9, {2, 3}, "y", mat_element(2, std::string("\1\0\0\1\1\0", 6)));
  const Dataset dataset = read("d.mat", mat_header() + x + y);
  EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{0, 1, 0}));
  EXPECT_THAT(row_of(dataset, 1), ElementsAre(4, 6, 5, 7));
}

TEST_F(Pictures, wide_elements_are_moved_whole) {
  std::string values;
  for (int i = 0; i < 8; ++i) values += integer_bytes(static_cast<std::uint64_t>(1000 + i), 2, true);
  const std::string y = npy("|u1", "(2,)", std::string("\0\1", 2));
  const Dataset dataset =
      read("a.npz", zip({{"X.npy", npy(">u2", "(2, 1, 2, 2)", values, true)}, {"y.npy", y}}, false));
  const auto& x = std::get<Matrix<float>>(dataset.table.features);
  // Both dimensions fit the labels; of an array stored column by column the last one is taken, and said.
  EXPECT_EQ(x(1, 0), 1004.0F);
  EXPECT_THAT(dataset.notes, ElementsAre(HasSubstr("data.orientation")));
  SourceOptions rows;
  rows.orientation = "rows";
  const Dataset chosen =
      read("a.npz", zip({{"X.npy", npy(">u2", "(2, 1, 2, 2)", values, true)}, {"y.npy", y}}, false), rows);
  EXPECT_EQ(std::get<Matrix<float>>(chosen.table.features)(1, 0), 1001.0F);
}

TEST_F(Pictures, channels_are_bytes_of_pictures_too) {
  const Dataset last = read("a.npz", npz("(2, 2, 5, 3)", 60, 2));
  EXPECT_EQ(last.image, (ImageShape{2, 5}));
  EXPECT_EQ(default_divisor(last), 255.0);
  const Dataset first = read("b.npz", npz("(2, 3, 2, 5)", 60, 2));
  EXPECT_EQ(first.image, (ImageShape{6, 5}));
  EXPECT_EQ(default_divisor(first), 255.0);
  // Not a picture: nothing is known of seven channels.
  EXPECT_FALSE(read("c.npz", npz("(2, 2, 2, 7)", 56, 2)).image);
}

TEST_F(Pictures, counts_that_fit_nowhere_are_named) {
  const TempDir folder;
  const std::string wrong = npz("(2, 3, 3, 4)", 72, 5);
  EXPECT_THAT(error_of(write_bytes(folder / "a.npz", wrong)), HasSubstr("features 2x3x3x4 but labels 5"));
  SourceOptions columns;
  columns.orientation = "columns";
  const std::string path = write_bytes(folder / "b.npz", npz("(2, 3, 3, 4)", 72, 2, true));
  EXPECT_THAT(error_of(path, columns), HasSubstr("features 2x3x3x4 but labels 2"));
}

TEST_F(Pictures, single_array_of_pictures_has_no_label_of_its_own) {
  const TempDir folder;
  const std::string pictures = npy("|u1", "(2, 2, 2)", counting(8));
  EXPECT_THAT(error_of(write_bytes(folder / "a.npy", pictures)), HasSubstr("single array 2x2x2; give both files"));
  SourceOptions options;
  options.label = "none";
  EXPECT_EQ(read("a.npy", pictures, options).num_features(), 4U);
  options.orientation = "columns";
  EXPECT_EQ(read("b.npy", npy("|u1", "(2, 2, 3)", counting(12), true), options).table.rows(), 3U);
  options.label = "-1";
  options.orientation = "rows";
  EXPECT_EQ(read("a.npy", pictures, options).num_features(), 3U);
}

TEST_F(Pictures, changed_bytes_are_survived) {
  check_hostile_variants("a.npz", npz("(2, 3, 3, 4)", 72, 4), 1000);
}

}  // namespace
}  // namespace gradus::test
