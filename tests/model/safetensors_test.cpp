// The container's header, as strict as the format: one text for one meaning, and every byte of the file accounted for.
// SPDX-License-Identifier: Apache-2.0
#include "model/safetensors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <utility>

#include "gradus/core/error.hpp"

namespace gradus {
namespace {

using testing::HasSubstr;

std::string container(const std::string& header, std::size_t data_bytes, std::uint64_t length) {
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + std::string(data_bytes, '\0');
}

// What reading the header says; empty where it is taken.
std::string header_error(const std::string& header, std::size_t data_bytes) {
  const std::string bytes = container(header, data_bytes, header.size());
  try {
    const Safetensors file("m", std::as_bytes(std::span(bytes)));
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

std::string tensor(const std::string& name, std::size_t values, std::size_t begin, std::size_t end) {
  return "\"" + name + R"(":{"dtype":"F32","shape":[)" + std::to_string(values) + R"(],"data_offsets":[)" +
         std::to_string(begin) + "," + std::to_string(end) + "]}";
}

TEST(Safetensors, the_strict_form_is_read) {
  EXPECT_EQ(header_error("{}", 0), "");
  EXPECT_EQ(header_error("{" + tensor("a", 2, 0, 8) + "," + tensor("b", 1, 8, 12) + "}", 12), "");
  EXPECT_EQ(header_error("{" + tensor("b", 1, 8, 12) + "," + tensor("a", 2, 0, 8) + "}", 12), "") << "any order";
  EXPECT_EQ(header_error("{" + tensor("a", 2, 0, 8) + "," + tensor("none", 0, 8, 8) + "}", 8), "");
  EXPECT_EQ(header_error(R"({"__metadata__":{"k":"v"},)" + tensor("a", 2, 0, 8) + "}", 8), "");
  for (std::size_t blanks = 0; blanks < 20; ++blanks) {
    EXPECT_EQ(header_error("{" + tensor("a", 2, 0, 8) + "}" + std::string(blanks, ' '), 8), "");
  }
}

TEST(Safetensors, nothing_stands_around_the_object) {
  const std::string object = "{" + tensor("a", 2, 0, 8) + "}";
  for (const std::string before : {" ", "\n", "\t", "\xef\xbb\xbf", "x", "[", "//\n"}) {
    EXPECT_NE(header_error(before + object, 8), "") << before;
  }
  for (const std::string& after :
       {std::string("\n"), std::string("\t"), std::string("x"), std::string("}"), std::string("\0", 1),
        std::string("\0PK\x03\x04 anything", 14), std::string("{}"), std::string(" \0}", 3), std::string(" x }")}) {
    EXPECT_NE(header_error(object + after, 8), "") << after;
    EXPECT_NE(header_error(object + after + "   ", 8), "") << after;
  }
  for (const char* other : {"", "   ", "[]", "null", "1", "\"a\"", "{", "}"}) EXPECT_NE(header_error(other, 0), "");
}

TEST(Safetensors, no_name_stands_twice) {
  for (const char* again : {"a", "\\u0061"}) {
    EXPECT_THAT(header_error("{" + tensor("a", 2, 0, 8) + "," + tensor(again, 1, 8, 12) + "}", 12), HasSubstr("twice"));
    EXPECT_THAT(header_error("{" + tensor(again, 2, 0, 8) + "," + tensor("a", 2, 0, 8) + "}", 8), HasSubstr("twice"));
  }
  for (const char* twice : {R"({"__metadata__":{"k":"v","k":"w"}})", R"({"__metadata__":{},"__metadata__":{}})",
                            R"({"a":{"dtype":"F32","dtype":"F64","shape":[1],"data_offsets":[0,4]}})",
                            R"({"a":{"dtype":"F32","shape":[1],"shape":[2],"data_offsets":[0,4]}})",
                            R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"data_offsets":[0,4]}})"}) {
    EXPECT_THAT(header_error(twice, 4), HasSubstr("twice")) << twice;
  }
}

TEST(Safetensors, a_tensor_has_its_three_entries_of_their_types) {
  for (const char* entries : {R"({})",
                              R"({"dtype":"F32","shape":[1]})",
                              R"({"dtype":"F32","data_offsets":[0,4]})",
                              R"({"shape":[1],"data_offsets":[0,4]})",
                              R"({"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1})",
                              R"({"dtype":"F16","shape":[1],"data_offsets":[0,4]})",
                              R"({"dtype":"f32","shape":[1],"data_offsets":[0,4]})",
                              R"({"dtype":"","shape":[1],"data_offsets":[0,4]})",
                              R"({"dtype":1,"shape":[1],"data_offsets":[0,4]})",
                              R"({"dtype":"F32","shape":1,"data_offsets":[0,4]})",
                              R"({"dtype":"F32","shape":[1.0],"data_offsets":[0,4]})",
                              R"({"dtype":"F32","shape":[-1],"data_offsets":[0,4]})",
                              R"({"dtype":"F32","shape":["1"],"data_offsets":[0,4]})",
                              R"({"dtype":"F32","shape":[[1]],"data_offsets":[0,4]})",
                              R"({"dtype":"F32","shape":[1],"data_offsets":[0]})",
                              R"({"dtype":"F32","shape":[1],"data_offsets":[0,4,4]})",
                              R"({"dtype":"F32","shape":[1],"data_offsets":[0.0,4]})",
                              R"({"dtype":"F32","shape":[1],"data_offsets":[-4,0]})",
                              R"({"dtype":"F32","shape":[1],"data_offsets":[4,0]})",
                              R"({"dtype":"F32","shape":[1],"data_offsets":{"0":0,"1":4}})",
                              R"([])",
                              R"("F32")",
                              R"(null)",
                              R"({"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]})",
                              R"({"dtype":"F32","shape":[4294967296,4294967296,0,1],"data_offsets":[0,4]})",
                              R"({"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,4]})"}) {
    EXPECT_NE(header_error(std::string("{\"a\":") + entries + "}", 4), "") << entries;
  }
  for (const char* metadata : {"1", "null", "[]", "\"text\"", R"({"k":1})", R"({"k":{}})", R"({"k":null})"}) {
    EXPECT_NE(header_error(std::string("{\"__metadata__\":") + metadata + "}", 0), "") << metadata;
  }
}

TEST(Safetensors, tensors_stand_side_by_side_to_the_end) {
  for (std::size_t begin = 0; begin < 24; ++begin) {
    const std::string header = "{" + tensor("a", 2, 0, 8) + "," + tensor("b", 1, begin, begin + 4) + "}";
    EXPECT_EQ(header_error(header, 12).empty(), begin == 8) << "a hole or an overlap at " << begin;
  }
  for (std::size_t bytes = 0; bytes < 24; ++bytes) {
    EXPECT_EQ(header_error("{" + tensor("a", 2, 0, 8) + "}", bytes).empty(), bytes == 8) << bytes;
  }
  EXPECT_NE(header_error("{" + tensor("a", 2, 0, 8) + "," + tensor("b", 2, 0, 8) + "}", 8), "") << "the same bytes";
}

TEST(Safetensors, deep_and_wide_headers_end_in_a_sentence) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  for (const std::size_t depth : {101UL, 1000UL, 90000UL}) {
    for (const std::string where : {R"({"a":{"dtype":"F32","shape":[$],"data_offsets":[0,4]}})", R"({"a":$})", R"($)",
                                    R"({"__metadata__":{"k":$}})", R"({"a":{"dtype":$,"shape":[1],"data_offsets":[]}})",
                                    R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,$]}})"}) {
      std::string header = where;
      header.replace(header.find('$'), 1, nested(depth));
      EXPECT_NE(header_error(header, 4), "") << depth << where;
    }
  }
  std::string wide = "{";
  for (int i = 0; i < 200000; ++i) wide += "\"k" + std::to_string(i) + "\":0,";
  EXPECT_THAT(header_error(wide + "\"k\":0}", 0), HasSubstr("an object of more than 100000"));
}

TEST(Safetensors, the_length_is_that_of_the_header) {
  const std::string header = "{" + tensor("a", 2, 0, 8) + "}";
  for (const std::uint64_t length :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{header.size() - 1}, std::uint64_t{header.size() + 1},
        std::uint64_t{header.size() + 8}, std::uint64_t{header.size() + 9}, std::uint64_t{1} << 24,
        std::uint64_t{1} << 63, ~std::uint64_t{0}, ~std::uint64_t{7}}) {
    const std::string bytes = container(header, 8, length);
    EXPECT_THROW(Safetensors("m", std::as_bytes(std::span(bytes))), InputError) << length;
  }
}

}  // namespace
}  // namespace gradus
