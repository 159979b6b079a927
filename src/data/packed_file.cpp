// SPDX-License-Identifier: Apache-2.0
#include "data/packed_file.hpp"

#include <algorithm>

#include "data/inflate.hpp"
#include "data/zstd_stream.hpp"
#include "gradus/data/source.hpp"

namespace gradus::data {
namespace {

constexpr std::uint64_t kMostRatio = 100;
constexpr std::uint64_t kAlwaysUnpacked = std::uint64_t{16} << 20;
constexpr std::uint64_t kAlwaysSpread = std::uint64_t{128} << 20;

std::uint64_t limit_by_ratio(std::uint64_t stored, std::uint64_t max_bytes, std::uint64_t always) {
  if (max_bytes != kDefaultMaxBytes || stored > max_bytes / kMostRatio) return max_bytes;
  return std::max(kMostRatio * stored, always);
}

bool is_zstd_file(std::span<const std::byte> stored, std::string_view name) {
  return is_zstd(stored) || name.ends_with(".zst");
}

}  // namespace

std::uint64_t unpacked_limit(std::uint64_t stored, std::uint64_t max_bytes) {
  return limit_by_ratio(stored, max_bytes, kAlwaysUnpacked);
}

std::uint64_t spread_limit(std::uint64_t stored, std::uint64_t max_bytes) {
  return limit_by_ratio(stored, max_bytes, kAlwaysSpread);
}

bool is_packed(std::span<const std::byte> stored, std::string_view name) {
  return is_gzip(stored) || is_zstd_file(stored, name);
}

Bytes unpacked(Bytes stored, const std::string& name, std::uint64_t max_bytes) {
  const std::uint64_t limit = unpacked_limit(stored.size(), max_bytes);
  if (is_gzip(stored)) return gunzip(stored, name, limit);
  if (is_zstd_file(stored, name)) return unzstd(stored, name, limit);
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
