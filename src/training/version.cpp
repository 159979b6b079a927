// SPDX-License-Identifier: Apache-2.0
#include "training/version.hpp"

namespace gradus {

std::string version() {
  return GRADUS_VERSION;
}

std::string build_type() {
  return GRADUS_BUILD_TYPE;
}

}  // namespace gradus
