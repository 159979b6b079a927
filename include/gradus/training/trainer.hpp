// The trainer: a network, a data set and options in, a RunRecord out. The loop is written once for every optimizer,
// schedule and task; the arithmetic is the engine's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gradus/core/fact_table.hpp"
#include "gradus/core/scaling.hpp"
#include "gradus/core/threads.hpp"
#include "gradus/data/batches.hpp"
#include "gradus/data/dataset.hpp"
#include "gradus/engine/optimizer.hpp"
#include "gradus/network/network.hpp"
#include "gradus/training/monitor.hpp"
#include "gradus/training/observer.hpp"
#include "gradus/training/run_record.hpp"
#include "gradus/training/schedule.hpp"

namespace gradus {

enum class DType : std::uint8_t {
  kF32,
  kF64,
  kMixed,  // parameters and sums in f32, the factors of all products rounded to bfloat16
};

inline constexpr std::array kDTypeTable = {
    NamedKind<DType>{DType::kF32, "f32"},
    NamedKind<DType>{DType::kF64, "f64"},
    NamedKind<DType>{DType::kMixed, "mixed"},
};
inline constexpr auto kAllDTypes = kinds_of(kDTypeTable);

/// How the training part's loss and accuracy of an epoch are taken.
enum class TrainMetrics : std::uint8_t {
  kRunning,    // mean over the rows as they were trained, before each step's update
  kFull,       // evaluated after the epoch
  kBatchMean,  // unweighted mean of the batches' means (study s2)
};

inline constexpr std::array kTrainMetricsTable = {
    NamedKind<TrainMetrics>{TrainMetrics::kRunning, "running"},
    NamedKind<TrainMetrics>{TrainMetrics::kFull, "full"},
    NamedKind<TrainMetrics>{TrainMetrics::kBatchMean, "batch_mean"},
};

/// What a run folder keeps beside configuration, metrics, model and summary. Nothing here can change a weight.
struct RecordOptions {
  bool statistics = true;    // statistics.jsonl: activations and gradients by layer, every epoch
  bool analysis = true;      // analysis.json: what the report's pictures need, measured once at the end
  bool progress = true;      // progress.json: where the run stands, for `gradus serve`
  bool tensorboard = false;  // tensorboard/: event files
};

/// Everything that fixes the final weights, and how to run.
struct TrainingRun {
  NetworkSpec spec;  // I inputs and K outputs as the data set has
  /// Initial parameters of the right type; without them `seed` draws them by the spec's initialisers.
  std::optional<std::variant<Network<float>, Network<double>>> initial;
  Scaling scaling;            // of the features, kept in the model
  DType dtype = DType::kF32;  // of parameters and arithmetic
  std::size_t epochs = 10;    // passes over the training part; 0: the initial network is evaluated
  std::uint64_t seed = 0;     // initialisation, batch order and dropout
  BatchOptions batches;
  OptimizerOptions optimizer;
  double learning_rate = 0.01;  // base rate, from 0
  ScheduleOptions schedule;     // what becomes of it
  Monitor schedule_monitor;     // what "reduce on plateau" watches
  double clip_norm = 0.0;       // largest L2 norm of the whole gradient; 0: no limit
  double clip_value = 0.0;      // largest size of a gradient element; 0: no limit
  EarlyStoppingOptions early_stopping;
  Monitor monitor;                     // what early stopping and the best epoch watch; a part that the data set has
  std::vector<Monitor> also_watched;   // measured after every epoch too, such as the objective of a search
  std::vector<double> class_weights;   // empty or K finite weights from 0; classification only
  std::vector<double> sample_weights;  // empty or one finite weight from 0 per row of the data set
  TrainMetrics train_metrics = TrainMetrics::kRunning;
  std::size_t top_k = 0;              // > 0: share of rows whose label is among the k largest outputs
  std::size_t checkpoint_epochs = 1;  // observers are offered a state after so many epochs; 0: at the end alone
  std::size_t checkpoint_steps = 0;   // and after so many steps within epochs; 0: never
  double checkpoint_seconds = 0.0;    // and after so many seconds, later where saving takes long; 0: never
  unsigned threads = 0;               // 0: one per core, one alone for steps too small to share
  std::string config;                 // the resolved configuration, kept with the record
  std::string identity;  // its part that results depend on, which a checkpoint must share; empty: all of it
  /// `identity` of the same run with another number of epochs, so that a shorter one's checkpoint can be continued;
  /// null: only a run of as many epochs can.
  std::function<std::string(std::size_t epochs)> identity_of_epochs;
  std::string origin;  // the folder that relative paths in `config` are meant in; empty: the working directory
  std::vector<std::string> stated;  // keys of `config` that somebody gave, in the order of the option table
  RecordOptions records;

  /// What `monitor`, the plateau's monitor and `also_watched` need beside what every epoch records, each once.
  [[nodiscard]] std::vector<Monitor> watched() const;
  /// Throws InputError where options contradict each other or the data set.
  void validate(const Dataset& dataset) const;
};

/// Class weights N / (K n_k) over the training part: every class counts the same.
std::vector<double> balanced_class_weights(const Dataset& dataset);

/// How train() is watched, stopped and continued.
struct TrainControl {
  std::span<TrainingObserver* const> observers = {};  // outlive the call; hear of every event in this order
  const std::atomic<bool>* stop = nullptr;     // set (by a signal handler): save a checkpoint and throw Interrupted
  std::span<const std::byte> checkpoint = {};  // continue from this state (CheckpointEvent::bytes()), read before
                                               // observers hear of the start; empty: from the start
};

/// Trains from begin to end: a TrainingSession (gradus/training/session.hpp) whose steps are all done. Throws RunError
/// at the first value that is not finite (naming layer, epoch and batch), Interrupted when asked to stop, InputError
/// for a checkpoint of another run.
RunRecord train(const TrainingRun& run, const Dataset& dataset, const TrainControl& control = {});

/// What is measured, and how outputs become decisions.
struct EvaluationOptions {
  std::size_t top_k = 0;  // as in TrainingRun
  /// Empty: the largest output, or labels from 0.5 on. Two classes: one number, the output from which the second class
  /// is predicted. Label sets: one for all labels, or K.
  std::vector<double> thresholds = {};
};

/// Throws InputError where the model's task does not take these thresholds, or one is outside [0, 1].
void check_thresholds(const Model& model, std::span<const double> thresholds);
/// Loss and every measure of `model` on the rows `rows` (numbers below N) of `dataset`; `threads` 0: one per core.
/// Throws InputError where the model does not fit the data set.
PartEvaluation evaluate_model(const Model& model, const Dataset& dataset, std::span<const std::uint32_t> rows,
                              const EvaluationOptions& options = {}, unsigned threads = 0);
/// Outputs (rows.size() x K) of `model` for the rows `rows` (numbers below N) of `features`, N x I of the model's I.
/// Two classes have two columns, also where the network has one output.
Matrix<double> predict_rows(const Model& model, const Features& features, std::span<const std::uint32_t> rows,
                            unsigned threads = 0);
/// Outputs (B x K) of `model` for raw rows (B x I, any stride) as its training data had them, with a column for each of
/// the model's table where that has words, dates or missing cells (Predictor): the model's own preprocessing and
/// scaling are applied. S: std::uint8_t, float or double. What `gradus predict` gives for a file with these rows, to
/// the bit. Throws InputError where the number of columns is not the model's or a value is not finite.
template <class S>
Matrix<double> predict(const Model& model, MatrixView<const S> rows, unsigned threads = 0);
extern template Matrix<double> predict(const Model&, MatrixView<const std::uint8_t>, unsigned);
extern template Matrix<double> predict(const Model&, MatrixView<const float>, unsigned);
extern template Matrix<double> predict(const Model&, MatrixView<const double>, unsigned);

/// Throws InputError when `model` cannot read the features or targets of `dataset`.
void check_model_fits(const Model& model, const Dataset& dataset, bool with_targets);

/// Renumbers the labels of `dataset` to the model's classes by name, so that a file with other or fewer labels is read
/// in the model's terms. Throws InputError for a label that the model does not know.
void align_classes(const Model& model, Dataset& dataset);

/// This machine, with the number of threads that took part.
MachineRecord this_machine(unsigned threads);

}  // namespace gradus
