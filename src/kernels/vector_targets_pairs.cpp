// The products of bfloat16 pairs of every vector target. AVX-512 stands for a CPU that has the instructions for
// bfloat16 too; without them the tiles of AVX2 do it (kernel_table.cpp).
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "kernels/kernel_table.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/vector_targets_pairs.inc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
//
#include "kernels/vector_targets_pairs.inc"
