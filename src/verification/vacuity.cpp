// What the gradient touches, and why it is zero where it is.
// SPDX-License-Identifier: Apache-2.0
#include "verification/vacuity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gradus::verification {
namespace {

/// A unit whose slope stays below this share of the activation's largest slope (about 1 for all of them, 1/4 for the
/// sigmoid) learns a million times slower than it could.
constexpr double kSaturatedSlope = 1e-6;

std::size_t count_zero_columns(const Matrix<double>& x) {
  std::size_t count = 0;
  for (std::size_t c = 0; c < x.cols(); ++c) {
    bool zero = true;
    for (std::size_t r = 0; r < x.rows() && zero; ++r) zero = x(r, c) == 0.0;
    count += zero ? 1 : 0;
  }
  return count;
}

UnitFacts describe_units(const Subject& subject, std::size_t layer) {
  const Matrix<double>& z = subject.pass.z[layer];
  const LayerSpec& spec = subject.problem.spec().layers[layer];
  const std::span<const double> slopes = subject.problem.network.parameters.values(layer, BlockRole::kSlope);
  UnitFacts facts{.layer = layer + 1, .units = z.cols()};
  for (std::size_t o = 0; o < z.cols(); ++o) {
    double largest = 0.0;
    for (std::size_t b = 0; b < z.rows(); ++b) {
      const double h = subject.pass.h[layer](b, o);
      const double alpha = textbook::slope_of(spec, slopes, o);
      const double slope = textbook::activate_backward(spec.activation.kind, alpha, z(b, o), h, 1.0);
      largest = std::max(largest, std::fabs(slope));
    }
    if (largest == 0.0) ++facts.dead;
    if (largest > 0.0 && largest < kSaturatedSlope) ++facts.saturated;
  }
  return facts;
}

/// "weights" or "scale" where a layer multiplies all of its inputs by zeros, else empty.
std::string_view zero_factors(const Problem& problem, std::size_t layer) {
  for (const BlockRole role : {BlockRole::kWeight, BlockRole::kScale}) {
    const std::span<const double> values = problem.network.parameters.values(layer, role);
    if (!values.empty() && std::ranges::all_of(values, [](double w) { return w == 0.0; })) {
      return group_kind({layer, role});
    }
  }
  return {};
}

std::string explain(const Subject& subject, const Certificate& certificate, const GroupFacts& facts,
                    const Group& group) {
  if (is_zero_by_construction(subject.problem, group))
    return "added to every row, which batch normalisation takes away: zero";
  if (facts.touched == facts.parameters) return "";
  std::vector<std::string> reasons;
  if (group.role == BlockRole::kWeight) {
    const std::size_t zero = count_zero_columns(subject.pass.x[group.layer]);
    const char* what = group.layer == 0 ? "input features that are 0 in every row (black pixels, say)"
                                        : "inputs that are 0 in every row (units that never fire)";
    if (zero > 0) reasons.push_back(fmt::format("{} {}: their weights multiply 0", zero, what));
  }
  for (const UnitFacts& units : certificate.units) {
    if (units.layer == group.layer + 1 && units.dead > 0) reasons.push_back(fmt::format("{} dead units", units.dead));
  }
  if (facts.touched == 0 && group.layer + 1 < subject.problem.num_layers()) {
    const std::string_view what = zero_factors(subject.problem, group.layer + 1);
    if (!what.empty()) {
      reasons.push_back(fmt::format("all {} of layer {} are 0: nothing flows back", what, group.layer + 2));
    }
  }
  std::string text;
  for (const std::string& reason : reasons) text += (text.empty() ? "" : "; ") + reason;
  return text;
}

// Such a group has no gradient on any data. Rounding is all that may be left of it.
Claim judge_removed(const Group& group, double size, double rounding) {
  return {.claim = "zero by construction",
          .subject = group_name(group),
          .method = "norm of the gradient, within its rounding",
          .value = size,
          .bound = kSigmas * rounding,
          .unit = "norm",
          .holds = size <= kSigmas * rounding,
          .note = "batch normalisation takes away what is added to every row"};
}

}  // namespace

void describe_gradient(const Subject& subject, const Tangent& gradient, Certificate& certificate) {
  certificate.constant_zero_inputs = count_zero_columns(subject.problem.x);
  for (std::size_t l = 0; l + 1 < subject.problem.num_layers(); ++l) {
    certificate.units.push_back(describe_units(subject, l));
  }
  for (const Group& group : all_groups(subject.problem)) {
    const std::span<const double> values = gradient.values(group);
    GroupFacts facts{.group = group_name(group), .parameters = values.size(), .explanation = ""};
    facts.touched = static_cast<std::size_t>(std::ranges::count_if(values, [](double g) { return g != 0.0; }));
    facts.gradient_norm = norm(values);
    facts.explanation = explain(subject, certificate, facts, group);
    certificate.groups.push_back(facts);
  }
}

void judge_vacuity(const Subject& subject, const Tangent& gradient, std::vector<Claim>& claims) {
  for (const Group& group : all_groups(subject.problem)) {
    if (group.is_inputs()) continue;
    const double size = norm(gradient.values(group));
    const double rounding = norm(subject.rounding.gradient.values(group));
    if (is_zero_by_construction(subject.problem, group)) {
      claims.push_back(judge_removed(group, size, rounding));
      continue;
    }
    Claim claim{.claim = "not vacuous",
                .subject = group_name(group),
                .method = "norm of the gradient, above its rounding",
                .value = size,
                .lower = 2.0 * rounding,
                .bound = INFINITY,
                .unit = "norm"};
    claim.holds = size > claim.lower && std::isfinite(size);
    if (size == 0.0) claim.note = "zero: nothing is proved about this group here";
    claims.push_back(claim);
  }
}

}  // namespace gradus::verification
