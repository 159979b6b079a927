// Trains a classifier on generated data, keeps it in a file and uses it.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdio>

#include "gradus/gradus.hpp"

int main() {
  // 4,000 training and 1,000 validation rows. A file comes with one part; gradus::split() divides it.
  const gradus::Dataset data = gradus::read_source("moons");

  gradus::TrainingRun run;
  const std::array<std::size_t, 3> widths = {2, 64, 2};
  run.spec = gradus::make_network_spec(widths, gradus::parse_activation("relu"), gradus::OutputKind::kSoftmax,
                                       gradus::parse_initializer("he"));
  run.optimizer.kind = gradus::OptimizerKind::kAdam;
  run.learning_rate = 0.01;
  run.epochs = 8;

  const gradus::RunRecord record = gradus::train(run, data);
  std::printf("valid accuracy: %.3f\n", record.valid->metrics.accuracy.value());

  gradus::write_model("moons.safetensors", record.model);
  const gradus::Model model = gradus::read_model("moons.safetensors");
  const gradus::Matrix<double> p = gradus::predict_rows(model, data.table.features, {&data.valid[0], 1});
  std::printf("first validation row: P(class 1) = %.3f\n", p(0, 1));
}
