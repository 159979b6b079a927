// Learning-rate schedules: the rate is a pure function of the options, the position in the training and, for "reduce on
// plateau", of a small state that checkpoints keep. Warm-up combines with every kind.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "gradus/core/fact_table.hpp"

namespace gradus {

/// The formulae. r: base rate, t: position in epochs counted from 0, N: epochs of the run.
enum class ScheduleKind : std::uint8_t {
  kConstant,     // r
  kStep,         // r factor^floor(t / step_epochs)
  kExponential,  // r decay^t
  kCosine,       // min + (r - min) (1 + cos(pi t / N)) / 2                         Loshchilov and Hutter 2017
  kInverse,      // r / (1 + c t / N): study s3, whose epochs count from 0 (range(epochs)): the first one runs at r
  kPlateau,      // r factor^(reductions so far), never below min
};

/// Everything that is known about a schedule beside its formula.
struct ScheduleFacts {
  ScheduleKind kind;
  std::string_view name;
  /// Watches a measure of every epoch.
  bool has_monitor = false;
  /// The rate of an epoch depends on how many there will be.
  bool needs_total = false;
};

inline constexpr std::array kScheduleTable = {
    ScheduleFacts{.kind = ScheduleKind::kConstant, .name = "constant"},
    ScheduleFacts{.kind = ScheduleKind::kStep, .name = "step"},
    ScheduleFacts{.kind = ScheduleKind::kExponential, .name = "exponential"},
    ScheduleFacts{.kind = ScheduleKind::kCosine, .name = "cosine", .needs_total = true},
    ScheduleFacts{.kind = ScheduleKind::kInverse, .name = "inverse", .needs_total = true},
    ScheduleFacts{.kind = ScheduleKind::kPlateau, .name = "plateau", .has_monitor = true},
};

/// All of them, for whoever walks through them.
inline constexpr auto kAllSchedules = kinds_of(kScheduleTable);

constexpr const ScheduleFacts& schedule_facts(ScheduleKind kind) {
  return row_of(kScheduleTable, kind);
}

/// What a schedule is told. Ranges are those of the configuration (`gradus train --help`); learning_rate() checks none.
struct ScheduleOptions {
  ScheduleKind kind = ScheduleKind::kConstant;
  double step_epochs = 10.0;   // kStep: epochs between reductions, above 0
  double factor = 0.1;         // kStep, kPlateau: factor of one reduction, from 0 to 1
  double decay = 0.95;         // kExponential: factor per epoch, from 0 to 1
  double min_rate = 0.0;       // kCosine, kPlateau: the lowest rate, from 0
  double c = 4.0;              // kInverse: strength, from 0
  bool by_step = false;        // t moves with every step instead of every epoch
  double warmup_epochs = 0.0;  // W, from 0: step k of the n = W S steps of the warm-up has the share
  double warmup_start = 0.0;   // a + (1 - a) (k + 1) / n of the rate; a: this, from 0 to 1
  std::size_t patience = 5;    // kPlateau: epochs without progress before a reduction, from 1
  double min_delta = 1e-4;     // kPlateau: progress smaller than this is none, from 0, in the measure's unit
};

/// Where a step stands: `step` of `steps_per_epoch` in `epoch` of `epochs`, all counted from 0.
struct SchedulePosition {
  std::size_t epoch = 0;            // below epochs
  std::size_t step = 0;             // below steps_per_epoch
  std::size_t steps_per_epoch = 1;  // 0 counts as 1
  std::size_t epochs = 1;           // 0 counts as 1
};

/// What "reduce on plateau" remembers.
struct PlateauState {
  std::optional<double> best;  // value of the last epoch that was progress; empty before the first epoch's end
  std::size_t waited = 0;      // epochs without progress since then or since the last reduction
  std::size_t reductions = 0;  // so far
  bool operator==(const PlateauState&) const = default;
};

/// Rate of one step. No library function whose last bit differs between systems is used.
double learning_rate(const ScheduleOptions& options, double base_rate, const SchedulePosition& position,
                     const PlateauState& plateau = {});

/// Tells the plateau the monitored value of an epoch that ended; `larger_is_better` for accuracies.
void observe_plateau(const ScheduleOptions& options, double value, bool larger_is_better, PlateauState& state);

/// By the names of the table; throws InputError with a suggestion.
ScheduleKind parse_schedule(std::string_view name);
std::string_view schedule_name(ScheduleKind kind);

}  // namespace gradus
