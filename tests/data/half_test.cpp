// Half precision: numbers that numpy wrote, and every bit pattern against the definition.
// SPDX-License-Identifier: Apache-2.0
#include "data/half.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "data/fixtures.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

using testing::HasSubstr;

// numpy 1.24.2: numpy.save of array([[.1, 65504, 0], [6e-8, -2, 1]], 'f2'), which prints them as below.
constexpr std::string_view kSixHalves =
    "934e554d5059010076007b276465736372273a20273c6632272c2027666f727472616e5f6f72646572273a2046616c73652c2027"
    "7368617065273a2028322c2033292c207d2020202020202020202020202020202020202020202020202020202020202020202020"
    "20202020202020202020202020202020202020202020200a662eff7b0000010000c0003c";

TEST(Half, array_that_numpy_wrote_becomes_float) {
  const TempDir folder;
  const Dataset dataset = read_source(write_bytes(folder / "h.npy", bytes_of_hex(kSixHalves)));
  const auto& features = std::get<Matrix<float>>(dataset.table.features);
  EXPECT_EQ(features(0, 0), 0.0999755859375F);
  EXPECT_EQ(features(0, 1), 65504.0F);
  EXPECT_EQ(features(1, 0), 5.960464477539063e-08F);
  EXPECT_EQ(features(1, 1), -2.0F);
  EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{0, 1}));
}

TEST(Half, every_bit_pattern_has_the_value_of_the_definition) {
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    const int exponent = static_cast<int>(bits >> 10 & 0x1fU);
    const int mantissa = static_cast<int>(bits & 0x3ffU);
    const float value = data::Half{static_cast<std::uint16_t>(bits)}.value();
    ASSERT_EQ(std::signbit(value), bits >> 15 != 0) << bits;
    if (exponent == 31) {
      ASSERT_EQ(std::isnan(value), mantissa != 0) << bits;
      ASSERT_EQ(std::isinf(value), mantissa == 0) << bits;
      continue;
    }
    const double size = exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
    ASSERT_EQ(std::abs(static_cast<double>(value)), size) << bits;
  }
}

TEST(Half, big_endian_labels_and_hostile_files_are_read_as_others_are) {
  const TempDir folder;
  using namespace std::string_literals;
  const Dataset dataset = read_source(write_bytes(folder / "b.npy", npy(">f2", "(2, 2)", "\x3c\0\0\0\xc0\0\x3c\0"s)));
  EXPECT_EQ(std::get<Matrix<float>>(dataset.table.features)(1, 0), -2.0F);
  EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{0, 1}));
  EXPECT_THAT(error_of(write_bytes(folder / "n.npy", npy("<f2", "(1, 2)", "\0\x7c\0\0"s))), HasSubstr("infinity"));
  EXPECT_THAT(error_of(write_bytes(folder / "s.npy", npy("<f2", "(2, 2)", "abcdefg"))), HasSubstr("only 7"));
  EXPECT_THAT(error_of(write_bytes(folder / "l.npy", npy("<f16", "(1, 1)", std::string(16, 'a')))),
              HasSubstr("'<f16'"));
  check_hostile_variants("h.npy", bytes_of_hex(kSixHalves));
}

}  // namespace
}  // namespace gradus::test
