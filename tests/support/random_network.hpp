// Random networks, batches and targets for property tests; everything follows from one seed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "gradus/core/matrix.hpp"
#include "gradus/core/random.hpp"
#include "gradus/network/network.hpp"
#include "gradus/network/targets.hpp"

namespace gradus::test {

/// A network with weights of moderate size, and a batch for it.
template <class T>
struct Problem {
  Network<T> network;
  Matrix<T> inputs;
  std::vector<std::int32_t> labels;
  Matrix<T> values;
  std::vector<T> weights;

  [[nodiscard]] BatchTargets<T> targets() const { return {labels, values.view(), weights}; }
};

/// widths = {I, ..., K}. Labels for softmax and sigmoid (one-hot), values in (-1, 1) for other outputs.
template <class T>
Problem<T> make_problem(const std::vector<std::size_t>& widths, ActivationKind activation, LossKind loss,
                        std::size_t rows, std::uint64_t seed) {
  NetworkSpec spec;
  spec.num_inputs = widths.front();
  for (std::size_t l = 1; l < widths.size(); ++l) {
    LayerSpec layer;
    layer.units = widths[l];
    if (l + 1 < widths.size()) layer.activation = make_activation(activation);
    layer.initializer.bias = BiasInit::kLikeWeights;
    spec.layers.push_back(layer);
  }
  spec.output = loss_facts(loss).output;
  spec.loss.kind = loss;
  Problem<T> problem;
  problem.network = Network<T>(spec);
  initialize(problem.network, seed);
  RandomStream random(seed, Purpose::kTest);
  problem.inputs = Matrix<T>(rows, widths.front());
  for (T& x : problem.inputs.span()) x = static_cast<T>(random.uniform(-1.0, 1.0));
  const std::size_t classes = widths.back();
  for (std::size_t b = 0; b < rows; ++b) {
    if (output_facts(spec.output).has_probabilities) {
      problem.labels.push_back(static_cast<std::int32_t>(random.below(classes == 1 ? 2 : classes)));
    }
  }
  if (!output_facts(spec.output).has_probabilities) {
    problem.values = Matrix<T>(rows, classes);
    for (T& y : problem.values.span())
      y = static_cast<T>(random.uniform(std::max(-1.0, loss_facts(loss).lowest_target), 1.0));
  }
  return problem;
}

/// Copies the problem's inputs into an engine's input buffer.
template <class T>
void copy_rows(const Matrix<T>& from, MatrixView<T> to) {
  for (std::size_t b = 0; b < from.rows(); ++b) {
    for (std::size_t i = 0; i < from.cols(); ++i) to(b, i) = from(b, i);
  }
}

}  // namespace gradus::test
