// A configuration of a training in TOML.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/config/config_file.hpp"

#include "target.hpp"

GRADUS_FUZZ_TARGET(config) {
  using namespace gradus;
  fuzz::accepts([&] {
    RunConfig config;
    parse_config(std::string(fuzz::text_of(input)), "x.toml", config);
  });
}
