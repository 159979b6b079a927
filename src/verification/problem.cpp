#include "verification/problem.hpp"

#include <algorithm>
#include <cmath>

namespace gradus::verification {
namespace {

template <class Use>
void for_each_pair(const Tangent& a, const Tangent& b, std::size_t layer, const Use& use) {
  for (std::size_t l = 0; l < a.size(); ++l) {
    for (const Part part : kAllParts) {
      const Matrix<double>& left = a[l][part];
      const Matrix<double>& right = b[l + layer][part];
      if (left.empty() || right.empty()) continue;
      for (std::size_t i = 0; i < left.size(); ++i) use(left.data()[i] * right.data()[i]);
    }
  }
}

template <class Container>
Container drop_front(const Container& values, std::size_t count) {
  return values.empty() ? Container() : Container(values.begin() + static_cast<std::ptrdiff_t>(count), values.end());
}

Matrix<double> top_rows(const Matrix<double>& matrix, std::size_t count) {
  if (matrix.empty()) return {};
  Matrix<double> rows(count, matrix.cols());
  std::copy_n(matrix.data(), rows.size(), rows.data());
  return rows;
}

}  // namespace

Matrix<double>& LayerTangent::operator[](Part part) {
  return part == Part::kWeights ? weights : part == Part::kBiases ? biases : inputs;
}
const Matrix<double>& LayerTangent::operator[](Part part) const {
  return part == Part::kWeights ? weights : part == Part::kBiases ? biases : inputs;
}

std::vector<Group> all_groups(const Problem& problem) {
  std::vector<Group> groups;
  for (std::size_t l = 0; l < problem.num_layers(); ++l) {
    for (const Part part : kAllParts) groups.push_back({l, part});
  }
  return groups;
}

std::string group_name(const Group& group) {
  const char* part = group.part == Part::kWeights ? " weights" : group.part == Part::kBiases ? " biases" : " inputs";
  return "layer " + std::to_string(group.layer + 1) + part;
}

std::size_t group_size(const Problem& problem, const Group& group) {
  const Network<double>& network = problem.network;
  if (group.part == Part::kWeights) return network.weights(group.layer).size();
  return group.part == Part::kBiases ? network.biases(group.layer).size()
                                     : problem.x.rows() * network.spec.inputs_of(group.layer);
}

Tangent make_tangent(const Problem& problem) {
  Tangent tangent;
  for (std::size_t l = 0; l < problem.num_layers(); ++l) {
    const MatrixView<const double> weights = problem.network.weights(l);
    tangent.push_back({Matrix<double>(weights.rows(), weights.cols()), Matrix<double>(1, weights.cols()),
                       Matrix<double>(problem.x.rows(), weights.rows())});
  }
  return tangent;
}

LayerTangent layer_tangent(const Parameters<double>& parameters, std::size_t layer) {
  const MatrixView<const double> weights = parameters.weights(layer);
  LayerTangent tangent{Matrix<double>(weights.rows(), weights.cols()), Matrix<double>(1, weights.cols()), {}};
  std::ranges::copy(weights.span(), tangent.weights.data());
  std::ranges::copy(parameters.biases(layer), tangent.biases.data());
  return tangent;
}

Tangent random_direction(const Problem& problem, std::span<const Group> groups, RandomStream& random) {
  Tangent direction(problem.num_layers());
  for (const Group& group : groups) {
    const MatrixView<const double> weights = problem.network.weights(group.layer);
    Matrix<double>& d = direction[group.layer][group.part];
    double size = 0.0;
    switch (group.part) {
      case Part::kWeights:
        d = Matrix<double>(weights.rows(), weights.cols());
        size = norm(weights.span());
        break;
      case Part::kBiases:
        d = Matrix<double>(1, weights.cols());
        size = norm(problem.network.biases(group.layer));
        break;
      case Part::kInputs:
        d = Matrix<double>(problem.x.rows(), weights.rows());
        size = group.layer == 0 ? norm(problem.x.span()) : std::sqrt(static_cast<double>(d.size()));
        break;
    }
    for (double& v : d.span()) v = random.normal();
    const double scale = (size > 0.0 ? size : 1.0) / norm(d.span());
    for (double& v : d.span()) v *= scale;
  }
  return direction;
}

double dot(const Tangent& direction, const Tangent& gradient, std::size_t layer) {
  double sum = 0.0;
  for_each_pair(direction, gradient, layer, [&](double product) { sum += product; });
  return sum;
}
double dot_magnitude(const Tangent& direction, const Tangent& gradient, std::size_t layer) {
  double sum = 0.0;
  for_each_pair(direction, gradient, layer, [&](double product) { sum += std::fabs(product); });
  return sum;
}
double dot_norm(const Tangent& direction, const Tangent& gradient, std::size_t layer) {
  double sum = 0.0;
  for_each_pair(direction, gradient, layer, [&](double product) { sum += product * product; });
  return std::sqrt(sum);
}

// Scaled by the largest element: squares of gradients below 1e-154 would vanish.
double norm(std::span<const double> values) {
  double largest = 0.0;
  for (const double v : values) {
    if (!(std::fabs(v) <= largest)) largest = std::fabs(v);
  }
  if (largest == 0.0 || !std::isfinite(largest)) return largest;
  double sum = 0.0;
  for (const double v : values) sum += (v / largest) * (v / largest);
  return largest * std::sqrt(sum);
}

Problem tail(const Problem& problem, const textbook::ForwardPass<double>& pass, std::size_t layer) {
  Problem result;
  const NetworkSpec& spec = problem.network.spec;
  result.network.spec = spec;
  result.network.spec.num_inputs = spec.inputs_of(layer);
  result.network.spec.layers = drop_front(spec.layers, layer);
  result.network.parameters = Parameters<double>(parameter_layout(result.network.spec));
  for (std::size_t l = 0; l < result.num_layers(); ++l) {
    std::ranges::copy(problem.network.weights(layer + l).span(), result.network.weights(l).data());
    std::ranges::copy(problem.network.biases(layer + l), result.network.biases(l).begin());
  }
  result.x = pass.x[layer];
  result.labels = problem.labels;
  result.values = problem.values;
  result.weights = problem.weights;
  result.masks = drop_front(problem.masks, layer);
  result.functional = problem.functional;
  result.frozen_signs = drop_front(problem.frozen_signs, layer);
  return result;
}

Problem first_rows(const Problem& problem, std::size_t count) {
  if (count >= problem.x.rows()) return problem;
  Problem result = problem;
  result.x = top_rows(problem.x, count);
  if (!result.labels.empty()) result.labels.resize(count);
  result.values = top_rows(problem.values, count);
  if (!result.weights.empty()) result.weights.resize(count);
  for (Matrix<double>& mask : result.masks) mask = top_rows(mask, count);
  result.functional = top_rows(problem.functional, count);
  return result;
}

void use_differentiated_loss(NetworkSpec& spec) {
  if (spec.loss.gradient_through_floor) return;
  spec.loss.floor_kind = FloorKind::kExact;
  spec.loss.floor = 0.0;
}

Tangent textbook_gradient(const Problem& problem) {
  // The gradients of all layers' inputs on the way.
  class KeptInputs : public textbook::Hooks<double> {
   public:
    explicit KeptInputs(Tangent& to) : to_(to) {}
    void after_backward(textbook::LayerBackward<double>& at) override { to_[at.layer].inputs = *at.dx; }

   private:
    Tangent& to_;
  };
  const auto pass = textbook::forward(problem.network, problem.x.view(), problem.masks);
  Tangent tangent = make_tangent(problem);
  KeptInputs kept(tangent);
  const auto gradients = textbook::backward(problem.network, pass, problem.targets(), problem.masks, &kept);
  for (std::size_t l = 0; l < tangent.size(); ++l) {
    Matrix<double> inputs = std::move(tangent[l].inputs);
    tangent[l] = layer_tangent(gradients.parameters, l);
    tangent[l].inputs = std::move(inputs);
  }
  return tangent;
}

bool is_analytic(const NetworkSpec& spec) {
  if (loss_facts(spec.loss.kind).has_kinks) return false;
  return std::ranges::all_of(
      spec.layers, [](const LayerSpec& layer) { return activation_facts(layer.activation.kind).is_analytic; });
}

}  // namespace gradus::verification
