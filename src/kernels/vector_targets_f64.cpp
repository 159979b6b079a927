// The vector targets in double: vector_targets.inc says how.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "kernels/gelu.hpp"
#include "kernels/kernel_table.hpp"

#define GRADUS_ELEMENT double
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/vector_targets.inc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
//
#include "kernels/vector_targets.inc"
