// statistics.jsonl as an observer: a line per epoch, measured on at most 256 rows of the training part.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <variant>

#include "gradus/training/observer.hpp"
#include "training/layer_statistics.hpp"

namespace gradus {

class StatisticsRecorder : public TrainingObserver {
 public:
  /// Of larger networks nothing is recorded: the probe holds their parameters several times.
  static constexpr std::size_t kMaxParameters = 10'000'000;

  explicit StatisticsRecorder(std::string path) : path_(std::move(path)) {}
  /// Keeps the lines of epochs that are done and drops all later ones, which are written again.
  Next on_start(const StartEvent& event) override;
  void on_weights(const WeightsEvent& event) override;

 private:
  std::string path_;
  std::variant<std::monostate, std::unique_ptr<LayerProbe<float>>, std::unique_ptr<LayerProbe<double>>> probe_;
};

}  // namespace gradus
