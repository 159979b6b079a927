// A file of published numbers to reproduce, in TOML.
// SPDX-License-Identifier: Apache-2.0
#include "reproduce/study.hpp"

#include "target.hpp"

GRADUS_FUZZ_TARGET(study) {
  using namespace gradus;
  fuzz::accepts([&] {
    const reproduce::Study study = reproduce::parse_study(std::string(fuzz::text_of(input)), "x.toml", "x");
    for (const reproduce::Case& one : study.cases) config_of(study, one, 0);
  });
}
