// The one entry for JSON: what it takes is what the library takes, within bounds; what exceeds them is refused before
// anybody can stumble over it.
// SPDX-License-Identifier: Apache-2.0
#include "core/json_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include "gradus/core/error.hpp"
#include "gradus/core/random.hpp"
#include "support/refusal.hpp"

namespace gradus {
namespace {

using Json = nlohmann::ordered_json;
using testing::HasSubstr;

std::string error_of(const std::string& text) {
  return test::refusal_of([&] { require_json(text, "x.json"); });
}

std::string object_of_keys(std::size_t count) {
  std::string text = "{";
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":0";
  return text + "}";
}

Json random_value(RandomStream& random, std::size_t levels) {
  switch (random.below(levels == 0 ? 6 : 8)) {
    case 0:
      return nullptr;
    case 1:
      return random.below(2) == 0;
    case 2:
      return random.normal() * 1e3;
    case 3:
      return -static_cast<std::int64_t>(random.below(1000)) - 1;
    case 4:
      return std::numeric_limits<std::uint64_t>::max() - random.below(5);
    case 5:
      return test::repeated("\"\\\n\tö€\x01", random.below(3));
    case 6: {
      Json array = Json::array();
      for (std::size_t i = random.below(5); i > 0; --i) array.push_back(random_value(random, levels - 1));
      return array;
    }
    default: {
      Json object = Json::object();
      for (std::size_t i = random.below(5); i > 0; --i) {
        object["key " + std::to_string(random.below(20))] = random_value(random, levels - 1);
      }
      return object;
    }
  }
}

TEST(JsonText, gives_what_the_library_gives) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    RandomStream random(seed, Purpose::kTest, 0);
    const Json value = random_value(random, 6);
    for (const int indent : {-1, 2}) {
      const std::optional<Json> parsed = parse_json(" " + value.dump(indent) + "\n");
      ASSERT_TRUE(parsed) << value;
      EXPECT_EQ(parsed->dump(), value.dump());
    }
  }
}

TEST(JsonText, a_hundred_levels_are_the_most) {
  const std::pair<std::string, std::string> kinds[] = {
      {"[", "]"}, {"{\"a\":", "}"}, {"[{\"a\":", "}]"}, {"[1,", "]"}, {"{\"b\":0,\"a\":", "}"}};
  for (const auto& [open, close] : kinds) {
    const std::size_t levels = open.starts_with("[{") ? 2 : 1;
    const auto nested = [&](std::size_t count) {
      return test::repeated(open, count / levels - 1) + open + "0" + close + test::repeated(close, count / levels - 1);
    };
    EXPECT_TRUE(parse_json(nested(100))) << open;
    for (const std::size_t depth : {102UL, 1000UL, 90000UL}) {
      EXPECT_FALSE(parse_json(nested(depth))) << open << depth;
      EXPECT_THAT(error_of(nested(depth)), HasSubstr("more than 100 levels"));
    }
    // Without its end too: it stops where it is too deep, whatever comes.
    EXPECT_THAT(error_of(test::repeated(open, 100000)), HasSubstr("more than 100 levels"));
  }
}

TEST(JsonText, a_key_stands_once_in_an_object) {
  for (std::size_t place = 0; place < 20; ++place) {
    std::string text = "{";
    for (std::size_t i = 0; i < 20; ++i) text += "\"k" + std::to_string(i) + "\":{\"same\":1},";
    const std::string twice = text + "\"k" + std::to_string(place) + "\":2}";
    EXPECT_THAT(error_of(twice), HasSubstr("the key 'k" + std::to_string(place) + "' twice"));
    EXPECT_THAT(error_of("[1,{\"a\":" + twice + "}]"), HasSubstr("twice"));
    EXPECT_TRUE(parse_json(text + "\"other\":2}"));
  }
  EXPECT_THAT(error_of(R"({"a":1,"\u0061":2})"), HasSubstr("the key 'a' twice"));
  EXPECT_THAT(error_of(R"({"":1,"":2})"), HasSubstr("twice"));
  EXPECT_TRUE(parse_json(R"({"a":{"a":{"a":1}}})"));
}

TEST(JsonText, nothing_stands_behind_the_value) {
  for (const std::string value : {"{\"a\":[1,2]}", "[]", "1", "null", "\"text\""}) {
    EXPECT_TRUE(parse_json(value + " \t\r\n"));
    for (const std::string more : {"x", "{}", "1", "]", "}", ",", "// comment", "/* comment */", "\"", "PK\x03\x04"}) {
      EXPECT_FALSE(parse_json(value + " " + more)) << value << more;
    }
    for (std::size_t place = 0; place <= value.size(); ++place) {
      std::string text = value;
      text.insert(place, 1, '\0');
      EXPECT_THAT(error_of(text), HasSubstr("a NUL at byte " + std::to_string(place + 1)));
      EXPECT_FALSE(parse_json(text + "anything"));
    }
  }
}

TEST(JsonText, other_text_is_refused_with_its_place) {
  for (const char* text : {"",   " ",  "{",  "[1,",     "{\"a\"}",  "{a:1}",  "[1,]", "{\"a\":1,}", "nul",   "'a'",
                           "+1", "01", "1.", "\"\\x\"", "\"\xff\"", "\"\n\"", "NaN",  "Infinity",   "1e999", "[1 2]"}) {
    EXPECT_FALSE(parse_json(text)) << text;
    EXPECT_THAT(error_of(text), HasSubstr("x.json: expected JSON")) << text;
    EXPECT_THAT(error_of(text), HasSubstr("other text at byte ")) << text;
  }
}

TEST(JsonText, a_hundred_thousand_keys_are_the_most_and_keep_their_order) {
  const std::optional<Json> most = parse_json(object_of_keys(100000));
  ASSERT_TRUE(most);
  EXPECT_EQ(most->size(), 100000u);
  EXPECT_EQ(most->begin().key(), "k0");
  EXPECT_EQ((--most->end()).key(), "k99999");
  for (const std::size_t count : {100001UL, 300000UL}) {
    EXPECT_THAT(error_of(object_of_keys(count)), HasSubstr("an object of more than 100000"));
  }
  // Several such objects are not one.
  EXPECT_TRUE(parse_json("[" + object_of_keys(60000) + "," + object_of_keys(60000) + "]"));
}

TEST(JsonText, whole_numbers_are_checked_on_the_way_to_their_type) {
  EXPECT_EQ(json_integer<std::size_t>(Json(7)), 7u);
  EXPECT_EQ(json_integer<std::uint64_t>(Json(std::numeric_limits<std::uint64_t>::max())), ~std::uint64_t{0});
  EXPECT_EQ(json_integer<int>(Json(-7)), -7);
  EXPECT_EQ(json_integer<std::uint8_t>(Json(255)), 255);
  for (const char* text : {"-1", "1.0", "0.5", "1e3", "18446744073709551616", "-9223372036854775809", "\"1\"", "true",
                           "null", "[1]", "{}"}) {
    const Json value = *parse_json(text);
    EXPECT_FALSE(json_integer<std::size_t>(value)) << text;
    EXPECT_THROW(require_json_integer<std::size_t>(value, "x"), InputError) << text;
  }
  EXPECT_FALSE(json_integer<std::uint8_t>(Json(256)));
  EXPECT_FALSE(json_integer<std::int8_t>(Json(-129)));
  EXPECT_FALSE(json_integer<std::int64_t>(Json(std::numeric_limits<std::uint64_t>::max())));
}

TEST(JsonText, every_reader_of_the_sources_uses_the_entries) {
  namespace fs = std::filesystem;
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(GRADUS_SOURCE_DIR "/src")) {
    const std::string path = entry.path().string();
    if (!path.ends_with(".cpp") && !path.ends_with(".hpp")) continue;
    ++files;
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    for (const auto& [call, owner] :
         {std::pair("son::parse(", "none"), std::pair("json::accept(", "none"),
          std::pair("sax_parse(", "core/json_text.cpp"), std::pair("toml::parse(", "config/toml_text.cpp")}) {
      if (path.ends_with(owner)) continue;
      EXPECT_THAT(text.str(), testing::Not(HasSubstr(call))) << path;
    }
  }
  EXPECT_GT(files, 300u);
}

}  // namespace
}  // namespace gradus
