// How an engine is put together for its network and options.
// SPDX-License-Identifier: Apache-2.0
#include "engine/context.hpp"

#include <algorithm>

namespace gradus::engine {
namespace {

// Rows that the buffers of activations must hold.
std::size_t part_rows(const EngineOptions& options) {
  return options.part_rows == 0 ? options.max_batch : std::min(options.part_rows, options.max_batch);
}

// Rows of most passes.
std::size_t typical_rows(const EngineOptions& options) {
  return options.typical_batch == 0 ? part_rows(options) : std::min(options.typical_batch, part_rows(options));
}

kernels::Target target_of(const EngineOptions& options) {
  return options.target.empty() ? kernels::active_target() : kernels::parse_target("target", options.target);
}

template <class P>
unsigned num_threads(const NetworkSpec& spec, const EngineOptions& options, bool suits_columns) {
  if (options.shares_small_work) return std::max(1U, options.threads);
  if (suits_columns) return worthwhile_turns(typical_rows(options), options.threads);
  return worthwhile_threads<typename P::Value>(spec, typical_rows(options), options.threads, P::kMixed);
}

// Statistics of a batch need all of its rows at once.
EngineOptions with_whole_batches(EngineOptions options, const NetworkSpec& spec) {
  if (spec.uses_batch() && options.trains) options.part_rows = 0;
  return options;
}

}  // namespace

template <class P>
Context<P>::Context(const Network<T>& network, const EngineOptions& engine_options)
    : spec(network.spec),
      options(with_whole_batches(engine_options, network.spec)),
      layout(network.parameters.layout()),
      state_layout(network.state.layout()),
      kernels(&kernels::kernel_table<T>(target_of(options))),
      products(products_of<P>(target_of(options))),
      suits_columns(options.trains && !P::kMixed && is_narrow(spec) && has_exact_cross_entropy(spec)),
      plan(make_plan<T>(spec, num_threads<P>(spec, options, suits_columns), typical_rows(options))),
      crew(plan.threads, plan.layers.size(), options.far_cores),
      space(spec, *layout, *state_layout, plan, options, part_rows(options), suits_columns) {}

template struct Context<Single>;
template struct Context<Double>;
template struct Context<Mixed>;

}  // namespace gradus::engine
