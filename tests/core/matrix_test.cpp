// SPDX-License-Identifier: Apache-2.0
#include "gradus/core/matrix.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>

namespace gradus {
namespace {

TEST(Matrix, storage_is_aligned_zero_and_row_major) {
  Matrix<float> m(3, 5);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(m.data()) % kAlignment, 0u);
  for (const float value : m.span()) EXPECT_EQ(value, 0.0f);
  m(1, 2) = 7.0f;
  EXPECT_EQ(m.data()[7], 7.0f);
  EXPECT_EQ(m.row(1)[2], 7.0f);
}

TEST(Matrix, copies_are_deep_and_moves_leave_nothing) {
  Matrix<double> a(2, 2);
  a(0, 0) = 1.0;
  Matrix<double> b = a;
  b(0, 0) = 2.0;
  EXPECT_EQ(a(0, 0), 1.0);
  const Matrix<double> c = std::move(b);
  EXPECT_EQ(c(0, 0), 2.0);
  a = c;
  EXPECT_EQ(a(0, 0), 2.0);
}

TEST(Matrix, views_keep_the_stride) {
  Matrix<int> m(4, 6);
  for (std::size_t i = 0; i < m.size(); ++i) m.data()[i] = static_cast<int>(i);
  const MatrixView<int> part(m.data() + 1, 4, 3, 6);
  EXPECT_EQ(part(2, 2), 15);
  const MatrixView<const int> rows = MatrixView<const int>(part).row_range(2, 2);
  EXPECT_EQ(rows.rows(), 2u);
  EXPECT_EQ(rows(1, 0), 19);
  EXPECT_EQ(rows.row(0).size(), 3u);
  EXPECT_TRUE(part.row_range(1, 0).empty());
}

TEST(Matrix, growing_keeps_rows_adds_zeros_and_stays_aligned) {
  Matrix<float> m;
  m = Matrix<float>(1, 3);
  for (const std::size_t rows : {1, 2, 7, 1000, 300000}) {  // from the heap to pages of its own
    for (float& x : m.row(m.rows() - 1)) x = static_cast<float>(m.rows());
    const std::size_t before = m.rows();
    m.grow_rows(rows);
    ASSERT_EQ(m.rows(), rows);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(m.data()) % kAlignment, 0u);
    EXPECT_EQ(m(0, 2), 1.0F);
    EXPECT_EQ(m(before - 1, 1), static_cast<float>(before));
    for (std::size_t r = before; r < rows; ++r) ASSERT_EQ(m(r, 0) + m(r, 2), 0.0F);
  }
  EXPECT_THROW(m.grow_rows(std::size_t{1} << 62), std::bad_alloc);
}

TEST(Matrix, sizes_that_overflow_are_refused) {
  const std::size_t huge = std::size_t{1} << 62;
  EXPECT_THROW(Matrix<float>(huge, 8), std::bad_alloc);
  EXPECT_THROW(AlignedBuffer<double>(static_cast<std::size_t>(-1) / 8), std::bad_alloc);
  EXPECT_TRUE(Matrix<float>(0, 5).empty());
}

}  // namespace
}  // namespace gradus
