// The zip archive around npz members: found through the central directory at the end, zip64 included.
// SPDX-License-Identifier: Apache-2.0
#include <zlib.h>

#include <algorithm>

#include "data/byte_reader.hpp"
#include "data/inflate.hpp"
#include "data/npy.hpp"

namespace gradus::data {
namespace {

constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::uint32_t kEnd64Signature = 0x06064b50;
constexpr std::uint32_t kEntrySignature = 0x02014b50;
constexpr std::uint32_t kLocalSignature = 0x04034b50;
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kEnd64LocatorSize = 20;
constexpr std::size_t kLongestComment = 65535;
constexpr std::uint32_t kInZip64 = 0xffffffff;
constexpr std::uint64_t kMaxMembers = 1000;

struct Member {
  std::string name;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint32_t crc = 0;
  std::uint64_t packed_size = 0;
  std::uint64_t size = 0;
  std::uint64_t local_offset = 0;
};

struct Directory {
  std::uint64_t num_members = 0;
  std::uint64_t offset = 0;
};

ByteReader reader_at(const Bytes& file, const std::string& name, std::uint64_t offset) {
  ByteReader reader(file, name);
  reader.take(offset, "the zip archive before an entry");
  return reader;
}

Directory read_end64(const Bytes& file, const std::string& name, std::size_t end_offset, Directory directory) {
  if (end_offset < kEnd64LocatorSize) return directory;
  ByteReader locator = reader_at(file, name, end_offset - kEnd64LocatorSize);
  if (locator.little<std::uint32_t>("zip64 locator") != 0x07064b50) return directory;
  locator.take(4, "zip64 locator");
  ByteReader reader = reader_at(file, name, locator.little<std::uint64_t>("zip64 locator"));
  if (reader.little<std::uint32_t>("zip64 end record") != kEnd64Signature) {
    reader.fail("a zip64 end record", "other bytes", "the archive is damaged");
  }
  reader.take(28, "zip64 end record");
  directory.num_members = reader.little<std::uint64_t>("zip64 end record");
  reader.take(8, "zip64 end record");
  directory.offset = reader.little<std::uint64_t>("zip64 end record");
  return directory;
}

Directory find_directory(const Bytes& file, const std::string& name) {
  const std::size_t search = std::min(file.size(), kEndSize + kLongestComment);
  for (std::size_t back = kEndSize; back <= search; ++back) {
    ByteReader reader = reader_at(file, name, file.size() - back);
    const std::size_t offset = reader.offset();
    if (reader.little<std::uint32_t>("end record") != kEndSignature) continue;
    reader.take(6, "end record");
    Directory directory;
    directory.num_members = reader.little<std::uint16_t>("end record");
    reader.take(4, "end record");
    directory.offset = reader.little<std::uint32_t>("end record");
    return read_end64(file, name, offset, directory);
  }
  throw InputError(
      ErrorParts{name, "a zip archive that ends with its directory", "none", "the file is cut short or no npz file"});
}

/// The zip64 extra field holds, in this order, those sizes that did not fit 32 bits.
void read_zip64_extra(ByteReader extra, Member& member) {
  while (extra.remaining() >= 4) {
    const auto id = extra.little<std::uint16_t>("extra field");
    const auto size = extra.little<std::uint16_t>("extra field");
    ByteReader field(extra.take(size, "extra field"), extra.name());
    if (id != 1) continue;
    for (std::uint64_t* value : {&member.size, &member.packed_size, &member.local_offset}) {
      if (*value == kInZip64) *value = field.little<std::uint64_t>("zip64 extra field");
    }
  }
}

Member read_entry(ByteReader& reader) {
  if (reader.little<std::uint32_t>("a directory entry") != kEntrySignature) {
    reader.fail("a zip directory entry", "other bytes", "the archive is damaged");
  }
  Member member;
  reader.take(4, "a directory entry");
  member.flags = reader.little<std::uint16_t>("a directory entry");
  member.method = reader.little<std::uint16_t>("a directory entry");
  reader.take(4, "a directory entry");
  member.crc = reader.little<std::uint32_t>("a directory entry");
  member.packed_size = reader.little<std::uint32_t>("a directory entry");
  member.size = reader.little<std::uint32_t>("a directory entry");
  const auto name_size = reader.little<std::uint16_t>("a directory entry");
  const auto extra_size = reader.little<std::uint16_t>("a directory entry");
  const auto comment_size = reader.little<std::uint16_t>("a directory entry");
  reader.take(8, "a directory entry");
  member.local_offset = reader.little<std::uint32_t>("a directory entry");
  const auto name = reader.take(name_size, "a member's name");
  member.name.assign(reinterpret_cast<const char*>(name.data()), name.size());
  read_zip64_extra(ByteReader(reader.take(extra_size, "an extra field"), reader.name()), member);
  reader.take(comment_size, "a comment");
  return member;
}

Bytes read_member(const Bytes& file, const std::string& where, const Member& member) {
  ByteReader reader = reader_at(file, where, member.local_offset);
  if (reader.little<std::uint32_t>("a local header") != kLocalSignature) {
    reader.fail("a zip member", "other bytes", "the archive is damaged");
  }
  if ((member.flags & 1) != 0) reader.fail("a member that is not encrypted", "an encrypted one", "");
  reader.take(22, "a local header");
  const auto name_size = reader.little<std::uint16_t>("a local header");
  const auto extra_size = reader.little<std::uint16_t>("a local header");
  reader.take(std::uint64_t{name_size} + extra_size, "a local header");
  if (member.method != 0 && member.method != 8) {
    reader.fail("a stored or deflated member", "compression method " + std::to_string(member.method),
                "save it again with numpy.savez");
  }
  const auto packed = reader.take(member.packed_size, "member " + member.name);
  if (member.method == 8) return inflate_exactly(packed, Wrapping::kRaw, member.size, where);
  if (member.packed_size != member.size) reader.fail("equal sizes of a stored member", "different ones", "");
  return Bytes(packed.begin(), packed.end());
}

void check_crc(const Bytes& bytes, const Member& member, const std::string& where) {
  const uLong crc = crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  if (crc == member.crc) return;
  throw InputError(ErrorParts{where, "values with the archive's CRC-32", "another", "the file is damaged"});
}

RawArray read_or_refuse(std::shared_ptr<const Bytes> bytes, const std::string& where, std::uint64_t max_bytes) {
  try {
    return read_npy(std::move(bytes), where, max_bytes);
  } catch (const InputError& error) {
    RawArray array;
    array.where = where;
    array.refusal = error.what();
    return array;
  }
}

}  // namespace

std::vector<NamedArray> read_npz(const Bytes& file, const std::string& name, std::uint64_t max_bytes) {
  const Directory directory = find_directory(file, name);
  if (directory.num_members > kMaxMembers) {
    throw InputError(ErrorParts{name, "at most " + std::to_string(kMaxMembers) + " arrays",
                                std::to_string(directory.num_members), ""});
  }
  ByteReader reader = reader_at(file, name, directory.offset);
  std::vector<NamedArray> arrays;
  std::uint64_t total = 0;
  for (std::uint64_t i = 0; i < directory.num_members; ++i) {
    const Member member = read_entry(reader);
    if (!member.name.ends_with(".npy")) continue;
    const std::string where = name + ": " + member.name;
    if (member.size > max_bytes || total > max_bytes - member.size) {
      throw InputError(ErrorParts{where, "at most " + std::to_string(max_bytes) + " unpacked bytes", "more",
                                  "set data.max_bytes (--max-bytes) if that is meant"});
    }
    total += member.size;
    auto bytes = std::make_shared<const Bytes>(read_member(file, where, member));
    check_crc(*bytes, member, where);
    arrays.push_back(
        {member.name.substr(0, member.name.size() - 4), read_or_refuse(std::move(bytes), where, max_bytes)});
  }
  if (arrays.empty()) throw InputError(ErrorParts{name, "at least one .npy member", "none", ""});
  return arrays;
}

}  // namespace gradus::data
