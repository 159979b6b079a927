// A run small enough to repeat hundreds of times, with everything in it that a checkpoint must carry.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "gradus/core/random.hpp"
#include "gradus/training/trainer.hpp"

namespace gradus::test {

/// Three overlapping clouds in the plane: `train_rows` rows to train on, 12 to validate.
inline Dataset make_clouds(std::size_t train_rows = 37) {
  constexpr std::size_t kValidRows = 12;
  RandomStream random(7, Purpose::kTest);
  Dataset dataset;
  dataset.name = "clouds";
  dataset.sha256 = "clouds-hash";
  Matrix<double> features(train_rows + kValidRows, 2);
  for (std::size_t r = 0; r < features.rows(); ++r) {
    const auto label = static_cast<std::int32_t>(r % 3);
    features(r, 0) = static_cast<double>(label) + 0.4 * random.normal();
    features(r, 1) = (label == 1 ? 1.0 : -1.0) + 0.4 * random.normal();
    dataset.table.labels.push_back(label);
    (r < train_rows ? dataset.train : dataset.valid).push_back(static_cast<std::uint32_t>(r));
  }
  dataset.table.features = std::move(features);
  dataset.class_names = {"a", "b", "c"};
  return dataset;
}

/// 2-6-3 with dropout and L2, batches of 8, shuffled, four epochs.
inline TrainingRun make_small_run() {
  TrainingRun run;
  run.spec.num_inputs = 2;
  run.spec.layers.resize(2);
  run.spec.layers[0].units = 6;
  run.spec.layers[0].activation = make_activation(ActivationKind::kTanh);
  run.spec.layers[0].l2 = 1e-3;
  run.spec.layers[0].dropout = 0.2;
  run.spec.layers[1].units = 3;
  run.epochs = 4;
  run.seed = 11;
  run.batches.batch_size = 8;
  run.learning_rate = 0.05;
  run.monitor = parse_monitor("valid_loss");
  run.schedule_monitor = parse_monitor("valid_loss");
  run.threads = 1;
  return run;
}

/// Keeps every checkpoint and every epoch's record.
class Recorder : public TrainingObserver {
 public:
  Next on_epoch_end(const EpochRecord& record) override {
    epochs.push_back(record);
    return Next::kGoOn;
  }
  Next on_checkpoint(const CheckpointEvent& event) override {
    checkpoints.push_back(event.bytes());
    return Next::kGoOn;
  }
  [[nodiscard]] bool wants_checkpoint(std::size_t, std::size_t) const override { return true; }

  std::vector<std::vector<std::byte>> checkpoints;
  std::vector<EpochRecord> epochs;
};

}  // namespace gradus::test
