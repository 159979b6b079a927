// SPDX-License-Identifier: Apache-2.0
#include "training/record_json.hpp"

#include <nlohmann/json.hpp>

#include "core/json_text.hpp"
#include "training/layer_statistics.hpp"

namespace gradus {

std::string statistics_json(std::size_t epoch, std::span<const LayerStatistics> layers) {
  nlohmann::ordered_json object = {{"epoch", epoch}};
  object["layers"] = nlohmann::ordered_json::array();
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const LayerStatistics& layer = layers[l];
    object["layers"].push_back({{"layer", l + 1},
                                {"units", layer.units},
                                {"dead", layer.dead},
                                {"saturated", layer.saturated},
                                {"activation_mean", layer.activation_mean},
                                {"activation_std", layer.activation_std},
                                {"gradient_norm", layer.gradient_norm},
                                {"weight_norm", layer.weight_norm}});
  }
  return object.dump();
}

std::string lines_through(const std::string& text, std::size_t epoch) {
  std::string kept;
  std::size_t last = 0;
  std::size_t start = 0;
  for (std::size_t end = 0; (end = text.find('\n', start)) != std::string::npos; start = end + 1) {
    const std::string line = text.substr(start, end - start);
    const std::optional<nlohmann::ordered_json> object = parse_json(line);
    if (!object || !object->is_object() || !object->contains("epoch")) break;
    const auto number = json_integer<std::size_t>(object->at("epoch"));
    if (!number || *number <= last || *number > epoch) break;
    kept += line + "\n";
    last = *number;
  }
  return kept;
}

std::string progress_json(const RunProgress& progress) {
  nlohmann::ordered_json object = {{"running", progress.running},         {"epoch", progress.epoch},
                                   {"epochs", progress.epochs},           {"batch", progress.batch},
                                   {"num_batches", progress.num_batches}, {"loss", progress.loss}};
  if (progress.accuracy) object["accuracy"] = *progress.accuracy;
  object["samples_per_second"] = progress.samples_per_second;
  object["seconds_left"] = progress.seconds_left;
  return object.dump();
}

}  // namespace gradus
