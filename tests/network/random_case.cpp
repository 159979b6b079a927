// SPDX-License-Identifier: Apache-2.0
#include "network/random_case.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gradus::test {
namespace {

std::size_t between(RandomStream& random, std::size_t low, std::size_t high) {
  return low + static_cast<std::size_t>(random.below(high - low + 1));
}

LayerSpec make_layer(const CaseOptions& options, RandomStream& random, bool is_last, std::size_t units) {
  LayerSpec layer;
  layer.units = units;
  if (!is_last) layer.activation = make_activation(options.activation);
  if (options.penalties) layer.l1 = random.uniform(0.001, 0.01);
  if (options.penalties) layer.l2 = random.uniform(0.001, 0.01);
  if (options.dropout && !is_last) layer.dropout = 0.25;
  return layer;
}

void choose_loss(Task task, NetworkSpec& spec) {
  switch (task) {
    case Task::kSoftmax:
      spec.output = OutputKind::kSoftmax;
      break;
    case Task::kMse:
    case Task::kHuber:
      spec.output = OutputKind::kLinear;
      break;
    default:
      spec.output = OutputKind::kSigmoid;
  }
  spec.loss.kind = task == Task::kHuber ? LossKind::kHuber : default_loss(spec.output);
  if (task == Task::kHuber) spec.loss.huber_delta = 0.5;
  if (task == Task::kSigmoidFloored) {
    spec.loss.floor_kind = FloorKind::kAdd;
    spec.loss.floor = 1e-3;  // large, so that a gradient that forgets it is off by far more than the tolerance
    spec.loss.gradient_through_floor = true;
  }
}

void fill_targets(Task task, RandomStream& random, std::size_t batch, std::size_t num_outputs, RandomCase& result) {
  const bool classes = task == Task::kSoftmax || task == Task::kSigmoidOneHot || task == Task::kSigmoidSingle;
  if (classes) {
    const std::size_t num_classes = num_outputs == 1 ? 2 : num_outputs;
    for (std::size_t b = 0; b < batch; ++b)
      result.labels.push_back(static_cast<std::int32_t>(random.below(num_classes)));
    return;
  }
  result.values = Matrix<double>(batch, num_outputs);
  const bool bits = task == Task::kSigmoidMultiLabel || task == Task::kSigmoidFloored;
  for (double& y : result.values.span()) y = bits ? static_cast<double>(random.below(2)) : random.normal();
}

double norm(std::span<const double> a) {
  double sum = 0.0;
  for (const double v : a) sum += v * v;
  return std::sqrt(sum);
}

}  // namespace

RandomCase make_random_case(const CaseOptions& options, std::uint64_t seed) {
  RandomStream random(seed, Purpose::kTest);
  RandomCase result;
  NetworkSpec spec;
  spec.num_inputs = between(random, 2, 5);
  const std::size_t num_outputs = options.task == Task::kSigmoidSingle ? 1 : between(random, 2, 4);
  for (std::size_t l = 0; l < options.depth; ++l) {
    const bool is_last = l + 1 == options.depth;
    spec.layers.push_back(make_layer(options, random, is_last, is_last ? num_outputs : between(random, 3, 6)));
  }
  choose_loss(options.task, spec);
  result.network = Network<double>(spec);
  for_each_block(result.network.parameters, [&random](const ParameterBlock& block, std::span<double> values) {
    const double bound = block.role == BlockRole::kWeight ? 1.2 : 0.5;
    for (double& value : values) value = random.uniform(-bound, bound);
  });
  const std::size_t batch = between(random, 1, 5);
  result.x = Matrix<double>(batch, spec.num_inputs);
  for (double& v : result.x.span()) v = random.normal();
  fill_targets(options.task, random, batch, num_outputs, result);
  for (std::size_t b = 0; options.sample_weights && b < batch; ++b) result.weights.push_back(random.uniform(0.2, 3.0));
  for (std::size_t l = 0; options.dropout && l < options.depth; ++l) {
    const double p = spec.layers[l].dropout;
    result.masks.emplace_back(p == 0.0 ? Matrix<double>() : Matrix<double>(batch, spec.layers[l].units));
    for (double& m : result.masks.back().span()) m = random.uniform() < p ? 0.0 : 1.0 / (1.0 - p);
  }
  result.name = std::string(activation_name(options.activation)) + " " + shape_string(spec) + " " +
                std::string(output_name(spec.output)) + " " + std::string(loss_name(spec.loss.kind)) + " task " +
                std::to_string(static_cast<int>(options.task)) + " batch " + std::to_string(batch) + " seed " +
                std::to_string(seed);
  return result;
}

std::vector<bool> sides_of_kinks(const RandomCase& c) {
  std::vector<bool> sides;
  const auto pass = textbook::forward(c.network, c.x.view(), c.masks);
  for (std::size_t l = 0; l < pass.z.size(); ++l) {
    const ActivationKind kind = c.network.spec.layers[l].activation.kind;
    const bool kinked =
        kind == ActivationKind::kRelu || kind == ActivationKind::kLeakyRelu || kind == ActivationKind::kElu;
    for (const double z : pass.z[l].span()) {
      if (kinked) sides.push_back(z > 0.0);
    }
    for (const double w : c.network.weights(l).span()) {
      if (c.network.spec.layers[l].l1 > 0.0) sides.push_back(w > 0.0);
    }
  }
  if (c.network.spec.loss.kind != LossKind::kHuber) return sides;
  for (std::size_t i = 0; i < pass.outputs.size(); ++i) {
    const double r = pass.outputs.data()[i] - c.values.data()[i];
    sides.push_back(r > c.network.spec.loss.huber_delta);
    sides.push_back(r < -c.network.spec.loss.huber_delta);
  }
  return sides;
}

NumericGradients central_differences(RandomCase c) {
  NumericGradients result{textbook::make_gradients(c.network, c.x.rows()), false};
  const std::vector<bool> sides = sides_of_kinks(c);
  const auto difference = [&](double& parameter) {
    constexpr double kStep = 1e-4;
    const double centre = parameter;
    const auto at = [&](double offset) {
      parameter = centre + offset;
      if (sides_of_kinks(c) != sides) result.crossed = true;
      return textbook::objective(c.network, c.x.view(), c.targets(), c.masks);
    };
    const double near = at(kStep) - at(-kStep);
    const double far = at(2 * kStep) - at(-2 * kStep);
    parameter = centre;
    return (8.0 * near - far) / (12.0 * kStep);
  };
  for_each_block(c.network.parameters, [&](const ParameterBlock& block, std::span<double> values) {
    const std::span<double> gradient = result.gradients.parameters.values(block);
    for (std::size_t i = 0; i < values.size(); ++i) gradient[i] = difference(values[i]);
  });
  for (std::size_t i = 0; i < c.x.size(); ++i) result.gradients.inputs.data()[i] = difference(c.x.data()[i]);
  return result;
}

double relative_difference(const textbook::Gradients<double>& analytic, const textbook::Gradients<double>& numeric) {
  const auto collect = [](const textbook::Gradients<double>& gradients, int part) {
    std::vector<double> values;
    const auto append = [&values](std::span<const double> more) {
      values.insert(values.end(), more.begin(), more.end());
    };
    if (part == 2) append(gradients.inputs.span());
    for_each_block(gradients.parameters, [&](const ParameterBlock& block, std::span<const double> block_values) {
      if (part == (block.role == BlockRole::kWeight ? 0 : 1)) append(block_values);
    });
    return values;
  };
  double worst = 0.0;
  for (int part = 0; part < 3; ++part) {
    std::vector<double> difference = collect(analytic, part);
    const std::vector<double> expected = collect(numeric, part);
    const double scale = norm(expected);
    if (!(scale > 1e-6) || difference.size() != expected.size()) return std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < expected.size(); ++i) difference[i] -= expected[i];
    const double relative = norm(difference) / scale;
    if (!(relative <= worst)) worst = relative;
    if (std::isnan(relative)) return std::numeric_limits<double>::infinity();
  }
  return worst;
}

}  // namespace gradus::test
