// SPDX-License-Identifier: Apache-2.0
#include "verification/mutants.hpp"

#include <algorithm>

namespace gradus::verification {
namespace {

/// The network as it was one step ago: every weight smaller by a hundredth.
Network<double> older_network(const Network<double>& network) {
  Network<double> older = network;
  for (std::size_t l = 0; l < older.spec.layers.size(); ++l) {
    for (double& w : older.weights(l).span()) w *= 0.99;
  }
  return older;
}

bool is_vector(MatrixView<const double> weights) {
  return weights.rows() == 1 || weights.cols() == 1;
}

/// The layer whose product is transposed; num_layers() where all are vectors.
std::size_t transposed_layer(const Problem& problem) {
  for (std::size_t l = problem.num_layers(); l-- > 0;) {
    if (!is_vector(problem.network.weights(l))) return l;
  }
  return problem.num_layers();
}

Matrix<double> next_row_first(const Matrix<double>& x) {
  Matrix<double> shifted(x.rows(), x.cols());
  for (std::size_t b = 0; b < x.rows(); ++b) std::ranges::copy(x.row((b + 1) % x.rows()), shifted.row(b).begin());
  return shifted;
}

/// The network whose W (I x O) of one layer is read as if it lay O x I.
Network<double> read_transposed(const Network<double>& network, std::size_t layer) {
  Network<double> wrong = network;
  const MatrixView<const double> w = network.weights(layer);
  for (std::size_t k = 0; layer < network.spec.layers.size() && k < w.rows(); ++k) {
    for (std::size_t o = 0; o < w.cols(); ++o) wrong.weights(layer)(k, o) = w.data()[o * w.rows() + k];
  }
  return wrong;
}

/// The fault where it belongs in the textbook's backward; the gradients of all layers' inputs on the way.
class FaultyBackward : public textbook::Hooks<double> {
 public:
  FaultyBackward(const Problem& problem, const Mutant& mutant)
      : problem_(problem),
        mutant_(mutant),
        pass_(textbook::forward(problem.network, problem.x.view(), problem.masks)),
        stale_(is(Fault::kStaleActivation)
                   ? textbook::forward(older_network(problem.network), problem.x.view(), problem.masks)
                   : textbook::ForwardPass<double>()),
        shifted_(next_row_first(problem.x)),
        transposed_(read_transposed(problem.network, transposed_layer(problem))),
        result_(make_tangent(problem)) {}

  Tangent run() {
    Network<double> network = problem_.network;
    if (is(Fault::kDroppedPenalty)) {
      for (LayerSpec& layer : network.spec.layers) layer.l1 = layer.l2 = 0.0;
    }
    const auto gradients = textbook::backward(network, pass_, problem_.targets(), problem_.masks, this);
    for (std::size_t l = 0; l < problem_.num_layers(); ++l) {
      Matrix<double> inputs = std::move(result_[l].inputs);
      result_[l] = layer_tangent(gradients.parameters, l);
      result_[l].inputs = std::move(inputs);
    }
    distort();
    return std::move(result_);
  }

 private:
  [[nodiscard]] bool is(Fault fault) const { return mutant_.fault == fault; }

  void sample_factors(std::vector<double>& factors) override {
    const std::size_t rows = factors.size();
    if (is(Fault::kMissingMean)) {
      for (double& factor : factors) factor *= static_cast<double>(rows);
    }
    if (is(Fault::kLastBatchSkipped)) {
      std::fill(factors.end() - static_cast<std::ptrdiff_t>((rows + 3) / 4), factors.end(), 0.0);
    }
  }

  void before_backward(textbook::LayerBackward<double>& at) override {
    if (is(Fault::kStaleActivation) && at.layer > 0 && at.layer + 1 == problem_.num_layers()) {
      at.x = &stale_.x[at.layer];
    }
    if (is(Fault::kOffByOneRow) && at.layer == 0) at.x = &shifted_;
    if (is(Fault::kTransposedProduct)) at.parameters = &transposed_.parameters;
  }

  void after_backward(textbook::LayerBackward<double>& at) override {
    if (is(Fault::kMissingBias) && at.layer == 0) std::ranges::fill(at.gradient->biases(0), 0.0);
    result_[at.layer].inputs = *at.dx;
  }

  void after_activation(std::size_t layer, const Matrix<double>& dh, Matrix<double>& dz) override {
    if (is(Fault::kWrongDerivative) && layer == 0) dz = dh;
  }

  void distort() {
    double factor = 1.0;
    if (is(Fault::kSign)) factor = -1.0;
    if (is(Fault::kRelativeError)) factor = 1.0 + mutant_.size;
    if (factor == 1.0) return;
    for (double& g : result_[0].weights.span()) g *= factor;
  }

  const Problem& problem_;
  Mutant mutant_;
  textbook::ForwardPass<double> pass_;
  textbook::ForwardPass<double> stale_;
  Matrix<double> shifted_;
  Network<double> transposed_;
  Tangent result_;
};

}  // namespace

const std::vector<Mutant>& all_mutants() {
  static const std::vector<Mutant> mutants = {
      {"sign of one layer", Fault::kSign},
      {"missing 1/B", Fault::kMissingMean},
      {"transposed product", Fault::kTransposedProduct},
      {"missing bias gradient", Fault::kMissingBias},
      {"stale activation", Fault::kStaleActivation},
      {"activation derivative left out", Fault::kWrongDerivative},
      {"dropped penalty", Fault::kDroppedPenalty},
      {"last batch skipped", Fault::kLastBatchSkipped},
      {"off-by-one row", Fault::kOffByOneRow},
      {"relative error 1e-3", Fault::kRelativeError, 1e-3},
      {"relative error 1e-6", Fault::kRelativeError, 1e-6},
      {"relative error 1e-9", Fault::kRelativeError, 1e-9},
  };
  return mutants;
}

std::string_view missing_for(const Mutant& mutant, const Problem& problem) {
  const NetworkSpec& spec = problem.network.spec;
  switch (mutant.fault) {
    case Fault::kMissingMean:
    case Fault::kLastBatchSkipped:
    case Fault::kOffByOneRow:
      return problem.x.rows() < 2 ? "there is one row" : "";
    case Fault::kTransposedProduct:
      return transposed_layer(problem) == problem.num_layers() ? "all weight matrices are vectors" : "";
    case Fault::kStaleActivation:
      return problem.num_layers() < 2 ? "there is no hidden layer" : "";
    case Fault::kWrongDerivative:
      if (problem.num_layers() < 2) return "there is no hidden layer";
      return spec.layers[0].activation.kind == ActivationKind::kIdentity ? "the first hidden layer is linear" : "";
    case Fault::kDroppedPenalty:
      return std::ranges::any_of(spec.layers, [](const LayerSpec& l) { return l.l1 != 0.0 || l.l2 != 0.0; })
                 ? ""
                 : "there is no penalty";
    default:
      return "";
  }
}

Tangent faulty_gradient(const Problem& problem, const Mutant& mutant) {
  return FaultyBackward(problem, mutant).run();
}

}  // namespace gradus::verification
