// The JSON of an analysis.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base64.hpp"
#include "training/analysis.hpp"

namespace gradus {
namespace {

using AnalysisJson = nlohmann::ordered_json;

// Six digits are what a picture can show; more would only fill the report.
double six_digits(double value) {
  if (value == 0.0 || !std::isfinite(value)) return value;
  const double scale = std::pow(10.0, 5.0 - std::floor(std::log10(std::fabs(value))));
  return std::isfinite(scale) && scale > 0.0 ? std::round(value * scale) / scale : value;
}

AnalysisJson six_digits(const std::vector<double>& values) {
  AnalysisJson list = AnalysisJson::array();
  for (const double value : values) list.push_back(six_digits(value));
  return list;
}

AnalysisJson picture_object(const PictureShape& shape) {
  return {{"height", shape.height}, {"width", shape.width}, {"channels", shape.channels}};
}

AnalysisJson mistakes_object(const Analysis& analysis) {
  AnalysisJson object = picture_object(*analysis.shape);
  object["items"] = AnalysisJson::array();
  for (const Mistake& mistake : *analysis.mistakes) {
    object["items"].push_back({{"row", mistake.row},
                               {"label", mistake.label},
                               {"predicted", mistake.predicted},
                               {"label_probability", mistake.label_probability},
                               {"probability", mistake.probability},
                               {"pixels", base64(mistake.pixels)}});
  }
  return object;
}

AnalysisJson weights_object(const Analysis& analysis) {
  AnalysisJson object = picture_object(*analysis.shape);
  object["items"] = AnalysisJson::array();
  for (const UnitPicture& unit : analysis.weights) {
    object["items"].push_back({{"unit", unit.unit}, {"largest", unit.largest}, {"pixels", base64(unit.pixels)}});
  }
  return object;
}

AnalysisJson boundary_object(const BoundaryPicture& boundary) {
  AnalysisJson object = {{"x", {boundary.x_low, boundary.x_high}},
                         {"y", {boundary.y_low, boundary.y_high}},
                         {"columns", boundary.columns},
                         {"rows", boundary.rows},
                         {"classes", base64(boundary.classes)},
                         {"probabilities", base64(boundary.probabilities)}};
  object["points"] = {{"x", six_digits(boundary.x)}, {"y", six_digits(boundary.y)}, {"label", boundary.label}};
  return object;
}

void put_lists(AnalysisJson& object, const Analysis& analysis) {
  for (const CalibrationBin& bin : analysis.calibration) {
    object["calibration"].push_back({{"low", bin.low},
                                     {"high", bin.high},
                                     {"count", bin.count},
                                     {"confidence", bin.confidence},
                                     {"accuracy", bin.accuracy}});
  }
  for (const RocCurve& curve : analysis.roc) {
    object["roc"].push_back({{"class", curve.class_index},
                             {"auc", curve.auc},
                             {"false_positive", six_digits(curve.false_positive)},
                             {"true_positive", six_digits(curve.true_positive)}});
  }
  for (const Residuals& output : analysis.residuals) {
    const AnalysisJson name = output.name.empty() ? AnalysisJson(output.output) : AnalysisJson(output.name);
    object["residuals"].push_back(
        {{"output", name}, {"actual", six_digits(output.actual)}, {"predicted", six_digits(output.predicted)}});
  }
}

}  // namespace

std::string analysis_json(const Analysis& analysis) {
  AnalysisJson object = {{"schema", 1}, {"part", analysis.part}, {"rows", analysis.rows}};
  object["class_names"] = analysis.class_names;
  if (analysis.shape && analysis.mistakes) object["mistakes"] = mistakes_object(analysis);
  if (analysis.shape && !analysis.weights.empty()) object["weights"] = weights_object(analysis);
  if (analysis.boundary) object["boundary"] = boundary_object(*analysis.boundary);
  put_lists(object, analysis);
  return object.dump(-1, ' ', false, AnalysisJson::error_handler_t::replace);
}

}  // namespace gradus
