// Everything that is measured once, independent of any gradient, and judged against as many gradients as wanted: the
// one that trains and every injected fault.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>

#include "verification/differences.hpp"
#include "verification/exact.hpp"
#include "verification/jacobian.hpp"
#include "verification/taylor.hpp"

namespace gradus::verification {

/// Rows that textbook derivatives afford: 64, and fewer for networks whose passes are long. Stated in the certificate.
struct RowCounts {
  std::size_t derivative = 0;
  std::size_t difference = 0;
};
RowCounts choose_rows(const NetworkSpec& spec, std::size_t given);

class Measurements {
 public:
  /// `figures`: remainders at the studies' steps too, where they cost little.
  Measurements(const Problem& whole, const RowCounts& rows, const VerifyOptions& options, bool figures = true);

  void plan(Work& work);
  /// Every claim about the gradient that `backward` computes; figures into `certificate` where one is given.
  [[nodiscard]] std::vector<Claim> judge(const Backward& backward, Certificate* certificate = nullptr) const;
  /// The claims about weights, biases and inputs alone, for a gradient that is at hand: cheap.
  [[nodiscard]] std::vector<Claim> judge_gradient(const Tangent& derivative_gradient,
                                                  const Tangent& difference_gradient,
                                                  Certificate* certificate = nullptr) const;
  [[nodiscard]] const Subject& subject() const { return *subject_; }
  [[nodiscard]] const Subject& difference_subject() const { return *difference_subject_; }

 private:
  VerifyOptions options_;
  bool figures_;
  std::unique_ptr<Subject> subject_;
  std::unique_ptr<Subject> difference_subject_;
  ExactEvidence exact_;
  std::vector<DifferenceEvidence> differences_;
  std::vector<TaylorEvidence> taylor_;
  std::deque<JacobianEvidence> jacobians_;
};

}  // namespace gradus::verification
