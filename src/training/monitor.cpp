// SPDX-License-Identifier: Apache-2.0
#include "gradus/training/monitor.hpp"

#include <array>

#include "core/suggest.hpp"

namespace gradus {
namespace {

constexpr std::array<std::string_view, 6> kMonitorNames = {"train_loss", "train_accuracy", "train_top_k",
                                                           "valid_loss", "valid_accuracy", "valid_top_k"};

}  // namespace

Monitor parse_monitor(std::string_view name) {
  for (std::size_t i = 0; i < kMonitorNames.size(); ++i) {
    if (kMonitorNames[i] == name) return {i >= 3, static_cast<Monitor::Measure>(i % 3)};
  }
  throw unknown_name("monitor", name, kMonitorNames);
}

std::string Monitor::name() const {
  return std::string(kMonitorNames[(valid ? 3 : 0) + static_cast<std::size_t>(measure)]);
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
