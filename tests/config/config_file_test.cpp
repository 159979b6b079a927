// Values in configuration files have the shape of their option.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/config/config_file.hpp"

#include <gtest/gtest.h>

#include "support/refusal.hpp"

namespace gradus {
namespace {

TEST(ConfigFile, a_list_is_no_value_of_an_option_that_takes_one) {
  EXPECT_EQ(test::refusal_of([] {
              RunConfig config;
              parse_config("[training]\nepochs = [5]\n", "run.toml", config);
            }),
            "run.toml:2: training.epochs: expected one value, found a list");
  RunConfig config;
  parse_config("training.epochs = 5\nnetwork.hidden = [3, 4]\nnetwork.dropout = 0.5\n", "run.toml", config);
  EXPECT_EQ(config.training.epochs, 5U);
  EXPECT_EQ(config.network.hidden, (std::vector<std::uint64_t>{3, 4}));
  EXPECT_EQ(config.network.dropout, std::vector<double>{0.5});
}

}  // namespace
}  // namespace gradus
