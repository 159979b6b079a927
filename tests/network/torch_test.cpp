// Outputs, losses and gradients of the textbook against PyTorch in float64, for every activation and loss.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "network/random_case.hpp"
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
    const auto biases = c.network.biases(l);
    layers.push_back({{"weights", rows_of(c.network.weights(l))},
                      {"biases", std::vector<double>(biases.begin(), biases.end())},
                      {"activation", activation_name(spec.layers[l].activation.kind)},
                      {"alpha", spec.layers[l].activation.alpha},
                      {"l1", spec.layers[l].l1},
                      {"l2", spec.layers[l].l2},
                      {"mask", c.masks.empty() ? json::array() : rows_of(c.masks[l].view())}});
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

// Largest difference relative to the largest expected magnitude of the tensor.
double relative_error(std::span<const double> ours, const json& expected) {
  std::vector<double> theirs;
  flatten(expected, theirs);
  if (theirs.size() != ours.size()) return INFINITY;
  double scale = 0.0, worst = 0.0;
  for (const double v : theirs) scale = std::max(scale, std::abs(v));
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
        cases.push_back(test::make_random_case({.task = task,
                                                .activation = activation,
                                                .depth = all ? std::size_t{3} : std::size_t{2},
                                                .penalties = all,
                                                .sample_weights = all,
                                                .dropout = all},
                                               300 + cases.size()));
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
    for (std::size_t l = 0; l < c.network.spec.layers.size(); ++l) {
      EXPECT_LE(relative_error(gradients.parameters.weights(l).span(), answer["weights"][l]), kTorchTolerance)
          << c.name;
      EXPECT_LE(relative_error(gradients.parameters.biases(l), answer["biases"][l]), kTorchTolerance) << c.name;
    }
  }
}

}  // namespace
}  // namespace gradus
