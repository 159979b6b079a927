#include "engine/plan.hpp"

#include <algorithm>

namespace gradus::engine {
namespace {

template <class T>
void cut_into_blocks(LayerPlan& layer, unsigned threads, std::size_t panel_units) {
  const unsigned parts = layer.replicated ? 1 : threads;
  for (unsigned t = 0; t < parts; ++t) {
    const std::size_t begin = layer.blocks.size();
    for (const kernels::UnitRange panel :
         kernels::panels_of(kernels::part_of({0, layer.units}, parts, t), panel_units)) {
      const std::size_t first = panel.first * kernels::kUnit<T>;
      const std::size_t outputs = std::min(panel.count * kernels::kUnit<T>, layer.outputs - first);
      layer.blocks.push_back({first, outputs, panel.count, panel.first});
    }
    layer.owned.push_back({begin, layer.blocks.size()});
  }
  layer.owned.resize(threads, layer.owned.front());
}

}  // namespace

bool derivative_needs_z(ActivationKind kind) {
  return kind == ActivationKind::kSoftplus || kind == ActivationKind::kElu || kind == ActivationKind::kGelu ||
         kind == ActivationKind::kSilu;
}

// Below this many operations a step, handing work to a second core costs more than it saves: such a step takes a few
// microseconds, as long as the hand-over itself.
constexpr double kMinSharedOperations = 4e6;

unsigned worthwhile_threads(const NetworkSpec& spec, std::size_t rows, unsigned available) {
  const double operations = 6.0 * static_cast<double>(spec.num_parameters()) * static_cast<double>(rows);
  return operations < kMinSharedOperations ? 1 : std::max(1U, available);
}

template <class T>
Plan make_plan(const NetworkSpec& spec, unsigned threads, std::size_t typical_rows) {
  const std::size_t panel_units = kernels::panel_units_for(typical_rows);
  Plan plan;
  plan.threads = threads;
  for (std::size_t l = 0; l < spec.layers.size(); ++l) {
    const LayerSpec& from = spec.layers[l];
    LayerPlan layer;
    layer.inputs = spec.inputs_of(l);
    layer.outputs = from.units;
    layer.units = kernels::units_for<T>(from.units);
    layer.activation = from.activation;
    layer.l1 = from.l1;
    layer.l2 = from.l2;
    layer.dropout = from.dropout;
    layer.replicated = threads > 1 && layer.units < 2 * static_cast<std::size_t>(threads);
    layer.keeps_z = derivative_needs_z(from.activation.kind);
    layer.keeps_value = layer.keeps_z || from.dropout > 0.0;
    cut_into_blocks<T>(layer, threads, panel_units);
    plan.layers.push_back(std::move(layer));
  }
  return plan;
}

template Plan make_plan<float>(const NetworkSpec&, unsigned, std::size_t);
template Plan make_plan<double>(const NetworkSpec&, unsigned, std::size_t);

}  // namespace gradus::engine
