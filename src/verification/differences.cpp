// Finite differences: probing, what a difference may be off by, and the verdict on each number.
// SPDX-License-Identifier: Apache-2.0
#include "verification/differences.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "verification/exact.hpp"

namespace gradus::verification {
namespace {

/// f and the sides of its kinks near the point, moved by one number.
struct Probe {
  double value;
  std::size_t switches;
};

class Prober {
 public:
  Prober(const Problem& problem, const Group& group) : problem_(problem), group_(group) {
    // The L1 term with its kinks: differences are taken of f itself.
    problem_.frozen_signs.clear();
    sides_ = kink_sides(problem_, forward_pass(problem_));
  }
  Probe at(std::size_t position, double offset) {
    double& number = at_position(position);
    const double centre = number;
    number = centre + offset;
    const auto pass = forward_pass(problem_);
    const double value = textbook::loss_mean(problem_.network, pass, problem_.targets()) + penalty();
    const std::size_t switches = count_switches(sides_, kink_sides(problem_, pass));
    number = centre;
    return {value, switches};
  }
  /// What rounding may do to f there.
  double roundoff_at(std::size_t position, double offset) {
    double& number = at_position(position);
    const double centre = number;
    number = centre + offset;
    const double roundoff = rounding_error(problem_, kDoubleArithmetic, ForwardErrors::kCounted).value;
    number = centre;
    return roundoff;
  }

 private:
  double& at_position(std::size_t position) {
    if (group_.is_inputs()) return problem_.x.data()[position];
    return problem_.network.parameters.values(group_.layer, *group_.role)[position];
  }
  // Layers with a penalty alone: the others' squares cost a pass over all weights.
  double penalty() const {
    const bool any = std::ranges::any_of(problem_.network.spec.layers,
                                         [](const LayerSpec& layer) { return layer.l1 != 0.0 || layer.l2 != 0.0; });
    return any ? textbook::penalty(problem_.network) : 0.0;
  }
  Problem problem_;
  Group group_;
  std::vector<bool> sides_;
};

// Central: (f(+h) - f(-h)) / 2h. Four points: (8 (f(+h) - f(-h)) - (f(+2h) - f(-2h))) / 12h.
void measure_row(Prober& prober, const DifferenceEvidence& evidence, DifferenceRow& row) {
  const double centre = prober.at(row.position, 0.0).value;
  for (const double h : evidence.steps) {
    const Probe right = prober.at(row.position, h);
    const Probe left = prober.at(row.position, -h);
    std::size_t switches_right = right.switches;
    std::size_t switches_left = left.switches;
    double central = (right.value - left.value) / (2.0 * h);
    if (evidence.order == 4) {
      const Probe far_right = prober.at(row.position, 2.0 * h);
      const Probe far_left = prober.at(row.position, -2.0 * h);
      central = (8.0 * (right.value - left.value) - (far_right.value - far_left.value)) / (12.0 * h);
      switches_right = std::max(switches_right, far_right.switches);
      switches_left = std::max(switches_left, far_left.switches);
    }
    row.central.push_back(central);
    row.forward.push_back((right.value - centre) / h);
    row.backward.push_back((centre - left.value) / h);
    row.right.push_back(switches_right);
    row.left.push_back(switches_left);
  }
}

// Errors of one difference: two values, each with value_roundoff and a share of far_roundoff, over 2h.
double roundoff_at(const DifferenceEvidence& evidence, double h) {
  const double reach = evidence.order == 4 ? 2.0 * h : h;
  const double roundoff = std::hypot(evidence.value_roundoff, evidence.far_roundoff * reach / evidence.steps.front());
  return (evidence.order == 4 ? 1.5 : 1.0) * roundoff / (std::sqrt(2.0) * h);
}

/// What a difference with step s may be off by.
struct Allowance {
  double truncation = std::numeric_limits<double>::infinity();
  double roundoff = 0.0;
  [[nodiscard]] double total() const { return kTruncationFactor * truncation + kSigmas * roundoff; }
  /// Pairs of larger steps estimate the truncation at a smaller one within the next order; 3 covers where they do not.
  static constexpr double kTruncationFactor = 3.0;
};

// Truncation is C h^p, so two steps H > h show it: D_H - D_h = C (H^p - h^p). The largest estimate of up to three
// neighbouring pairs counts, lest one pair agree by accident.
Allowance allowance_at(const DifferenceEvidence& evidence, const DifferenceRow& row, std::size_t s) {
  Allowance allowance{.roundoff = roundoff_at(evidence, evidence.steps[s])};
  const auto smooth = [&row](std::size_t i) { return row.left[i] + row.right[i] == 0; };
  const double target = std::pow(evidence.steps[s], evidence.order);
  double largest = -1.0;
  std::size_t pairs = 0;
  for (std::size_t i = s; i > 0 && pairs < 3; --i) {
    if (!smooth(i) || !smooth(i - 1)) break;
    const double span = std::pow(evidence.steps[i - 1], evidence.order) - std::pow(evidence.steps[i], evidence.order);
    largest = std::max(largest, std::fabs(row.central[i - 1] - row.central[i]) * target / span);
    ++pairs;
  }
  if (pairs == 0 && s + 1 < evidence.steps.size()) {
    const double span = target - std::pow(evidence.steps[s + 1], evidence.order);
    largest = std::fabs(row.central[s] - row.central[s + 1]) * target / span;
  }
  if (largest >= 0.0) allowance.truncation = largest;
  return allowance;
}

/// The verdict on one number.
struct RowVerdict {
  enum class Way { kSmooth, kContained, kUndecided } way = Way::kUndecided;
  double error = 0.0;
  double allowed = 0.0;
  bool crossed_somewhere = false;
};

// A kink on one side of x only: the derivative lies between the two one-sided slopes, up to their own errors.
RowVerdict contained(const DifferenceEvidence& evidence, const DifferenceRow& row, double analytic) {
  RowVerdict verdict{.way = RowVerdict::Way::kUndecided, .error = 0.0, .allowed = 0.0, .crossed_somewhere = true};
  const std::size_t s = evidence.steps.size() - 1;
  if (s == 0 || (row.left[s] > 0 && row.right[s] > 0)) return verdict;
  const std::vector<double>& clean = row.left[s] == 0 ? row.backward : row.forward;
  const double low = std::min(row.forward[s], row.backward[s]);
  const double high = std::max(row.forward[s], row.backward[s]);
  verdict.way = RowVerdict::Way::kContained;
  verdict.error = std::max({0.0, low - analytic, analytic - high});
  verdict.allowed = Allowance::kTruncationFactor * std::fabs(clean[s] - clean[s - 1]) +
                    kSigmas * (2.0 * roundoff_at(evidence, evidence.steps[s]) + row.gradient_roundoff);
  return verdict;
}

RowVerdict judge_row(const DifferenceEvidence& evidence, const DifferenceRow& row, double analytic) {
  RowVerdict verdict;
  double best = std::numeric_limits<double>::infinity();
  bool crossed = false;
  for (std::size_t s = 0; s < evidence.steps.size(); ++s) {
    if (row.left[s] + row.right[s] > 0) {
      crossed = true;
      continue;
    }
    const double allowed = allowance_at(evidence, row, s).total();
    if (!(allowed < best)) continue;
    best = allowed;
    verdict = {RowVerdict::Way::kSmooth, std::fabs(row.central[s] - analytic), allowed, false};
  }
  verdict.allowed += kSigmas * row.gradient_roundoff;
  if (verdict.way == RowVerdict::Way::kUndecided) return contained(evidence, row, analytic);
  verdict.crossed_somewhere = crossed;
  return verdict;
}

// Least squares through log error against log step, where the error is well above rounding and no kink is crossed.
double fitted_order(const DifferenceEvidence& evidence, const std::vector<double>& errors) {
  std::vector<std::pair<double, double>> points;
  for (std::size_t s = 0; s < evidence.steps.size(); ++s) {
    const bool smooth =
        std::ranges::all_of(evidence.rows, [s](const DifferenceRow& row) { return row.left[s] + row.right[s] == 0; });
    // Steps of 1 and .5 are too large for the leading term to rule.
    if (!smooth || evidence.steps[s] > 0.25 || errors[s] < 30.0 * roundoff_at(evidence, evidence.steps[s])) continue;
    points.emplace_back(std::log(evidence.steps[s]), std::log(errors[s]));
  }
  if (points.size() < 3) return 0.0;
  double x = 0.0, y = 0.0, xx = 0.0, xy = 0.0;
  for (const auto& [px, py] : points) x += px, y += py, xx += px * px, xy += px * py;
  const auto n = static_cast<double>(points.size());
  return (n * xy - x * y) / (n * xx - x * x);
}

void fill_curve(const DifferenceEvidence& evidence, std::span<const double> analytic, DifferenceCurve& curve) {
  curve.group = group_name(evidence.group);
  curve.steps = evidence.steps;
  for (const DifferenceRow& row : evidence.rows) {
    curve.parameters.push_back(row.position);
    curve.analytic.push_back(analytic[row.position]);
  }
  curve.best_error = std::numeric_limits<double>::infinity();
  for (std::size_t s = 0; s < curve.steps.size(); ++s) {
    double largest = 0.0;
    curve.differences.emplace_back();
    for (const DifferenceRow& row : evidence.rows) {
      curve.differences.back().push_back(row.central[s]);
      largest = std::max(largest, std::fabs(row.central[s] - analytic[row.position]));
    }
    curve.largest_error.push_back(largest);
    if (largest < curve.best_error) curve.best_error = largest, curve.best_step = curve.steps[s];
  }
  curve.roundoff = roundoff_at(evidence, curve.best_step);
  curve.order = fitted_order(evidence, curve.largest_error);
}

/// Multiply-adds for one group; the studies' ten numbers where they cost less.
constexpr double kGroupBudget = 5e7;
constexpr std::size_t kFewestNumbers = 4;

std::size_t affordable(const VerifyOptions& options, double forward_cost, std::size_t steps) {
  if (options.difference_choice != DifferenceChoice::kSampled) return options.differences_per_group;
  const auto numbers = static_cast<std::size_t>(kGroupBudget / (2.0 * forward_cost * static_cast<double>(steps)));
  return std::clamp(numbers, std::min(kFewestNumbers, options.differences_per_group), options.differences_per_group);
}

}  // namespace

std::vector<double> default_difference_steps() {
  std::vector<double> steps;
  for (double power = 1.0; power < 1e6; power *= 10.0) {
    for (const double k : {1.0, 5.0}) steps.push_back(1.0 / (k * power));
  }
  return steps;
}

void measure_group(const Subject& subject, DifferenceEvidence& evidence) {
  Prober prober(subject.tails[evidence.group.layer], evidence.group);
  const std::span<const double> roundoff = subject.rounding.gradient.values(evidence.group);
  for (DifferenceRow& row : evidence.rows) {
    row.gradient_roundoff = roundoff[row.position];
    measure_row(prober, evidence, row);
  }
  if (!subject.problem.spec().uses_batch()) return;
  for (const DifferenceRow& row : evidence.rows) {
    evidence.far_roundoff = std::max(evidence.far_roundoff, prober.roundoff_at(row.position, evidence.steps.front()));
  }
}

DifferenceEvidence make_evidence(const Subject& subject, const VerifyOptions& options, const Group& group,
                                 std::vector<std::size_t> positions, RandomStream& random) {
  std::vector<double> steps = options.difference_steps.empty() ? default_difference_steps() : options.difference_steps;
  std::sort(steps.rbegin(), steps.rend());
  if (positions.empty()) {
    const std::size_t size = group_size(subject.problem, group);
    std::size_t count = std::min(size, affordable(options, subject.forward_cost(group.layer), steps.size()));
    if (options.difference_choice == DifferenceChoice::kAll) count = size;
    positions.resize(count);
    for (std::size_t i = 0; i < count; ++i) positions[i] = i;
    if (options.difference_choice == DifferenceChoice::kSampled) positions = sample_positions(size, count, random);
  }
  DifferenceEvidence evidence{.group = group,
                              .steps = std::move(steps),
                              .order = options.four_points ? 4 : 2,
                              .value_roundoff = subject.value_roundoff,
                              .rows = {}};
  for (const std::size_t position : positions) evidence.rows.push_back({.position = position});
  return evidence;
}

void measure_differences(const Subject& subject, const VerifyOptions& options,
                         std::vector<DifferenceEvidence>& evidence, Work& work) {
  RandomStream random(options.seed, Purpose::kVerification, 2);
  evidence.clear();
  for (const Group& group : all_groups(subject.problem)) {
    evidence.push_back(make_evidence(subject, options, group, {}, random));
  }
  for (DifferenceEvidence& one : evidence) {
    const double cost =
        subject.forward_cost(one.group.layer) * static_cast<double>(2 * one.rows.size() * one.steps.size());
    work.add("finite differences", cost, [&subject, &one] { measure_group(subject, one); });
  }
}

Claim judge_differences(const DifferenceEvidence& evidence, const Tangent& gradient, DifferenceCurve* curve) {
  const std::span<const double> analytic = gradient.values(evidence.group);
  Claim claim{.claim = "finite differences",
              .subject = group_name(evidence.group),
              .method = fmt::format("{} of {}, {} steps", evidence.order == 4 ? "four points" : "central",
                                    evidence.rows.size(), evidence.steps.size()),
              .bound = 0.0,
              .unit = "absolute",
              .holds = true};
  double worst = -1.0;
  std::size_t crossing = 0;
  std::size_t undecided = 0;
  for (const DifferenceRow& row : evidence.rows) {
    const RowVerdict verdict = judge_row(evidence, row, analytic[row.position]);
    crossing += verdict.crossed_somewhere ? 1 : 0;
    if (verdict.way == RowVerdict::Way::kUndecided) {
      ++undecided;
      continue;
    }
    const bool holds = verdict.error <= verdict.allowed;
    const double share = verdict.allowed > 0.0 ? verdict.error / verdict.allowed : (holds ? 0.0 : 1e300);
    claim.holds = claim.holds && holds;
    if (share <= worst) continue;
    worst = share;
    claim.value = verdict.error;
    claim.bound = verdict.allowed;
  }
  if (crossing > 0) {
    claim.note = fmt::format("{} near a kink{}", crossing,
                             undecided > 0 ? fmt::format(", {} left undecided by differences", undecided) : "");
  }
  if (curve != nullptr) {
    fill_curve(evidence, analytic, *curve);
    curve->crossing = crossing;
    curve->undecided = undecided;
  }
  return claim;
}

}  // namespace gradus::verification
