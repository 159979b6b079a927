// Finite differences as the studies take them: one number moved by +-h, for a list of steps h = 1 / N.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gradus/verification/certificate.hpp"
#include "gradus/verification/verify.hpp"
#include "verification/subject.hpp"
#include "verification/work.hpp"

namespace gradus::verification {

/// {1 / (k 10^i)} of study s0: k in {1, 5}, i in 0..5, the largest first.
std::vector<double> default_difference_steps();

/// Derivatives of one number by differences with every step.
struct DifferenceRow {
  std::size_t position = 0;
  double gradient_roundoff = 0.0;    // standard deviation of the gradient that is compared
  std::vector<double> central{};     // [step]
  std::vector<double> forward{};     // (f(x + h) - f(x)) / h
  std::vector<double> backward{};    // (f(x) - f(x - h)) / h
  std::vector<std::size_t> right{};  // kinks between x and x + h (2h with four points)
  std::vector<std::size_t> left{};
};

struct DifferenceEvidence {
  Group group;
  std::vector<double> steps;  // the largest first
  int order = 2;              // of the truncation error: 2, or 4 with four points
  double value_roundoff = 0.0;
  /// Where normalisation subtracts what a step has moved, f rounds more at the largest step than at the point.
  double far_roundoff = 0.0;
  std::vector<DifferenceRow> rows;
};

/// The differences of the rows that `evidence` names.
void measure_group(const Subject& subject, DifferenceEvidence& evidence);
/// One group whose differences are to be taken of these numbers, or of those that the options choose where there are
/// none.
DifferenceEvidence make_evidence(const Subject& subject, const VerifyOptions& options, const Group& group,
                                 std::vector<std::size_t> positions, RandomStream& random);
/// Makes one evidence per group and adds its measurements to `work`.
void measure_differences(const Subject& subject, const VerifyOptions& options,
                         std::vector<DifferenceEvidence>& evidence, Work& work);
/// The claim of one group, and the figure beside it.
Claim judge_differences(const DifferenceEvidence& evidence, const Tangent& gradient, DifferenceCurve* curve = nullptr);

}  // namespace gradus::verification
