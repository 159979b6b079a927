// SPDX-License-Identifier: Apache-2.0
#include "capi/numbers.hpp"

#include <cmath>
#include <cstring>
#include <optional>
#include <type_traits>

#include "capi/handles.hpp"

namespace gradus::capi {
namespace {

/// use(T{}) with the C++ type of `type`.
template <class Use>
void with_type(gradus_type type, const Use& use) {
  switch (type) {
    case GRADUS_FLOAT32:
      return use(float{});
    case GRADUS_FLOAT64:
      return use(double{});
    case GRADUS_INT8:
      return use(std::int8_t{});
    case GRADUS_UINT8:
    case GRADUS_BOOL:
      return use(std::uint8_t{});
    case GRADUS_INT16:
      return use(std::int16_t{});
    case GRADUS_UINT16:
      return use(std::uint16_t{});
    case GRADUS_INT32:
      return use(std::int32_t{});
    case GRADUS_UINT32:
      return use(std::uint32_t{});
    case GRADUS_INT64:
      return use(std::int64_t{});
    case GRADUS_UINT64:
      return use(std::uint64_t{});
    default:
      throw InputError(ErrorParts{"type", "a gradus_type", std::to_string(type), ""});
  }
}

template <class T>
T number_at(const char* base, std::int64_t offset) {
  T value;
  std::memcpy(&value, base + offset, sizeof(T));  // of any alignment
  return value;
}

template <class T, class To>
Matrix<To> copied(const Numbers& numbers, bool& rounded) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  Matrix<To> matrix(numbers.rows, numbers.cols);
  const char* const base = static_cast<const char*>(numbers.values);
  for (std::size_t r = 0; r < numbers.rows; ++r) {
    for (std::size_t c = 0; c < numbers.cols; ++c) {
      const auto offset =
          static_cast<std::int64_t>(r) * numbers.row_step + static_cast<std::int64_t>(c) * numbers.col_step;
      const T value = number_at<T>(base, offset);
      matrix(r, c) = static_cast<To>(value);
      if constexpr (std::is_integral_v<T> && sizeof(T) == 8) {
        rounded = rounded || std::abs(static_cast<double>(value)) > kExact;
      }
    }
  }
  return matrix;
}

template <class T>
std::optional<MatrixView<const T>> borrowed(const Numbers& numbers) {
  constexpr auto kSize = static_cast<std::int64_t>(sizeof(T));
  const auto cols = static_cast<std::int64_t>(numbers.cols);
  const bool contiguous = numbers.cols == 1 || numbers.col_step == kSize;
  const bool aligned = reinterpret_cast<std::uintptr_t>(numbers.values) % alignof(T) == 0;
  if (!contiguous || !aligned || cols == 0) return std::nullopt;
  const std::int64_t row_step = numbers.rows == 1 ? cols * kSize : numbers.row_step;
  if (row_step < cols * kSize || row_step % kSize != 0) return std::nullopt;
  return MatrixView<const T>(static_cast<const T*>(numbers.values), numbers.rows, numbers.cols,
                             static_cast<std::size_t>(row_step / kSize));
}

}  // namespace

void check_numbers(const Numbers& numbers, const char* what) {
  with_type(numbers.type, [](auto) {});
  if (numbers.rows > 0 && numbers.cols > 0) require(numbers.values, what);
}

Matrix<double> to_doubles(const Numbers& numbers, bool& rounded) {
  Matrix<double> matrix;
  with_type(numbers.type, [&]<class T>(T) { matrix = copied<T, double>(numbers, rounded); });
  return matrix;
}

Features to_features(const Numbers& numbers, bool& rounded) {
  Features features;
  with_type(numbers.type, [&]<class T>(T) {
    constexpr bool kCanBorrow =
        std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, std::uint8_t>;
    if constexpr (kCanBorrow) {
      if (const auto view = borrowed<T>(numbers); view && numbers.type != GRADUS_BOOL) {
        features = *view;
        return;
      }
      features = copied<T, T>(numbers, rounded);
    } else {
      features = copied<T, double>(numbers, rounded);
    }
  });
  return features;
}

}  // namespace gradus::capi
