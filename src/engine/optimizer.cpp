// Names of optimizers, to and from text.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/engine/optimizer.hpp"

#include "core/enumerators.hpp"
#include "core/suggest.hpp"

namespace gradus {

static_assert(is_complete(kOptimizerTable), "every OptimizerKind has its row, in order");

std::string_view optimizer_name(OptimizerKind kind) {
  return optimizer_facts(kind).name;
}

OptimizerKind parse_optimizer(std::string_view name) {
  return parse_kind("optimizer", kOptimizerTable, name);
}

std::size_t optimizer_slots(OptimizerKind kind) {
  return optimizer_facts(kind).slots;
}

}  // namespace gradus
