// What a training run leaves: a record per epoch, the evaluation of the final weights, hashes. Reports read this and
// nothing else.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gradus/data/dataset.hpp"
#include "gradus/model/model_file.hpp"
#include "gradus/training/measure.hpp"
#include "gradus/training/metrics.hpp"

namespace gradus {

/// Means over the rows of one part. Those of an epoch are weighted where the data has sample weights; class weights
/// belong to training alone and count only in running means.
struct PartMetrics {
  double loss = 0.0;               // in the loss's own unit, without penalties
  std::optional<double> accuracy;  // share of rows whose class is right, in [0, 1]; classification only
  std::optional<double>
      top_k;  // share of rows whose class is among the k largest outputs; where TrainingRun::top_k > 0
  std::map<Measure, double> watched{};  // of an epoch: what else a monitor asks for (TrainingRun::watched())
};

/// One epoch.
struct EpochRecord {
  std::size_t epoch = 0;             // counted from 1
  PartMetrics train;                 // as TrainingRun::train_metrics says
  std::optional<PartMetrics> valid;  // after the epoch; empty where the data has no such part
  std::optional<PartMetrics> test;   // the same
  std::optional<double> penalty;     // L1 and L2 terms at the end of the epoch, where the network has any
  double learning_rate = 0.0;        // of the epoch's last step
  double seconds = 0.0;              // of training, without evaluation
  double samples_per_second = 0.0;   // rows trained per second of `seconds`
};

/// Everything that is measured once on a part.
struct PartEvaluation {
  PartMetrics metrics;
  std::optional<ClassificationReport> classification;  // classification and multi-label
  std::optional<RegressionReport> regression;          // regression
  // The same with the sample weights, where the data has them; all above is without.
  std::shared_ptr<const PartEvaluation> weighted;
};

/// Where a run took place; nothing of it changes a bit of the result.
struct MachineRecord {
  std::string cpu;       // the system's name of the processor
  std::string target;    // instruction set that the kernels run on: "avx512", "avx2", "plain", ...
  unsigned threads = 1;  // that took part in a step
};

/// What a run was trained on.
struct DataRecord {
  std::string name;
  std::string sha256;    // Dataset::sha256
  std::size_t rows = 0;  // of all parts
  std::size_t train_rows = 0;
  std::size_t valid_rows = 0;
  std::size_t test_rows = 0;
};

/// Why a run has no further step.
enum class RunEnd : std::uint8_t {
  kAllEpochs,      // every epoch that was asked for is done
  kEarlyStopping,  // the monitored value made no progress for so long as the run allows
  kStopped,        // an observer, or whoever drives the session, ended it before
};

/// What a run leaves.
struct RunRecord {
  std::string config;  // the resolved configuration as TOML; empty where the run had none
  MachineRecord machine;
  DataRecord data;
  Task task = Task::kClassification;
  std::size_t parameters = 0;       // numbers that are trained
  std::vector<EpochRecord> epochs;  // one per complete epoch, those before a resumption too
  std::string monitor;              // what "best" means, e.g. "valid_loss"
  std::size_t best_epoch = 0;       // counted from 1; 0 when no epoch ran
  RunEnd end = RunEnd::kAllEpochs;
  std::size_t steps_beyond = 0;  // kStopped: steps after the last complete epoch, which the final weights have seen
  bool restored_best = false;    // the final weights are those of best_epoch, not the last ones
  std::size_t final_epoch = 0;   // the epoch whose weights are final; 0: before the first one's end
  PartEvaluation train;          // of the final weights
  std::optional<PartEvaluation> valid;  // empty where the data has no such part
  std::optional<PartEvaluation> test;   // the same
  double wall_seconds = 0.0;            // from begin() to here; of earlier sessions up to the checkpoint that was used
  std::string weights_sha256;           // of the final parameters and state, 64 hexadecimal digits
  Model model;                          // the final weights with all that their use needs
};

/// summary.json's object (indented) and one line of metrics.jsonl (without line end).
std::string summary_json(const RunRecord& record);
std::string epoch_json(const EpochRecord& record);
/// The same object for one evaluation, as `gradus evaluate --json` prints it.
std::string evaluation_json(const PartEvaluation& evaluation, const std::vector<std::string>& class_names);

}  // namespace gradus
