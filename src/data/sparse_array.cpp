// SPDX-License-Identifier: Apache-2.0
#include "data/sparse_array.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "gradus/core/error.hpp"

namespace gradus::data {
namespace {

// Matrices up to this size may be all zeros; larger ones have at least one value in so many elements, as text
// collections have (one in 700 to one in 1,500).
constexpr std::uint64_t kAlwaysAllowed = std::uint64_t{1} << 23;
constexpr std::uint64_t kMostElementsPerValue = 4096;

}  // namespace

void check_dense_size(std::uint64_t rows, std::uint64_t cols, std::uint64_t stored_values, std::uint64_t& bytes_left,
                      const std::string& where) {
  const std::uint64_t most =
      std::min(bytes_left / sizeof(double), kAlwaysAllowed + kMostElementsPerValue * stored_values);
  if (cols != 0 && rows > most / cols) {
    throw InputError(ErrorParts{where,
                                "a sparse matrix of at most " + std::to_string(most) + " elements with its zeros",
                                std::to_string(rows) + "x" + std::to_string(cols),
                                "leave out columns, or set data.max_bytes (--max-bytes) if that is meant"});
  }
  bytes_left -= rows * cols * sizeof(double);
}

DenseArray::DenseArray(std::uint64_t rows, std::uint64_t cols, std::uint64_t stored_values, std::uint64_t& bytes_left,
                       const std::string& where) {
  check_dense_size(rows, cols, stored_values, bytes_left, where);
  bytes_ = std::make_shared<Bytes>(static_cast<std::size_t>(rows * cols * sizeof(double)));
  array_.where = where;
  array_.type = ElementType::kF64;
  array_.big_endian = std::endian::native == std::endian::big;
  array_.column_major = true;
  array_.shape = {static_cast<std::size_t>(rows), static_cast<std::size_t>(cols)};
  array_.bytes = *bytes_;
  array_.owner = bytes_;
}

void DenseArray::set(double row, double col, double value) {
  const auto rows = static_cast<double>(array_.shape[0]);
  const bool inside = row >= 0 && row < rows && col >= 0 && col < static_cast<double>(array_.shape[1]);
  if (!inside || std::floor(row) != row || std::floor(col) != col) {
    throw InputError(ErrorParts{array_.where, "row and column numbers within " + array_.shape_text(), "others",
                                "the file is damaged"});
  }
  const std::size_t element = static_cast<std::size_t>(col) * array_.shape[0] + static_cast<std::size_t>(row);
  std::memcpy(bytes_->data() + element * sizeof(double), &value, sizeof(double));
}

}  // namespace gradus::data
