// How layers are cut into blocks and shared out, and what a step is worth to several threads.
// SPDX-License-Identifier: Apache-2.0
#include "engine/plan.hpp"

#include <algorithm>

#include "kernels/kernel_table.hpp"

namespace gradus::engine {
namespace {

// The units of one thread. Where they do not come out even, the first threads have one more in every other layer and
// the last ones in the layers between: what a step costs a thread evens out over its layers.
kernels::UnitRange units_of_thread(std::size_t units, unsigned threads, unsigned thread, bool more_for_last) {
  if (!more_for_last) return kernels::part_of({0, units}, threads, thread);
  const kernels::UnitRange mirrored = kernels::part_of({0, units}, threads, threads - 1 - thread);
  return {units - mirrored.first - mirrored.count, mirrored.count};
}

template <class T>
void cut_into_blocks(LayerPlan& layer, unsigned threads, std::size_t panel_units, bool more_for_last) {
  const unsigned parts = layer.replicated ? 1 : threads;
  for (unsigned t = 0; t < parts; ++t) {
    const std::size_t begin = layer.blocks.size();
    for (const kernels::UnitRange panel :
         kernels::panels_of(units_of_thread(layer.units, parts, t, more_for_last), panel_units)) {
      const std::size_t first = panel.first * kernels::kUnit<T>;
      const std::size_t outputs = std::min(panel.count * kernels::kUnit<T>, layer.outputs - first);
      layer.blocks.push_back({first, outputs, panel.count, panel.first});
    }
    layer.owned.push_back({begin, layer.blocks.size()});
  }
  layer.owned.resize(threads, layer.owned.front());
}

}  // namespace

InputRange Plan::inputs_of(std::size_t layer, unsigned thread) const {
  const LayerPlan& l = layers[layer];
  if (!l.splits_inputs) return {0, l.inputs};
  const LayerPlan& below = layers[layer - 1];
  const Block& first = below.blocks[below.owned[thread].begin];
  const Block& last = below.blocks[below.owned[thread].end - 1];
  return {first.first, last.first + last.outputs - first.first};
}

ChainParts chain_parts_of(std::size_t whole, std::size_t multiple, std::size_t parts) {
  const std::size_t size = std::max<std::size_t>(1, (whole / parts + multiple / 2) / multiple) * multiple;
  const std::size_t count = std::clamp<std::size_t>((whole + size - 1) / size, 1, parts);
  ChainParts cut{};
  for (std::size_t p = 0; p < count; ++p) {
    const bool is_last = p + 1 == count;
    cut[kChainParts - count + p] = {p * size, is_last ? whole - p * size : size};
  }
  return cut;
}

namespace {

// Operations a step must have for each layer that is shared out: every such layer waits for the other threads a few
// times a step, which takes as long as a core needs for some hundred thousand operations, and ten times that when the
// cores are far apart or busy.
constexpr double kMinOperationsPerSharedLayer = 4e6;

// Mixed products take half the time, waiting does not: s3 in mixed (6 million operations a step) lost a sixth.
constexpr double kTimeOfMixedOperation = 0.5;

// ... and for each output that crosses between cores. Between cores that are far apart 3 GB/s cross: layers of 64 units
// at batch 1,024 (384 operations per output) lost a fifth with two threads, layers of 128 (768) gained an eighth.
constexpr double kMinOperationsPerSharedOutput = 600;

// Rows of a batch for which a replicated layer is split over its inputs. With 8 nothing was gained, and where another
// process has a core every wait more costs: s0 kept .43 of its speed instead of .46.
constexpr std::size_t kMinRowsOfSplitLayer = 16;

// Lots of rows for two threads to take turns with.
constexpr std::size_t kMinLotsOfTurns = 4;

// Every thread computes a layer of fewer outputs whole.
template <class T>
bool is_replicated(std::size_t outputs, unsigned threads) {
  return threads > 1 && kernels::units_for<T>(outputs) < 2 * static_cast<std::size_t>(threads);
}

}  // namespace

unsigned worthwhile_turns(std::size_t rows, unsigned available) {
  return rows >= kMinLotsOfTurns * kernels::kColumnRows ? std::clamp(available, 1U, 2U) : 1;
}

template <class T>
unsigned worthwhile_threads(const NetworkSpec& spec, std::size_t rows, unsigned available, bool mixed) {
  std::size_t shared_layers = 0;
  std::size_t shared_outputs = 0;
  for (const LayerSpec& layer : spec.layers) {
    if (layer.kind != LayerKind::kDense || is_replicated<T>(layer.units, available)) continue;
    shared_layers += 1;
    shared_outputs += layer.units;
  }
  const double operations = 6.0 * static_cast<double>(spec.num_parameters()) * static_cast<double>(rows) *
                            (mixed ? kTimeOfMixedOperation : 1.0);
  const bool worthwhile = shared_layers > 0 &&
                          operations >= kMinOperationsPerSharedLayer * static_cast<double>(shared_layers) &&
                          operations >= kMinOperationsPerSharedOutput * static_cast<double>(shared_outputs * rows);
  return worthwhile ? std::max(1U, available) : 1;
}

bool is_narrow(const NetworkSpec& spec) {
  return spec.num_inputs <= kernels::kNarrowOutputs &&
         std::all_of(spec.layers.begin(), spec.layers.end(), [](const LayerSpec& layer) {
           return layer.kind == LayerKind::kDense && layer.units <= kernels::kNarrowOutputs && layer.dropout == 0.0 &&
                  !activation_facts(layer.activation.kind).has_slopes;
         });
}

namespace {

// Products and what looks at whole rows read everything; the rest stays within the blocks that the layer below has left
// it.
Reach reads_of(LayerKind kind) {
  return kind == LayerKind::kDense || uses_row(kind) ? Reach::kAllBlocks : Reach::kOwnBlocks;
}

LayerPlan describe_layer(const NetworkSpec& spec, std::size_t l) {
  const LayerSpec& from = spec.layers[l];
  LayerPlan layer;
  layer.kind = from.kind;
  layer.inputs = spec.inputs_of(l);
  layer.outputs = from.units;
  layer.activation = from.activation;
  layer.l1 = from.l1;
  layer.l2 = from.l2;
  layer.dropout = from.dropout;
  layer.keeps_z = activation_facts(from.activation.kind).needs_z;
  layer.keeps_value = layer.keeps_z || from.dropout > 0.0;
  layer.source = spec.source_of(l);
  layer.reads = reads_of(from.kind);
  layer.feeds_product = l + 1 < spec.layers.size() && spec.layers[l + 1].kind == LayerKind::kDense;
  return layer;
}

// Other layers than dense ones have the blocks of the layer below, so that a thread finds its inputs where it left
// them.
void take_blocks_from_below(const LayerPlan& below, LayerPlan& layer) {
  layer.replicated = below.replicated;
  layer.blocks = below.blocks;
  layer.owned = below.owned;
}

}  // namespace

template <class T>
Plan make_plan(const NetworkSpec& spec, unsigned threads, std::size_t typical_rows) {
  const std::size_t panel_units = kernels::panel_units_for(typical_rows);
  // Layers that are added have the same blocks, so all of a width are cut alike.
  const bool all_alike = std::any_of(spec.layers.begin(), spec.layers.end(),
                                     [](const LayerSpec& layer) { return layer.kind == LayerKind::kResidual; });
  Plan plan;
  plan.threads = threads;
  std::size_t cut_layers = 0;
  for (std::size_t l = 0; l < spec.layers.size(); ++l) {
    LayerPlan layer = describe_layer(spec, l);
    layer.units = kernels::units_for<T>(layer.outputs);
    if (layer.kind == LayerKind::kDense || l == 0) {
      layer.replicated = is_replicated<T>(layer.outputs, threads);
      const bool shared_below = l > 0 && !plan.layers.back().replicated;
      layer.splits_inputs = layer.replicated && shared_below && typical_rows >= kMinRowsOfSplitLayer;
      if (layer.splits_inputs) layer.reads = Reach::kOwnBlocks;
      cut_into_blocks<T>(layer, threads, panel_units, !all_alike && cut_layers % 2 == 0);
      ++cut_layers;
    } else {
      take_blocks_from_below(plan.layers.back(), layer);
    }
    if (layer.source) plan.layers[*layer.source].read_again_by.push_back(l);
    plan.layers.push_back(std::move(layer));
  }
  return plan;
}

template unsigned worthwhile_threads<float>(const NetworkSpec&, std::size_t, unsigned, bool);
template unsigned worthwhile_threads<double>(const NetworkSpec&, std::size_t, unsigned, bool);
template Plan make_plan<float>(const NetworkSpec&, unsigned, std::size_t);
template Plan make_plan<double>(const NetworkSpec&, unsigned, std::size_t);

}  // namespace gradus::engine
