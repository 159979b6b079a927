// SPDX-License-Identifier: Apache-2.0
#include "data/packed_file.hpp"

#include <algorithm>

#include "data/inflate.hpp"
#include "data/zstd_stream.hpp"

namespace gradus::data {
namespace {

bool is_zstd_file(std::span<const std::byte> stored, std::string_view name) {
  return is_zstd(stored) || name.ends_with(".zst");
}

}  // namespace

bool is_packed(std::span<const std::byte> stored, std::string_view name) {
  return is_gzip(stored) || is_zstd_file(stored, name);
}

Bytes unpacked(Bytes stored, const std::string& name, std::uint64_t max_bytes) {
  if (is_gzip(stored)) return gunzip(stored, name, max_bytes);
  if (is_zstd_file(stored, name)) return unzstd(stored, name, max_bytes);
  return stored;
}

Bytes unpacked_prefix(std::span<const std::byte> stored, std::string_view name, std::size_t count) {
  if (is_gzip(stored)) return gunzip_prefix(stored, count);
  if (is_zstd_file(stored, name)) return unzstd_prefix(stored, count);
  return {stored.begin(), stored.begin() + static_cast<std::ptrdiff_t>(std::min(count, stored.size()))};
}

std::string_view without_packed_ending(std::string_view name) {
  for (const std::string_view ending : {".gz", ".zst"}) {
    if (name.ends_with(ending)) return name.substr(0, name.size() - ending.size());
  }
  return name;
}

}  // namespace gradus::data
