// SPDX-License-Identifier: Apache-2.0
#include "reproduce/measure.hpp"

#include <chrono>
#include <cmath>
#include <limits>

#include "gradus/core/error.hpp"
#include "gradus/core/random.hpp"

namespace gradus::reproduce {
namespace {

// Each update rounds a weight once, by half a unit at most; two evaluations that round differently drift sqrt(T / 6)
// units apart in T updates: 16 in the 1,563 of an epoch of study s2.
constexpr std::uint64_t kRoundingUlps = 16;

template <class T>
void move_network(const NetworkSpec& spec, std::uint64_t network_seed, std::uint64_t seed, TrainingRun& run) {
  if (!run.initial) {
    Network<T> network(spec);
    initialize(network, network_seed);
    run.initial = std::move(network);
  }
  RandomStream random(seed, Purpose::kVerification);
  for_each_block(std::get<Network<T>>(*run.initial).parameters, [&](const ParameterBlock& block, std::span<T> values) {
    if (block.role != BlockRole::kWeight) return;
    for (T& w : values) {
      const double ulps = static_cast<double>(random.below(2 * kRoundingUlps + 1)) - kRoundingUlps;
      w += static_cast<T>(ulps) * std::numeric_limits<T>::epsilon() * w;
    }
  });
}

std::size_t index_of(const Study& study, const Case& one) {
  return static_cast<std::size_t>(&find_case(study, one.name) - study.cases.data());
}

void add_part(Measurement& measurement, const std::string& part, const PartMetrics& metrics) {
  add_point(measurement, part + "_loss", metrics.loss);
  if (!metrics.accuracy) return;
  add_point(measurement, part + "_accuracy", *metrics.accuracy);
  add_point(measurement, part + "_error", 1.0 - *metrics.accuracy);
}

// The objective of a part includes the penalties, as study s3 reports it.
void add_epoch(Measurement& measurement, const EpochRecord& epoch) {
  const double penalty = epoch.penalty.value_or(0.0);
  add_part(measurement, "train", epoch.train);
  add_point(measurement, "train_objective", epoch.train.loss + penalty);
  if (epoch.valid) {
    add_part(measurement, "valid", *epoch.valid);
    add_point(measurement, "valid_objective", epoch.valid->loss + penalty);
  }
  if (epoch.test) {
    add_part(measurement, "test", *epoch.test);
    add_point(measurement, "test_objective", epoch.test->loss + penalty);
  }
  add_point(measurement, "learning_rate", epoch.learning_rate);
}

constexpr std::size_t kBoundaryCells = 120;
constexpr std::size_t kBoundaryPoints = 1000;

Boundary boundary_of(const Model& model, const Dataset& dataset) {
  Boundary boundary{.columns = kBoundaryCells, .rows = kBoundaryCells};
  const std::size_t count = std::min(kBoundaryPoints, dataset.train.size());
  Matrix<double> points(dataset.train.size(), 2);
  gather_rows<double>(dataset.table.features, {}, dataset.train, points.view());
  const auto range_of = [&](std::size_t column) {
    std::array<double, 2> range = {points(0, column), points(0, column)};
    for (std::size_t r = 0; r < points.rows(); ++r) {
      range = {std::min(range[0], points(r, column)), std::max(range[1], points(r, column))};
    }
    const double margin = 0.05 * (range[1] - range[0]);
    return std::array<double, 2>{range[0] - margin, range[1] + margin};
  };
  boundary.x = range_of(0);
  boundary.y = range_of(1);
  Matrix<double> cells(boundary.columns * boundary.rows, 2);
  std::vector<std::uint32_t> rows(cells.rows());
  const auto centre = [](const std::array<double, 2>& range, std::size_t i, std::size_t n) {
    return range[0] + (range[1] - range[0]) * (static_cast<double>(i) + 0.5) / static_cast<double>(n);
  };
  for (std::size_t i = 0; i < cells.rows(); ++i) {
    rows[i] = static_cast<std::uint32_t>(i);
    cells(i, 0) = centre(boundary.x, i % boundary.columns, boundary.columns);
    cells(i, 1) = centre(boundary.y, i / boundary.columns, boundary.rows);
  }
  const Matrix<double> outputs = predict_rows(model, Features(std::move(cells)), rows, 1);
  for (std::size_t i = 0; i < outputs.rows(); ++i) {
    const std::size_t winner = largest_column(outputs.row(i));
    boundary.classes.push_back(static_cast<std::uint8_t>(winner));
    boundary.probabilities.push_back(static_cast<std::uint8_t>(std::lround(255.0 * outputs(i, winner))));
  }
  for (std::size_t i = 0; i < count; ++i) {
    boundary.points_x.push_back(points(i, 0));
    boundary.points_y.push_back(points(i, 1));
    boundary.labels.push_back(dataset.table.labels[dataset.train[i]]);
  }
  return boundary;
}

}  // namespace

void add_point(Measurement& measurement, const std::string& name, double value) {
  measurement.series[name].push_back(value);
}

void move_by_rounding(TrainingRun& run, std::uint64_t seed) {
  if (run.dtype == DType::kF64) {
    move_network<double>(run.spec, run.seed, seed, run);
  } else {
    move_network<float>(run.spec, run.seed, seed, run);
  }
}

TrainingRun make_run(const Study& study, const Case& one, std::size_t run, const MeasureContext& context,
                     RunConfig& config) {
  config = config_of(study, one, run);
  const Dataset& dataset = context.data.get(config).dataset;
  TrainingRun training = make_training_run(config, dataset);
  training.checkpoint_epochs = 0;
  training.checkpoint_seconds = 0.0;
  if (study.numpy_seed) {
    const auto shift = static_cast<std::uint32_t>(one.varies_by_rounding ? 0 : run);
    NetworkStream stream(*study.numpy_seed + shift, study.drawn_before);
    stream.draw(index_of(study, one), training, [&](std::size_t index) {
      RunConfig other = config_of(study, study.cases.at(index), 0);
      return make_training_run(other, context.data.get(other).dataset).spec;
    });
  }
  if (one.varies_by_rounding && run > 0) move_by_rounding(training, run);
  return training;
}

Measurement trained(const TrainingRun& run, const Dataset& dataset, const Case& one, const std::atomic<bool>& stop) {
  const RunRecord record = train(run, dataset, {.stop = &stop});
  Measurement measurement;
  for (const EpochRecord& epoch : record.epochs) add_epoch(measurement, epoch);
  add_point(measurement, "parameters", static_cast<double>(record.parameters));
  measurement.weights_sha256 = record.weights_sha256;
  if (one.draws_boundary) measurement.boundary = boundary_of(record.model, dataset);
  return measurement;
}

Measurement measure_training(const Study& study, const Case& one, std::size_t run, const MeasureContext& context) {
  RunConfig config;
  const TrainingRun training = make_run(study, one, run, context, config);
  return trained(training, context.data.get(config).dataset, one, context.stop);
}

// Widths alone decide; no data is read.
Measurement measure_parameters(const Study& study, const Case& one) {
  const RunConfig config = config_of(study, one, 0);
  Measurement measurement;
  add_point(measurement, "parameters", count_parameters(config, 0, 0));
  return measurement;
}

Measurement measure(const Study& study, const Case& one, std::size_t run, const MeasureContext& context) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  const auto by_kind = [&] {
    switch (study.kind) {
      case Kind::kTraining:
        return measure_training(study, one, run, context);
      case Kind::kSearch:
        return measure_search(study, one, run, context);
      case Kind::kParameters:
        return measure_parameters(study, one);
      case Kind::kDifferences:
        return measure_differences(study, one, run, context);
      case Kind::kTaylor:
        return measure_taylor(study, one, run, context);
      case Kind::kFormulations:
        return measure_formulations(study, one, run, context);
      case Kind::kTiming:
        return measure_timing(study, one, run, context);
      case Kind::kIdentities:
        break;
    }
    return measure_identities();
  };
  Measurement measurement;
  try {
    measurement = by_kind();
  } catch (const RunError& error) {
    // A run that diverged is a result; its rows are off.
    measurement.error = error.what();
  }
  measurement.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return measurement;
}

}  // namespace gradus::reproduce
