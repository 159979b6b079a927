// Names of outputs, losses and floors, to and from text, and where losses are not smooth.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/network/loss.hpp"

#include "core/enumerators.hpp"
#include "core/suggest.hpp"

namespace gradus {

static_assert(is_complete(kOutputTable), "every OutputKind has its row, in order");
static_assert(is_complete(kLossTable), "every LossKind has its row, in order");
static_assert(is_complete(kFloorTable), "every FloorKind has its row, in order");

std::vector<double> loss_kinks(const Loss& loss) {
  if (loss.kind == LossKind::kHuber) return {-loss.huber_delta, loss.huber_delta};
  if (loss.kind == LossKind::kQuantile) return {0.0};
  return {};
}

std::string_view output_name(OutputKind kind) {
  return output_facts(kind).name;
}

OutputKind parse_output(std::string_view name) {
  return parse_kind("output", kOutputTable, name);
}

std::string_view loss_name(LossKind kind) {
  return loss_facts(kind).name;
}

LossKind parse_loss(std::string_view name) {
  return parse_kind("loss", kLossTable, name);
}

std::string_view floor_name(FloorKind kind) {
  return row_of(kFloorTable, kind).name;
}

FloorKind parse_floor(std::string_view name) {
  return parse_kind("loss floor", kFloorTable, name);
}

LossKind default_loss(OutputKind output) {
  return output_facts(output).default_loss;
}

bool loss_fits_output(LossKind loss, OutputKind output) {
  return loss_facts(loss).output == output;
}

}  // namespace gradus
