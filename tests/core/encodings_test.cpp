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

}  // namespace
}  // namespace gradus
