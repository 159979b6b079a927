// The quantity that early stopping, "reduce on plateau" and the best epoch watch, and early stopping itself.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/core/error.hpp"
#include "gradus/core/fact_table.hpp"
#include "gradus/training/measure.hpp"
#include "gradus/training/run_record.hpp"

namespace gradus {

/// A measure of a part: "train_loss", "valid_f1". The test part cannot be watched: decisions taken on it would make its
/// result worthless.
struct Monitor {
  bool valid = true;  // false: the training part
  Measure measure = Measure::kLoss;

  [[nodiscard]] constexpr bool larger_is_better() const { return measure_facts(measure).larger_is_better; }
  /// The value in `record`; throws InputError when the run does not measure it.
  [[nodiscard]] double value(const EpochRecord& record) const;
  /// "valid_loss"; what parse_monitor() reads.
  [[nodiscard]] std::string name() const;
  bool operator==(const Monitor&) const = default;
};

/// Every measure of both parts: those of the training part, then those of the validation part.
constexpr auto make_monitor_table() {
  std::array<NamedKind<Monitor>, 2 * kMeasureTable.size()> table{};
  for (std::size_t i = 0; i < kMeasureTable.size(); ++i) {
    const MeasureFacts& facts = kMeasureTable[i];
    table[i] = {{false, facts.kind}, facts.train_name};
    table[kMeasureTable.size() + i] = {{true, facts.kind}, facts.valid_name};
  }
  return table;
}
inline constexpr auto kMonitorTable = make_monitor_table();

/// Throws InputError, with a suggestion, for another name.
Monitor parse_monitor(std::string_view name);
/// Throws InputError, about `key`, where the data set lacks the part or its task the measure.
void check_monitor(const Monitor& monitor, std::string_view key, const Dataset& dataset);
/// The measures that `monitors` watch in the validation part, or in the training part.
std::vector<Measure> watched_measures(const std::vector<Monitor>& monitors, bool valid);
/// Better by more than `min_delta`.
bool improves(double value, double best, bool larger_is_better, double min_delta);

/// When a run stops by itself.
struct EarlyStoppingOptions {
  std::size_t patience = 0;  // epochs without progress before the run stops; 0: never
  double min_delta = 0.0;    // smaller progress does not begin the patience anew, from 0
  bool restore_best = true;  // the best epoch's weights become the final ones
};

/// The best epoch is the best whatever min_delta says, which decides only when to stop.
struct EarlyStoppingState {
  std::optional<double> best;      // empty before the first epoch's end
  std::size_t best_epoch = 0;      // counted from 1
  std::size_t waited = 0;          // epochs since the last one that was progress by more than min_delta
  bool stop = false;               // patience has run out
  std::optional<double> progress;  // value of that epoch
  bool operator==(const EarlyStoppingState&) const = default;
};

/// Takes the value of an epoch that ended (counted from 1); true when it is the best so far.
bool observe_epoch(const EarlyStoppingOptions& options, std::size_t epoch, double value, bool larger_is_better,
                   EarlyStoppingState& state);

}  // namespace gradus
