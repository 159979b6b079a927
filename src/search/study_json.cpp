// The study as JSON: results, importance, and the data of parallel-coordinates and per-parameter plots.
// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "core/json_text.hpp"
#include "gradus/search/study.hpp"
#include "search/study_store.hpp"
#include "training/version.hpp"

namespace gradus {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kStudySchema = 1;

// Numbers as numbers, so that plots need not guess.
Json value_json(const std::optional<std::string>& text) {
  if (!text) return nullptr;
  const double number = number_in(*text);
  return number == number ? Json(number) : Json(*text);
}

Json trial_json(const Space& space, const TrialRecord& trial) {
  Json object = {{"number", trial.number}, {"state", state_name(trial.state)}};
  object["setting"] = Json::object();
  for (std::size_t i = 0; i < trial.setting.size(); ++i) {
    object["setting"][space.parameters[i].name] = value_json(trial.setting[i]);
  }
  object["value"] = trial.value ? Json(*trial.value) : Json(nullptr);
  object["spread"] = trial.spread;
  object["epochs"] = trial.epochs();
  object["parameters"] = trial.parameters;
  object["rungs"] = Json::array();
  for (const RungResult& rung : trial.rungs)
    object["rungs"].push_back({{"epochs", rung.epochs}, {"value", rung.value}});
  object["runs"] = Json::array();
  for (const RunResult& run : trial.runs) {
    object["runs"].push_back(
        {{"seed", run.seed}, {"value", run.value}, {"epochs", run.epochs}, {"weights_sha256", run.weights_sha256}});
  }
  if (!trial.error.empty()) object["error"] = trial.error;
  object["seconds"] = trial.seconds;
  return object;
}

Json parameter_json(const Parameter& parameter) {
  Json object = {{"name", parameter.name}};
  if (parameter.kind == Parameter::Kind::kChoice) {
    object["values"] = Json::array();
    for (const std::string& choice : parameter.choices) object["values"].push_back(value_json(choice));
  } else {
    object["low"] = parameter.low;
    object["high"] = parameter.high;
    object["log"] = parameter.log;
    object["step"] = parameter.step;
  }
  return object;
}

Json curves_json(const StudyStore& store, const TrialRecord& trial) {
  Json curves = Json::array();
  for (std::size_t repeat = 0; repeat < trial.runs.size(); ++repeat) {
    Json epochs = Json::array();
    for (const EpochPoint& point : store.epochs(trial.number, repeat)) epochs.push_back(point.value);
    curves.push_back(std::move(epochs));
  }
  return curves;
}

}  // namespace

std::string study_json(const StudyRecord& record, const std::string& folder) {
  const StudyConfig& config = record.config;
  Json object = {{"schema", kStudySchema}, {"version", version()}};
  object["objective"] = config.options.objective;
  object["larger_is_better"] = config.larger_is_better();
  object["sampler"] = config.options.sampler;
  object["scheduler"] = config.options.scheduler;
  object["seed"] = config.options.seed;
  object["parameters"] = Json::array();
  for (const Parameter& parameter : config.space.parameters) object["parameters"].push_back(parameter_json(parameter));
  object["best"] = record.best() != nullptr ? trial_json(config.space, *record.best()) : Json(nullptr);
  object["test"] = parse_json(record.test_json).value_or(Json());
  object["ranking"] = record.ranking;
  object["importance"] = Json::array();
  for (const ParameterImportance& importance : record.importance) {
    object["importance"].push_back({{"parameter", importance.name},
                                    {"share", importance.share},
                                    {"error", importance.error},
                                    {"groups", importance.groups}});
  }
  object["trials"] = Json::array();
  for (const TrialRecord& trial : record.trials) object["trials"].push_back(trial_json(config.space, trial));
  if (!folder.empty()) {
    const StudyStore store(folder, Access::kRead);
    for (const TrialRecord& trial : record.trials) object["trials"][trial.number]["curves"] = curves_json(store, trial);
  }
  return object.dump(folder.empty() ? 2 : 1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace gradus
