// The version of this build, as records carry it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace gradus {

/// "0.1.0", from the CMake project.
std::string version();
/// "Release", "Debug", ...: how the library was compiled.
std::string build_type();

}  // namespace gradus
