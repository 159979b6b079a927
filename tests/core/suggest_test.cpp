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

TEST(Suggest, the_error_lists_all_names_and_the_suggestion) {
  EXPECT_STREQ(unknown_name("--activation", "rleu", kNames).what(),
               "--activation: expected one of relu, leaky_relu, sigmoid, tanh, found 'rleu'; did you mean 'relu'?");
  EXPECT_STREQ(unknown_name("key", "quadratic", kNames).what(),
               "key: expected one of relu, leaky_relu, sigmoid, tanh, found 'quadratic'");
}

}  // namespace
}  // namespace gradus
