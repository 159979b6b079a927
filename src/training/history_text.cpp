// SPDX-License-Identifier: Apache-2.0
#include "training/history_text.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

#include "core/json_text.hpp"
#include "core/suggest.hpp"

namespace gradus {
namespace {

using LineJson = nlohmann::ordered_json;

LineJson number_or_null(const std::optional<double>& value) {
  return value ? LineJson(*value) : LineJson(nullptr);
}

std::optional<double> number_if_any(const LineJson& value) {
  if (value.is_null()) return std::nullopt;
  return value.get<double>();
}

LineJson part_array(const PartMetrics& part) {
  LineJson json = LineJson::array({part.loss, number_or_null(part.accuracy), number_or_null(part.top_k)});
  for (const auto& [measure, value] : part.watched) json.push_back({measure_facts(measure).name, value});
  return json;
}

PartMetrics read_part(const LineJson& value) {
  PartMetrics part{value.at(0).get<double>(), number_if_any(value.at(1)), number_if_any(value.at(2))};
  for (std::size_t i = 3; i < value.size(); ++i) {
    const std::string name = value.at(i).at(0).get<std::string>();
    part.watched[parse_kind("checkpoint", kMeasureTable, name)] = value.at(i).at(1).get<double>();
  }
  return part;
}

LineJson epoch_array(const EpochRecord& r) {
  return LineJson::array({r.epoch, part_array(r.train), r.valid ? part_array(*r.valid) : LineJson(nullptr),
                          r.test ? part_array(*r.test) : LineJson(nullptr), number_or_null(r.penalty), r.learning_rate,
                          r.seconds, r.samples_per_second});
}

}  // namespace

HistoryText::HistoryText(std::string_view text) : text_(text) {
  hash_.update(std::as_bytes(std::span(text)));
}

void HistoryText::add(const EpochRecord& record) {
  const std::string line = epoch_array(record).dump() + "\n";
  text_ += line;
  hash_.update(std::as_bytes(std::span(line)));
}

std::string HistoryText::sha256() const {
  Sha256 hash = hash_;
  return hash.hex_digest();
}

EpochRecord read_epoch(const LineJson& array) {
  EpochRecord record;
  record.epoch = require_json_integer<std::size_t>(array.at(0), "checkpoint: history");
  record.train = read_part(array.at(1));
  if (!array.at(2).is_null()) record.valid = read_part(array.at(2));
  if (!array.at(3).is_null()) record.test = read_part(array.at(3));
  record.penalty = number_if_any(array.at(4));
  record.learning_rate = array.at(5).get<double>();
  record.seconds = array.at(6).get<double>();
  record.samples_per_second = array.at(7).get<double>();
  return record;
}

std::vector<EpochRecord> read_history(std::string_view text) {
  std::vector<EpochRecord> records;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    records.push_back(read_epoch(require_json(line, "checkpoint: history")));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return records;
}

}  // namespace gradus
