// SPDX-License-Identifier: Apache-2.0
#include "gradus/core/random.hpp"

#include <cmath>
#include <utility>

#include "core/scalar_math.hpp"

namespace gradus {
namespace {

__extension__ typedef unsigned __int128 Wide;

// Constants of the paper: multipliers from table 2; key increments are the golden ratio and sqrt(3) - 1.
constexpr std::uint64_t kMultiplier0 = 0xd2e7470ee14c6c93;
constexpr std::uint64_t kMultiplier1 = 0xca5a826395121157;
constexpr std::uint64_t kWeyl0 = 0x9e3779b97f4a7c15;
constexpr std::uint64_t kWeyl1 = 0xbb67ae8584caa73b;

std::uint64_t high_half(Wide product) {
  return static_cast<std::uint64_t>(product >> 64);
}
std::uint64_t low_half(Wide product) {
  return static_cast<std::uint64_t>(product);
}

}  // namespace

std::array<std::uint64_t, 4> philox4x64(std::array<std::uint64_t, 4> counter, std::array<std::uint64_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const Wide product0 = static_cast<Wide>(kMultiplier0) * counter[0];
    const Wide product1 = static_cast<Wide>(kMultiplier1) * counter[2];
    counter = {high_half(product1) ^ counter[1] ^ key[0], low_half(product1), high_half(product0) ^ counter[3] ^ key[1],
               low_half(product0)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

std::uint64_t RandomStream::next_u64() {
  if (available_ == 0) {
    buffer_ = philox4x64({block_++, index_, 0, 0}, key_);
    available_ = 4;
  }
  return buffer_[4 - available_--];
}

double RandomStream::uniform() {
  return static_cast<double>(next_u64() >> 11) * 0x1p-53;
}

double RandomStream::uniform(double low, double high) {
  return low + (high - low) * uniform();
}

double RandomStream::normal() {
  if (has_cached_normal_) {
    has_cached_normal_ = false;
    return cached_normal_;
  }
  double x = 0.0;
  double y = 0.0;
  double radius2 = 0.0;
  do {
    x = 2.0 * uniform() - 1.0;
    y = 2.0 * uniform() - 1.0;
    radius2 = x * x + y * y;
  } while (radius2 >= 1.0 || radius2 == 0.0);
  const double factor = std::sqrt(-2.0 * math::log(radius2) / radius2);
  cached_normal_ = factor * x;
  has_cached_normal_ = true;
  return factor * y;
}

// Lemire, "Fast random integer generation in an interval", ACM TOMACS 29 (2019): the high half of the product is the
// result; low halves under 2^64 mod bound are the surplus that would make it uneven.
std::uint64_t RandomStream::below(std::uint64_t bound) {
  Wide product = static_cast<Wide>(next_u64()) * bound;
  if (low_half(product) < bound) {
    const std::uint64_t surplus = (0 - bound) % bound;
    while (low_half(product) < surplus) product = static_cast<Wide>(next_u64()) * bound;
  }
  return high_half(product);
}

void RandomStream::shuffle(std::span<std::uint32_t> values) {
  for (std::size_t i = values.size(); i-- > 1;) std::swap(values[i], values[below(i + 1)]);
}

}  // namespace gradus
