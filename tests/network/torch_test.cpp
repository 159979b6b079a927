// Outputs, losses and gradients of the textbook against PyTorch in float64, for every activation, loss and
// kind of layer.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "network/random_case.hpp"
#include "network/vanishing_bias.hpp"
#include "support/paths.hpp"

namespace gradus {
namespace {

using nlohmann::json;
using test::RandomCase;
using test::Task;

json rows_of(MatrixView<const double> m) {
  json rows = json::array();
  for (std::size_t r = 0; r < m.rows(); ++r) rows.push_back(std::vector<double>(m.row(r).begin(), m.row(r).end()));
  return rows;
}

json to_json(const RandomCase& c) {
  const NetworkSpec& spec = c.network.spec;
  json layers = json::array();
  for (std::size_t l = 0; l < spec.layers.size(); ++l) {
    json blocks = json::object();
    for (const ParameterBlock& block : c.network.parameters.layout()->blocks()) {
      if (block.layer != l) continue;
      const auto values = c.network.parameters.values(block);
      json& to = blocks[std::string(role_name(block.role))];
      to = block.role == BlockRole::kWeight ? rows_of(c.network.weights(l)) : json(values);
    }
    layers.push_back({{"blocks", blocks},
                      {"kind", layer_kind_name(spec.layers[l].kind)},
                      {"epsilon", spec.layers[l].epsilon},
                      {"source", spec.layers[l].source},
                      {"activation", activation_name(spec.layers[l].activation.kind)},
                      {"alpha", spec.layers[l].activation.alpha},
                      {"l1", spec.layers[l].l1},
                      {"l2", spec.layers[l].l2},
                      {"mask", c.masks.empty() || c.masks[l].empty() ? json::array() : rows_of(c.masks[l].view())}});
  }
  return {{"x", rows_of(c.x.view())},
          {"layers", layers},
          {"labels", c.labels},
          {"values", rows_of(c.values.view())},
          {"sample_weights", c.weights},
          {"output", output_name(spec.output)},
          {"loss", loss_name(spec.loss.kind)},
          {"floor", spec.loss.floor},
          {"delta", spec.loss.huber_delta},
          {"smoothing", spec.loss.label_smoothing},
          {"quantile", spec.loss.quantile},
          {"gamma", spec.loss.focal_gamma}};
}

void flatten(const json& value, std::vector<double>& into) {
  if (value.is_number()) into.push_back(value.get<double>());
  if (value.is_array()) {
    for (const json& element : value) flatten(element, into);
  }
}

double largest_magnitude(const json& tensors) {
  std::vector<double> values;
  flatten(tensors, values);
  double largest = 0.0;
  for (const double v : values) largest = std::max(largest, std::abs(v));
  return largest;
}

// Largest difference relative to `scale`, or to the largest expected magnitude of the tensor.
double relative_error(std::span<const double> ours, const json& expected, double scale = 0.0) {
  std::vector<double> theirs;
  flatten(expected, theirs);
  if (theirs.size() != ours.size()) return INFINITY;
  double worst = 0.0;
  if (scale == 0.0) scale = largest_magnitude(expected);
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (!(std::abs(ours[i] - theirs[i]) <= worst)) worst = std::abs(ours[i] - theirs[i]);
  }
  return scale == 0.0 ? worst : worst / scale;
}

// The text that a command prints, or nothing when it fails.
std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return text;
  char piece[4096];
  for (std::size_t n = 0; (n = std::fread(piece, 1, sizeof piece, pipe)) > 0;) text.append(piece, n);
  return pclose(pipe) == 0 ? text : std::string();
}

TEST(Torch, outputs_losses_and_gradients_agree_to_1e_12) {
  if (output_of("/usr/bin/python3 -c 'import torch; print(1)' 2>/dev/null").empty()) {
    GTEST_SKIP() << "no PyTorch (Debian: python3-torch)";
  }
  std::vector<RandomCase> cases;
  json list = json::array();
  for (const ActivationKind activation : kAllActivations) {
    for (const Task task : test::kAllTasks) {
      for (const bool all : {false, true}) {
        const std::size_t number = cases.size();
        cases.push_back(test::make_random_case({.task = task,
                                                .activation = activation,
                                                .depth = all ? std::size_t{3} : std::size_t{2},
                                                .kind = kAllLayerKinds[all ? number / 2 % kAllLayerKinds.size() : 0],
                                                .penalties = all,
                                                .sample_weights = all,
                                                .dropout = all},
                                               300 + number));
        list.push_back(to_json(cases.back()));
      }
    }
  }
  const test::TempDir folder;
  std::ofstream(folder / "cases.json") << list;
  const json answers =
      json::parse(output_of("/usr/bin/python3 '" GRADUS_SOURCE_DIR "/tests/network/golden/torch_gradients.py' '" +
                            (folder / "cases.json") + "'"));
  ASSERT_EQ(answers.size(), cases.size());
  constexpr double kTorchTolerance = 1e-12;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const RandomCase& c = cases[i];
    const json& answer = answers[i];
    const auto pass = textbook::forward(c.network, c.x.view(), c.masks);
    const auto gradients = textbook::backward(c.network, pass, c.targets(), c.masks);
    const double objective = textbook::objective(c.network, c.x.view(), c.targets(), c.masks);
    EXPECT_LE(relative_error(pass.outputs.span(), answer["outputs"]), kTorchTolerance) << c.name;
    EXPECT_NEAR(objective, answer["objective"].get<double>(), kTorchTolerance * (1 + std::abs(objective))) << c.name;
    EXPECT_LE(relative_error(gradients.inputs.span(), answer["inputs"]), kTorchTolerance) << c.name;
    for_each_block(gradients.parameters, [&](const ParameterBlock& block, std::span<const double> values) {
      const json& layer = answer["layers"][block.layer];
      const double scale = test::vanishes(c.network.spec, block) ? largest_magnitude(layer["weight"]) : 0.0;
      EXPECT_LE(relative_error(values, layer[std::string(role_name(block.role))], scale), kTorchTolerance)
          << c.name << ", " << block.name;
    });
  }
}

}  // namespace
}  // namespace gradus
