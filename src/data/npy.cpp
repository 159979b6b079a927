// SPDX-License-Identifier: Apache-2.0
#include "data/npy.hpp"

#include <algorithm>
#include <charconv>

#include "data/byte_reader.hpp"
#include "data/npy_header.hpp"
#include "data/utf8.hpp"

namespace gradus::data {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMostRecordBytes = std::size_t{1} << 32;
constexpr std::string_view kTypes = "bool, int8 to int64, uint8 to uint64, float16 to float64";

/// A dtype that is read, as a column or as a whole array.
struct PlainType {
  DescribedType number{ElementType::kU8, false};
  std::optional<TextType> text;
  [[nodiscard]] std::size_t size() const { return text ? text->size() : element_size(number.type); }
};

/// `column` is its name in a structured type.
PlainType plain_type(std::string_view dtype, const ByteReader& place, std::string_view column = {}) {
  PlainType type;
  type.text = parse_text_dtype(dtype);
  if (type.text) return type;
  const std::optional<DescribedType> described = parse_dtype(dtype);
  if (!described) {
    const bool objects = dtype.find('O') != std::string_view::npos;
    const std::string of_column = column.empty() ? "" : " in column '" + std::string(column.substr(0, 40)) + "'";
    place.fail(
        "a type among " + std::string(kTypes) + ", or texts (U, S)",
        "'" + std::string(dtype.substr(0, 20)) + (objects ? "', Python objects" : "'") + of_column,
        objects ? "convert the array with astype(str) or astype(float) first" : "convert the array with astype first");
  }
  type.number = *described;
  return type;
}

/// The columns of a structured type, one after the other. Padding ("V4") has no name and is passed over.
void set_fields(RawArray& array, const std::vector<NpyField>& fields, const ByteReader& place) {
  for (const NpyField& field : fields) {
    const std::string_view digits = field.type.substr(std::min<std::size_t>(field.type.size(), 2));
    std::size_t padding = 0;
    if (field.name.empty() && field.type.starts_with("|V") &&
        std::from_chars(digits.data(), digits.data() + digits.size(), padding).ec == std::errc()) {
      array.record_bytes += std::min(padding, kMostRecordBytes);
    } else {
      const PlainType type = plain_type(field.type, place, field.name);
      array.fields.push_back(
          {utf8_or_latin1(field.name), type.number.type, type.number.big_endian, type.text, array.record_bytes});
      array.record_bytes += type.size();
    }
    if (array.record_bytes > kMostRecordBytes) place.fail("records of less than 4 GiB", "larger ones", "");
  }
  if (array.fields.empty()) place.fail("at least one column", "none", "save it again with numpy.save");
}

}  // namespace

std::optional<DescribedType> parse_dtype(std::string_view text) {
  const bool big_endian = take_byte_order(text);
  static constexpr std::pair<std::string_view, ElementType> kTypes[] = {
      {"b1", ElementType::kBool}, {"u1", ElementType::kU8},  {"i1", ElementType::kI8},  {"u2", ElementType::kU16},
      {"i2", ElementType::kI16},  {"u4", ElementType::kU32}, {"i4", ElementType::kI32}, {"u8", ElementType::kU64},
      {"i8", ElementType::kI64},  {"f2", ElementType::kF16}, {"f4", ElementType::kF32}, {"f8", ElementType::kF64}};
  for (const auto& [name, type] : kTypes) {
    if (text == name) return DescribedType{type, big_endian};
  }
  return std::nullopt;
}

RawArray read_npy(std::shared_ptr<const Bytes> file, const std::string& name, std::uint64_t max_bytes) {
  ByteReader reader(*file, name);
  const auto magic = reader.take(kMagic.size(), "the npy magic");
  if (std::string_view(reinterpret_cast<const char*>(magic.data()), magic.size()) != kMagic) {
    ByteReader(*file, name).fail("the magic \\x93NUMPY", "other bytes", "check that this is an npy file");
  }
  const std::uint8_t version = reader.byte("the npy version");
  reader.byte("the npy version");
  if (version < 1 || version > 3) {
    reader.fail("npy version 1 to 3", std::to_string(version), "save it again with numpy.save");
  }
  const std::uint64_t header_size = version == 1 ? reader.little<std::uint16_t>("the npy header's size")
                                                 : reader.little<std::uint32_t>("the npy header's size");
  const ByteReader place = reader;
  const auto text = reader.take(header_size, "the npy header");
  const NpyHeader header = parse_npy_header({reinterpret_cast<const char*>(text.data()), text.size()}, place);
  RawArray array;
  array.where = name;
  array.column_major = header.fortran_order && header.shape.size() > 1;
  PlainType type;
  if (header.type.empty()) {
    set_fields(array, header.fields, place);
  } else {
    type = plain_type(header.type, place);
  }
  const std::size_t element_bytes = header.type.empty() ? array.record_bytes : type.size();
  const std::uint64_t size = checked_array_bytes(header.shape, element_bytes, reader.remaining(), reader.where());
  array.type = type.number.type;
  array.big_endian = type.number.big_endian;
  array.shape.assign(header.shape.begin(), header.shape.end());
  array.bytes = reader.take(size, "array values");
  if (reader.remaining() != 0) {
    reader.fail("the end of the array", std::to_string(reader.remaining()) + " more bytes", "the file is damaged");
  }
  if (type.text) {
    array.words = decode_texts(array.bytes, array.num_elements(), *type.text, max_bytes, name);
    array.bytes = {};
  } else {
    array.owner = std::move(file);
  }
  return array;
}

}  // namespace gradus::data
