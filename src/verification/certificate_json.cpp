// The certificate as JSON, and a recomputed one against a stored one.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/json_text.hpp"
#include "gradus/core/error.hpp"
#include "gradus/verification/certificate.hpp"

namespace gradus {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kCertificateSchema = 1;

// JSON has no infinity and no NaN.
Json number(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

Json numbers(const auto& values) {
  Json array = Json::array();
  for (const double value : values) array.push_back(number(value));
  return array;
}

Json claim_object(const Claim& claim) {
  Json object = {{"claim", claim.claim},         {"subject", claim.subject},     {"method", claim.method},
                 {"value", number(claim.value)}, {"lower", number(claim.lower)}, {"bound", number(claim.bound)},
                 {"unit", claim.unit},           {"holds", claim.holds}};
  if (!claim.note.empty()) object["note"] = claim.note;
  return object;
}

Json detection_object(const Detection& detection) {
  Json object = {{"mutant", detection.mutant}, {"applies", detection.applies}, {"caught_by", detection.caught_by}};
  if (!detection.note.empty()) object["note"] = detection.note;
  return object;
}

Json difference_object(const DifferenceCurve& curve) {
  Json rows = Json::array();
  for (const std::vector<double>& row : curve.differences) rows.push_back(numbers(row));
  return {{"group", curve.group},
          {"parameters", curve.parameters},
          {"analytic", numbers(curve.analytic)},
          {"steps", numbers(curve.steps)},
          {"differences", rows},
          {"largest_error", numbers(curve.largest_error)},
          {"best_step", curve.best_step},
          {"best_error", number(curve.best_error)},
          {"order", number(curve.order)},
          {"roundoff", number(curve.roundoff)},
          {"crossing", curve.crossing},
          {"undecided", curve.undecided}};
}

Json taylor_object(const TaylorCurve& curve) {
  return {{"subject", curve.subject},
          {"steps", numbers(curve.steps)},
          {"first", numbers(curve.remainders[0])},
          {"second", numbers(curve.remainders[1])},
          {"third", numbers(curve.remainders[2])},
          {"slopes", numbers(curve.slope)},
          {"window_octaves", numbers(curve.window_octaves)},
          {"window_top", numbers(curve.window_top)},
          {"coefficients", numbers(curve.coefficients)},
          {"analytic_slope", number(curve.analytic_slope)},
          {"roundoff", number(curve.roundoff)},
          {"switching_units", curve.switching_units},
          {"smooth_piece", curve.smooth_piece}};
}

Json provenance_object(const Provenance& p) {
  return {{"version", p.version},
          {"build", p.build},
          {"target", p.target},
          {"threads", p.threads},
          {"network", p.network},
          {"parameters", p.parameters},
          {"parameters_sha256", p.parameters_sha256},
          {"source", p.source},
          {"data", {{"name", p.data_name}, {"sha256", p.data_sha256}}},
          {"seed", p.seed},
          {"rows", p.rows},
          {"row_choice", p.row_choice},
          {"derivative_rows", p.derivative_rows},
          {"difference_rows", p.difference_rows},
          {"data_source", p.data_source},
          {"difference_options", p.difference_options},
          {"difference_steps", numbers(p.difference_steps)}};
}

Json facts_object(const Certificate& certificate) {
  Json groups = Json::array();
  for (const GroupFacts& facts : certificate.groups) {
    groups.push_back({{"group", facts.group},
                      {"parameters", facts.parameters},
                      {"touched", facts.touched},
                      {"gradient_norm", number(facts.gradient_norm)}});
    if (!facts.explanation.empty()) groups.back()["explanation"] = facts.explanation;
  }
  Json units = Json::array();
  for (const UnitFacts& facts : certificate.units) {
    units.push_back(
        {{"layer", facts.layer}, {"units", facts.units}, {"dead", facts.dead}, {"saturated", facts.saturated}});
  }
  return {{"groups", groups}, {"units", units}, {"constant_zero_inputs", certificate.constant_zero_inputs}};
}

Json certificate_object(const Certificate& certificate) {
  Json object = {{"schema", kCertificateSchema}, {"verdict", certificate.holds() ? "holds" : "fails"}};
  object["claims"] = Json::array();
  for (const Claim& claim : certificate.claims) object["claims"].push_back(claim_object(claim));
  object["detection"] = Json::array();
  for (const Detection& detection : certificate.detection) object["detection"].push_back(detection_object(detection));
  object["smallest_detected"] = certificate.smallest_detected;
  object["loss"] = number(certificate.loss);
  object["gradient"] = facts_object(certificate);
  object["differences"] = Json::array();
  for (const DifferenceCurve& curve : certificate.differences)
    object["differences"].push_back(difference_object(curve));
  object["taylor"] = Json::array();
  for (const TaylorCurve& curve : certificate.taylor) object["taylor"].push_back(taylor_object(curve));
  object["provenance"] = provenance_object(certificate.provenance);
  object["weak"] = certificate.weak;
  object["seconds"] = certificate.seconds;
  return object;
}

// What two runs of the same check share: everything but times and the machine.
void compare_objects(const Json& ours, const Json& stored, const std::string& where,
                     std::vector<std::string>& differences) {
  constexpr std::size_t kMostDifferences = 20;
  if (ours == stored || differences.size() >= kMostDifferences) return;
  if (ours.is_object() && stored.is_object()) {
    for (const auto& [key, value] : ours.items()) {
      const bool of_the_machine = key == "seconds" || key == "target" || key == "threads" || key == "build" ||
                                  key == "source" || key == "before_training";
      const bool came_later = !stored.contains(key) && (key == "weak" || key == "row_choice");
      if (of_the_machine || came_later) continue;
      compare_objects(value, stored.contains(key) ? stored[key] : Json(), where.empty() ? key : where + "." + key,
                      differences);
    }
    return;
  }
  if (ours.is_array() && stored.is_array() && ours.size() == stored.size()) {
    for (std::size_t i = 0; i < ours.size(); ++i) {
      std::string place = fmt::format("{}[{}]", where, i);
      if (ours[i].is_object() && ours[i].contains("claim")) {
        place = ours[i]["claim"].get<std::string>() + ", " + ours[i]["subject"].get<std::string>();
      }
      compare_objects(ours[i], stored[i], place, differences);
    }
    return;
  }
  const std::string found = ours.is_array() || ours.is_object() ? "another list" : ours.dump();
  const std::string expected = stored.is_array() || stored.is_object() ? "the stored list" : stored.dump();
  differences.push_back(fmt::format("{}: stored {}, now {}", where, expected, found));
}

}  // namespace

std::string difference_curve_json(const DifferenceCurve& curve) {
  return difference_object(curve).dump(1);
}

std::string certificate_json(const Certificate& certificate) {
  return certificate_object(certificate).dump(1);
}

std::vector<std::string> compare_certificates(const Certificate& recomputed, const std::string& stored_json) {
  const Json stored = parse_json(stored_json).value_or(Json());
  if (!stored.is_object() || !stored.contains("claims") || !stored.contains("provenance")) {
    throw InputError({.where = "--verify",
                      .expected = "a certificate as `gradus check --json` writes it",
                      .found = "something else",
                      .advice = ""});
  }
  std::vector<std::string> differences;
  // Through text, so that both sides have been numbers in a file.
  compare_objects(*parse_json(certificate_json(recomputed)), stored, "", differences);
  return differences;
}

}  // namespace gradus
