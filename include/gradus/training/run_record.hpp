// What a training run leaves: a record per epoch, the evaluation of the final weights, hashes. Reports read this and
// nothing else.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gradus/data/dataset.hpp"
#include "gradus/model/model_file.hpp"
#include "gradus/training/metrics.hpp"

namespace gradus {

/// Loss (without penalties) and shares of right answers on one part; accuracies only for classification.
struct PartMetrics {
  double loss = 0.0;
  std::optional<double> accuracy;
  std::optional<double> top_k;
};

struct EpochRecord {
  std::size_t epoch = 0;  // counted from 1
  PartMetrics train;
  std::optional<PartMetrics> valid;
  std::optional<PartMetrics> test;
  std::optional<double> penalty;  // L1 and L2 terms at the end of the epoch, where the network has any
  double learning_rate = 0.0;     // of the epoch's last step
  double seconds = 0.0;           // of training, without evaluation
  double samples_per_second = 0.0;
};

/// Everything that is measured once on a part.
struct PartEvaluation {
  PartMetrics metrics;
  std::optional<ClassificationReport> classification;
  std::optional<RegressionReport> regression;
};

struct MachineRecord {
  std::string cpu;
  std::string target;  // instruction set that the kernels run on
  unsigned threads = 1;
};

struct DataRecord {
  std::string name;
  std::string sha256;
  std::size_t rows = 0;
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

struct RunRecord {
  std::string config;  // the resolved configuration as TOML
  MachineRecord machine;
  DataRecord data;
  Task task = Task::kClassification;
  std::size_t parameters = 0;
  std::vector<EpochRecord> epochs;
  std::string monitor;         // what "best" means, e.g. "valid_loss"
  std::size_t best_epoch = 0;  // counted from 1; 0 when no epoch ran
  RunEnd end = RunEnd::kAllEpochs;
  std::size_t steps_beyond = 0;  // kStopped: steps after the last complete epoch, which the final weights have seen
  bool restored_best = false;
  std::size_t final_epoch = 0;  // the epoch whose weights are final
  PartEvaluation train;
  std::optional<PartEvaluation> valid;
  std::optional<PartEvaluation> test;
  double wall_seconds = 0.0;
  std::string weights_sha256;
  Model model;
};

/// summary.json's object (indented) and one line of metrics.jsonl (without line end).
std::string summary_json(const RunRecord& record);
std::string epoch_json(const EpochRecord& record);
/// The same object for one evaluation, as `gradus evaluate --json` prints it.
std::string evaluation_json(const PartEvaluation& evaluation, const std::vector<std::string>& class_names);

}  // namespace gradus
