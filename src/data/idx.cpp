// SPDX-License-Identifier: Apache-2.0
#include "data/idx.hpp"

#include <array>
#include <filesystem>

#include "data/byte_reader.hpp"
#include "data/packed_file.hpp"

namespace gradus::data {
namespace {

constexpr std::size_t kMaxDimensions = 4;
constexpr std::size_t kLongestHeader = 4 + 4 * kMaxDimensions;

std::optional<ElementType> idx_type(std::uint8_t code) {
  switch (code) {
    case 0x08:
      return ElementType::kU8;
    case 0x09:
      return ElementType::kI8;
    case 0x0B:
      return ElementType::kI16;
    case 0x0C:
      return ElementType::kI32;
    case 0x0D:
      return ElementType::kF32;
    case 0x0E:
      return ElementType::kF64;
    default:
      return std::nullopt;
  }
}

struct IdxHeader {
  ElementType type = ElementType::kU8;
  std::vector<std::uint64_t> shape;
};

IdxHeader read_idx_header(ByteReader& reader) {
  const ByteReader start = reader;
  const auto magic = reader.big<std::uint32_t>("the IDX magic number");
  const std::optional<ElementType> type = idx_type(static_cast<std::uint8_t>(magic >> 8));
  const std::size_t num_dimensions = magic & 0xff;
  if ((magic >> 16) != 0 || !type || num_dimensions == 0 || num_dimensions > kMaxDimensions) {
    start.fail("an IDX magic number such as 2051 (images) or 2049 (labels)", std::to_string(magic),
               "check that this is an IDX file");
  }
  IdxHeader header{*type, {}};
  for (std::size_t i = 0; i < num_dimensions; ++i) header.shape.push_back(reader.big<std::uint32_t>("the IDX header"));
  return header;
}

/// Unpacks what is packed; the header is read first, so that no more is unpacked than it promises.
Bytes unpacked_idx(Bytes file, const std::string& path, std::uint64_t max_bytes) {
  if (!is_packed(file, path)) return file;
  const Bytes start = unpacked_prefix(file, path, kLongestHeader);
  if (start.size() < 4) return unpacked(std::move(file), path, kLongestHeader);  // says what is wrong with it
  ByteReader reader(start, path + " (unpacked)");
  const IdxHeader header = read_idx_header(reader);
  const std::uint64_t limit = spread_limit(file.size(), max_bytes);
  const std::uint64_t body = checked_array_bytes(header.shape, element_size(header.type), limit, path);
  // One byte over, so that a longer file is reported by the check of the body, with both numbers.
  return unpacked(std::move(file), path, reader.offset() + body + 1);
}

}  // namespace

bool is_idx(std::span<const std::byte> start) {
  return start.size() >= 4 && start[0] == std::byte{0} && start[1] == std::byte{0} &&
         idx_type(std::to_integer<std::uint8_t>(start[2])) && start[3] >= std::byte{1} && start[3] <= std::byte{4};
}

RawArray read_idx_file(const std::string& path, std::uint64_t max_bytes, Sha256& hash) {
  Bytes file = read_file_bytes(path, max_bytes);
  hash.update(file);
  return read_idx(std::move(file), path, max_bytes);
}

RawArray read_idx(Bytes stored, const std::string& path, std::uint64_t max_bytes) {
  auto owner = std::make_shared<const Bytes>(unpacked_idx(std::move(stored), path, max_bytes));
  ByteReader reader(*owner, path);
  const IdxHeader header = read_idx_header(reader);
  const std::uint64_t body =
      checked_array_bytes(header.shape, element_size(header.type), reader.remaining(), reader.where());
  RawArray array;
  array.where = path;
  array.type = header.type;
  array.big_endian = true;
  array.shape.assign(header.shape.begin(), header.shape.end());
  array.bytes = reader.take(body, "IDX values");
  if (reader.remaining() != 0) {
    reader.fail("the end of the file after " + std::to_string(body) + " bytes of values",
                std::to_string(reader.remaining()) + " more bytes", "the header and the length do not agree");
  }
  array.owner = std::move(owner);
  return array;
}

namespace {

/// What stands before "train-images" in the names of the only set in `folder` (EMNIST's "emnist-letters-"); "" when
/// there is none or more than one.
std::string only_prefix(const std::filesystem::path& folder) {
  std::string prefix;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    const std::size_t at = name.find("train-images");
    const bool images = without_packed_ending(name).ends_with("idx3-ubyte");
    if (at == std::string::npos || !images) continue;
    if (!prefix.empty() && prefix != name.substr(0, at)) return "";
    prefix = name.substr(0, at);
  }
  return prefix;
}

std::string first_existing(const std::filesystem::path& folder, const std::string& stem, char dimensions) {
  for (const char* separator : {"-", "."}) {
    for (const char* ending : {"", ".gz", ".zst"}) {
      const auto path = folder / (stem + separator + "idx" + dimensions + "-ubyte" + ending);
      std::error_code ignored;
      if (std::filesystem::is_regular_file(path, ignored)) return path.string();
    }
  }
  return "";
}

}  // namespace

std::optional<IdxFiles> find_idx_files(const std::string& folder) {
  const std::filesystem::path path(folder);
  const std::string plain = first_existing(path, "train-images", '3');
  const std::string prefix = plain.empty() ? only_prefix(path) : "";
  IdxFiles files{plain.empty() ? first_existing(path, prefix + "train-images", '3') : plain,
                 first_existing(path, prefix + "train-labels", '1'), first_existing(path, prefix + "t10k-images", '3'),
                 first_existing(path, prefix + "t10k-labels", '1')};
  if (files.train_images.empty()) return std::nullopt;
  if (!prefix.empty() && files.test_images.empty()) {
    files.test_images = first_existing(path, prefix + "test-images", '3');
    files.test_labels = first_existing(path, prefix + "test-labels", '1');
  }
  return files;
}

std::optional<std::string> find_idx_labels(const std::string& images_path) {
  const std::filesystem::path path(images_path);
  std::string name = path.filename().string();
  const std::size_t images = name.find("images");
  if (images == std::string::npos) return std::nullopt;
  name.replace(images, 6, "labels");
  if (const std::size_t idx = name.find("idx3"); idx != std::string::npos) name.replace(idx, 4, "idx1");
  const std::string plain(without_packed_ending(name));
  for (const std::string& candidate : {name, plain, plain + ".gz", plain + ".zst"}) {
    const auto labels = path.parent_path() / candidate;
    std::error_code ignored;
    if (std::filesystem::is_regular_file(labels, ignored)) return labels.string();
  }
  return std::nullopt;
}

}  // namespace gradus::data
