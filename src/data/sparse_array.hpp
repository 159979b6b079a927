// A sparse matrix spread out: networks here read every feature, so that its zeros must be there.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "data/raw_array.hpp"

namespace gradus::data {

/// Takes a dense matrix of doubles off `bytes_left`. A sparse file is small whatever shape it claims: throws InputError
/// when the matrix does not fit, or would hold thousands of zeros for each stored value.
void check_dense_size(std::uint64_t rows, std::uint64_t cols, std::uint64_t stored_values, std::uint64_t& bytes_left,
                      const std::string& where);

/// Column-major doubles, zero where nothing is set.
class DenseArray {
 public:
  /// Takes memory for rows x cols from `bytes_left`; check_dense_size() says what is too large.
  DenseArray(std::uint64_t rows, std::uint64_t cols, std::uint64_t stored_values, std::uint64_t& bytes_left,
             const std::string& where);

  /// Sets an element by its numbers from 0, as files store them. Throws InputError outside the matrix.
  void set(double row, double col, double value);

  /// The array; nothing is left here.
  RawArray take() { return std::move(array_); }

 private:
  RawArray array_;
  std::shared_ptr<Bytes> bytes_;
};

}  // namespace gradus::data
