// SPDX-License-Identifier: Apache-2.0
#include "core/suggest.hpp"

#include <gtest/gtest.h>

#include <array>

namespace gradus {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"relu", "leaky_relu", "sigmoid", "tanh"};

TEST(Suggest, finds_the_nearest_name) {
  EXPECT_EQ(nearest_name("rleu", kNames), "relu");
  EXPECT_EQ(nearest_name("sigmiod", kNames), "sigmoid");
  EXPECT_EQ(nearest_name("leakyrelu", kNames), "leaky_relu");
  EXPECT_EQ(nearest_name("tanhh", kNames), "tanh");
}

TEST(Suggest, keeps_silent_when_nothing_is_near) {
  EXPECT_EQ(nearest_name("quadratic", kNames), "");
  EXPECT_EQ(nearest_name("", kNames), "");
}

TEST(Suggest, long_names_are_near_to_none) {
  for (std::size_t length = 60; length <= 70; ++length) {
    const std::string name(length, 'a');
    const std::string other = name.substr(1) + "b";
    const std::array<std::string_view, 1> known = {other};
    EXPECT_EQ(nearest_name(name, known), length <= 64 ? other : "") << length;
  }
  const std::string longest(1 << 20, 'r');
  const std::array<std::string_view, 2> known = {longest, "relu"};
  EXPECT_EQ(nearest_name("rleu", known), "relu");
  EXPECT_EQ(nearest_name(longest, known), "");
}

TEST(Suggest, the_error_lists_all_names_and_the_suggestion) {
  EXPECT_STREQ(unknown_name("--activation", "rleu", kNames).what(),
               "--activation: expected one of relu, leaky_relu, sigmoid, tanh, found 'rleu'; did you mean 'relu'?");
  EXPECT_STREQ(unknown_name("key", "quadratic", kNames).what(),
               "key: expected one of relu, leaky_relu, sigmoid, tanh, found 'quadratic'");
}

}  // namespace
}  // namespace gradus
