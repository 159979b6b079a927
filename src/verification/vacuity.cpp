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
  const Activation& activation = subject.problem.network.spec.layers[layer].activation;
  UnitFacts facts{.layer = layer + 1, .units = z.cols()};
  for (std::size_t o = 0; o < z.cols(); ++o) {
    double largest = 0.0;
    for (std::size_t b = 0; b < z.rows(); ++b) {
      const double h = subject.pass.h[layer](b, o);
      largest = std::max(largest, std::fabs(textbook::activate_backward(activation, z(b, o), h, 1.0)));
    }
    if (largest == 0.0) ++facts.dead;
    if (largest > 0.0 && largest < kSaturatedSlope) ++facts.saturated;
  }
  return facts;
}

std::string explain(const Subject& subject, const Certificate& certificate, const GroupFacts& facts,
                    const Group& group) {
  if (facts.touched == facts.parameters) return "";
  std::vector<std::string> reasons;
  if (group.part == Part::kWeights) {
    const std::size_t zero = count_zero_columns(subject.pass.x[group.layer]);
    const char* what = group.layer == 0 ? "input features that are 0 in every row (black pixels, say)"
                                        : "inputs that are 0 in every row (units that never fire)";
    if (zero > 0) reasons.push_back(fmt::format("{} {}: their weights multiply 0", zero, what));
  }
  for (const UnitFacts& units : certificate.units) {
    if (units.layer == group.layer + 1 && units.dead > 0) reasons.push_back(fmt::format("{} dead units", units.dead));
  }
  if (facts.touched == 0 && group.layer + 1 < subject.problem.num_layers()) {
    const auto next = subject.problem.network.weights(group.layer + 1).span();
    if (std::ranges::all_of(next, [](double w) { return w == 0.0; })) {
      reasons.push_back(fmt::format("all weights of layer {} are 0: nothing flows back", group.layer + 2));
    }
  }
  std::string text;
  for (const std::string& reason : reasons) text += (text.empty() ? "" : "; ") + reason;
  return text;
}

}  // namespace

void describe_gradient(const Subject& subject, const Tangent& gradient, Certificate& certificate) {
  certificate.constant_zero_inputs = count_zero_columns(subject.problem.x);
  for (std::size_t l = 0; l + 1 < subject.problem.num_layers(); ++l) {
    certificate.units.push_back(describe_units(subject, l));
  }
  for (const Group& group : all_groups(subject.problem)) {
    const std::span<const double> values = gradient[group.layer][group.part].span();
    GroupFacts facts{.group = group_name(group), .parameters = values.size(), .explanation = ""};
    facts.touched = static_cast<std::size_t>(std::ranges::count_if(values, [](double g) { return g != 0.0; }));
    facts.gradient_norm = norm(values);
    facts.explanation = explain(subject, certificate, facts, group);
    certificate.groups.push_back(facts);
  }
}

void judge_vacuity(const Subject& subject, const Tangent& gradient, std::vector<Claim>& claims) {
  for (const Group& group : all_groups(subject.problem)) {
    if (group.part == Part::kInputs) continue;
    const double size = norm(gradient[group.layer][group.part].span());
    const double rounding = norm(subject.rounding.gradient[group.layer][group.part].span());
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
