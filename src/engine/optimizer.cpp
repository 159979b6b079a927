// SPDX-License-Identifier: Apache-2.0
#include "gradus/engine/optimizer.hpp"

#include <array>

#include "core/suggest.hpp"

namespace gradus {
namespace {

constexpr std::array<std::string_view, 7> kNames = {"sgd",   "momentum", "nesterov", "adam",
                                                    "adamw", "rmsprop",  "adagrad"};

}  // namespace

std::string_view optimizer_name(OptimizerKind kind) {
  return kNames[static_cast<std::size_t>(kind)];
}

OptimizerKind parse_optimizer(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<OptimizerKind>(i);
  }
  throw unknown_name("optimizer", name, kNames);
}

std::size_t optimizer_slots(OptimizerKind kind) {
  switch (kind) {
    case OptimizerKind::kSgd:
      return 0;
    case OptimizerKind::kAdam:
    case OptimizerKind::kAdamW:
      return 2;
    default:
      return 1;
  }
}

}  // namespace gradus
