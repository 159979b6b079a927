// model.safetensors: parameters as tensors "layers.N.weight" (I x O) and "layers.N.bias" (O), architecture, scaling,
// names and training hash as JSON in the metadata. The reader checks every number before it allocates.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "gradus/core/scaling.hpp"
#include "gradus/data/dataset.hpp"
#include "gradus/data/preprocessing.hpp"
#include "gradus/network/network.hpp"

namespace gradus {

/// Everything that is needed to use a trained network on new data.
struct Model {
  std::variant<Network<float>, Network<double>> network;  // I inputs, K outputs, in the type it was trained in
  bool mixed = false;               // trained with the factors of products rounded to bfloat16, and used so; float only
  Preprocessing preprocessing;      // from the columns of a table to features; no steps: features are given as they are
  Scaling scaling;                  // from features to network inputs
  TargetScaling target_scaling;     // from values to targets, and back for outputs; empty: none
  std::optional<Task> task;         // what it learned; empty in older files
  bool samples_in_columns = false;  // of the array that it was trained on
  std::vector<double> feature_range;       // least and largest feature of the training part; empty: not known
  std::vector<std::string> class_names;    // K names for classification, else empty
  std::vector<std::string> feature_names;  // I names where the data had a header, else empty
  std::string target_name;                 // label column where the data had one; several are joined by commas
  std::vector<std::string> target_names;   // K names of several quantities where the data had them, else empty
  std::string weight_name;                 // column of sample weights where the data had one: no input of the network
  std::string data_name;                   // data source it was trained on
  std::string training_sha256;             // hash of configuration and data of the run

  /// The architecture.
  [[nodiscard]] const NetworkSpec& spec() const {
    return std::visit([](const auto& n) -> const NetworkSpec& { return n.spec; }, network);
  }
};

/// Written atomically. Throws RunError (disk full, no permission) and leaves an existing file as it was.
void write_model(const std::string& path, const Model& model);
/// Throws InputError: not safetensors, truncated, sizes that do not fit, foreign architecture, newer version, weights
/// that are not finite or whose SHA-256 is not the stored one.
Model read_model(const std::string& path);
/// The same bytes that write_model() puts into the file.
std::vector<std::byte> model_bytes(const Model& model);
/// Reads them with the same checks; `name` stands in messages in place of the path.
Model read_model(std::span<const std::byte> bytes, const std::string& name = "model");

}  // namespace gradus
