// SPDX-License-Identifier: Apache-2.0
#include "gradus/training/trainer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/enumerators.hpp"
#include "data/raw_array.hpp"
#include "gradus/core/error.hpp"
#include "gradus/training/predictor.hpp"
#include "gradus/training/session.hpp"
#include "network/check_inputs.hpp"
#include "training/class_weights.hpp"
#include "training/evaluation.hpp"
#include "training/number_range.hpp"
#include "training/two_classes.hpp"

namespace gradus {

static_assert(is_complete(kDTypeTable), "every DType has its row, in order");
static_assert(is_complete(kTrainMetricsTable), "every TrainMetrics has its row, in order");

namespace {

void require(bool holds, const char* key, const std::string& expected, const std::string& found,
             const char* advice = "") {
  if (!holds) throw InputError({.where = key, .expected = expected, .found = found, .advice = advice});
}

void require_monitor(const Monitor& monitor, const char* key, const TrainingRun& run, const Dataset& dataset) {
  check_monitor(monitor, key, dataset);
  require(monitor.measure != Measure::kTopK || run.top_k > 0, key, "a measure that the run takes", monitor.name(),
          "set training.top_k");
  const bool full = run.train_metrics == TrainMetrics::kFull;
  require(monitor.valid || measure_facts(monitor.measure).running || full, key, "a measure that the run takes",
          monitor.name(), "set training.train_metrics = \"full\"");
}

void require_weights(const TrainingRun& run, const Dataset& dataset) {
  const auto good = [](double weight) { return std::isfinite(weight) && weight >= 0.0; };
  const auto& classes = run.class_weights;
  require(classes.empty() || (dataset.task == Task::kClassification && classes.size() == dataset.num_outputs()),
          "training.class_weights", "one weight for each of the classes", std::to_string(classes.size()));
  require(std::all_of(classes.begin(), classes.end(), good), "training.class_weights", "numbers from 0", "another");
  const auto& rows = run.sample_weights;
  require(rows.empty() || rows.size() == dataset.table.rows(), "sample_weights", "one weight for each row",
          std::to_string(rows.size()));
  require(std::all_of(rows.begin(), rows.end(), good), "sample_weights", "numbers from 0", "another");
  require_useful_weights(run, dataset);
}

// Says stop once a flag is set, which a signal handler may do at any time.
class FlagWatcher : public TrainingObserver {
 public:
  explicit FlagWatcher(const std::atomic<bool>* flag) : flag_(flag) {}
  Next on_step(const StepEvent& /*event*/) override {
    seen_ = flag_ != nullptr && flag_->load(std::memory_order_relaxed);
    return seen_ ? Next::kStop : Next::kGoOn;
  }
  [[nodiscard]] bool seen() const { return seen_; }

 private:
  const std::atomic<bool>* flag_;
  bool seen_ = false;
};

template <class Use>
auto with_engine(const Model& model, unsigned threads, const Use& use) {
  return std::visit(
      [&]<class T>(const Network<T>& network) {
        EngineOptions options;
        options.max_batch = kEvaluationRows;
        options.mixed = model.mixed;
        options.threads = resolve_threads(threads);
        Engine<T> engine(network, options);
        return use(engine);
      },
      model.network);
}

}  // namespace

void TrainingRun::validate(const Dataset& dataset) const {
  spec.validate();
  require(spec.num_inputs == dataset.num_features() && fits_outputs(spec, dataset), "network.layers",
          std::to_string(dataset.num_features()) + " inputs and " + std::to_string(dataset.num_outputs()) +
              " outputs, as the data has",
          shape_string(spec));
  check_target_values<double>(spec.loss, dataset.table.values.view());
  require(!dataset.train.empty(), "data.valid", "rows left to train on", "none",
          "make data.valid and data.test smaller");
  require(batches.batch_size > 0, "training.batch_size", "at least 1", "0");
  if (spec.uses_batch()) {
    const std::size_t rest = batches.drop_last ? 0 : dataset.train.size() % batches.batch_size;
    require(batches.batch_size >= 2 && dataset.train.size() >= 2, "training.batch_size",
            "at least 2 rows in a batch with batch normalisation", "1");
    require(rest != 1, "training.batch_size", "no last batch of 1 row with batch normalisation",
            std::to_string(dataset.train.size()) + " rows in batches of " + std::to_string(batches.batch_size),
            "choose another batch size or training.drop_last");
  }
  require(!batches.drop_last || batches.batch_size <= dataset.train.size(), "training.batch_size",
          "at most the " + std::to_string(dataset.train.size()) + " training rows with training.drop_last",
          std::to_string(batches.batch_size));
  require(top_k == 0 || top_k <= dataset.num_outputs(), "training.top_k",
          "at most the " + std::to_string(dataset.num_outputs()) + " classes", std::to_string(top_k));
  require_monitor(monitor, "early_stopping.monitor", *this, dataset);
  if (schedule_facts(schedule.kind).has_monitor) require_monitor(schedule_monitor, "schedule.monitor", *this, dataset);
  for (const Monitor& other : also_watched) require_monitor(other, "the objective", *this, dataset);
  require_weights(*this, dataset);
  check_number_range(*this, dataset);
}

std::vector<Monitor> TrainingRun::watched() const {
  std::vector<Monitor> all = {monitor};
  if (schedule_facts(schedule.kind).has_monitor) all.push_back(schedule_monitor);
  all.insert(all.end(), also_watched.begin(), also_watched.end());
  std::vector<Monitor> watched;
  for (const Monitor& one : all) {
    const bool known = std::ranges::find(watched, one) != watched.end();
    if (!known && !measure_facts(one.measure).recorded) watched.push_back(one);
  }
  return watched;
}

std::vector<double> balanced_class_weights(const Dataset& dataset) {
  require(dataset.task == Task::kClassification, "training.class_weights", "a classification for balanced weights",
          "another task");
  std::vector<std::size_t> counts(dataset.num_outputs(), 0);
  for (const std::uint32_t row : dataset.train) ++counts[static_cast<std::size_t>(dataset.table.labels[row])];
  std::vector<double> weights;
  for (const std::size_t count : counts) {
    const double share = static_cast<double>(counts.size()) * static_cast<double>(count);
    // A class without a training row never needs its weight.
    weights.push_back(count > 0 ? static_cast<double>(dataset.train.size()) / share : 0.0);
  }
  return weights;
}

RunRecord train(const TrainingRun& run, const Dataset& dataset, const TrainControl& control) {
  FlagWatcher watcher(control.stop);
  std::vector<TrainingObserver*> observers(control.observers.begin(), control.observers.end());
  observers.push_back(&watcher);
  TrainingSession session(run, dataset, observers);
  session.begin(control.checkpoint);
  while (session.step() == Next::kGoOn) {
  }
  if (!watcher.seen()) return session.finish();
  session.offer_checkpoint();
  const SessionPosition position = session.position();
  throw Interrupted(fmt::format("interrupted in epoch {} after batch {}", position.epoch + 1, position.step));
}

void check_model_fits(const Model& model, const Dataset& dataset, bool with_targets) {
  const NetworkSpec& spec = model.spec();
  require(spec.num_inputs == dataset.num_features(), dataset.name.c_str(),
          std::to_string(spec.num_inputs) + " features, as the model reads", std::to_string(dataset.num_features()),
          "use data of the shape that the model was trained on");
  if (!with_targets) return;
  require(fits_outputs(spec, dataset), dataset.name.c_str(),
          std::to_string(spec.num_outputs()) + " classes or targets, as the model gives",
          std::to_string(dataset.num_outputs()), "use data of the shape that the model was trained on");
  check_target_values<double>(spec.loss, dataset.table.values.view());
}

namespace {

// The class called `name`, or the one that differs from it by zeros in front: 7 for 007, which was 7 in older models.
std::size_t class_called(const std::vector<std::string>& known, const std::string& name) {
  const auto found = std::find(known.begin(), known.end(), name);
  const auto digits = [](const std::string& text) {
    const bool whole = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    return whole ? text.substr(std::min(text.find_first_not_of('0'), text.size() - 1)) : "";
  };
  const std::string wanted = digits(name);
  if (found != known.end() || wanted.empty()) return static_cast<std::size_t>(found - known.begin());
  const auto same =
      std::find_if(known.begin(), known.end(), [&](const auto& other) { return digits(other) == wanted; });
  return static_cast<std::size_t>(same - known.begin());
}

}  // namespace

void align_classes(const Model& model, Dataset& dataset) {
  const std::vector<std::string>& known = model.class_names;
  if (dataset.task != Task::kClassification || known.empty() || dataset.class_names == known) return;
  std::vector<std::int32_t> number_of(dataset.class_names.size());
  for (std::size_t k = 0; k < number_of.size(); ++k) {
    const std::size_t found = class_called(known, dataset.class_names[k]);
    require(found < known.size(), dataset.name.c_str(), "labels that the model knows",
            "'" + dataset.class_names[k] + "'", "use data of the kind that the model was trained on");
    number_of[k] = static_cast<std::int32_t>(found);
  }
  for (std::int32_t& label : dataset.table.labels) label = number_of[static_cast<std::size_t>(label)];
  dataset.class_names = known;
}

void check_thresholds(const Model& model, std::span<const double> thresholds) {
  if (thresholds.empty()) return;
  const bool sets = model.task == Task::kMultiLabel;
  const std::size_t labels = model.class_names.size();
  require(sets || labels == 2, "--threshold", "a model of two classes or of label sets",
          labels == 0 ? "one of quantities" : fmt::format("one of {} classes", labels));
  require(thresholds.size() == 1 || (sets && thresholds.size() == labels), "--threshold",
          sets ? fmt::format("one for all labels or {}, one each", labels) : "one, of the second class",
          std::to_string(thresholds.size()));
  for (const double threshold : thresholds) {
    require(threshold >= 0.0 && threshold <= 1.0, "--threshold", "a probability", fmt::format("{}", threshold));
  }
}

PartEvaluation evaluate_model(const Model& model, const Dataset& dataset, std::span<const std::uint32_t> rows,
                              const EvaluationOptions& options, unsigned threads) {
  check_model_fits(model, dataset, true);
  check_thresholds(model, options.thresholds);
  const std::vector<double>& weights = dataset.table.weights;
  require(weights.empty() || rows.empty() || mean_weight(weights, rows) > 0.0, dataset.name.c_str(),
          "a sample weight above 0 among the rows to measure", "none", "check the column of weights");
  if (dataset.target_scaling != model.target_scaling) {
    Dataset scaled = dataset;
    scale_targets(scaled, model.target_scaling);
    return evaluate_model(model, scaled, rows, options, threads);
  }
  return with_engine(model, threads, [&](auto& engine) {
    return evaluate_rows(engine, dataset, model.scaling, rows, options, {.threads = resolve_threads(threads)});
  });
}

Matrix<double> predict_rows(const Model& model, const Features& features, std::span<const std::uint32_t> rows,
                            unsigned threads) {
  Matrix<double> outputs =
      with_engine(model, threads, [&](auto& engine) { return outputs_of_rows(engine, features, model.scaling, rows); });
  unscale_targets(model.target_scaling, outputs.view());
  return gives_one_output(model) ? class_probabilities(std::move(outputs)) : outputs;
}

template <class S>
Matrix<double> predict(const Model& model, MatrixView<const S> rows, unsigned threads) {
  if (rows.rows() == 0) return {0, model.spec().num_outputs()};
  if (!model.preprocessing.is_identity()) {
    Matrix<double> cells(rows.rows(), rows.cols());
    for (std::size_t r = 0; r < rows.rows(); ++r) std::ranges::copy(rows.row(r), cells.row(r).begin());
    Predictor predictor(model, kEvaluationRows, threads);
    Matrix<double> outputs(rows.rows(), predictor.num_outputs());
    predictor.predict(cells.view(), outputs.view());
    return outputs;
  }
  const std::size_t inputs = model.spec().num_inputs;
  require(rows.cols() == inputs, "predict", std::to_string(inputs) + " columns, as the model reads",
          std::to_string(rows.cols()), "use data of the shape that the model was trained on");
  const Features features(rows);
  data::check_finite(features, "predict");
  std::vector<std::uint32_t> numbers(rows.rows());
  std::iota(numbers.begin(), numbers.end(), 0U);
  return predict_rows(model, features, numbers, threads);
}

template Matrix<double> predict(const Model&, MatrixView<const std::uint8_t>, unsigned);
template Matrix<double> predict(const Model&, MatrixView<const float>, unsigned);
template Matrix<double> predict(const Model&, MatrixView<const double>, unsigned);

}  // namespace gradus
