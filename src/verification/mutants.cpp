#include "verification/mutants.hpp"

#include <algorithm>

namespace gradus::verification {
namespace {

/// The network as it was one step ago: every weight smaller by a hundredth.
Network<double> older_network(const Network<double>& network) {
  Network<double> older = network;
  for (LayerParameters<double>& layer : older.layers) {
    for (double& w : layer.weights.span()) w *= 0.99;
  }
  return older;
}

bool is_vector(const Matrix<double>& weights) {
  return weights.rows() == 1 || weights.cols() == 1;
}

/// The layer whose product is transposed; num_layers() where all are vectors.
std::size_t transposed_layer(const Problem& problem) {
  for (std::size_t l = problem.num_layers(); l-- > 0;) {
    if (!is_vector(problem.network.layers[l].weights)) return l;
  }
  return problem.num_layers();
}

Matrix<double> next_row_first(const Matrix<double>& x) {
  Matrix<double> shifted(x.rows(), x.cols());
  for (std::size_t b = 0; b < x.rows(); ++b) std::ranges::copy(x.row((b + 1) % x.rows()), shifted.row(b).begin());
  return shifted;
}

// W (I x O) read as if it lay O x I.
Matrix<double> read_transposed(const Matrix<double>& w) {
  Matrix<double> wrong(w.rows(), w.cols());
  for (std::size_t k = 0; k < w.rows(); ++k) {
    for (std::size_t o = 0; o < w.cols(); ++o) wrong(k, o) = w.data()[o * w.rows() + k];
  }
  return wrong;
}

/// textbook::backward, with the fault where it belongs.
class FaultyBackward {
 public:
  FaultyBackward(const Problem& problem, const Mutant& mutant)
      : problem_(problem),
        mutant_(mutant),
        pass_(textbook::forward(problem.network, problem.x.view(), problem.masks)),
        result_(make_tangent(problem)) {}

  Tangent run() {
    Matrix<double> dz = last_gradient();
    for (std::size_t l = problem_.num_layers(); l-- > 0;) {
      parameters(l, dz);
      Matrix<double> dx = inputs(l, dz);
      result_[l].inputs = dx;
      if (l > 0) dz = through_activation(l - 1, std::move(dx));
    }
    if (!is(Fault::kDroppedPenalty)) add_penalties();
    distort();
    return std::move(result_);
  }

 private:
  [[nodiscard]] bool is(Fault fault) const { return mutant_.fault == fault; }

  Matrix<double> last_gradient() {
    const std::size_t rows = problem_.x.rows();
    std::vector<double> factors = textbook::sample_factors(problem_.targets(), rows);
    if (is(Fault::kMissingMean)) {
      for (double& factor : factors) factor *= static_cast<double>(rows);
    }
    if (is(Fault::kLastBatchSkipped)) {
      std::fill(factors.end() - static_cast<std::ptrdiff_t>((rows + 3) / 4), factors.end(), 0.0);
    }
    Matrix<double> dz(rows, problem_.network.spec.num_outputs());
    for (std::size_t b = 0; b < rows; ++b) {
      textbook::last_gradient_row<double>(problem_.network.spec.loss, pass_.outputs.row(b), problem_.targets(), b,
                                          factors[b], dz.row(b));
    }
    return dz;
  }

  void parameters(std::size_t l, const Matrix<double>& dz) {
    LayerParameters<double> gradient{Matrix<double>(result_[l].weights.rows(), dz.cols()),
                                     AlignedBuffer<double>(dz.cols())};
    if (is(Fault::kStaleActivation) && l > 0 && l + 1 == problem_.num_layers()) {
      const auto stale = textbook::forward(older_network(problem_.network), problem_.x.view(), problem_.masks);
      textbook::weight_gradient(stale.x[l], dz, gradient.weights);
    } else if (is(Fault::kOffByOneRow) && l == 0) {
      textbook::weight_gradient(next_row_first(pass_.x[l]), dz, gradient.weights);
    } else {
      textbook::weight_gradient(pass_.x[l], dz, gradient.weights);
    }
    if (!is(Fault::kMissingBias) || l > 0) textbook::bias_gradient(dz, gradient.biases);
    result_[l].weights = std::move(gradient.weights);
    std::ranges::copy(gradient.biases.span(), result_[l].biases.data());
  }

  Matrix<double> inputs(std::size_t l, const Matrix<double>& dz) const {
    const Matrix<double>& weights = problem_.network.layers[l].weights;
    const bool wrong = is(Fault::kTransposedProduct) && l == transposed_layer(problem_);
    return textbook::input_gradient(dz, wrong ? read_transposed(weights) : weights);
  }

  Matrix<double> through_activation(std::size_t l, Matrix<double> dz) const {
    const bool dropped = !problem_.masks.empty() && !problem_.masks[l].empty();
    const Activation& activation = problem_.network.spec.layers[l].activation;
    for (std::size_t i = 0; i < dz.size(); ++i) {
      const double dh = dropped ? dz.data()[i] * problem_.masks[l].data()[i] : dz.data()[i];
      const bool forgotten = is(Fault::kWrongDerivative) && l == 0;
      dz.data()[i] =
          forgotten ? dh : textbook::activate_backward(activation, pass_.z[l].data()[i], pass_.h[l].data()[i], dh);
    }
    return dz;
  }

  void add_penalties() {
    std::vector<LayerParameters<double>> layers;
    for (LayerTangent& layer : result_) layers.push_back({std::move(layer.weights), {}});
    textbook::add_penalty_gradients(problem_.network, layers);
    for (std::size_t l = 0; l < layers.size(); ++l) result_[l].weights = std::move(layers[l].weights);
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
