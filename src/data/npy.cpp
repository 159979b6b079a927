// SPDX-License-Identifier: Apache-2.0
#include "data/npy.hpp"

#include <charconv>

#include "data/byte_reader.hpp"

namespace gradus::data {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMaxNpyDimensions = 8;

/// The header: a Python dictionary literal of exactly the keys descr, fortran_order and shape.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, const ByteReader& reader) : text_(text), reader_(reader) {}

  void parse() {
    expect('{');
    while (!accept('}')) {
      const std::string_view key = quoted();
      expect(':');
      if (key == "descr") {
        if (peek() != '\'' && peek() != '"') fail("a simple numeric type", "a structured type");
        type = quoted();
      } else if (key == "fortran_order") {
        fortran_order = boolean();
      } else if (key == "shape") {
        parse_shape();
      } else {
        fail("the keys descr, fortran_order and shape", "'" + std::string(key.substr(0, 40)) + "'");
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    if (type.empty() || !has_shape) fail("descr and shape", "a header without them");
  }

  std::string_view type;
  bool fortran_order = false;
  bool has_shape = false;
  std::vector<std::uint64_t> shape;

 private:
  [[noreturn]] void fail(std::string expected, std::string found) const {
    reader_.fail(std::move(expected) + " in the npy header", std::move(found), "save it again with numpy.save");
  }
  char peek() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool accept(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail(std::string("'") + c + "'", at_ < text_.size() ? "something else" : "its end");
  }
  std::string_view quoted() {
    const char quote = peek();
    if (quote != '\'' && quote != '"') fail("a quoted word", "something else");
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) fail("a closing quote", "none");
    const std::string_view word = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return word;
  }
  bool boolean() {
    peek();
    for (const bool value : {true, false}) {
      const std::string_view word = value ? "True" : "False";
      if (text_.substr(at_, word.size()) != word) continue;
      at_ += word.size();
      return value;
    }
    fail("True or False", "something else");
  }
  void parse_shape() {
    has_shape = true;
    shape.clear();
    expect('(');
    while (!accept(')')) {
      peek();
      std::uint64_t extent = 0;
      const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), extent);
      if (error != std::errc() || shape.size() == kMaxNpyDimensions) fail("at most 8 whole numbers as shape", "others");
      at_ = static_cast<std::size_t>(end - text_.data());
      accept('L');  // Python 2 wrote long integers so
      shape.push_back(extent);
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
  }

  std::string_view text_;
  const ByteReader& reader_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<DescribedType> parse_dtype(std::string_view text) {
  bool big_endian = false;
  if (!text.empty() && std::string_view("<>|=").find(text[0]) != std::string_view::npos) {
    big_endian = text[0] == '>';
    text.remove_prefix(1);
  }
  static constexpr std::pair<std::string_view, ElementType> kTypes[] = {
      {"b1", ElementType::kBool}, {"u1", ElementType::kU8},  {"i1", ElementType::kI8},  {"u2", ElementType::kU16},
      {"i2", ElementType::kI16},  {"u4", ElementType::kU32}, {"i4", ElementType::kI32}, {"u8", ElementType::kU64},
      {"i8", ElementType::kI64},  {"f4", ElementType::kF32}, {"f8", ElementType::kF64}};
  for (const auto& [name, type] : kTypes) {
    if (text == name) return DescribedType{type, big_endian};
  }
  return std::nullopt;
}

RawArray read_npy(std::shared_ptr<const Bytes> file, const std::string& name) {
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
  const ByteReader header_start = reader;
  const auto header = reader.take(header_size, "the npy header");
  HeaderParser parser({reinterpret_cast<const char*>(header.data()), header.size()}, header_start);
  parser.parse();
  const std::optional<DescribedType> described = parse_dtype(parser.type);
  if (!described) {
    header_start.fail("a type among bool, int8 to int64, uint8 to uint64, float32, float64",
                      "'" + std::string(parser.type.substr(0, 20)) + "'", "convert the array with astype first");
  }
  const std::uint64_t size =
      checked_array_bytes(parser.shape, element_size(described->type), reader.remaining(), reader.where());
  RawArray array;
  array.where = name;
  array.type = described->type;
  array.big_endian = described->big_endian;
  array.column_major = parser.fortran_order && parser.shape.size() > 1;
  array.shape.assign(parser.shape.begin(), parser.shape.end());
  array.bytes = reader.take(size, "array values");
  if (reader.remaining() != 0) {
    reader.fail("the end of the array", std::to_string(reader.remaining()) + " more bytes", "the file is damaged");
  }
  array.owner = std::move(file);
  return array;
}

}  // namespace gradus::data
