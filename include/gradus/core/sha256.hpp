// SHA-256 (FIPS 180-4), for data files, weights and checkpoints.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace gradus {

/// Incremental hash: update() any number of times, then hex_digest() once.
class Sha256 {
 public:
  Sha256();
  void update(std::span<const std::byte> bytes);
  /// 64 lower-case hexadecimal digits. The object is spent afterwards.
  std::string hex_digest();

 private:
  static constexpr std::size_t kBlockSize = 64;
  void compress(const std::byte* blocks, std::size_t count);
  std::array<std::uint32_t, 8> state_;
  std::array<std::byte, kBlockSize> pending_{};
  std::size_t num_pending_ = 0;
  std::uint64_t num_bytes_ = 0;
};

/// Hash of one contiguous range.
std::string sha256_hex(std::span<const std::byte> bytes);
/// Hash of a file's bytes, read in pieces. Throws InputError when it cannot be read.
std::string sha256_file(const std::string& path);

}  // namespace gradus
