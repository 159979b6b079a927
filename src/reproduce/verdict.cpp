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
  judgement.ours = sizes[sizes.size() / 2];
  judgement.spread = {sizes.front() / kOrderFactor, sizes.back() * kOrderFactor};
  const double size = std::fabs(*judgement.published);
  const bool within = size >= (*judgement.spread)[0] && size <= (*judgement.spread)[1];
  judgement.verdict = within ? Verdict::kWithin : Verdict::kOff;
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
    case Verdict::kMeasured:
      return "measured";
    case Verdict::kOff:
      break;
  }
  return "off";
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
    judgement.verdict = Verdict::kExact;
    return judgement;
  }
  if (row.evidence == Evidence::kExact) return judgement;
  if (row.evidence == Evidence::kOrder) {
    judge_order(values, judgement);
    return judgement;
  }
  judgement.spread = prediction_interval(values);
  const bool within = contains(*judgement.spread, *judgement.published, half_printed_unit(*row.published));
  judgement.verdict = within ? Verdict::kWithin : Verdict::kOff;
  return judgement;
}

}  // namespace gradus::reproduce
