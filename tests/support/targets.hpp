// The kernel targets that tests can force on this machine.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "kernels/kernel_table.hpp"

namespace gradus::test {

inline std::vector<std::string> available_targets() {
  using kernels::Target;
  std::vector<std::string> names;
  for (const Target target : {Target::kAvx512, Target::kAvx2, Target::kNeon, Target::kPlain}) {
    if (kernels::target_available(target)) names.emplace_back(kernels::target_name(target));
  }
  return names;
}

}  // namespace gradus::test
