// Mutants: the list, where each fault can happen, and the hooks that make it happen in the textbook's backward.
// SPDX-License-Identifier: Apache-2.0
#include "verification/mutants.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/enumerators.hpp"

namespace gradus::verification {
namespace {

constexpr std::array kAllMutants = {
    Mutant{"sign of one layer", Fault::kSign},
    Mutant{"missing 1/B", Fault::kMissingMean},
    Mutant{"transposed product", Fault::kTransposedProduct},
    Mutant{"missing bias gradient", Fault::kMissingBias},
    Mutant{"stale activation", Fault::kStaleActivation},
    Mutant{"activation derivative left out", Fault::kWrongDerivative},
    Mutant{"dropped penalty", Fault::kDroppedPenalty},
    Mutant{"last batch skipped", Fault::kLastBatchSkipped},
    Mutant{"off-by-one row", Fault::kOffByOneRow},
    Mutant{"relative error 1e-3", Fault::kRelativeError, 1e-3},
    Mutant{"relative error 1e-6", Fault::kRelativeError, 1e-6},
    Mutant{"relative error 1e-9", Fault::kRelativeError, 1e-9},
    Mutant{"batch statistics as constants", Fault::kConstantStatistics},
    Mutant{"running instead of batch statistics", Fault::kRunningStatistics},
    Mutant{"residual's gradient dropped", Fault::kDroppedResidual},
};

constexpr bool has_every_fault() {
  for (std::size_t fault = 1; fault < num_enumerators<Fault>(); ++fault) {
    const auto is_it = [fault](const Mutant& mutant) { return static_cast<std::size_t>(mutant.fault) == fault; };
    if (std::none_of(kAllMutants.begin(), kAllMutants.end(), is_it)) return false;
  }
  return true;
}
static_assert(has_every_fault(), "every Fault is in the list of mutants");

/// The network as it was one step ago: everything that multiplies smaller by a hundredth.
Network<double> older_network(const Network<double>& network) {
  Network<double> older = network;
  for_each_block(older.parameters, [](const ParameterBlock& block, std::span<double> values) {
    if (block.role != BlockRole::kWeight && block.role != BlockRole::kScale) return;
    for (double& w : values) w *= 0.99;
  });
  return older;
}

textbook::ForwardPass<double> stale_pass(const Problem& problem) {
  Problem older = problem;
  older.network = older_network(problem.network);
  return forward_pass(older);
}

/// The first layer from the problem's first on that `has` something; num_layers() where there is none.
template <class Has>
std::size_t first_layer_that(const Problem& problem, const Has& has) {
  std::size_t l = problem.first_layer;
  while (l < problem.num_layers() && !has(l)) ++l;
  return l;
}

std::size_t first_weights(const Problem& problem) {
  return first_layer_that(problem, [&](std::size_t l) { return !problem.network.weights(l).empty(); });
}

/// Whose biases have a gradient.
std::size_t first_biases(const Problem& problem) {
  return first_layer_that(
      problem, [&](std::size_t l) { return !problem.network.biases(l).empty() && !is_shift_removed(problem, l); });
}

std::size_t first_curve(const Problem& problem) {
  return first_layer_that(
      problem, [&](std::size_t l) { return problem.spec().layers[l].activation.kind != ActivationKind::kIdentity; });
}

std::size_t first_penalty(const Problem& problem) {
  return first_layer_that(problem, [&](std::size_t l) {
    const LayerSpec& layer = problem.spec().layers[l];
    return !problem.network.weights(l).empty() && (layer.l1 != 0.0 || layer.l2 != 0.0);
  });
}

std::size_t first_normalization(const Problem& problem) {
  return first_layer_that(problem, [&](std::size_t l) { return is_normalization(problem.spec().layers[l].kind); });
}

std::size_t first_of_kind(const Problem& problem, LayerKind kind) {
  return first_layer_that(problem, [&](std::size_t l) { return problem.spec().layers[l].kind == kind; });
}

bool is_vector(MatrixView<const double> weights) {
  return weights.rows() <= 1 || weights.cols() <= 1;
}

/// The layer whose product is transposed; num_layers() where all are vectors.
std::size_t transposed_layer(const Problem& problem) {
  for (std::size_t l = problem.num_layers(); l-- > problem.first_layer;) {
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
        first_weights_(first_weights(problem)),
        first_biases_(first_biases(problem)),
        first_curve_(first_curve(problem)),
        pass_(is(Fault::kRunningStatistics) ? evaluation_pass(problem) : forward_pass(problem)),
        stale_(is(Fault::kStaleActivation) ? stale_pass(problem) : textbook::ForwardPass<double>()),
        shifted_(next_row_first(pass_.x[first_weights_])),
        transposed_(read_transposed(problem.network, transposed_layer(problem))),
        result_(no_motion(problem)) {}

  Tangent run() {
    Network<double> network = problem_.network;
    if (is(Fault::kDroppedPenalty)) {
      for (LayerSpec& layer : network.spec.layers) layer.l1 = layer.l2 = 0.0;
    }
    auto gradients = textbook::backward(network, pass_, problem_.targets(), problem_.masks, this);
    result_.set_parameters(std::move(gradients.parameters));
    distort();
    return std::move(result_);
  }

 private:
  static textbook::ForwardPass<double> evaluation_pass(const Problem& problem) {
    return textbook::forward(
        problem.network, problem.x.view(), problem.masks,
        {.mode = textbook::Mode::kEvaluation, .first_layer = problem.first_layer, .earlier = &problem.earlier});
  }
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
    if (is(Fault::kStaleActivation) && at.layer > problem_.first_layer && at.layer + 1 == problem_.num_layers()) {
      at.x = &stale_.x[at.layer];
    }
    if (is(Fault::kOffByOneRow) && at.layer == first_weights_) at.x = &shifted_;
    if (is(Fault::kTransposedProduct)) at.parameters = &transposed_.parameters;
    if (is(Fault::kConstantStatistics)) take_statistics_for_constants(at);
    if (is(Fault::kDroppedResidual)) at.source_gradient = nullptr;
  }

  void after_backward(textbook::LayerBackward<double>& at) override {
    if (true_dx_ != nullptr) add_scaled_rows(at);
    if (is(Fault::kMissingBias) && at.layer == first_biases_) std::ranges::fill(at.gradient->biases(at.layer), 0.0);
    result_.set_inputs(at.layer, *at.dx);
  }

  void after_activation(std::size_t layer, const Matrix<double>& dh, Matrix<double>& dz) override {
    if (is(Fault::kWrongDerivative) && layer == first_curve_) dz = dh;
  }

  // Batch normalisation does so in evaluation; of layer normalisation everything but dx = scale r dz is put aside.
  void take_statistics_for_constants(textbook::LayerBackward<double>& at) {
    at.mode = textbook::Mode::kEvaluation;
    if (at.spec.layers[at.layer].kind != LayerKind::kLayerNorm) return;
    aside_ = Matrix<double>(at.dx->rows(), at.dx->cols());
    true_dx_ = std::exchange(at.dx, &aside_);
  }
  void add_scaled_rows(textbook::LayerBackward<double>& at) {
    at.dx = std::exchange(true_dx_, nullptr);
    const std::span<const double> scale = at.parameters->values(at.layer, BlockRole::kScale);
    for (std::size_t b = 0; b < at.dx->rows(); ++b) {
      for (std::size_t o = 0; o < scale.size(); ++o) {
        (*at.dx)(b, o) += scale[o] * at.moments->inverse_std[b] * (*at.dz)(b, o);
      }
    }
  }

  void distort() {
    double factor = 1.0;
    if (is(Fault::kSign)) factor = -1.0;
    if (is(Fault::kRelativeError)) factor = 1.0 + mutant_.size;
    if (factor == 1.0) return;
    for (double& g : result_.values({first_weights_, BlockRole::kWeight})) g *= factor;
  }

  const Problem& problem_;
  Mutant mutant_;
  std::size_t first_weights_;
  std::size_t first_biases_;
  std::size_t first_curve_;
  textbook::ForwardPass<double> pass_;
  textbook::ForwardPass<double> stale_;
  Matrix<double> shifted_;
  Network<double> transposed_;
  Matrix<double> aside_;
  Matrix<double>* true_dx_ = nullptr;  // while the layer writes aside
  Tangent result_;
};

}  // namespace

const std::vector<Mutant>& all_mutants() {
  static const std::vector<Mutant> mutants(kAllMutants.begin(), kAllMutants.end());
  return mutants;
}

std::string_view missing_for(const Mutant& mutant, const Problem& problem) {
  const bool one_row = problem.x.rows() < 2;
  const bool no_hidden_layer = problem.num_layers() < 2;
  switch (mutant.fault) {
    case Fault::kNone:
    case Fault::kSign:
    case Fault::kRelativeError:
    case Fault::kMissingBias:  // the last layer's biases have a gradient always
      return "";
    case Fault::kMissingMean:
    case Fault::kLastBatchSkipped:
    case Fault::kOffByOneRow:
      return one_row ? "there is one row" : "";
    case Fault::kTransposedProduct:
      return transposed_layer(problem) == problem.num_layers() ? "all weight matrices are vectors" : "";
    case Fault::kStaleActivation:
      return no_hidden_layer ? "there is no hidden layer" : "";
    case Fault::kWrongDerivative:
      if (no_hidden_layer) return "there is no hidden layer";
      return first_curve(problem) == problem.num_layers() ? "all hidden layers are linear" : "";
    case Fault::kDroppedPenalty:
      return first_penalty(problem) == problem.num_layers() ? "there is no penalty" : "";
    case Fault::kConstantStatistics:
      return first_normalization(problem) == problem.num_layers() ? "there is no normalisation" : "";
    case Fault::kRunningStatistics:
      return first_of_kind(problem, LayerKind::kBatchNorm) == problem.num_layers() ? "there is no batch normalisation"
                                                                                   : "";
    case Fault::kDroppedResidual:
      return first_of_kind(problem, LayerKind::kResidual) == problem.num_layers()
                 ? "there is no addition of an earlier layer"
                 : "";
  }
  return "";
}

Tangent faulty_gradient(const Problem& problem, const Mutant& mutant) {
  return FaultyBackward(problem, mutant).run();
}

}  // namespace gradus::verification
