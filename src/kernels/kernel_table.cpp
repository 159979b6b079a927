// SPDX-License-Identifier: Apache-2.0
#include "kernels/kernel_table.hpp"

#include <array>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/suggest.hpp"
#include "gradus/core/error.hpp"

namespace gradus::kernels {

// One source file each (vector_targets.inc).
bool fill_vector_table(Target target, KernelTable<float>& table);
bool fill_vector_table(Target target, KernelTable<double>& table);
bool fill_pair_kernels(Target target, PairKernels& kernels);
void fill_plain_tables(KernelTable<float>& f32, KernelTable<double>& f64, PairKernels& pairs);

namespace {

constexpr std::array kTargets = {Target::kAvx512, Target::kAvx2, Target::kNeon, Target::kPlain};

struct Tables {
  bool available = false;
  KernelTable<float> f32{};
  KernelTable<double> f64{};
  PairKernels pairs{};
};

// Everything that the target's compiler flags allow (HWY_TARGET_STR_AVX2 and _AVX3). Asked of the compiler's run-time,
// which knows what the system saves of the registers too: Highway's own detection lives in its library, which measures
// a clock for ten milliseconds as it is loaded. (F16C, which every CPU with AVX2 has, is a name that clang 14 does not
// know.)
bool cpu_has(Target target) {
#if defined(__x86_64__)
  const auto all = [](auto... has) { return (... && (has != 0)); };
  const bool avx2 =
      all(__builtin_cpu_supports("avx2"), __builtin_cpu_supports("fma"), __builtin_cpu_supports("bmi"),
          __builtin_cpu_supports("bmi2"), __builtin_cpu_supports("aes"), __builtin_cpu_supports("pclmul"));
  if (target == Target::kAvx2) return avx2;
  if (target == Target::kAvx512) {
    return avx2 && all(__builtin_cpu_supports("avx512f"), __builtin_cpu_supports("avx512vl"),
                       __builtin_cpu_supports("avx512dq"), __builtin_cpu_supports("avx512bw"));
  }
#elif defined(__aarch64__)
  if (target == Target::kNeon) return true;  // part of the architecture
#endif
  return target == Target::kPlain;
}

// Products of pairs by AVX-512 are made of the instructions for bfloat16, which not every CPU with AVX-512 has.
Target target_of_pairs(Target target) {
#if defined(__x86_64__)
  if (target == Target::kAvx512 && !__builtin_cpu_supports("avx512bf16")) return Target::kAvx2;
#endif
  return target;
}

Tables make_tables(Target target) {
  Tables tables;
  if (target == Target::kPlain) {
    fill_plain_tables(tables.f32, tables.f64, tables.pairs);
    tables.available = true;
  } else if (cpu_has(target)) {  // first: filling a table runs instructions of its target
    tables.available = fill_vector_table(target, tables.f32) && fill_vector_table(target, tables.f64) &&
                       fill_pair_kernels(target_of_pairs(target), tables.pairs);
  }
  return tables;
}

const Tables& tables_of(Target target) {
  static const std::array<Tables, kTargets.size()> kAll = {make_tables(kTargets[0]), make_tables(kTargets[1]),
                                                           make_tables(kTargets[2]), make_tables(kTargets[3])};
  return kAll[static_cast<std::size_t>(target)];
}

Target choose_target() {
  const char* const forced = std::getenv("GRADUS_TARGET");
  if (forced != nullptr && *forced != '\0') return parse_target("GRADUS_TARGET", forced);
  for (const Target target : kTargets) {
    if (target_available(target)) return target;
  }
  return Target::kPlain;
}

}  // namespace

const char* target_name(Target target) {
  constexpr std::array<const char*, kTargets.size()> kNames = {"avx512", "avx2", "neon", "plain"};
  return kNames[static_cast<std::size_t>(target)];
}

bool target_available(Target target) {
  return tables_of(target).available;
}

Target parse_target(const char* where, std::string_view name) {
  std::vector<std::string_view> available;
  for (const Target target : kTargets) {
    if (!target_available(target)) continue;
    if (name == target_name(target)) return target;
    available.emplace_back(target_name(target));
  }
  throw unknown_name(std::string(where) + ": targets of this machine", name, available);
}

Target active_target() {
  static const Target kActive = choose_target();
  return kActive;
}

template <>
const KernelTable<float>& kernel_table<float>(Target target) {
  return tables_of(target).f32;
}
template <>
const KernelTable<double>& kernel_table<double>(Target target) {
  return tables_of(target).f64;
}

const PairKernels& pair_kernels(Target target) {
  return tables_of(target).pairs;
}

}  // namespace gradus::kernels
