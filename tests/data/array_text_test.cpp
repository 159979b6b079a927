// Labels that are texts: numpy's arrays of fixed width, and how their characters become UTF-8.
// SPDX-License-Identifier: Apache-2.0
#include "data/array_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/fixtures.hpp"
#include "data/utf8.hpp"
#include "gradus/core/error.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// numpy 1.24.2: numpy.save of array(['red', 'grün', 'blau 😀']).
constexpr std::string_view kThreeColours =
    "934e554d5059010076007b276465736372273a20273c5536272c2027666f727472616e5f6f72646572273a2046616c73652c2027"
    "7368617065273a2028332c292c207d20202020202020202020202020202020202020202020202020202020202020202020202020"
    "20202020202020202020202020202020202020202020200a72000000650000006400000000000000000000000000000067000000"
    "72000000fc0000006e0000000000000000000000620000006c00000061000000750000002000000000f60100";

class ArrayText : public testing::Test {
 protected:
  std::string with_labels(const std::string& y) {
    return write_bytes(folder_ / "d.npz", zip({{"X.npy", npy("|u1", "(3, 1)", "abc")}, {"y.npy", y}}, true));
  }
  std::vector<std::string> classes(const std::string& y) { return read_source(with_labels(y)).class_names; }

 private:
  TempDir folder_;
};

TEST_F(ArrayText, labels_that_numpy_wrote_name_the_classes) {
  const Dataset dataset = read_source(with_labels(bytes_of_hex(kThreeColours)));
  EXPECT_EQ(dataset.task, Task::kClassification);
  EXPECT_THAT(dataset.class_names, ElementsAre("blau 😀", "grün", "red"));
  EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{2, 1, 0}));
}

TEST_F(ArrayText, bytes_and_both_byte_orders_and_columns_are_read) {
  using namespace std::string_literals;
  EXPECT_THAT(classes(npy("|S3", "(3,)", "no\0yesno\0"s)), ElementsAre("no", "yes"));
  EXPECT_THAT(classes(npy("|S3", "(3, 1)", "no\0yesno\0"s)), ElementsAre("no", "yes"));
  EXPECT_THAT(classes(npy("|S3", "(1, 3)", "no\0yesno\0"s)), ElementsAre("no", "yes"));
  EXPECT_THAT(classes(npy(">U1", "(3,)", "\0\0\0a\0\0\0b\0\0\0a"s)), ElementsAre("a", "b"));
  // Codes stay what they are: "010" is not 10.
  EXPECT_THAT(classes(npy("|S3", "(3,)", "001010002")), ElementsAre("001", "002", "010"));
}

TEST_F(ArrayText, bytes_that_are_no_utf8_are_latin1) {
  EXPECT_THAT(classes(npy("|S4", "(3,)",
                          "Caf\xe9"
                          "Caf\xe8"
                          "Caf\xe9")),
              ElementsAre("Cafè", "Café"));
}

TEST_F(ArrayText, damaged_and_hostile_texts_are_refused) {
  using namespace std::string_literals;
  const auto error = [&](const std::string& y) { return error_of(with_labels(y)); };
  EXPECT_THAT(error(npy("<U1", "(3,)", "a\0\0\0\0\xd8\0\0b\0\0\0"s)), HasSubstr("element 1 (from 0): expected a text"));
  EXPECT_THAT(error(npy("<U1", "(3,)", "a\0\0\0\0\0\x11\0b\0\0\0"s)), HasSubstr("1114112"));
  EXPECT_THAT(error(npy("|S2", "(2,)", "abcd")), HasSubstr("features 3x1 but labels 2"));
  EXPECT_THAT(error(npy("|S1", "(3, 2)", "abcdef")), HasSubstr("one text per sample"));
  EXPECT_THAT(error(npy("|S2", "(3,)", "ab\0\0cd"s)), HasSubstr("element 1 (from 0): expected a label"));
  EXPECT_THAT(error(npy("<U0", "(1000000000000,)", "")), HasSubstr("'<U0'"));
  EXPECT_THAT(error(npy("|S1", "(1000000000000,)", "abc")), HasSubstr("only 3"));
  EXPECT_THAT(error(npy("<U99999999999", "(3,)", "abc")), HasSubstr("'<U9999"));
}

TEST_F(ArrayText, texts_take_no_more_memory_than_the_limit) {
  SourceOptions options;
  options.max_bytes = 5000;
  const std::string file = with_labels(npy("|S1", "(1000,)", std::string(1000, 'a')));
  EXPECT_THAT(error_of(file, options), HasSubstr("at most 5000 bytes"));
}

TEST_F(ArrayText, texts_are_no_features) {
  const TempDir folder;
  const std::string x = npy("|S1", "(3,)", "abc");
  const std::string y = npy("|u1", "(3,)", std::string("\0\1\0", 3));
  EXPECT_THAT(error_of(write_bytes(folder / "d.npz", zip({{"X.npy", x}, {"y.npy", y}}, false))),
              HasSubstr("X.npy: expected an array of numbers, found an array of texts"));
  EXPECT_THAT(error_of(write_bytes(folder / "d.npy", x)), HasSubstr("found an array of texts"));
}

TEST(Utf8, every_length_is_encoded_and_decoded) {
  const std::u32string characters = U"a\u007f\u0080\u07ff\u0800\uffff\U00010000\U0010ffff";
  const std::string text = data::encode_utf8(characters, "here");
  EXPECT_EQ(text, "a\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
  EXPECT_EQ(data::decode_utf8(text), characters);
  for (const char* wrong : {"\x80", "\xc0\x80", "\xc3", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff"}) {
    EXPECT_FALSE(data::decode_utf8(wrong)) << wrong;
  }
}

TEST(Utf16, surrogates_are_joined_and_lonely_ones_stay) {
  EXPECT_EQ(data::join_surrogates(std::u32string{0xd83d, 0xde00, 'a'}), (std::u32string{0x1f600, 'a'}));
  EXPECT_EQ(data::join_surrogates(std::u32string{0xd83d, 'a'}), (std::u32string{0xd83d, 'a'}));
  EXPECT_THROW(data::encode_utf8(std::u32string{0xd83d}, "here"), InputError);
}

}  // namespace
}  // namespace gradus::test
