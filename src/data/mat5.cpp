// SPDX-License-Identifier: Apache-2.0
#include "data/mat5.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "data/byte_reader.hpp"
#include "data/inflate.hpp"

namespace gradus::data {
namespace {

constexpr std::size_t kHeaderSize = 128;
constexpr std::size_t kVersionOffset = 124;
constexpr std::uint32_t kMiInt32 = 5;
constexpr std::uint32_t kMiUint32 = 6;
constexpr std::uint32_t kMiMatrix = 14;
constexpr std::uint32_t kMiCompressed = 15;
constexpr std::uint32_t kFirstNumericClass = 6;  // mxDOUBLE
constexpr std::uint32_t kLastNumericClass = 15;  // mxUINT64
constexpr std::uint32_t kComplexFlag = 0x0800;

std::optional<ElementType> mi_type(std::uint32_t code) {
  switch (code) {
    case 1:
      return ElementType::kI8;
    case 2:
      return ElementType::kU8;
    case 3:
      return ElementType::kI16;
    case 4:
      return ElementType::kU16;
    case 5:
      return ElementType::kI32;
    case 6:
      return ElementType::kU32;
    case 7:
      return ElementType::kF32;
    case 9:
      return ElementType::kF64;
    case 12:
      return ElementType::kI64;
    case 13:
      return ElementType::kU64;
    default:
      return std::nullopt;
  }
}

struct Element {
  std::uint32_t type = 0;
  std::span<const std::byte> bytes;
};

/// Reads tagged elements of one byte order.
class ElementReader {
 public:
  ElementReader(std::span<const std::byte> bytes, std::string name, std::uint64_t base, bool big_endian)
      : reader_(bytes, std::move(name), base), big_endian_(big_endian) {}

  [[nodiscard]] bool done() const { return reader_.remaining() == 0; }
  [[nodiscard]] const ByteReader& position() const { return reader_; }

  Element next(std::string_view what) {
    const std::uint32_t tag = word(what);
    Element element;
    if ((tag >> 16) != 0) {  // small element: size and type in one word, data in the next
      if ((tag >> 16) > 4) reader_.fail("a small element of at most 4 bytes", std::to_string(tag >> 16), kDamaged);
      element.type = tag & 0xffff;
      element.bytes = reader_.take(4, what).first(tag >> 16);
      return element;
    }
    element.type = tag;
    const std::uint32_t size = word(what);
    element.bytes = reader_.take(size, what);
    // Elements are padded to 8 bytes, compressed ones are not; the padding of the last one may be missing.
    if (element.type != kMiCompressed) reader_.take(std::min<std::size_t>(-size % 8u, reader_.remaining()), "padding");
    return element;
  }

  static constexpr const char* kDamaged = "the file is damaged";

 private:
  std::uint32_t word(std::string_view what) { return load_integer<std::uint32_t>(reader_.take(4, what), big_endian_); }
  ByteReader reader_;
  bool big_endian_;
};

/// What is common to the variables of one file.
struct MatFile {
  std::string name;
  bool big_endian = false;
  std::uint64_t bytes_left = 0;
};

/// The body of a miMATRIX element: flags, dimensions, name, values. Nothing for classes that are not numeric.
std::optional<NamedArray> read_matrix(const MatFile& file, std::span<const std::byte> body, std::uint64_t base,
                                      std::shared_ptr<const Bytes> owner) {
  ElementReader reader(body, file.name, base, file.big_endian);
  const Element flags = reader.next("array flags");
  if (flags.type != kMiUint32 || flags.bytes.size() != 8) {
    reader.position().fail("array flags", "another element", ElementReader::kDamaged);
  }
  const auto flag_word = load_integer<std::uint32_t>(flags.bytes.first(4), file.big_endian);
  const Element dimensions = reader.next("array dimensions");
  if (dimensions.type != kMiInt32 || dimensions.bytes.size() % 4 != 0 || dimensions.bytes.size() < 8 ||
      dimensions.bytes.size() > 32) {
    reader.position().fail("2 to 8 array dimensions", "another element", ElementReader::kDamaged);
  }
  std::vector<std::uint64_t> shape;
  for (std::size_t i = 0; i < dimensions.bytes.size(); i += 4) {
    const auto extent = load_integer<std::int32_t>(dimensions.bytes.subspan(i, 4), file.big_endian);
    if (extent < 0) reader.position().fail("dimensions of at least 0", std::to_string(extent), ElementReader::kDamaged);
    shape.push_back(static_cast<std::uint64_t>(extent));
  }
  const Element name = reader.next("array name");
  const std::uint32_t array_class = flag_word & 0xff;
  if (array_class < kFirstNumericClass || array_class > kLastNumericClass) return std::nullopt;
  NamedArray named;
  named.name.assign(reinterpret_cast<const char*>(name.bytes.data()), name.bytes.size());
  named.array.where = file.name + ": variable " + named.name;
  if ((flag_word & kComplexFlag) != 0) {
    throw InputError(ErrorParts{named.array.where, "real numbers", "complex ones", "save real and imaginary parts"});
  }
  if (std::find(shape.begin(), shape.end(), 0u) != shape.end()) return std::nullopt;
  const Element values = reader.next("array values");
  const std::optional<ElementType> type = mi_type(values.type);
  if (!type) {
    reader.position().fail("a numeric storage type", "type " + std::to_string(values.type), ElementReader::kDamaged);
  }
  const std::uint64_t size = checked_array_bytes(shape, element_size(*type), values.bytes.size(), named.array.where);
  named.array.type = *type;
  named.array.big_endian = file.big_endian;
  named.array.column_major = true;
  named.array.shape.assign(shape.begin(), shape.end());
  named.array.bytes = values.bytes.first(static_cast<std::size_t>(size));
  named.array.owner = std::move(owner);
  return named;
}

/// A compressed element is a zlib stream of one miMATRIX element. Its first 8 bytes tell how much there is to unpack.
std::optional<NamedArray> read_compressed(MatFile& file, std::span<const std::byte> packed, const std::string& where) {
  const Bytes tag = inflate_prefix(packed, Wrapping::kZlib, 8);
  if (tag.size() < 8) throw InputError(ErrorParts{where, "a compressed variable", "damaged data", "get it again"});
  const std::uint32_t type = load_integer<std::uint32_t>(std::span<const std::byte>(tag).first(4), file.big_endian);
  const std::uint64_t size = load_integer<std::uint32_t>(std::span<const std::byte>(tag).subspan(4), file.big_endian);
  if (size + 8 > file.bytes_left) {
    throw InputError(ErrorParts{where, "variables that unpack to less than the limit",
                                std::to_string(size) + " more bytes", "raise the limit if that is meant"});
  }
  file.bytes_left -= size + 8;
  if (type != kMiMatrix) return std::nullopt;
  auto owner = std::make_shared<const Bytes>(inflate_exactly(packed, Wrapping::kZlib, size + 8, where));
  return read_matrix(file, std::span<const std::byte>(*owner).subspan(8), 8, owner);
}

bool read_byte_order(const Bytes& bytes, const std::string& name) {
  const char first = static_cast<char>(bytes[kVersionOffset + 2]);
  const char second = static_cast<char>(bytes[kVersionOffset + 3]);
  const bool big_endian = first == 'M' && second == 'I';
  const auto version =
      load_integer<std::uint16_t>(std::span<const std::byte>(bytes).subspan(kVersionOffset, 2), big_endian);
  if (version == 0x0200) {
    throw InputError(ErrorParts{name, "a MAT-file of version 5 (-v7 or -v6)", "version 7.3, which is HDF5",
                                "save it in MATLAB with save(..., '-v7')"});
  }
  if (!big_endian && !(first == 'I' && second == 'M')) {
    throw InputError(ErrorParts{name + ": offset 126", "the byte order mark IM or MI", "other bytes",
                                "check that this is a MAT-file of version 5"});
  }
  if (version != 0x0100) {
    throw InputError(ErrorParts{name + ": offset 124", "MAT-file version 0x0100", std::to_string(version),
                                "save it in MATLAB with save(..., '-v7')"});
  }
  return big_endian;
}

}  // namespace

bool is_mat(std::span<const std::byte> start) {
  static constexpr std::string_view kText = "MATLAB ";
  return start.size() >= kText.size() &&
         std::string_view(reinterpret_cast<const char*>(start.data()), kText.size()) == kText;
}

bool is_hdf5(std::span<const std::byte> start) {
  static constexpr std::string_view kSignature = "\x89HDF\r\n\x1a\n";
  return start.size() >= kSignature.size() &&
         std::string_view(reinterpret_cast<const char*>(start.data()), kSignature.size()) == kSignature;
}

std::vector<NamedArray> read_mat(const std::shared_ptr<const Bytes>& bytes, const std::string& name,
                                 std::uint64_t max_bytes) {
  if (is_hdf5(*bytes)) {
    throw InputError(ErrorParts{name, "a MAT-file of version 5 (-v7 or -v6)", "HDF5 (MAT version 7.3?)",
                                "save it in MATLAB with save(..., '-v7')"});
  }
  if (bytes->size() < kHeaderSize) {
    throw InputError(
        ErrorParts{name, "a MAT-file header of 128 bytes", std::to_string(bytes->size()), "the file is cut short"});
  }
  MatFile file{name, read_byte_order(*bytes, name), max_bytes};
  ElementReader reader(std::span<const std::byte>(*bytes).subspan(kHeaderSize), name, kHeaderSize, file.big_endian);
  std::vector<NamedArray> arrays;
  while (!reader.done()) {
    const std::string where = reader.position().where();
    const std::uint64_t base = kHeaderSize + reader.position().offset() + 8;
    const Element element = reader.next("a variable");
    std::optional<NamedArray> named;
    if (element.type == kMiCompressed) {
      named = read_compressed(file, element.bytes, where);
    } else if (element.type == kMiMatrix) {
      named = read_matrix(file, element.bytes, base, bytes);
    }
    if (named) arrays.push_back(std::move(*named));
  }
  if (arrays.empty()) throw InputError(ErrorParts{name, "numeric variables", "none", "see 'gradus data info --help'"});
  return arrays;
}

}  // namespace gradus::data
