// SPDX-License-Identifier: Apache-2.0
#include "data/raw_array.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "data/byte_reader.hpp"
#include "data/half.hpp"
#include "gradus/core/error.hpp"

namespace gradus::data {
namespace {

template <class Src>
Src load_element(const std::byte* at, bool big_endian) {
  if (!big_endian && std::endian::native == std::endian::little) {
    Src value;
    std::memcpy(&value, at, sizeof(Src));
    return value;
  }
  const std::span<const std::byte> bytes(at, sizeof(Src));
  if constexpr (sizeof(Src) == 8) {
    return std::bit_cast<Src>(load_integer<std::uint64_t>(bytes, big_endian));
  } else if constexpr (sizeof(Src) == 4) {
    return std::bit_cast<Src>(load_integer<std::uint32_t>(bytes, big_endian));
  } else if constexpr (sizeof(Src) == 2) {
    return std::bit_cast<Src>(load_integer<std::uint16_t>(bytes, big_endian));
  } else {
    return std::bit_cast<Src>(load_integer<std::uint8_t>(bytes, big_endian));
  }
}

template <class Src, class Dst>
Matrix<Dst> convert(const RawArray& array, const Grid& grid) {
  Matrix<Dst> out(grid.rows, grid.cols);
  const bool contiguous = grid.col_stride == 1 && grid.row_stride == grid.cols;
  const bool native = array.big_endian == (std::endian::native == std::endian::big) || sizeof(Src) == 1;
  if (std::is_same_v<Src, Dst> && contiguous && native) {
    if (!out.empty()) std::memcpy(out.data(), array.bytes.data(), out.size() * sizeof(Dst));
    return out;
  }
  for (std::size_t r = 0; r < grid.rows; ++r) {
    for (std::size_t c = 0; c < grid.cols; ++c) {
      const std::size_t element = r * grid.row_stride + c * grid.col_stride;
      out(r, c) = static_cast<Dst>(load_element<Src>(array.bytes.data() + element * sizeof(Src), array.big_endian));
    }
  }
  return out;
}

template <class Dst>
Matrix<Dst> convert_any(const RawArray& array, const Grid& grid) {
  switch (array.type) {
    case ElementType::kBool:
    case ElementType::kU8:
      return convert<std::uint8_t, Dst>(array, grid);
    case ElementType::kI8:
      return convert<std::int8_t, Dst>(array, grid);
    case ElementType::kU16:
      return convert<std::uint16_t, Dst>(array, grid);
    case ElementType::kI16:
      return convert<std::int16_t, Dst>(array, grid);
    case ElementType::kU32:
      return convert<std::uint32_t, Dst>(array, grid);
    case ElementType::kI32:
      return convert<std::int32_t, Dst>(array, grid);
    case ElementType::kU64:
      return convert<std::uint64_t, Dst>(array, grid);
    case ElementType::kI64:
      return convert<std::int64_t, Dst>(array, grid);
    case ElementType::kF16:
      return convert<Half, Dst>(array, grid);
    case ElementType::kF32:
      return convert<float, Dst>(array, grid);
    case ElementType::kF64:
      return convert<double, Dst>(array, grid);
  }
  throw std::logic_error("element type without a conversion");
}

}  // namespace

std::size_t element_size(ElementType type) {
  switch (type) {
    case ElementType::kBool:
    case ElementType::kU8:
    case ElementType::kI8:
      return 1;
    case ElementType::kU16:
    case ElementType::kI16:
    case ElementType::kF16:
      return 2;
    case ElementType::kU32:
    case ElementType::kI32:
    case ElementType::kF32:
      return 4;
    default:
      return 8;
  }
}

const char* element_name(ElementType type) {
  static constexpr const char* kNames[] = {"bool",  "uint8",  "int8",  "uint16",  "int16",   "uint32",
                                           "int32", "uint64", "int64", "float16", "float32", "float64"};
  return kNames[static_cast<std::size_t>(type)];
}

std::size_t RawArray::num_elements() const {
  std::size_t count = 1;
  for (const std::size_t extent : shape) count *= extent;
  return count;
}

std::string RawArray::shape_text() const {
  std::string text;
  for (const std::size_t extent : shape) text += (text.empty() ? "" : "x") + std::to_string(extent);
  return text.empty() ? "1" : text;
}

void require_numbers(const RawArray& array) {
  if (!array.refusal.empty()) throw InputError(array.refusal);
  if (array.words.empty() && array.fields.empty()) return;
  throw InputError(ErrorParts{array.where, "an array of numbers",
                              array.words.empty() ? "a structured array" : "an array of texts",
                              "convert it with astype(float), or give another array"});
}

std::uint64_t checked_array_bytes(const std::vector<std::uint64_t>& shape, std::size_t element_bytes,
                                  std::uint64_t available, const std::string& where) {
  bool has_zero = false;
  for (const std::uint64_t extent : shape) has_zero = has_zero || extent == 0;
  std::uint64_t total = element_bytes;
  for (const std::uint64_t extent : shape) {
    if (has_zero) continue;
    if (total > std::numeric_limits<std::uint64_t>::max() / extent) {
      throw InputError(
          ErrorParts{where, "a shape whose size fits the file", "one that overflows 64 bits", "the file is damaged"});
    }
    total *= extent;
  }
  if (has_zero) throw InputError(ErrorParts{where, "at least one element", "an empty array", "give a part with rows"});
  if (total > available) {
    throw InputError(ErrorParts{where, "a shape whose " + std::to_string(total) + " bytes are in the file",
                                "only " + std::to_string(available), "the file is cut short or damaged"});
  }
  return total;
}

Grid grid_of(const RawArray& array) {
  require_numbers(array);
  if (array.shape.empty()) throw InputError(ErrorParts{array.where, "a table of numbers", "a single number", ""});
  const std::size_t rows = array.shape[0];
  const std::size_t cols = array.num_elements() / rows;
  if (!array.column_major) return {rows, cols, cols, 1};
  if (array.shape.size() > 2) {
    throw InputError(ErrorParts{array.where, "two dimensions in a column-major array without labels",
                                array.shape_text(),
                                "give its labels, or set data.orientation: rows when the samples come first"});
  }
  return {rows, cols, 1, rows};
}

RawArray samples_first(const RawArray& array, bool last) {
  require_numbers(array);
  // Dimensions in the order of the result, each with its stride in the stored elements.
  const std::size_t dims = array.shape.size();
  std::vector<std::size_t> strides(dims, 1);
  for (std::size_t i = 1; i < dims; ++i) {
    const std::size_t at = array.column_major ? i : dims - 1 - i;
    const std::size_t before = array.column_major ? at - 1 : at + 1;
    strides[at] = strides[before] * array.shape[before];
  }
  RawArray moved = array;
  moved.column_major = false;
  if (last) {
    std::rotate(moved.shape.begin(), moved.shape.end() - 1, moved.shape.end());
    std::rotate(strides.begin(), strides.end() - 1, strides.end());
  }
  const std::size_t size = element_size(array.type);
  auto bytes = std::make_shared<Bytes>(array.bytes.size());
  std::vector<std::size_t> index(dims, 0);
  std::size_t from = 0;
  for (std::size_t to = 0; to < bytes->size(); to += size) {
    std::memcpy(bytes->data() + to, array.bytes.data() + from * size, size);
    for (std::size_t d = dims; d-- > 0;) {  // the next element, the last index fastest
      from += strides[d];
      if (++index[d] < moved.shape[d]) break;
      from -= index[d] * strides[d];
      index[d] = 0;
    }
  }
  moved.bytes = *bytes;
  moved.owner = std::move(bytes);
  return moved;
}

void check_finite(const Features& features, const std::string& where) {
  const auto check = [&where]<class T>(MatrixView<const T> matrix) {
    if constexpr (!std::is_integral_v<T>) {
      for (std::size_t r = 0; r < matrix.rows(); ++r) {
        for (std::size_t c = 0; c < matrix.cols(); ++c) {
          if (std::isfinite(matrix(r, c))) continue;
          throw InputError(ErrorParts{
              where + ": row " + std::to_string(r) + ", column " + std::to_string(c) + " (from 0)", "a finite number",
              std::isnan(matrix(r, c)) ? "NaN" : "infinity", "fill in or remove the row"});
        }
      }
    }
  };
  visit_features(features, check);
}

Features to_features(const RawArray& array, const Grid& grid) {
  Features features;
  switch (array.type) {
    case ElementType::kBool:
    case ElementType::kU8:
      features = convert_any<std::uint8_t>(array, grid);
      break;
    case ElementType::kI8:
    case ElementType::kI16:
    case ElementType::kU16:
    case ElementType::kF16:
    case ElementType::kF32:
      features = convert_any<float>(array, grid);
      break;
    default:
      features = convert_any<double>(array, grid);
  }
  check_finite(features, array.where);
  return features;
}

Matrix<double> to_doubles(const RawArray& array, const Grid& grid) {
  return convert_any<double>(array, grid);
}

}  // namespace gradus::data
