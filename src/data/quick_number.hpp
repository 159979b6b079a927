// The plain numbers that most tables consist of, such as -12.5, eight digits at a time. Everything else is left to
// parse_number().
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace gradus::data {

/// Adds the digits at `at`, at most eight, to the end of `mantissa`; returns how many they are. Eight bytes at `at` can
/// be read.
inline std::size_t take_digits(const char* at, std::uint64_t& mantissa) {
  static constexpr std::array<std::uint64_t, 9> kPowers = {1,      10,      100,      1000,     10000,
                                                           100000, 1000000, 10000000, 100000000};
  constexpr std::uint64_t kZeros = 0x3030303030303030ULL;
  constexpr std::uint64_t kHighBits = 0x8080808080808080ULL;
  constexpr std::uint64_t kBeyondNine = 0x7676767676767676ULL;
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  word ^= kZeros;  // digits become 0 to 9
  const std::uint64_t others = (((word & ~kHighBits) + kBeyondNine) | word) & kHighBits;
  const auto count = static_cast<std::size_t>(std::countr_zero(others)) / 8;
  if (count == 0) return 0;
  word <<= 64 - 8 * count;  // the last digit into the highest byte, zeros in front of the first
  word = word * 10 + (word >> 8U);
  word = ((word & 0x000000ff000000ffULL) * 0x000f424000000064ULL +
          ((word >> 16U) & 0x000000ff000000ffULL) * 0x0000271000000001ULL) >>
         32U;
  mantissa = mantissa * kPowers[count] + word;
  return count;
}

/// Reads an optional minus, digits, and optionally a point and digits: the end of the number, and its value rounded as
/// parse_number() rounds it. Null where it is not so simple: digits that a double cannot hold, a code such as 007, or
/// another form. The text must end in a character that is no digit, and at least kTextPadding bytes can be read there.
inline const char* quick_number(const char* at, double& value) {
  static constexpr std::array<double, 19> kPowers = {1.0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                                     1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
  constexpr std::uint64_t kExact = std::uint64_t{1} << 53U;
  if constexpr (std::endian::native != std::endian::little) return nullptr;
  const bool negative = *at == '-';
  const char* const first = at + (negative ? 1 : 0);
  std::uint64_t mantissa = 0;
  std::size_t whole = take_digits(first, mantissa);
  if (whole == 0 || (whole > 1 && *first == '0')) return nullptr;
  if (whole == 8) {
    const std::size_t more = take_digits(first + whole, mantissa);
    if (more == 8) return nullptr;
    whole += more;
  }
  at = first + whole;
  std::size_t fraction = 0;
  if (*at == '.') {
    ++at;
    fraction = take_digits(at, mantissa);
    if (fraction == 8) {
      const std::size_t more = take_digits(at + fraction, mantissa);
      if (more == 8) return nullptr;
      fraction += more;
    }
    if (fraction == 0 || whole + fraction >= kPowers.size() || mantissa >= kExact) return nullptr;
    at += fraction;
  }
  // Both factors are exact, so the one division rounds correctly.
  const double size = static_cast<double>(mantissa) / kPowers[fraction];
  value = negative ? -size : size;
  return at;
}

}  // namespace gradus::data
