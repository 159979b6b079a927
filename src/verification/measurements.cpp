// SPDX-License-Identifier: Apache-2.0
#include "verification/measurements.hpp"

#include <algorithm>

#include "verification/vacuity.hpp"

namespace gradus::verification {
namespace {

// Multiply-adds of one forward pass: derivatives take some 500 of them, differences some 2,000.
constexpr double kDerivativePass = 2e6;
constexpr double kDifferencePass = 6e5;
constexpr std::size_t kMaxRows = 64;
constexpr double kSmallPass = 1e5;

double multiply_adds(const NetworkSpec& spec) {
  return static_cast<double>(spec.num_parameters());
}

std::size_t affordable(double pass, const NetworkSpec& spec, std::size_t given) {
  const auto rows = static_cast<std::size_t>(pass / multiply_adds(spec));
  return std::clamp<std::size_t>(rows, 1, std::min(given, kMaxRows));
}

}  // namespace

RowCounts choose_rows(const NetworkSpec& spec, std::size_t given) {
  // At least four rows where there are: faults in the mean over the batch must show.
  const std::size_t derivative = std::max(affordable(kDerivativePass, spec, given), std::min<std::size_t>(given, 4));
  return {.derivative = derivative, .difference = affordable(kDifferencePass, spec, given)};
}

Measurements::Measurements(const Problem& whole, const RowCounts& rows, const VerifyOptions& options, bool figures)
    : options_(options),
      figures_(figures && multiply_adds(whole.network.spec) * static_cast<double>(rows.derivative) <= kSmallPass),
      subject_(std::make_unique<Subject>(first_rows(whole, rows.derivative))),
      difference_subject_(std::make_unique<Subject>(first_rows(whole, rows.difference))) {}

void Measurements::plan(Work& work) {
  exact_.claim = "exact derivatives";
  measure_exact(*subject_, {.seed = options_.seed}, exact_, work);
  measure_differences(*difference_subject_, options_, differences_, work);
  measure_taylor(*subject_, {.seed = options_.seed, .figure_steps = figures_}, taylor_, work);
  measure_jacobians(*subject_, {.seed = options_.seed, .figure_steps = figures_}, jacobians_, work);
}

std::vector<Claim> Measurements::judge_gradient(const Tangent& derivative_gradient, const Tangent& difference_gradient,
                                                Certificate* certificate) const {
  std::vector<Claim> claims;
  judge_vacuity(*subject_, derivative_gradient, claims);
  judge_exact(exact_, *subject_, derivative_gradient, claims);
  for (const DifferenceEvidence& one : differences_) {
    DifferenceCurve curve;
    claims.push_back(judge_differences(one, difference_gradient, certificate != nullptr ? &curve : nullptr));
    if (certificate != nullptr) certificate->differences.push_back(std::move(curve));
  }
  for (const TaylorEvidence& one : taylor_) {
    TaylorCurve curve;
    judge_taylor(one, "Taylor", derivative_gradient, claims, certificate != nullptr ? &curve : nullptr);
    if (certificate != nullptr) certificate->taylor.push_back(std::move(curve));
  }
  return claims;
}

std::vector<Claim> Measurements::judge(const Backward& backward, Certificate* certificate) const {
  const Tangent gradient = backward(subject_->problem);
  const Tangent difference_gradient = backward(difference_subject_->problem);
  if (certificate != nullptr) describe_gradient(*subject_, gradient, *certificate);
  std::vector<Claim> claims = judge_gradient(gradient, difference_gradient, certificate);
  std::vector<TaylorCurve>* curves = certificate != nullptr ? &certificate->taylor : nullptr;
  for (const JacobianEvidence& one : jacobians_) judge_jacobian(one, backward, claims, curves);
  return claims;
}

}  // namespace gradus::verification
