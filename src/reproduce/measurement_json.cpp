// Measurements as files: what makes an interrupted reproduction go on.
// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "core/json_text.hpp"
#include "gradus/core/error.hpp"
#include "reproduce/measurement.hpp"

namespace gradus::reproduce {
namespace {

nlohmann::ordered_json stored_boundary(const Boundary& b) {
  return {{"x", b.x},
          {"y", b.y},
          {"columns", b.columns},
          {"rows", b.rows},
          {"classes", b.classes},
          {"probabilities", b.probabilities},
          {"points_x", b.points_x},
          {"points_y", b.points_y},
          {"labels", b.labels}};
}

template <class T>
std::vector<T> whole_numbers(const nlohmann::ordered_json& list) {
  std::vector<T> numbers;
  for (const nlohmann::ordered_json& number : list) numbers.push_back(require_json_integer<T>(number, "boundary"));
  return numbers;
}

Boundary read_boundary(const nlohmann::ordered_json& json) {
  Boundary b;
  json.at("x").get_to(b.x);
  json.at("y").get_to(b.y);
  b.columns = require_json_integer<std::size_t>(json.at("columns"), "boundary");
  b.rows = require_json_integer<std::size_t>(json.at("rows"), "boundary");
  b.classes = whole_numbers<std::uint8_t>(json.at("classes"));
  b.probabilities = whole_numbers<std::uint8_t>(json.at("probabilities"));
  json.at("points_x").get_to(b.points_x);
  json.at("points_y").get_to(b.points_y);
  b.labels = whole_numbers<std::int32_t>(json.at("labels"));
  return b;
}

}  // namespace

std::string measurement_json(const Measurement& measurement, const std::string& key) {
  nlohmann::ordered_json json = {{"key", key},
                                 {"seconds", measurement.seconds},
                                 {"weights_sha256", measurement.weights_sha256},
                                 {"series", measurement.series},
                                 {"names", measurement.names}};
  if (!measurement.error.empty()) json["error"] = measurement.error;
  if (measurement.boundary) json["boundary"] = stored_boundary(*measurement.boundary);
  return json.dump() + "\n";
}

std::optional<Measurement> parse_measurement(const std::string& text, const std::string& key) {
  try {
    const std::optional<nlohmann::ordered_json> stored = parse_json(text);
    if (!stored || stored->at("key") != key) return std::nullopt;
    const nlohmann::ordered_json& json = *stored;
    Measurement measurement;
    json.at("seconds").get_to(measurement.seconds);
    json.at("weights_sha256").get_to(measurement.weights_sha256);
    json.at("series").get_to(measurement.series);
    json.at("names").get_to(measurement.names);
    measurement.error = json.value("error", "");
    if (json.contains("boundary")) measurement.boundary = read_boundary(json.at("boundary"));
    return measurement;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  } catch (const InputError&) {
    return std::nullopt;
  }
}

}  // namespace gradus::reproduce
