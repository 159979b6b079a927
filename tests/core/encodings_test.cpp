// Checksums and encodings give the values that their standards list.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "core/base64.hpp"
#include "core/crc32c.hpp"
#include "core/printable.hpp"

namespace gradus {
namespace {

TEST(Crc32c, gives_the_values_of_rfc_3720) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283U);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aaU);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43U);
  EXPECT_EQ(crc32c(""), 0U);
}

TEST(Base64, gives_the_values_of_rfc_4648) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  EXPECT_EQ(base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xff\xfe\xfd"), "//79");
}

TEST(Printable, shows_control_characters_as_text) {
  EXPECT_EQ(printable("a\x1b[2J\n\t\x7f"), "a\\x1b[2J\\x0a\\x09\\x7f");
  EXPECT_EQ(printable(std::string("\0", 1)), "\\x00");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "\\x9b31m");  // the one-character form of an escape sequence's start
  EXPECT_EQ(printable("Gr\xc3\xb6\xc3\x9f"
                      "e \xc2\xb5"),
            "Gr\xc3\xb6\xc3\x9f"
            "e \xc2\xb5");
}

TEST(Printable, shows_every_control_character_and_mark_of_direction) {
  const auto byte = [](unsigned value) { return static_cast<char>(value); };
  for (unsigned code = 0; code < 0x3000; ++code) {
    std::string utf8 = {byte(0xe0 | (code >> 12)), byte(0x80 | ((code >> 6) & 0x3f)), byte(0x80 | (code & 0x3f))};
    if (code < 0x800) utf8 = {byte(0xc0 | (code >> 6)), byte(0x80 | (code & 0x3f))};
    if (code < 0x80) utf8 = {byte(code)};
    const bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
    const bool direction = code == 0x61c || code == 0x200e || code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
                           (code >= 0x2066 && code <= 0x2069);
    EXPECT_EQ(printable(utf8) != utf8, control || direction) << code;
    EXPECT_EQ(printable_lines("a" + utf8 + "z") == "a" + printable(utf8) + "z", code != '\n') << code;
  }
  EXPECT_EQ(printable("\xe2\x80\xaetxt.exe"), "\\u202etxt.exe");
  EXPECT_EQ(printable_lines("a\nb\x1b\n"), "a\nb\\x1b\n");
  // Cut short: no character, and nothing that a terminal obeys.
  for (const char* cut : {"\xe2", "\xe2\x80", "\xd8", "\xc2"}) EXPECT_EQ(printable(cut), cut);
}

}  // namespace
}  // namespace gradus
