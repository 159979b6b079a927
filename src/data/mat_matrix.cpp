// SPDX-License-Identifier: Apache-2.0
#include "data/mat_matrix.hpp"

#include <algorithm>
#include <numeric>

#include "data/mat_element.hpp"
#include "data/sparse_array.hpp"
#include "data/utf8.hpp"

namespace gradus::data {
namespace {

/// Classes of variables as MATLAB numbers them; from kFirstNumeric to kLastNumeric they are numbers.
enum MatClass : std::uint32_t {
  kCell = 1,
  kStructure = 2,
  kObject = 3,
  kChar = 4,
  kSparse = 5,
  kFirstNumeric = 6,
  kLastNumeric = 15,
  kFunction = 16,
  kOpaque = 17,
};
constexpr std::uint32_t kComplexFlag = 0x0800;

struct MatHeader {
  std::uint32_t array_class = 0;
  bool complex = false;
  std::vector<std::uint64_t> shape;
  std::string name;

  [[nodiscard]] bool is_empty() const { return std::find(shape.begin(), shape.end(), 0U) != shape.end(); }
};

std::string characters_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<std::uint64_t> read_shape(const MatFile& file, MatElementReader& reader) {
  const MatElement dimensions = reader.next("array dimensions");
  if (dimensions.type != kMiInt32 || dimensions.bytes.size() % 4 != 0 || dimensions.bytes.size() < 8 ||
      dimensions.bytes.size() > 32) {
    reader.fail("2 to 8 array dimensions", "another element");
  }
  std::vector<std::uint64_t> shape;
  for (std::size_t i = 0; i < dimensions.bytes.size(); i += 4) {
    const auto extent = load_integer<std::int32_t>(dimensions.bytes.subspan(i, 4), file.big_endian);
    if (extent < 0) reader.fail("dimensions of at least 0", std::to_string(extent));
    shape.push_back(static_cast<std::uint64_t>(extent));
  }
  return shape;
}

MatHeader read_header(const MatFile& file, MatElementReader& reader) {
  const MatElement flags = reader.next("array flags");
  if (flags.type != kMiUint32 || flags.bytes.size() != 8) reader.fail("array flags", "another element");
  const auto word = load_integer<std::uint32_t>(flags.bytes.first(4), file.big_endian);
  MatHeader header;
  header.array_class = word & 0xff;
  header.complex = (word & kComplexFlag) != 0;
  if (header.array_class != kOpaque) header.shape = read_shape(file, reader);  // an opaque object has none
  header.name = characters_of(reader.next("array name").bytes);
  return header;
}

/// Why a variable of this class is not read; "" when it is.
ErrorParts refused_parts(const MatHeader& header, const std::string& where) {
  const char* advice = "save a matrix of numbers, or texts with cellstr(...)";
  if (header.array_class == kStructure) return {where, "numbers or texts", "a structure", advice};
  if (header.array_class == kFunction) return {where, "numbers or texts", "a function", advice};
  if (header.array_class == kObject) return {where, "numbers or texts", "an object", advice};
  if (header.array_class == kOpaque) {
    return {where, "numbers or texts", "an object (a string, categorical or table?)", advice};
  }
  if (header.array_class < kCell || header.array_class > kOpaque) {
    return {where, "numbers or texts", "class " + std::to_string(header.array_class), advice};
  }
  if (header.is_empty()) return {where, "at least one element", "an empty array", "give a part with rows"};
  if (header.complex) return {where, "real numbers", "complex ones", "save real and imaginary parts"};
  return {};
}

RawArray read_numbers(const MatFile& file, MatElementReader& reader, const MatHeader& header,
                      const std::string& where) {
  const MatElement values = reader.next("array values");
  const std::optional<ElementType> type = mat_element_type(values.type);
  if (!type) reader.fail("a numeric storage type", "type " + std::to_string(values.type));
  const std::uint64_t size = checked_array_bytes(header.shape, element_size(*type), values.bytes.size(), where);
  RawArray array;
  array.where = where;
  array.type = *type;
  array.big_endian = file.big_endian;
  array.column_major = true;
  array.shape.assign(header.shape.begin(), header.shape.end());
  array.bytes = values.bytes.first(static_cast<std::size_t>(size));
  return array;
}

/// All stored numbers of an element as a column.
Matrix<double> column_of(const MatFile& file, MatElementReader& reader, std::string_view what) {
  const MatElement values = reader.next(what);
  const std::optional<ElementType> type = mat_element_type(values.type);
  if (!type) reader.fail("a numeric storage type", "type " + std::to_string(values.type));
  RawArray column;
  column.type = *type;
  column.big_endian = file.big_endian;
  column.shape = {values.bytes.size() / element_size(*type)};
  column.bytes = values.bytes;
  return column.shape[0] == 0 ? Matrix<double>() : to_doubles(column, {column.shape[0], 1, 1, 1});
}

/// Row numbers of the stored values (ir), the first value of each column (jc), the values.
RawArray read_sparse(MatFile& file, MatElementReader& reader, const MatHeader& header, const std::string& where) {
  if (header.shape.size() != 2) reader.fail("two dimensions of a sparse matrix", std::to_string(header.shape.size()));
  const Matrix<double> rows = column_of(file, reader, "row numbers");
  const Matrix<double> starts = column_of(file, reader, "column starts");
  const Matrix<double> values = column_of(file, reader, "array values");
  if (starts.size() != header.shape[1] + 1) reader.fail("one start for each column", std::to_string(starts.size()));
  DenseArray dense(header.shape[0], header.shape[1], values.size(), file.bytes_left, where);
  for (std::uint64_t c = 0; c < header.shape[1]; ++c) {
    const double first = starts.data()[c];
    const double last = starts.data()[c + 1];
    const auto stored = static_cast<double>(std::min(rows.size(), values.size()));
    if (!(first >= 0 && first <= last && last <= stored)) reader.fail("column starts in order", "others");
    for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i) {
      dense.set(rows.data()[i], static_cast<double>(c), values.data()[i]);
    }
  }
  return dense.take();
}

/// The units of a char matrix: its elements, whatever they are stored as.
std::u32string read_units(const MatFile& file, MatElementReader& reader) {
  const MatElement values = reader.next("characters");
  if (values.type == kMiUtf8) {
    const auto characters = decode_utf8(characters_of(values.bytes));
    if (!characters) reader.fail("texts in UTF-8", "other bytes");
    return *characters;
  }
  const bool wide = values.type == kMiUtf16 || values.type == kMiUtf32;
  const std::optional<ElementType> type = wide ? std::nullopt : mat_element_type(values.type);
  const std::size_t size = values.type == kMiUtf16 ? 2 : values.type == kMiUtf32 ? 4 : type ? element_size(*type) : 0;
  if (size != 1 && size != 2 && size != 4) reader.fail("stored characters", "type " + std::to_string(values.type));
  std::u32string units(values.bytes.size() / size, U'\0');
  for (std::size_t i = 0; i < units.size(); ++i) {
    const auto bytes = values.bytes.subspan(i * size, size);
    units[i] = size == 1   ? std::to_integer<char32_t>(bytes[0])
               : size == 2 ? char32_t{load_integer<std::uint16_t>(bytes, file.big_endian)}
                           : char32_t{load_integer<std::uint32_t>(bytes, file.big_endian)};
  }
  return units;
}

/// The characters of a text lie along the last dimension; one of length 1 after the second is none in MATLAB.
std::vector<std::string> read_char_rows(MatFile& file, MatElementReader& reader, const MatHeader& header,
                                        const std::string& where) {
  const std::u32string units = read_units(file, reader);
  std::vector<std::uint64_t> shape = header.shape;
  while (shape.size() > 2 && shape.back() == 1) shape.pop_back();
  std::uint64_t rows = 1;
  for (const std::uint64_t extent : std::span(shape).first(shape.size() - 1)) {
    if (rows > units.size() / extent) reader.fail("as many characters as the array's shape says", "fewer");
    rows *= extent;
  }
  return char_rows(units, rows, shape.back(), file.bytes_left, where);
}

/// A cell array whose cells are texts. Nothing is taken for cells that the file does not hold.
std::vector<std::string> read_cells(MatFile& file, MatElementReader& reader, const MatHeader& header,
                                    const std::string& where) {
  std::uint64_t count = 1;
  for (const std::uint64_t extent : header.shape) {
    if (count > reader.position().remaining() / extent) reader.fail("as many cells as the array's shape says", "fewer");
    count *= extent;
  }
  std::vector<std::string> words;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string cell = where + ": cell " + std::to_string(i) + " (from 0)";
    const MatElement element = reader.next("a cell");
    if (element.type != kMiMatrix) reader.fail("a matrix in a cell", "type " + std::to_string(element.type));
    MatElementReader inner(element.bytes, file.name, 0, file.big_endian);
    const MatHeader text = read_header(file, inner);
    if (text.array_class != kChar || text.shape.size() != 2 || text.shape[0] > 1) {
      throw InputError(
          ErrorParts{cell, "a text", "another value", "save a cell array of texts, or a matrix of numbers"});
    }
    words.push_back(text.is_empty() ? "" : read_char_rows(file, inner, text, cell).front());
  }
  return words;
}

RawArray read_array(MatFile& file, MatElementReader& reader, const MatHeader& header, const std::string& where) {
  if (header.array_class >= kFirstNumeric && header.array_class <= kLastNumeric) {
    return read_numbers(file, reader, header, where);
  }
  if (header.array_class == kSparse) return read_sparse(file, reader, header, where);
  RawArray array;
  array.where = where;
  if (header.array_class == kCell) {
    array.words = read_cells(file, reader, header, where);
    array.shape.assign(header.shape.begin(), header.shape.end());
  } else {
    array.words = read_char_rows(file, reader, header, where);
    array.shape = {array.words.size()};
  }
  return array;
}

}  // namespace

std::vector<std::string> char_rows(std::u32string_view units, std::size_t rows, std::size_t cols,
                                   std::uint64_t& bytes_left, const std::string& where) {
  if (cols != 0 && rows > units.size() / cols) {
    throw InputError(ErrorParts{where, std::to_string(rows) + " texts of " + std::to_string(cols) + " characters",
                                "only " + std::to_string(units.size()) + " characters", "the file is damaged"});
  }
  // The longest UTF-8 of a unit has four bytes.
  const std::uint64_t row_bytes = sizeof(std::string) + 4 * static_cast<std::uint64_t>(cols);
  if (rows > bytes_left / row_bytes) {
    throw InputError(ErrorParts{where, "texts that take at most " + std::to_string(bytes_left) + " bytes",
                                std::to_string(rows) + " texts", "set data.max_bytes (--max-bytes) if that is meant"});
  }
  bytes_left -= rows * row_bytes;
  std::vector<std::string> texts;
  texts.reserve(rows);
  for (std::size_t r = 0; r < rows; ++r) {
    std::u32string row;
    for (std::size_t c = 0; c < cols; ++c) row += units[c * rows + r];
    const std::size_t last = row.find_last_not_of(std::u32string_view(U" \0", 2));
    row.resize(last == std::u32string::npos ? 0 : last + 1);
    texts.push_back(encode_utf8(join_surrogates(row), where));
  }
  return texts;
}

NamedArray read_mat_matrix(MatFile& file, std::span<const std::byte> body, std::uint64_t base,
                           std::shared_ptr<const Bytes> owner) {
  MatElementReader reader(body, file.name, base, file.big_endian);
  const MatHeader header = read_header(file, reader);
  NamedArray named;
  named.name = header.name;
  const std::string where = file.name + ": variable " + header.name;
  const ErrorParts refused = refused_parts(header, where);
  try {
    if (!refused.expected.empty()) throw InputError(refused);
    named.array = read_array(file, reader, header, where);
    if (named.array.owner == nullptr) named.array.owner = std::move(owner);
  } catch (const InputError& error) {
    // Numbers that do not fit their shape mean a damaged file; all else may be a variable that nobody needs.
    if (refused.expected.empty() && header.array_class >= kFirstNumeric) throw;
    named.array = RawArray();
    named.array.where = where;
    named.array.shape.assign(header.shape.begin(), header.shape.end());
    named.array.refusal = error.what();
  }
  return named;
}

}  // namespace gradus::data
