// A problem folder (benchmarks/problems.py) for peers in C++.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

template <class Element>
std::vector<Element> read_array(const std::string& path, std::size_t count) {
  std::vector<Element> values(count);
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(count * sizeof(Element)));
  if (!file) throw std::runtime_error(path + ": expected " + std::to_string(count) + " values, found fewer");
  return values;
}

struct Problem {
  explicit Problem(const std::string& problem_folder) : folder(problem_folder) {
    std::ifstream file(folder + "/problem.json");
    const nlohmann::json json = nlohmann::json::parse(file);
    widths = json.at("widths").get<std::vector<std::size_t>>();
    batch = json.at("batch");
    samples = json.at("samples");
    learning_rate = json.at("learning_rate");
    l1 = json.at("l1");
    l2 = json.at("l2");
    divisor = json.at("divisor");
    activation = json.at("activation");
    output = json.at("output");
    for (const auto& type : json.at("types")) has_bytes = has_bytes || type == "u8";
    labels = read_array<std::int32_t>(folder + "/labels.bin", samples);
    std::size_t count = 0;
    for (std::size_t l = 1; l < widths.size(); ++l) count += (widths[l - 1] + 1) * widths[l];
    parameters = read_array<double>(folder + "/weights.bin", count);
  }

  [[nodiscard]] std::size_t num_batches() const { return samples / batch; }
  [[nodiscard]] std::size_t num_inputs() const { return widths.front(); }
  template <class Element>
  [[nodiscard]] std::vector<Element> inputs(const std::string& type) const {
    return read_array<Element>(folder + "/inputs_" + type + ".bin", samples * num_inputs());
  }

  std::string folder;
  std::vector<std::size_t> widths;  // I, hidden, K
  std::size_t batch = 0;
  std::size_t samples = 0;
  double learning_rate = 0.0;
  double l1 = 0.0;
  double l2 = 0.0;
  double divisor = 1.0;
  std::string activation;
  std::string output;
  bool has_bytes = false;  // inputs are also there as bytes, to be divided by `divisor`
  std::vector<std::int32_t> labels;
  std::vector<double> parameters;  // layer by layer, weights (inputs x outputs) before biases
};

}  // namespace bench
