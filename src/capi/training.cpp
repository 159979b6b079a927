// gradus_train and what belongs to it: configuration and data in, a run with its record and model out.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "capi/config_text.hpp"
#include "capi/handles.hpp"
#include "core/json_text.hpp"
#include "gradus/report/report.hpp"
#include "gradus/training/run_folder.hpp"
#include "gradus/training/trainer.hpp"
#include "gradus/verification/certificate.hpp"
#include "training/idle_options.hpp"
#include "training/model_source.hpp"
#include "training/result_notes.hpp"
#include "training/training_run.hpp"
#include "verification/run_point.hpp"

namespace gradus::capi {
namespace {

/// Hands events to the caller's functions.
class CallbackObserver : public TrainingObserver {
 public:
  explicit CallbackObserver(const gradus_callbacks& callbacks) : callbacks_(callbacks) {}

  Next on_step(const StepEvent& event) override {
    if (callbacks_.on_step == nullptr) return Next::kGoOn;
    const auto now = std::chrono::steady_clock::now();
    if (std::chrono::duration<double>(now - last_).count() < callbacks_.step_seconds) return Next::kGoOn;
    last_ = now;
    return answer(callbacks_.on_step(callbacks_.user, static_cast<int64_t>(event.epoch),
                                     static_cast<int64_t>(event.batch), static_cast<int64_t>(event.num_batches),
                                     event.loss_mean));
  }
  Next on_epoch_end(const EpochRecord& record) override {
    if (callbacks_.on_epoch == nullptr) return Next::kGoOn;
    return answer(callbacks_.on_epoch(callbacks_.user, epoch_json(record).c_str()));
  }

 private:
  static Next answer(std::int32_t said) { return said == 0 ? Next::kGoOn : Next::kStop; }

  const gradus_callbacks& callbacks_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

/// The members that the caller's version of the struct has; the others are 0.
template <class Options>
Options known_part(const Options* given, const char* what) {
  Options options{};
  if (given == nullptr) return options;
  if (given->size < sizeof(std::size_t)) throw InputError(ErrorParts{what, "its size in .size", "less", ""});
  std::memcpy(&options, given, std::min(given->size, sizeof(Options)));
  return options;
}

/// A configuration with its data, ready to run.
struct Prepared {
  RunConfig config;
  Dataset dataset;
  TrainingRun run;
};

Prepared prepare(const char* config_text, const gradus_data* data, const gradus_data* valid, const Model* start) {
  Prepared prepared{.config = config_of(config_text), .dataset = {}, .run = {}};
  RunConfig& config = prepared.config;
  Dataset rows;
  if (data != nullptr) {
    if (!config.data.source.empty()) {
      throw InputError(ErrorParts{"data.source", "no source beside data from memory", "'" + config.data.source + "'",
                                  "give one of the two"});
    }
    SourceOptions options = source_options(config);
    if (start != nullptr) options = options_for_model(std::move(options), *start, true);
    rows = read_table(data->table, valid == nullptr ? nullptr : &valid->table, options);
    rows.notes.insert(rows.notes.end(), data->notes.begin(), data->notes.end());
  } else {
    if (valid != nullptr) throw InputError(ErrorParts{"valid", "data beside it", "none", ""});
    rows = read_rows(config);
  }
  prepared.dataset = prepare_data(config, std::move(rows), start);
  refuse_idle_options(config);
  prepared.run = make_training_run(config, prepared.dataset, start);
  return prepared;
}

std::unique_ptr<gradus_run> train_prepared(const Prepared& prepared, const gradus_train_options& options) {
  CallbackObserver callbacks(options.callbacks);
  std::vector<TrainingObserver*> observers;
  std::optional<RunFolder> folder;
  if (options.folder != nullptr) {
    folder.emplace(options.folder, RunFolder::Mode::kNew);
    observers.push_back(&*folder);
  }
  observers.push_back(&callbacks);
  auto run = std::make_unique<gradus_run>();
  run->record = train(prepared.run, prepared.dataset, {.observers = observers});
  run->notes = prepared.dataset.notes;
  const std::vector<std::string> results = result_notes(prepared.run, prepared.dataset, run->record);
  run->notes.insert(run->notes.end(), results.begin(), results.end());
  if (folder && prepared.config.report.page) {
    const std::string note = write_folder_report(folder->path());
    if (!note.empty()) run->notes.push_back(note);
  }
  return run;
}

std::string record_text(const gradus_run& run) {
  nlohmann::ordered_json object = require_json(summary_json(run.record), "summary");
  object["epochs_done"] = nlohmann::ordered_json::array();
  for (const EpochRecord& epoch : run.record.epochs) {
    object["epochs_done"].push_back(require_json(epoch_json(epoch), "epoch"));
  }
  object["config"] = run.record.config;
  object["notes"] = run.notes;
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace
}  // namespace gradus::capi

using namespace gradus;
using namespace gradus::capi;

extern "C" {

gradus_status gradus_train(const char* config, const gradus_data* data, const gradus_train_options* given,
                           gradus_run** run) {
  return guarded([&] {
    require(run, "run");
    const gradus_train_options options = known_part(given, "gradus_train_options");
    const Model* const start = options.start == nullptr ? nullptr : &options.start->model;
    *run = train_prepared(prepare(config, data, options.valid, start), options).release();
  });
}

gradus_status gradus_run_record(const gradus_run* run, gradus_bytes** json) {
  return guarded([&] {
    require(run, "run");
    require(json, "json");
    give(record_text(*run), json);
  });
}

gradus_status gradus_run_model(const gradus_run* run, gradus_model** model) {
  return guarded([&] {
    require(run, "run");
    require(model, "model");
    *model = new gradus_model(run->record.model);
  });
}

void gradus_run_free(gradus_run* run) {
  delete run;
}

gradus_status gradus_resolve(const char* config, const gradus_data* data, gradus_bytes** toml) {
  return guarded([&] {
    require(toml, "toml");
    give(prepare(config, data, nullptr, nullptr).run.config, toml);
  });
}

gradus_status gradus_check(const char* config, const gradus_data* data, const gradus_model* model, int64_t rows,
                           uint64_t seed, uint32_t threads, gradus_bytes** json) {
  return guarded([&] {
    require(json, "json");
    RowChoice choice{.seed = seed};
    if (rows != 0) choice.rows = size_of(rows, "rows");
    const Model* const start = model == nullptr ? nullptr : &model->model;
    const Prepared prepared = prepare(config, data, nullptr, start);
    const VerificationPoint point = make_point(prepared.run, prepared.dataset, choice, start);
    VerifyOptions options;
    options.seed = seed;
    options.threads = threads;
    give(certificate_json(verify(point, options)), json);
  });
}

gradus_status gradus_report(const char* const* sources, int64_t count, const char* title, gradus_bytes** html) {
  return guarded([&] {
    require(html, "html");
    require(sources, "sources");
    const std::string page = report_page();
    if (page.empty()) throw InputError(how_to_get_the_page());
    const std::vector<std::string> paths = texts_of(sources, count, "sources");
    give(fill_page(page, bundle_json(paths, title == nullptr ? "" : title)), html);
  });
}

}  // extern "C"
