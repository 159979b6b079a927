// SPDX-License-Identifier: Apache-2.0
#include "data/text_encoding.hpp"

#include <set>

#include "data/text_fixtures.hpp"
#include "data/utf8.hpp"

namespace gradus::test {
namespace {

using data::decode_text;
using data::find_invalid_utf8;
using testing::HasSubstr;

std::string decoded(const std::string& bytes, const std::string& encoding = "auto") {
  Names notes;
  return std::string(decode_text(bytes, "a.csv", encoding, notes).text());
}

std::string decoding_error(const std::string& bytes, const std::string& encoding) {
  try {
    decoded(bytes, encoding);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

/// ASCII and U+00e9 as UTF-16.
std::string utf16(const std::string& latin1, bool big_endian) {
  std::string bytes;
  for (const char c : latin1) bytes += big_endian ? std::string{'\0', c} : std::string{c, '\0'};
  return bytes;
}

TEST(TextEncoding, utf8_is_told_from_other_bytes) {
  for (const char* text : {"", "plain",
                           "gr\xc3\xbc\xc3\x9f"
                           "e",
                           "\xe2\x82\xac 12345678", "\xf0\x9f\x98\x80"}) {
    EXPECT_EQ(find_invalid_utf8(text), std::string_view::npos) << text;
  }
  EXPECT_EQ(find_invalid_utf8("12345678Caf\xe9"), 11U);
  EXPECT_EQ(find_invalid_utf8("a\xc3"), 1U);             // cut
  EXPECT_EQ(find_invalid_utf8("\xc0\xaf"), 0U);          // overlong
  EXPECT_EQ(find_invalid_utf8("\xed\xa0\x80"), 0U);      // surrogate
  EXPECT_EQ(find_invalid_utf8("\xf4\x90\x80\x80"), 0U);  // beyond U+10ffff
  EXPECT_EQ(find_invalid_utf8("\xe0\x80\x80\x80"), 0U);  // overlong
  EXPECT_EQ(find_invalid_utf8("\xe9"
                              "abcdefghijkl"),
            0U);
}

TEST(TextEncoding, latin1_is_recognised_said_and_keeps_classes_apart) {
  const Dataset dataset = read_text(
      "gr\xfc\xdf"
      "e,sorte\n7.5,Caf\xe9\n-4,Caf\xe8\n1,Caf\xe9\n");
  EXPECT_EQ(dataset.feature_names, (Names{"gr\xc3\xbc\xc3\x9f"
                                          "e"}));
  EXPECT_EQ(dataset.class_names, (Names{"Caf\xc3\xa8", "Caf\xc3\xa9"}));
  EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{1, 0, 1}));
  EXPECT_EQ(notes_of(dataset),
            ": line 1 is not UTF-8; the file was read as windows-1252 (Latin-1), data.encoding can say otherwise\n");
  EXPECT_EQ(notes_of(read_text("gr\xc3\xbc\xc3\x9f"
                               "e,y\n1,0\n2,1\n")),
            "");
  EXPECT_EQ(decoded("\x80 5"), "\xe2\x82\xac 5");  // the euro sign of Windows
  EXPECT_EQ(decoded("\x80", "latin-1"), "\xc2\x80");
}

TEST(TextEncoding, all_one_byte_characters_stay_different) {
  for (const char* encoding : {"latin-1", "windows-1252"}) {
    std::set<std::string> seen;
    for (int byte = 1; byte < 256; ++byte) {
      const std::string text = decoded(std::string(1, static_cast<char>(byte)), encoding);
      EXPECT_EQ(find_invalid_utf8(text), std::string_view::npos);
      seen.insert(text);
    }
    EXPECT_EQ(seen.size(), 255U);
  }
}

TEST(TextEncoding, utf16_is_known_by_its_mark_or_its_zero_bytes) {
  const std::string text = "a;y\r\n1.5;Caf\xe9\r\n2;x\r\n";
  const std::string expected = "a;y\r\n1.5;Caf\xc3\xa9\r\n2;x\r\n";
  for (const bool big : {false, true}) {
    const std::string bytes = utf16(text, big);
    EXPECT_EQ(decoded((big ? "\xfe\xff" : "\xff\xfe") + bytes), expected);
    EXPECT_EQ(decoded(bytes), expected);
    EXPECT_EQ(decoded(bytes, "utf-16"), expected);
    const Dataset dataset = read_text((big ? "\xfe\xff" : "\xff\xfe") + bytes);
    EXPECT_EQ(dataset.class_names, (Names{"Caf\xc3\xa9", "x"}));
    EXPECT_EQ(notes_of(dataset), "");
    EXPECT_THAT(notes_of(read_text(bytes)), HasSubstr("UTF-16"));
  }
  EXPECT_EQ(decoded(std::string("\xff\xfe\x3d\xd8\x00\xde", 6)), "\xf0\x9f\x98\x80");  // beyond 16 bits
}

TEST(TextEncoding, damaged_utf16_and_other_binary_data_are_refused) {
  const std::string mark = "\xff\xfe";
  EXPECT_THAT(decoding_error(mark + utf16("1,0", false) + "x", "auto"), HasSubstr("half a character"));
  EXPECT_THAT(decoding_error(mark + std::string("\x3d\xd8", 2), "auto"), HasSubstr("half a surrogate pair"));
  EXPECT_THAT(decoding_error(mark + std::string("\x00\xde", 2), "auto"), HasSubstr("half a surrogate pair"));
  EXPECT_THAT(decoding_error(mark + std::string("a\0\0\0", 4), "auto"), HasSubstr("zero characters"));
  EXPECT_THAT(decoding_error(mark + std::string("\0\0a\0\0\0", 6), "auto"), HasSubstr("UTF-32"));
  EXPECT_THAT(decoding_error(std::string("1,2\0,3\n4,5,6,7\n", 15), "auto"), HasSubstr("binary data"));
  EXPECT_THAT(decoding_error(utf16("1,0\n", false), "utf-8"), HasSubstr("utf-16"));
}

TEST(TextEncoding, byte_order_mark_of_utf8_is_left_out) {
  const Dataset dataset = read_text(
      "\xef\xbb\xbf"
      "a,y\n1,0\n2,1\n");
  EXPECT_EQ(dataset.feature_names, (Names{"a"}));
  EXPECT_EQ(decoded("\xef\xbb\xbf"), "");
}

TEST(TextEncoding, option_decides_and_is_checked) {
  SourceOptions options;
  options.encoding = "utf-8";
  EXPECT_THAT(text_error("a,y\n1,Caf\xe9\n", options),
              HasSubstr("line 2: expected UTF-8, found the byte 0xe9; set data.encoding to"));
  EXPECT_THAT(text_error("a,y\r1,Caf\xe9\r", options), HasSubstr("line 2"));
  options.encoding = "latin-1";
  EXPECT_EQ(read_text("a,y\n1,Caf\xe9\n2,x\n", options).class_names, (Names{"Caf\xc3\xa9", "x"}));
  EXPECT_EQ(notes_of(read_text("a,y\n1,Caf\xe9\n2,x\n", options)), "");
  options.encoding = "latin1";
  EXPECT_THAT(text_error("a,y\n1,x\n", options), HasSubstr("did you mean 'latin-1'?"));
}

}  // namespace
}  // namespace gradus::test
