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

// r: base rate, t: position in epochs counted from 0, N: epochs of the run.
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
};

inline constexpr std::array kScheduleTable = {
    ScheduleFacts{.kind = ScheduleKind::kConstant, .name = "constant"},
    ScheduleFacts{.kind = ScheduleKind::kStep, .name = "step"},
    ScheduleFacts{.kind = ScheduleKind::kExponential, .name = "exponential"},
    ScheduleFacts{.kind = ScheduleKind::kCosine, .name = "cosine"},
    ScheduleFacts{.kind = ScheduleKind::kInverse, .name = "inverse"},
    ScheduleFacts{.kind = ScheduleKind::kPlateau, .name = "plateau", .has_monitor = true},
};

/// All of them, for whoever walks through them.
inline constexpr auto kAllSchedules = kinds_of(kScheduleTable);

constexpr const ScheduleFacts& schedule_facts(ScheduleKind kind) {
  return row_of(kScheduleTable, kind);
}

struct ScheduleOptions {
  ScheduleKind kind = ScheduleKind::kConstant;
  double step_epochs = 10.0;
  double factor = 0.1;
  double decay = 0.95;
  double min_rate = 0.0;
  double c = 4.0;
  bool by_step = false;        // t moves with every step instead of every epoch
  double warmup_epochs = 0.0;  // the rate rises linearly from warmup_start * rate over so many epochs
  double warmup_start = 0.0;
  std::size_t patience = 5;  // kPlateau: epochs without progress before a reduction
  double min_delta = 1e-4;   // kPlateau: progress smaller than this is none
};

/// Where a step stands: `step` of `steps_per_epoch` in `epoch` of `epochs`, all counted from 0.
struct SchedulePosition {
  std::size_t epoch = 0;
  std::size_t step = 0;
  std::size_t steps_per_epoch = 1;
  std::size_t epochs = 1;
};

/// What "reduce on plateau" remembers.
struct PlateauState {
  std::optional<double> best;
  std::size_t waited = 0;
  std::size_t reductions = 0;
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
