// SPDX-License-Identifier: Apache-2.0
#include "gradus/training/monitor.hpp"

#include <algorithm>

#include "core/enumerators.hpp"
#include "core/suggest.hpp"

namespace gradus {

static_assert(kMonitorTable.size() == 2 * num_enumerators<Monitor::Measure>(), "every Measure has a row for each part");

Monitor parse_monitor(std::string_view name) {
  return parse_kind("monitor", kMonitorTable, name);
}

std::string Monitor::name() const {
  return std::string(std::ranges::find(kMonitorTable, *this, &NamedKind<Monitor>::kind)->name);
}

double Monitor::value(const EpochRecord& record) const {
  const PartMetrics* part = &record.train;
  if (valid) part = record.valid ? &*record.valid : nullptr;
  if (part != nullptr) {
    if (measure == Measure::kLoss) return part->loss;
    const std::optional<double>& share = measure == Measure::kAccuracy ? part->accuracy : part->top_k;
    if (share) return *share;
  }
  throw InputError({.where = "monitor '" + name() + "'",
                    .expected = "a measure that this run takes",
                    .found = "no " + name() + " in an epoch's record",
                    .advice = "watch valid_loss (needs data.valid) or train_loss"});
}

bool improves(double value, double best, bool larger_is_better, double min_delta) {
  return larger_is_better ? value > best + min_delta : value < best - min_delta;
}

bool observe_epoch(const EarlyStoppingOptions& options, std::size_t epoch, double value, bool larger_is_better,
                   EarlyStoppingState& state) {
  if (!state.best || improves(value, *state.best, larger_is_better, options.min_delta)) {
    state.best = value;
    state.best_epoch = epoch;
    state.waited = 0;
    return true;
  }
  ++state.waited;
  state.stop = options.patience > 0 && state.waited >= options.patience;
  return false;
}

}  // namespace gradus
