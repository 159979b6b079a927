#include "engine/plan.hpp"

namespace gradus::engine {

bool derivative_needs_z(ActivationKind kind) {
  return kind == ActivationKind::kSoftplus || kind == ActivationKind::kElu || kind == ActivationKind::kGelu ||
         kind == ActivationKind::kSilu;
}

template <class T>
Plan make_plan(const NetworkSpec& spec, unsigned threads) {
  Plan plan;
  plan.threads = threads;
  for (std::size_t l = 0; l < spec.layers.size(); ++l) {
    const LayerSpec& from = spec.layers[l];
    LayerPlan layer;
    layer.inputs = spec.inputs_of(l);
    layer.outputs = from.units;
    layer.units = kernels::units_for<T>(from.units);
    layer.stride = layer.units * kernels::kUnit<T>;
    // Rows a multiple of 4 KiB apart fall into the same cache sets; one more line spreads them.
    if (layer.stride * sizeof(T) % 4096 == 0) layer.stride += kernels::kUnit<T>;
    layer.activation = from.activation;
    layer.l1 = from.l1;
    layer.l2 = from.l2;
    layer.dropout = from.dropout;
    layer.replicated = threads > 1 && layer.units < 2 * static_cast<std::size_t>(threads);
    layer.keeps_z = derivative_needs_z(from.activation.kind);
    layer.keeps_value = layer.keeps_z || from.dropout > 0.0;
    plan.layers.push_back(layer);
  }
  return plan;
}

template Plan make_plan<float>(const NetworkSpec&, unsigned);
template Plan make_plan<double>(const NetworkSpec&, unsigned);

}  // namespace gradus::engine
