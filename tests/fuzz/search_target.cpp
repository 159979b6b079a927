// A search file in TOML: a configuration with a space, constraints and a table of trials.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/search/study_config.hpp"

#include "target.hpp"

GRADUS_FUZZ_TARGET(search) {
  using namespace gradus;
  fuzz::accepts([&] { study_identity(parse_study_config(std::string(fuzz::text_of(input)), "x.toml", {})); });
}
