// A reproduction as JSON (docs/formats.md) with the figures of the report (docs/report.md).
// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include <cmath>

#include "reproduce/reproduction.hpp"

namespace gradus::reproduce {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr int kReproductionSchema = 1;

// JSON has no infinity: an open end is null.
OrderedJson number_or_null(double value) {
  return std::isfinite(value) ? OrderedJson(value) : OrderedJson(nullptr);
}

std::string_view evidence_name(Evidence evidence) {
  switch (evidence) {
    case Evidence::kExact:
      return "exact";
    case Evidence::kChaotic:
      return "chaotic";
    case Evidence::kStatistical:
      return "statistical";
    case Evidence::kOrder:
      return "order";
    case Evidence::kProperty:
      break;
  }
  return "property";
}

OrderedJson row_json(const JudgedRow& row) {
  const Judgement& j = row.judgement;
  OrderedJson json = {{"label", row.label}};
  json["published"] = j.published ? OrderedJson(*j.published) : OrderedJson(nullptr);
  json["ours"] = number_or_null(j.ours);
  json["digits"] = j.digits ? OrderedJson(*j.digits) : OrderedJson(nullptr);
  json["spread"] = nullptr;
  if (j.spread) json["spread"] = {number_or_null((*j.spread)[0]), number_or_null((*j.spread)[1])};
  json["smallest_off"] = j.smallest_off ? number_or_null(*j.smallest_off) : OrderedJson(nullptr);
  json["verdict"] = verdict_name(j.verdict);
  json["evidence"] = evidence_name(row.evidence);
  json["runs"] = j.runs;
  json["sd"] = number_or_null(j.standard_deviation);
  if (row.demanded_digits > 0.0) json["demanded_digits"] = row.demanded_digits;
  return json;
}

std::string base64(const std::vector<std::uint8_t>& bytes) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t k) { return i + k < bytes.size() ? std::uint32_t{bytes[i + k]} : 0U; };
    const std::uint32_t group = byte(0) << 16U | byte(1) << 8U | byte(2);
    for (std::size_t k = 0; k < 4; ++k) {
      const bool padding = i + k > bytes.size();
      text += padding ? '=' : kLetters[group >> (18U - 6U * k) & 63U];
    }
  }
  return text;
}

OrderedJson figure_boundary(const Boundary& b) {
  OrderedJson json = {{"x", b.x}, {"y", b.y}, {"columns", b.columns}, {"rows", b.rows}};
  json["classes"] = base64(b.classes);
  json["probabilities"] = base64(b.probabilities);
  json["points"] = {{"x", b.points_x}, {"y", b.points_y}, {"label", b.labels}};
  return json;
}

// The mean over the runs, element by element, as far as all of them reach.
std::vector<double> mean_series(const std::vector<Measurement>& runs, const std::string& metric) {
  std::vector<double> mean;
  std::size_t count = 0;
  for (const Measurement& run : runs) {
    const auto found = run.series.find(metric);
    if (found == run.series.end()) continue;
    ++count;
    if (count == 1) mean.assign(found->second.size(), 0.0);
    mean.resize(std::min(mean.size(), found->second.size()));
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += found->second[i];
  }
  for (double& value : mean) value /= static_cast<double>(count);
  return mean;
}

OrderedJson series_json(const FigureSeries& series, const CaseRuns& runs) {
  std::vector<double> x = series.x_values;
  std::vector<double> y = series.published;
  if (const auto found = runs.find(series.case_name); y.empty() && found != runs.end()) {
    y = mean_series(found->second, series.metric);
    if (!series.x.empty()) x = mean_series(found->second, series.x);
  }
  if (series.first < y.size()) y.erase(y.begin(), y.begin() + static_cast<std::ptrdiff_t>(series.first));
  if (series.count > 0 && series.count < y.size()) y.resize(series.count);
  for (double& value : y) value *= series.scale;
  for (std::size_t i = x.size(); i < y.size(); ++i) x.push_back(static_cast<double>(i + 1));
  x.resize(y.size());
  return {{"label", series.label}, {"x", x}, {"y", y}, {"dashed", series.dashed}};
}

OrderedJson figures_json(const Reproduction& reproduction) {
  OrderedJson figures = OrderedJson::array();
  for (const Figure& figure : reproduction.study.figures) {
    OrderedJson json = {{"title", figure.title}};
    if (!figure.boundary_of.empty()) {
      const auto found = reproduction.runs.find(figure.boundary_of);
      if (found == reproduction.runs.end() || !found->second.front().boundary) continue;
      json["kind"] = "boundary";
      json["boundary"] = figure_boundary(*found->second.front().boundary);
    } else {
      json["kind"] = "lines";
      json["x_label"] = figure.x_label;
      json["y_label"] = figure.y_label;
      json["x_log"] = figure.x_log;
      json["y_log"] = figure.y_log;
      json["series"] = OrderedJson::array();
      for (const FigureSeries& series : figure.series) json["series"].push_back(series_json(series, reproduction.runs));
    }
    figures.push_back(json);
  }
  return figures;
}

OrderedJson study_object(const Reproduction& reproduction) {
  OrderedJson json = {{"study", reproduction.study.id}, {"title", reproduction.study.title}};
  json["rows"] = OrderedJson::array();
  for (const JudgedRow& row : reproduction.rows) json["rows"].push_back(row_json(row));
  json["verdict"] = verdict_name(reproduction.verdict());
  json["seconds"] = reproduction.seconds;
  json["quick"] = reproduction.quick;
  json["errors"] = OrderedJson::object();
  for (const auto& [name, runs] : reproduction.runs) {
    for (std::size_t i = 0; i < runs.size(); ++i) {
      if (!runs[i].error.empty()) json["errors"][name + " run " + std::to_string(i + 1)] = runs[i].error;
    }
  }
  json["hashes"] = OrderedJson::object();
  for (const NamedHash& hash : reproduction.hashes) json["hashes"][hash.name] = hash.weights_sha256;
  return json;
}

OrderedJson machine_object(const MachineRecord& machine) {
  return {{"cpu", machine.cpu}, {"target", machine.target}, {"threads", machine.threads}};
}

}  // namespace

std::string reproduction_json(const Reproduction& reproduction, bool with_figures) {
  OrderedJson json = study_object(reproduction);
  json["schema"] = kReproductionSchema;
  json["version"] = reproduction.version;
  json["machine"] = machine_object(reproduction.machine);
  json["commentary"] = reproduction.study.commentary;
  if (with_figures) json["figures"] = figures_json(reproduction);
  return json.dump();
}

std::string record_json(const std::vector<Reproduction>& reproductions) {
  OrderedJson json = {{"schema", kReproductionSchema}};
  if (!reproductions.empty()) {
    json["version"] = reproductions.front().version;
    json["machine"] = machine_object(reproductions.front().machine);
  }
  double seconds = 0.0;
  json["studies"] = OrderedJson::array();
  for (const Reproduction& reproduction : reproductions) {
    seconds += reproduction.seconds;
    json["studies"].push_back(study_object(reproduction));
  }
  json["run_seconds"] = seconds;
  return json.dump(1) + "\n";
}

}  // namespace gradus::reproduce
