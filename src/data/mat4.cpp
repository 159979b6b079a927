// SPDX-License-Identifier: Apache-2.0
#include "data/mat4.hpp"

#include <algorithm>

#include "data/byte_reader.hpp"
#include "data/mat_matrix.hpp"
#include "data/sparse_array.hpp"

namespace gradus::data {
namespace {

constexpr std::uint32_t kMostLittleEndianType = 52;
constexpr std::uint32_t kFirstBigEndianType = 1000;
enum Mat4Kind : std::uint32_t { kMat4Numbers = 0, kMat4Text = 1, kMat4Sparse = 2 };

/// The type is a number of decimal digits M0PT: machine, storage, kind of matrix.
struct Mat4Header {
  bool big_endian = false;
  ElementType type = ElementType::kF64;
  std::uint32_t kind = kMat4Numbers;
  bool complex = false;
  std::uint64_t rows = 0;
  std::uint64_t cols = 0;
  std::string name;
};

Mat4Header read_mat4_header(ByteReader& reader) {
  const ByteReader start = reader;
  const auto raw = reader.take(20, "a variable's header");
  Mat4Header header;
  header.big_endian = load_integer<std::uint32_t>(raw.first(4), false) > kMostLittleEndianType;
  const auto word = [&](std::size_t i) {
    return load_integer<std::uint32_t>(raw.subspan(4 * i, 4), header.big_endian);
  };
  const std::uint32_t machine = header.big_endian ? kFirstBigEndianType : 0;
  const std::uint32_t code = word(0) - machine;
  static constexpr ElementType kTypes[] = {ElementType::kF64, ElementType::kF32, ElementType::kI32,
                                           ElementType::kI16, ElementType::kU16, ElementType::kU8};
  const bool known = word(0) >= machine && code / 10 < std::size(kTypes) && code % 10 <= kMat4Sparse;
  const std::uint32_t name_size = word(4);
  if (!known || word(3) > 1 || name_size == 0) {
    start.fail("a variable of a MAT-file of version 4, or the text with which version 5 starts", "other bytes",
               "check the file, or save it in MATLAB with save(..., '-v7')");
  }
  header.type = kTypes[code / 10];
  header.kind = code % 10;
  header.rows = word(1);
  header.cols = word(2);
  header.complex = word(3) != 0;
  const auto name = reader.take(name_size, "a variable's name");
  const std::string_view text(reinterpret_cast<const char*>(name.data()), name.size());
  header.name = text.substr(0, text.find('\0'));
  return header;
}

/// Rows of (row, column, value) with numbers from 1; the last one holds the shape.
RawArray spread(const RawArray& stored, std::uint64_t& bytes_left) {
  const Matrix<double> entries = to_doubles(stored, grid_of(stored));
  const std::size_t last = entries.rows() - 1;
  const double rows = entries(last, 0);
  const double cols = entries.cols() == 3 ? entries(last, 1) : 0;
  if (!(rows >= 1 && cols >= 1 && rows < 0x1p31 && cols < 0x1p31)) {
    throw InputError(ErrorParts{stored.where, "a sparse matrix: rows, columns, values, and the shape at the end",
                                "an array of " + stored.shape_text(), "the file is damaged"});
  }
  DenseArray dense(static_cast<std::uint64_t>(rows), static_cast<std::uint64_t>(cols), last, bytes_left, stored.where);
  for (std::size_t i = 0; i < last; ++i) dense.set(entries(i, 0) - 1, entries(i, 1) - 1, entries(i, 2));
  return dense.take();
}

/// A char matrix: the codes of the characters as numbers.
RawArray texts_of(const RawArray& stored, std::uint64_t& bytes_left) {
  const Matrix<double> codes = to_doubles(stored, grid_of(stored));
  std::u32string units;
  for (std::size_t c = 0; c < codes.cols(); ++c) {
    for (std::size_t r = 0; r < codes.rows(); ++r) {
      const double code = codes(r, c);
      units += code >= 0 && code < 0x110000 ? static_cast<char32_t>(code) : U'\xfffd';
    }
  }
  RawArray texts;
  texts.where = stored.where;
  texts.words = char_rows(units, codes.rows(), codes.cols(), bytes_left, stored.where);
  texts.shape = {texts.words.size()};
  return texts;
}

RawArray read_values(ByteReader& reader, const Mat4Header& header, const std::shared_ptr<const Bytes>& file,
                     std::uint64_t& bytes_left) {
  RawArray array;
  array.where = reader.name() + ": variable " + header.name;
  array.shape = {static_cast<std::size_t>(header.rows), static_cast<std::size_t>(header.cols)};
  if (header.rows == 0 || header.cols == 0) {
    array.refusal = error_sentence({array.where, "at least one element", "an empty array", "give a part with rows"});
    return array;
  }
  const std::uint64_t size =
      checked_array_bytes({header.rows, header.cols}, element_size(header.type), reader.remaining(), array.where);
  array.type = header.type;
  array.big_endian = header.big_endian;
  array.column_major = true;
  array.bytes = reader.take(size, "array values");
  array.owner = file;
  if (header.complex) {
    reader.take(size, "imaginary parts");
    array.refusal = error_sentence({array.where, "real numbers", "complex ones", "save real and imaginary parts"});
    return array;
  }
  try {
    if (header.kind == kMat4Sparse) return spread(array, bytes_left);
    if (header.kind == kMat4Text) return texts_of(array, bytes_left);
  } catch (const InputError& error) {  // it may be a variable that nobody needs
    array.refusal = error.what();
  }
  return array;
}

}  // namespace

bool is_mat4(std::span<const std::byte> start) {
  return start.size() >= 20 && std::count(start.begin(), start.begin() + 4, std::byte{0}) > 0;
}

std::vector<NamedArray> read_mat4(const std::shared_ptr<const Bytes>& file, const std::string& name,
                                  std::uint64_t max_bytes) {
  ByteReader reader(*file, name);
  std::vector<NamedArray> arrays;
  while (reader.remaining() != 0) {
    const Mat4Header header = read_mat4_header(reader);
    arrays.push_back({header.name, read_values(reader, header, file, max_bytes)});
  }
  return arrays;
}

}  // namespace gradus::data
