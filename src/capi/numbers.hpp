// Numbers of any type and step in the caller's memory.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "gradus.h"
#include "gradus/core/matrix.hpp"
#include "gradus/data/dataset.hpp"

namespace gradus::capi {

/// `rows` x `cols` numbers; steps in bytes, which may be negative.
struct Numbers {
  gradus_type type = GRADUS_FLOAT64;
  const void* values = nullptr;
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::int64_t row_step = 0;
  std::int64_t col_step = 0;
};

/// Throws InputError for an unknown type, and for NULL where there are numbers.
void check_numbers(const Numbers& numbers, const char* what);
/// As doubles. Whole numbers beyond 2^53 are rounded; `rounded` is set then.
Matrix<double> to_doubles(const Numbers& numbers, bool& rounded);
/// The numbers where they stand if they are float32, float64 or bytes in contiguous rows, else a copy: of float32 in
/// float32, of all others in double.
Features to_features(const Numbers& numbers, bool& rounded);

}  // namespace gradus::capi
