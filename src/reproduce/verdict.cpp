// SPDX-License-Identifier: Apache-2.0
#include "reproduce/verdict.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace gradus::reproduce {
namespace {

constexpr double kEqualDigits = 16.0;
constexpr double kOrderFactor = 10.0;

// Upper 0.05 % points of Student's t for 1, 2, ... degrees of freedom (Fisher and Yates, table III). Beyond the last
// one the last is kept, which widens the interval a little.
constexpr std::array<double, 30> kStudent = {636.619, 31.599, 12.924, 8.610, 6.869, 5.959, 5.408, 5.041, 4.781, 4.587,
                                             4.437,   4.318,  4.221,  4.140, 4.073, 4.015, 3.965, 3.922, 3.883, 3.850,
                                             3.819,   3.792,  3.768,  3.745, 3.725, 3.707, 3.690, 3.674, 3.659, 3.646};

double mean_of(std::span<const double> values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double deviation_of(std::span<const double> values) {
  if (values.size() < 2) return 0.0;
  const double mean = mean_of(values);
  double sum = 0.0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

// Sizes are compared where there is one: a unit that is off has no gradient and says nothing.
void judge_order(std::span<const double> values, Judgement& judgement) {
  std::vector<double> sizes;
  for (const double value : values) {
    if (value != 0.0) sizes.push_back(std::fabs(value));
  }
  if (sizes.empty() || !judgement.published) return;
  std::ranges::sort(sizes);
  const double median = sizes[sizes.size() / 2];
  judgement.ours = median;
  judgement.spread = {sizes.front() / kOrderFactor, sizes.back() * kOrderFactor};
  const auto& [low, high] = *judgement.spread;
  judgement.smallest_off = std::min(median - low, high - median);
  const double size = std::fabs(*judgement.published);
  if (size < low || size > high) return;
  const double rounding = 1e-12 * median;
  const bool scatters = sizes.front() < median / kWidestFactor || sizes.back() > median * kWidestFactor;
  const bool is_near = size >= median / kWidestFactor - rounding && size <= median * kWidestFactor + rounding;
  judgement.verdict = is_near && !scatters ? Verdict::kWithin : Verdict::kWeak;
}

// An interval ends where the values of its measure do: shares are in [0, 1], losses from 0, and a search's best value
// is one or the other.
void end_where_values_do(const Row& row, std::array<double, 2>& interval) {
  const bool is_share = row.metric.ends_with("accuracy") || row.metric.ends_with("top_k");
  if (!is_share && !smaller_is_better(row.metric) && !row.metric.ends_with("best_value")) return;
  interval[0] = std::max(interval[0], 0.0);
  if (is_share) interval[1] = std::min(interval[1], row.scale);
}

// By how much the published number could have differed from it without being off, as a share of it.
bool says_little(const Row& row, const std::array<double, 2>& interval, double published) {
  const double half = 0.5 * (interval[1] - interval[0]);
  return half > (smaller_is_better(row.metric) ? kWidestOfLosses : kWidest) * std::fabs(published);
}

bool contains(const std::array<double, 2>& spread, double value, double margin) {
  // Ours are computed; a sum that ends one ULP beside the printed decimal is no difference.
  const double rounding = 1e-12 * (std::fabs(value) + 1e-300);
  return value >= spread[0] - margin - rounding && value <= spread[1] + margin + rounding;
}

}  // namespace

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kExact:
      return "exact";
    case Verdict::kWithin:
      return "within";
    case Verdict::kWeak:
      return "weak";
    case Verdict::kMeasured:
      return "measured";
    case Verdict::kOff:
      break;
  }
  return "off";
}

bool smaller_is_better(std::string_view metric) {
  return metric.ends_with("loss") || metric.ends_with("error") || metric.ends_with("objective");
}

double agreeing_digits(double published, double ours) {
  if (published == ours) return kEqualDigits;
  const double size = std::max(std::fabs(published), std::fabs(ours));
  const double digits = -std::log10(std::fabs(published - ours) / size);
  return std::isfinite(digits) ? std::clamp(digits, 0.0, kEqualDigits) : 0.0;
}

double half_printed_unit(std::string_view text) {
  const std::size_t exponent_at = text.find_first_of("eE");
  const std::string_view mantissa = text.substr(0, exponent_at);
  const std::size_t dot = mantissa.find('.');
  const auto decimals = dot == std::string_view::npos ? 0.0 : static_cast<double>(mantissa.size() - dot - 1);
  const double exponent =
      exponent_at == std::string_view::npos ? 0.0 : std::stod(std::string(text.substr(exponent_at + 1)));
  return 0.5 * std::pow(10.0, exponent - decimals);
}

double student_t999(std::size_t degrees) {
  return kStudent[std::clamp<std::size_t>(degrees, 1, kStudent.size()) - 1];
}

std::array<double, 2> prediction_interval(std::span<const double> values) {
  const double mean = mean_of(values);
  if (values.size() < 2) return {mean, mean};
  const auto n = static_cast<double>(values.size());
  const double reach = student_t999(values.size() - 1) * deviation_of(values) * std::sqrt(1.0 + 1.0 / n);
  return {mean - reach, mean + reach};
}

Judgement judge(const Row& row, std::span<const double> values) {
  Judgement judgement;
  judgement.runs = values.size();
  if (row.published) judgement.published = std::stod(*row.published);
  if (values.empty()) return judgement;
  const bool compares_digits = row.evidence == Evidence::kExact || row.evidence == Evidence::kChaotic;
  judgement.ours = compares_digits ? values[0] : mean_of(values);
  judgement.standard_deviation = deviation_of(values);
  if (judgement.published) judgement.digits = agreeing_digits(*judgement.published, judgement.ours);
  if (row.evidence == Evidence::kProperty) {
    judgement.spread = {row.low, row.high};
    const bool holds = std::ranges::all_of(values, [&](double v) { return v >= row.low && v <= row.high; });
    judgement.verdict = holds ? Verdict::kWithin : Verdict::kOff;
    return judgement;
  }
  if (!judgement.published) {
    judgement.verdict = Verdict::kMeasured;
    return judgement;
  }
  if (compares_digits && *judgement.digits >= row.digits) {
    judgement.smallest_off = std::fabs(*judgement.published) * std::pow(10.0, -row.digits);
    judgement.verdict = Verdict::kExact;
    return judgement;
  }
  if (row.evidence == Evidence::kExact) return judgement;
  if (row.evidence == Evidence::kOrder) {
    judge_order(values, judgement);
    return judgement;
  }
  std::array<double, 2> interval = prediction_interval(values);
  end_where_values_do(row, interval);
  const double half_unit = half_printed_unit(*row.published);
  judgement.spread = interval;
  judgement.smallest_off = std::min(judgement.ours - interval[0], interval[1] - judgement.ours) + half_unit;
  if (contains(interval, *judgement.published, half_unit)) {
    const bool weak = says_little(row, interval, *judgement.published);
    judgement.verdict = weak ? Verdict::kWeak : Verdict::kWithin;
  }
  return judgement;
}

}  // namespace gradus::reproduce
