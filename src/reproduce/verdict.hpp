// How a published number and ours are compared: the one rule of all studies (docs/studies.md).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "reproduce/study.hpp"

namespace gradus::reproduce {

enum class Verdict : std::uint8_t {
  kExact,
  kWithin,
  kWeak,  // within, but of an interval so wide that it says little
  kOff,
  kMeasured,  // nothing was published that ours could be compared with
};
std::string_view verdict_name(Verdict verdict);

struct Judgement {
  std::optional<double> published;
  double ours = 0.0;  // the only run's, or the mean; the first run's where digits are compared
  std::optional<double> digits;
  std::optional<std::array<double, 2>> spread;
  double standard_deviation = 0.0;
  std::size_t runs = 0;
  /// The smallest difference from ours that would have been off, in the row's unit; empty where nothing is compared.
  std::optional<double> smallest_off;
  Verdict verdict = Verdict::kOff;
};

/// -log10 of the relative difference, 16 at most (equal); 0 for numbers that have nothing in common.
double agreeing_digits(double published, double ours);
/// Half a unit of the last printed digit: "93.5900" -> 5e-5.
double half_printed_unit(std::string_view text);
/// What |t| stays below in 999 of 1000 cases, Student's t with so many degrees of freedom.
double student_t999(std::size_t degrees);
/// mean +- t sd sqrt(1 + 1/n): where one more run falls in 999 of 1000 cases (normal
/// distribution): there are hundreds of rows, of which a narrower interval would miss some by chance. One value:
/// itself.
std::array<double, 2> prediction_interval(std::span<const double> values);

/// Whether the metric is a loss or an error.
bool smaller_is_better(std::string_view metric);

/// Runs that an interval should rest on (docs/studies.md).
inline constexpr std::size_t kEnoughRuns = 5;

/// Widest intervals that still say something: to either side of the published number, as a share of it (losses,
/// others), or as a factor of the median where sizes are compared.
inline constexpr double kWidestOfLosses = 0.2;
inline constexpr double kWidest = 0.1;
inline constexpr double kWidestFactor = 10.0;

/// `values`: one per run, scaled already.
Judgement judge(const Row& row, std::span<const double> values);

}  // namespace gradus::reproduce
