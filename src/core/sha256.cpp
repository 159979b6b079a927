// SHA-256 as FIPS 180-4 writes it. It hashes every checkpoint and model, so it is written to run fast: eight rounds
// without moving a variable, and the CPU's own instructions where it has them (sha256_x86.cpp).
// SPDX-License-Identifier: Apache-2.0
#include "gradus/core/sha256.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "core/sha256_blocks.hpp"
#include "gradus/core/error.hpp"

namespace gradus {

namespace {

std::uint32_t load_big_endian(const std::byte* bytes) {
  std::uint32_t word = 0;
  for (int i = 0; i < 4; ++i) word = word << 8 | std::to_integer<std::uint32_t>(bytes[i]);
  return word;
}

// One round; the caller renames the eight variables instead of moving them.
inline void round(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t& d, std::uint32_t e, std::uint32_t f,
                  std::uint32_t g, std::uint32_t& h, std::uint32_t k_plus_w) {
  const std::uint32_t sum1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
  const std::uint32_t t1 = h + sum1 + (g ^ (e & (f ^ g))) + k_plus_w;
  const std::uint32_t sum0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
  d += t1;
  h = t1 + sum0 + ((a & b) | (c & (a | b)));
}

void compress_block(std::uint32_t* state, const std::byte* block) {
  std::array<std::uint32_t, 64> w;
  for (std::size_t t = 0; t < 16; ++t) w[t] = load_big_endian(block + 4 * t);
  for (std::size_t t = 16; t < 64; ++t) {
    const std::uint32_t s0 = std::rotr(w[t - 15], 7) ^ std::rotr(w[t - 15], 18) ^ (w[t - 15] >> 3);
    const std::uint32_t s1 = std::rotr(w[t - 2], 17) ^ std::rotr(w[t - 2], 19) ^ (w[t - 2] >> 10);
    w[t] = w[t - 16] + s0 + w[t - 7] + s1;
  }
  std::uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  std::uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
  for (std::size_t t = 0; t < 64; t += 8) {
    const auto term = [&w, t](std::size_t i) { return kSha256Constants[t + i] + w[t + i]; };
    round(a, b, c, d, e, f, g, h, term(0));
    round(h, a, b, c, d, e, f, g, term(1));
    round(g, h, a, b, c, d, e, f, term(2));
    round(f, g, h, a, b, c, d, e, term(3));
    round(e, f, g, h, a, b, c, d, term(4));
    round(d, e, f, g, h, a, b, c, term(5));
    round(c, d, e, f, g, h, a, b, term(6));
    round(b, c, d, e, f, g, h, a, term(7));
  }
  const std::array<std::uint32_t, 8> added = {a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < 8; ++i) state[i] += added[i];
}

}  // namespace

void compress_sha256_plain(std::uint32_t* state, const std::byte* blocks, std::size_t count) {
  for (; count > 0; --count, blocks += 64) compress_block(state, blocks);
}

Sha256::Sha256()
    : state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19} {}

void Sha256::compress(const std::byte* blocks, std::size_t count) {
#if defined(__x86_64__)
  static const bool kHasInstructions = cpu_has_sha256();
  if (kHasInstructions) return compress_sha256_x86(state_.data(), blocks, count);
#endif
  compress_sha256_plain(state_.data(), blocks, count);
}

void Sha256::update(std::span<const std::byte> bytes) {
  num_bytes_ += bytes.size();
  if (num_pending_ > 0) {
    const std::size_t taken = std::min(bytes.size(), pending_.size() - num_pending_);
    std::copy_n(bytes.begin(), taken, pending_.begin() + static_cast<std::ptrdiff_t>(num_pending_));
    num_pending_ += taken;
    bytes = bytes.subspan(taken);
    if (num_pending_ < pending_.size()) return;
    compress(pending_.data(), 1);
    num_pending_ = 0;
  }
  const std::size_t blocks = bytes.size() / kBlockSize;
  compress(bytes.data(), blocks);
  bytes = bytes.subspan(blocks * kBlockSize);
  std::copy(bytes.begin(), bytes.end(), pending_.begin());
  num_pending_ = bytes.size();
}

std::string Sha256::hex_digest() {
  const std::uint64_t num_bits = num_bytes_ * 8;
  std::array<std::byte, 72> padding{};
  padding[0] = std::byte{0x80};
  const std::size_t zeros_end = num_pending_ < 56 ? 56 - num_pending_ : 120 - num_pending_;
  for (std::size_t i = 0; i < 8; ++i) padding[zeros_end + i] = static_cast<std::byte>(num_bits >> (56 - 8 * i) & 0xff);
  update(std::span(padding).first(zeros_end + 8));
  std::string hex;
  for (const std::uint32_t word : state_) {
    for (int shift = 28; shift >= 0; shift -= 4) hex += "0123456789abcdef"[word >> shift & 0xf];
  }
  return hex;
}

std::string sha256_hex(std::span<const std::byte> bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.hex_digest();
}

std::string sha256_file(const std::string& path) {
  const auto close = [](std::FILE* file) { std::fclose(file); };
  const std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(path.c_str(), "rb"), close);
  const auto fail = [&path] {
    const std::string reason = std::strerror(errno);
    throw InputError({path, "a file that can be read", reason, "check the path and its permissions"});
  };
  if (!file) fail();
  Sha256 hash;
  std::vector<std::byte> piece(std::size_t{1} << 16);
  for (;;) {
    const std::size_t num_read = std::fread(piece.data(), 1, piece.size(), file.get());
    hash.update(std::span(piece).first(num_read));
    if (num_read < piece.size()) break;
  }
  if (std::ferror(file.get()) != 0) fail();
  return hash.hex_digest();
}

}  // namespace gradus
