// SPDX-License-Identifier: Apache-2.0
#include "data/mat5.hpp"

#include <optional>
#include <string_view>

#include "data/byte_reader.hpp"
#include "data/inflate.hpp"
#include "data/mat4.hpp"
#include "data/mat_element.hpp"
#include "data/mat_matrix.hpp"

namespace gradus::data {
namespace {

constexpr std::size_t kHeaderSize = 128;
constexpr std::size_t kVersionOffset = 124;

/// A compressed element is a zlib stream of one miMATRIX element. Its first 8 bytes tell how much there is to unpack.
std::optional<NamedArray> read_compressed(MatFile& file, std::span<const std::byte> packed, const std::string& where) {
  const Bytes tag = inflate_prefix(packed, Wrapping::kZlib, 8);
  if (tag.size() < 8) throw InputError(ErrorParts{where, "a compressed variable", "damaged data", "get it again"});
  const std::uint32_t type = load_integer<std::uint32_t>(std::span<const std::byte>(tag).first(4), file.big_endian);
  const std::uint64_t size = load_integer<std::uint32_t>(std::span<const std::byte>(tag).subspan(4), file.big_endian);
  if (size + 8 > file.bytes_left) {
    throw InputError(ErrorParts{where, "variables that unpack to less than the limit",
                                std::to_string(size) + " more bytes",
                                "set data.max_bytes (--max-bytes) if that is meant"});
  }
  file.bytes_left -= size + 8;
  if (type != kMiMatrix) return std::nullopt;
  auto owner = std::make_shared<const Bytes>(inflate_exactly(packed, Wrapping::kZlib, size + 8, where));
  return read_mat_matrix(file, std::span<const std::byte>(*owner).subspan(8), 8, owner);
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
  if (is_mat4(*bytes)) return read_mat4(bytes, name, max_bytes);
  if (bytes->size() < kHeaderSize) {
    throw InputError(
        ErrorParts{name, "a MAT-file header of 128 bytes", std::to_string(bytes->size()), "the file is cut short"});
  }
  MatFile file{name, read_byte_order(*bytes, name), max_bytes};
  MatElementReader reader(std::span<const std::byte>(*bytes).subspan(kHeaderSize), name, kHeaderSize, file.big_endian);
  std::vector<NamedArray> arrays;
  while (!reader.done()) {
    const std::string where = reader.position().where();
    const std::uint64_t base = kHeaderSize + reader.position().offset() + 8;
    const MatElement element = reader.next("a variable");
    std::optional<NamedArray> named;
    if (element.type == kMiCompressed) {
      named = read_compressed(file, element.bytes, where);
    } else if (element.type == kMiMatrix) {
      named = read_mat_matrix(file, element.bytes, base, bytes);
    }
    if (named) arrays.push_back(std::move(*named));
  }
  // What objects consist of stands at the end, as a variable without a name.
  if (arrays.size() > 1) std::erase_if(arrays, [](const NamedArray& array) { return array.name.empty(); });
  if (arrays.empty()) throw InputError(ErrorParts{name, "numeric variables", "none", "see 'gradus data info --help'"});
  return arrays;
}

}  // namespace gradus::data
