// Random networks with data, targets, weights and masks for the textbook's tests, and the central differences and the
// comparison that judge its gradients.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradus/core/random.hpp"
#include "network/textbook.hpp"

namespace gradus::test {

/// A network and all that one call of backward needs. Copyable: the differences perturb a copy.
struct RandomCase {
  std::string name;
  Network<double> network;
  Matrix<double> x;
  std::vector<std::int32_t> labels;
  Matrix<double> values;
  std::vector<double> weights;
  textbook::DropoutMasks<double> masks;

  [[nodiscard]] BatchTargets<double> targets() const {
    return {labels, labels.empty() ? values.view() : MatrixView<const double>(), weights};
  }
};

enum class Task {
  kSoftmax,
  kSoftmaxSmoothed,
  kSoftmaxFocal,
  kSigmoidOneHot,
  kSigmoidMultiLabel,
  kSigmoidSingle,
  kSigmoidFloored,
  kSigmoidSmoothed,
  kSigmoidFocal,
  kMse,
  kHuber,
  kQuantile,
  kPoisson,
};
inline constexpr Task kAllTasks[] = {
    Task::kSoftmax,
    Task::kSoftmaxSmoothed,
    Task::kSoftmaxFocal,
    Task::kSigmoidOneHot,
    Task::kSigmoidMultiLabel,
    Task::kSigmoidSingle,
    Task::kSigmoidFloored,
    Task::kSigmoidSmoothed,
    Task::kSigmoidFocal,
    Task::kMse,
    Task::kHuber,
    Task::kQuantile,
    Task::kPoisson,
};

struct CaseOptions {
  Task task = Task::kSoftmax;
  ActivationKind activation = ActivationKind::kTanh;
  std::size_t depth = 2;  // layers
  bool penalties = false;
  bool sample_weights = false;
  bool dropout = false;
};

/// Widths, parameters and data from RandomStream(seed, kTest).
RandomCase make_random_case(const CaseOptions& options, std::uint64_t seed);

/// Which side of every kink the case is on: ReLU-like z, Huber residuals, signs of weights under L1.
std::vector<bool> sides_of_kinks(const RandomCase& random_case);

/// Derivatives of objective() by five-point central differences with step 1e-4 (truncation ~ h^4 = 1e-16, rounding
/// ~ 1e-16 / h = 1e-12). `crossed` tells that a step crossed a kink, where differences mean nothing.
struct NumericGradients {
  textbook::Gradients<double> gradients;
  bool crossed = false;
};
NumericGradients central_differences(RandomCase random_case);

/// Largest over {weights, biases, inputs} of |analytic - numeric| / |numeric| in the Euclidean norm over all layers;
/// infinity when one of the three numeric gradients is zero or anything is NaN: such a case proves nothing.
double relative_difference(const textbook::Gradients<double>& analytic, const textbook::Gradients<double>& numeric);

}  // namespace gradus::test
