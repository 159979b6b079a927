// The running error analysis: variances beside the numbers of one pass, forward by layer, backward by the textbook's
// hooks.
// SPDX-License-Identifier: Apache-2.0
#include "verification/rounding.hpp"

#include <algorithm>
#include <cmath>

#include "verification/activation_rounding.hpp"
#include "verification/layer_rounding.hpp"
#include "verification/loss_rounding.hpp"

namespace gradus::verification {
namespace {

class Analysis : public textbook::Hooks<double> {
 public:
  Analysis(const Problem& problem, const Arithmetic& arithmetic, ForwardErrors forward)
      : problem_(problem),
        arithmetic_(arithmetic),
        counts_forward_(forward == ForwardErrors::kCounted),
        pass_(forward_pass(problem)),
        factors_(textbook::sample_factors(problem.targets(), problem.x.rows())),
        x_variance_(problem.num_layers() + 1),
        z_variance_(problem.num_layers()),
        extra_variance_(problem.num_layers()) {}

  RoundingError run() {
    for (std::size_t l = problem_.first_layer; l < problem_.num_layers(); ++l) forward(l);
    const LossRounding loss{arithmetic_, problem_, pass_, counts_forward_, z_variance_.back(), factors_};
    result_.value = std::sqrt(value_variance(loss));
    result_.gradient = make_tangent(problem_);
    dz_variance_ = logits_gradient_variance(loss);
    static_cast<void>(textbook::backward(problem_.network, pass_, problem_.targets(), problem_.masks, this));
    for (const Group& group : result_.gradient.groups()) {
      for (double& v : result_.gradient.values(group)) v = std::sqrt(v);
    }
    return std::move(result_);
  }

 private:
  void forward(std::size_t l) {
    const Matrix<double>& z = pass_.z[l];
    if (l == problem_.first_layer) x_variance_[l] = Matrix<double>(problem_.x.rows(), problem_.x.cols());
    x_variance_[l + 1] = Matrix<double>(z.rows(), z.cols());
    z_variance_[l] = Matrix<double>(z.rows(), z.cols());
    if (!counts_forward_) return;
    const auto source = problem_.spec().source_of(l);
    const bool moves = source && *source + 1 >= problem_.first_layer;
    z_variance_[l] = forward_variance({arithmetic_, problem_, l, pass_.x[l], x_variance_[l],
                                       moves ? &x_variance_[*source + 1] : nullptr, z, pass_.moments[l]});
    x_variance_[l + 1] = activation_variance(activation(l));
  }

  [[nodiscard]] ActivationRounding activation(std::size_t l) const {
    const bool has_mask = !problem_.masks.empty() && !problem_.masks[l].empty();
    return {arithmetic_,
            problem_.spec().layers[l],
            problem_.network.parameters.values(l, BlockRole::kSlope),
            pass_.z[l],
            z_variance_[l],
            pass_.h[l],
            has_mask ? &problem_.masks[l] : nullptr};
  }

  void before_backward(textbook::LayerBackward<double>& at) override {
    dx_variance_ = Matrix<double>(at.x->rows(), at.x->cols());
    Matrix<double>* extra = nullptr;
    if (at.source_gradient != nullptr) {
      extra = &extra_variance_[*problem_.spec().source_of(at.layer) + 1];
      if (extra->empty()) *extra = Matrix<double>(at.x->rows(), at.x->cols());
    }
    backward_variance({arithmetic_, at, x_variance_[at.layer], dz_variance_, result_.gradient, dx_variance_, extra});
    add_penalty(at.layer);
  }

  // What later layers that read the inputs again add.
  void after_backward(textbook::LayerBackward<double>& at) override {
    const Matrix<double>& extra = extra_variance_[at.layer];
    for (std::size_t i = 0; i < extra.size(); ++i) {
      dx_variance_.data()[i] += extra.data()[i] + square(arithmetic_.unit_roundoff * at.dx->data()[i]);
    }
    result_.gradient.set_inputs(at.layer, dx_variance_);
  }

  void after_activation(std::size_t layer, const Matrix<double>& dh, Matrix<double>& dz) override {
    const ActivationRounding at = activation(layer);
    if (at.mask != nullptr) {
      for (std::size_t i = 0; i < dx_variance_.size(); ++i) dx_variance_.data()[i] *= square(at.mask->data()[i]);
    }
    dz_variance_ = activation_gradient_variance(
        at, dh, dx_variance_, dz, result_.gradient.values({layer, BlockRole::kSlope}), result_.uncertain_units);
  }

  void add_penalty(std::size_t l) {
    const LayerSpec& layer = problem_.spec().layers[l];
    const std::span<double> to = result_.gradient.values({l, BlockRole::kWeight});
    const std::span<const double> weights = problem_.network.weights(l).span();
    for (std::size_t i = 0; i < to.size(); ++i) {
      to[i] += square(2.0 * arithmetic_.unit_roundoff * (layer.l1 + 2.0 * layer.l2 * std::fabs(weights[i])));
    }
  }

  const Problem& problem_;
  const Arithmetic& arithmetic_;
  bool counts_forward_;
  textbook::ForwardPass<double> pass_;
  std::vector<double> factors_;
  std::vector<Matrix<double>> x_variance_;  // by layer, of its inputs
  std::vector<Matrix<double>> z_variance_;
  std::vector<Matrix<double>> extra_variance_;  // by layer, of what is added to the gradient of its inputs
  Matrix<double> dz_variance_;                  // of the layer that backward is at; likewise
  Matrix<double> dx_variance_;
  RoundingError result_;
};

}  // namespace

RoundingError rounding_error(const Problem& problem, const Arithmetic& arithmetic, ForwardErrors forward) {
  return Analysis(problem, arithmetic, forward).run();
}

}  // namespace gradus::verification
