// Learning rates by schedule.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/training/schedule.hpp"

#include <algorithm>
#include <cmath>

#include "core/enumerators.hpp"
#include "core/scalar_math.hpp"
#include "core/suggest.hpp"
#include "gradus/training/monitor.hpp"

namespace gradus {
namespace {

static_assert(is_complete(kScheduleTable), "every ScheduleKind has its row, in order");

constexpr double kPi = 3.14159265358979323846;

// Whole exponents by squaring, so that decay^10 carries ten roundings at most and no logarithm's error.
double power(double base, double exponent) {
  const double whole = std::floor(exponent);
  double result = 1.0;
  double square = base;
  for (auto bits = static_cast<std::uint64_t>(whole); bits != 0; bits >>= 1) {
    if ((bits & 1) != 0) result *= square;
    square *= square;
  }
  const double rest = exponent - whole;
  if (rest == 0.0) return result;
  return base > 0.0 ? result * math::exp(rest * math::log(base)) : 0.0;
}

double scheduled(const ScheduleOptions& o, double rate, double t, double epochs, const PlateauState& plateau) {
  switch (o.kind) {
    case ScheduleKind::kConstant:
      return rate;
    case ScheduleKind::kStep:
      return rate * power(o.factor, std::floor(t / o.step_epochs));
    case ScheduleKind::kExponential:
      return rate * power(o.decay, t);
    case ScheduleKind::kCosine:
      return o.min_rate + (rate - o.min_rate) * (1.0 + math::cos(kPi * t / epochs)) / 2.0;
    case ScheduleKind::kInverse:
      return rate / (1.0 + o.c * t / epochs);
    case ScheduleKind::kPlateau:
      return std::max(o.min_rate, rate * power(o.factor, static_cast<double>(plateau.reductions)));
  }
  return rate;
}

}  // namespace

double learning_rate(const ScheduleOptions& options, double base_rate, const SchedulePosition& position,
                     const PlateauState& plateau) {
  const auto steps = static_cast<double>(std::max<std::size_t>(1, position.steps_per_epoch));
  const double by_step = static_cast<double>(position.epoch) + static_cast<double>(position.step) / steps;
  const double t = options.by_step ? by_step : static_cast<double>(position.epoch);
  const auto epochs = static_cast<double>(std::max<std::size_t>(1, position.epochs));
  const double rate = scheduled(options, base_rate, t, epochs, plateau);
  // At the end of this step; the last step of the warm-up is the first at the full rate.
  const double risen = static_cast<double>(position.epoch) + static_cast<double>(position.step + 1) / steps;
  if (risen >= options.warmup_epochs) return rate;
  return rate * (options.warmup_start + (1.0 - options.warmup_start) * risen / options.warmup_epochs);
}

void observe_plateau(const ScheduleOptions& options, double value, bool larger_is_better, PlateauState& state) {
  if (!state.best || improves(value, *state.best, larger_is_better, options.min_delta)) {
    state.best = value;
    state.waited = 0;
    return;
  }
  if (++state.waited < options.patience) return;
  ++state.reductions;
  state.waited = 0;
}

ScheduleKind parse_schedule(std::string_view name) {
  return parse_kind("schedule", kScheduleTable, name);
}

std::string_view schedule_name(ScheduleKind kind) {
  return schedule_facts(kind).name;
}

}  // namespace gradus
