// The vector targets: this file is compiled once per target by Highway's foreach_target, everything between
// HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE with that target's instruction set. Targets without fused multiply-add
// are left out (kernels/CMake definitions), since they could not keep the bits.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "kernels/gelu.hpp"
#include "kernels/kernel_table.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/vector_targets.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
// After foreach_target.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace gradus::kernels {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON
namespace hn = hwy::HWY_NAMESPACE;

template <class T>
using TagOf = hn::ScalableTag<T>;

#include "kernels/hwy_ops.inc"
//
#include "kernels/vector_math.inc"
//
#include "kernels/elementwise.inc"
//
#include "kernels/products.inc"

template <class T>
KernelTable<T> MakeTable(const char* name) {
  KernelTable<T> table{};
  table.name = name;
  FillElementwise(table);
  table.forward = &Forward<T>;
  table.weight_gradient = &WeightGradient<T>;
  table.transpose = &Transpose<T>;
  return table;
}

void FillTables(const char* name, KernelTable<float>& f32, KernelTable<double>& f64) {
  f32 = MakeTable<float>(name);
  f64 = MakeTable<double>(name);
}
#endif

}  // namespace HWY_NAMESPACE
}  // namespace gradus::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradus::kernels {

/// Fills both tables with the functions of `target`; false when this build does not have it.
bool fill_vector_tables(Target target, KernelTable<float>& f32, KernelTable<double>& f64) {
  switch (target) {
#if (HWY_TARGETS) & HWY_AVX3
    case Target::kAvx512:
      N_AVX3::FillTables(target_name(target), f32, f64);
      return true;
#endif
#if (HWY_TARGETS) & HWY_AVX2
    case Target::kAvx2:
      N_AVX2::FillTables(target_name(target), f32, f64);
      return true;
#endif
#if (HWY_TARGETS) & HWY_NEON
    case Target::kNeon:
      N_NEON::FillTables(target_name(target), f32, f64);
      return true;
#endif
    default:
      return false;
  }
}

}  // namespace gradus::kernels
#endif
