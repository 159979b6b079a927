// An array as a file stores it: bytes, element type, byte order and strides, before anything is copied. Arrays of texts
// and structured arrays are here too, and those that cannot be read: a file may hold what nobody needs.
// npy, npz, pickle, MAT and IDX readers produce it; conversion to features and targets is written once, here.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/array_text.hpp"
#include "data/file_bytes.hpp"
#include "gradus/data/dataset.hpp"

namespace gradus::data {

enum class ElementType : std::uint8_t { kBool, kU8, kI8, kU16, kI16, kU32, kI32, kU64, kI64, kF16, kF32, kF64 };

std::size_t element_size(ElementType type);
const char* element_name(ElementType type);

/// A column of a structured array: one number or text of every record.
struct RecordField {
  std::string name;
  ElementType type = ElementType::kU8;
  bool big_endian = false;
  std::optional<TextType> text;  // set: a text instead of a number
  std::size_t offset = 0;        // of the column in a record
};

/// `shape` elements of `type`. The bytes belong to `owner`, so that arrays of one large file share its buffer.
struct RawArray {
  std::string where;  // file and variable, for messages
  ElementType type = ElementType::kU8;
  bool big_endian = false;
  bool column_major = false;
  std::vector<std::size_t> shape;
  std::span<const std::byte> bytes;
  std::shared_ptr<const Bytes> owner;
  std::vector<std::string> words;   // an array of texts: its elements, row by row; no bytes
  std::vector<RecordField> fields;  // a structured array: its columns; `record_bytes` each in `bytes`
  std::size_t record_bytes = 0;
  std::string refusal;  // neither numbers nor texts: the sentence of the error once somebody needs the array

  [[nodiscard]] std::size_t num_elements() const;
  /// "8x8x3x30".
  [[nodiscard]] std::string shape_text() const;
};

/// Throws InputError when `array` is not made of plain numbers.
void require_numbers(const RawArray& array);

/// Product of `shape` times the element size, or InputError when it overflows or is not `available` bytes or less.
std::uint64_t checked_array_bytes(const std::vector<std::uint64_t>& shape, std::size_t element_bytes,
                                  std::uint64_t available, const std::string& where);

/// A two-dimensional look at an array: element (r, c) is number r * row_stride + c * col_stride.
struct Grid {
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::size_t row_stride = 0;
  std::size_t col_stride = 0;
  [[nodiscard]] Grid transposed() const { return {cols, rows, col_stride, row_stride}; }
};

/// The array as rows x cols: one dimension becomes a column, further dimensions of a row-major array are flattened.
/// Throws InputError when it is not made of numbers.
Grid grid_of(const RawArray& array);

/// The same array row by row, the samples first: `last` says that they are along the last dimension now. The features
/// of a sample keep the order of their indexes, so that a picture is the same however its file was written.
RawArray samples_first(const RawArray& array, bool last);

/// Features in the stored type where there is one (bytes, float, double); small integers and halves become float,
/// exactly; wider ones double. Throws InputError at the first NaN or infinity.
Features to_features(const RawArray& array, const Grid& grid);
/// All elements as double, without a check of their values.
Matrix<double> to_doubles(const RawArray& array, const Grid& grid);
/// Throws InputError naming row and column of the first value that is not finite.
void check_finite(const Features& features, const std::string& where);

}  // namespace gradus::data
