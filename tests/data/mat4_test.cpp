// MAT-files of version 4.
// SPDX-License-Identifier: Apache-2.0
#include "data/mat4.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/fixtures.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// scipy 1.10.1, savemat(format='4'). X = [[1, 5], [2, 6], [3, 7]], y = [[0], [1], [1]]:
constexpr std::string_view kPair =
    "00000000030000000200000000000000020000005800000000000000f03f00000000000000400000000000000840000000000000"
    "144000000000000018400000000000001c4000000000030000000100000000000000020000007900000000000000000000000000"
    "0000f03f000000000000f03f";
// y = array(['ab', 'b ', 'ab']):
constexpr std::string_view kText = "33000000030000000200000000000000020000007900616261622062";
// X = csc_matrix([[0, 5], [2, 0], [0, 7]]):
constexpr std::string_view kSparse =
    "020000000400000003000000000000000200000058000000000000000040000000000000f03f0000000000000840000000000000"
    "0840000000000000f03f000000000000004000000000000000400000000000000040000000000000004000000000000014400000"
    "000000001c400000000000000000";

/// A variable: type code, shape, whether complex, name, values.
std::string variable(std::uint32_t type, std::uint32_t rows, std::uint32_t cols, const std::string& name,
                     const std::string& values, bool big_endian = false, std::uint32_t complex = 0) {
  std::string header;
  for (const std::uint64_t word : {std::uint64_t{type}, std::uint64_t{rows}, std::uint64_t{cols},
                                   std::uint64_t{complex}, std::uint64_t{name.size() + 1}}) {
    header += integer_bytes(word, 4, big_endian);
  }
  return header + name + '\0' + values;
}

class Mat4 : public testing::Test {
 protected:
  Dataset read(const std::string& content) { return read_source(write_bytes(folder_ / "d.mat", content)); }
  std::string error(const std::string& content) { return error_of(write_bytes(folder_ / "d.mat", content)); }

 private:
  TempDir folder_;
};

TEST_F(Mat4, matrices_that_scipy_wrote_are_read) {
  const Dataset dataset = read(bytes_of_hex(kPair));
  EXPECT_EQ(std::get<Matrix<double>>(dataset.table.features)(1, 1), 6.0);
  EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{0, 1, 1}));
}

TEST_F(Mat4, texts_and_sparse_matrices_are_read) {
  const Dataset dataset = read(bytes_of_hex(kSparse) + bytes_of_hex(kText));
  const auto& x = std::get<Matrix<double>>(dataset.table.features);
  EXPECT_EQ(std::vector<double>(x.data(), x.data() + x.size()), (std::vector<double>{0, 5, 2, 0, 0, 7}));
  EXPECT_THAT(dataset.class_names, ElementsAre("ab", "b"));
}

TEST_F(Mat4, every_storage_and_byte_order_is_read) {
  const auto first = [&](std::uint32_t type, const std::string& values, bool big_endian = false) {
    const Dataset dataset = read(variable(type, 1, 2, "X", values, big_endian));
    return visit_features(dataset.table.features, [](const auto& x) { return static_cast<double>(x(0, 0)); });
  };
  EXPECT_EQ(first(10, float_bytes(1.5F) + float_bytes(0)), 1.5);
  EXPECT_EQ(first(20, integer_bytes(static_cast<std::uint32_t>(-7), 4) + integer_bytes(0, 4)), -7.0);
  EXPECT_EQ(first(30, integer_bytes(0xfffe, 2) + integer_bytes(0, 2)), -2.0);
  EXPECT_EQ(first(40, integer_bytes(0xfffe, 2) + integer_bytes(0, 2)), 65534.0);
  EXPECT_EQ(first(50, std::string("\xc8\0", 2)), 200.0);
  EXPECT_EQ(first(1000, double_bytes(0.1, true) + double_bytes(0, true), true), 0.1);
  EXPECT_EQ(first(1030, integer_bytes(0xfffe, 2, true) + integer_bytes(0, 2), true), -2.0);
}

TEST_F(Mat4, hostile_headers_are_refused_in_words) {
  const std::string value = double_bytes(1);
  EXPECT_THAT(error(variable(0, 1000000, 1000000, "X", value)), HasSubstr("only 8"));
  EXPECT_THAT(error(variable(3, 1, 1, "X", value)), HasSubstr("MAT-file of version 4"));
  EXPECT_THAT(error(variable(60, 1, 1, "X", value)), HasSubstr("save(..., '-v7')"));
  EXPECT_THAT(error(variable(2000, 1, 1, "X", value)), HasSubstr("MAT-file of version 4"));
  EXPECT_THAT(error(variable(0, 1, 1, "X", value + value, false, 1)), HasSubstr("complex"));
  EXPECT_THAT(error(variable(0, 0, 3, "X", "")), HasSubstr("at least one element"));
  // A sparse matrix of 10^12 elements in 24 bytes.
  EXPECT_THAT(error(variable(2, 1, 3, "X", double_bytes(1e6) + double_bytes(1e6) + double_bytes(0))),
              HasSubstr("a sparse matrix of at most"));
  EXPECT_THAT(error(variable(2, 1, 3, "X", double_bytes(1e300) + double_bytes(1e6) + double_bytes(0))),
              HasSubstr("damaged"));
  EXPECT_THAT(error(variable(2, 2, 3, "X",
                             double_bytes(3) + double_bytes(2) + double_bytes(1) + double_bytes(2) + value + value)),
              HasSubstr("within 2x2"));
}

TEST_F(Mat4, every_cut_and_changed_byte_is_survived) {
  check_hostile_variants("d.mat", bytes_of_hex(kPair).substr(0, 70));
  check_hostile_variants("d.mat", bytes_of_hex(kSparse));
}

}  // namespace
}  // namespace gradus::test
