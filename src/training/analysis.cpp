// SPDX-License-Identifier: Apache-2.0
#include "training/analysis.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "gradus/training/metrics.hpp"
#include "gradus/training/trainer.hpp"
#include "training/layer_statistics.hpp"

namespace gradus {
namespace {

constexpr std::size_t kMaxMistakes = 40;
constexpr std::size_t kMaxUnits = 64;
constexpr std::size_t kMaxPixels = 4096;  // larger pictures would fill the report
constexpr std::size_t kCells = 120;
constexpr std::size_t kMaxPoints = 1000;
constexpr std::size_t kBins = 10;
constexpr std::size_t kMaxRocClasses = 20;
constexpr std::size_t kRocPoints = 101;
constexpr std::size_t kMaxResidualOutputs = 12;

double feature(const Features& features, std::size_t row, std::size_t column) {
  return visit_features(features, [&](const auto& matrix) { return static_cast<double>(matrix(row, column)); });
}

char byte_of(double share) {
  return static_cast<char>(static_cast<std::uint8_t>(std::lround(255.0 * std::clamp(share, 0.0, 1.0))));
}

std::optional<PictureShape> picture_shape(const Dataset& dataset) {
  if (!dataset.image) return std::nullopt;
  const std::size_t pixels = dataset.image->height * dataset.image->width;
  const std::size_t features = dataset.num_features();
  if (pixels == 0 || features % pixels != 0 || features > kMaxPixels) return std::nullopt;
  return PictureShape{dataset.image->height, dataset.image->width, features / pixels};
}

// Bytes as they are; other numbers between the row's smallest (at most 0) and largest.
std::string pixels_of(const Features& features, std::size_t row) {
  std::vector<double> values(num_cols(features));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = feature(features, row, i);
  double low = 0.0;
  double high = 255.0;
  if (!view_as<std::uint8_t>(features)) {
    low = std::min(0.0, *std::min_element(values.begin(), values.end()));
    high = *std::max_element(values.begin(), values.end());
  }
  std::string pixels;
  for (const double value : values) pixels += byte_of(high > low ? (value - low) / (high - low) : 0.0);
  return pixels;
}

std::vector<Mistake> find_mistakes(const Dataset& dataset, std::span<const std::uint32_t> rows,
                                   MatrixView<const double> outputs) {
  std::vector<Mistake> mistakes;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const std::int32_t label = dataset.table.labels[rows[r]];
    const std::size_t predicted = largest_column(outputs.row(r));
    if (predicted == static_cast<std::size_t>(label)) continue;
    mistakes.push_back({.row = rows[r],
                        .label = label,
                        .predicted = predicted,
                        .label_probability = outputs(r, static_cast<std::size_t>(label)),
                        .probability = outputs(r, predicted),
                        .pixels = {}});
  }
  const auto worse = [](const Mistake& a, const Mistake& b) { return a.label_probability < b.label_probability; };
  std::stable_sort(mistakes.begin(), mistakes.end(), worse);
  if (mistakes.size() > kMaxMistakes) mistakes.resize(kMaxMistakes);
  for (Mistake& mistake : mistakes) mistake.pixels = pixels_of(dataset.table.features, mistake.row);
  return mistakes;
}

template <class T>
std::vector<UnitPicture> picture_units(MatrixView<const T> weights) {
  std::vector<double> squares(weights.cols(), 0.0);
  for (std::size_t i = 0; i < weights.rows(); ++i) {
    for (std::size_t o = 0; o < weights.cols(); ++o) {
      squares[o] += static_cast<double>(weights(i, o)) * static_cast<double>(weights(i, o));
    }
  }
  std::vector<std::size_t> order(weights.cols());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return squares[a] > squares[b]; });
  if (order.size() > kMaxUnits) order.resize(kMaxUnits);
  std::vector<UnitPicture> pictures;
  for (const std::size_t unit : order) {
    UnitPicture picture{.unit = unit, .largest = 0.0, .pixels = {}};
    for (std::size_t i = 0; i < weights.rows(); ++i) {
      picture.largest = std::max(picture.largest, std::fabs(static_cast<double>(weights(i, unit))));
    }
    for (std::size_t i = 0; i < weights.rows(); ++i) {
      const double share = picture.largest > 0.0 ? static_cast<double>(weights(i, unit)) / picture.largest : 0.0;
      picture.pixels += static_cast<char>(std::lround(127.0 * share));
    }
    pictures.push_back(std::move(picture));
  }
  return pictures;
}

struct Range {
  double low = 0.0, high = 0.0;
};

// Of the rows' values, and a twentieth more on both sides.
Range range_of(const Dataset& dataset, std::span<const std::uint32_t> rows, std::size_t column) {
  Range range{feature(dataset.table.features, rows[0], column), feature(dataset.table.features, rows[0], column)};
  for (const std::uint32_t row : rows) {
    const double value = feature(dataset.table.features, row, column);
    range = {std::min(range.low, value), std::max(range.high, value)};
  }
  const double margin = range.high > range.low ? 0.05 * (range.high - range.low) : 0.5;
  return {range.low - margin, range.high + margin};
}

std::string target_name(const Dataset& dataset, std::size_t k) {
  if (k < dataset.target_names.size()) return dataset.target_names[k];
  return dataset.num_outputs() == 1 ? dataset.target_name : std::string();
}

std::vector<Residuals> make_residuals(const Dataset& dataset, std::span<const std::uint32_t> rows,
                                      MatrixView<const double> outputs) {
  std::vector<std::uint32_t> positions(rows.size());
  std::iota(positions.begin(), positions.end(), 0U);
  const std::vector<std::uint32_t> chosen = spread_rows(positions, kMaxPoints);
  std::vector<Residuals> residuals;
  for (std::size_t k = 0; k < std::min(outputs.cols(), kMaxResidualOutputs); ++k) {
    Residuals output{.output = k, .name = target_name(dataset, k), .actual = {}, .predicted = {}};
    for (const std::uint32_t r : chosen) {
      output.actual.push_back(unscaled_target(dataset.target_scaling, dataset.table.values(rows[r], k), k));
      output.predicted.push_back(outputs(r, k));  // predict_rows() gives them in the targets' unit
    }
    residuals.push_back(std::move(output));
  }
  return residuals;
}

std::vector<RocCurve> roc_curves(const Dataset& dataset, std::span<const std::uint32_t> rows,
                                 MatrixView<const double> outputs) {
  std::vector<RocCurve> curves;
  if (outputs.cols() > kMaxRocClasses) return curves;
  for (std::size_t k = 0; k < outputs.cols(); ++k) {
    std::vector<double> scores(rows.size());
    std::vector<bool> positive(rows.size());
    for (std::size_t r = 0; r < rows.size(); ++r) {
      scores[r] = outputs(r, k);
      positive[r] = dataset.task == Task::kMultiLabel ? dataset.table.values(rows[r], k) >= 0.5
                                                      : static_cast<std::size_t>(dataset.table.labels[rows[r]]) == k;
    }
    std::optional<RocCurve> curve = make_roc(scores, positive);
    if (!curve) continue;
    curve->class_index = k;
    curves.push_back(*std::move(curve));
  }
  return curves;
}

}  // namespace

BoundaryPicture make_boundary(const Model& model, const Dataset& dataset, std::span<const std::uint32_t> rows) {
  const Range x = range_of(dataset, rows, 0);
  const Range y = range_of(dataset, rows, 1);
  BoundaryPicture picture;
  picture.x_low = x.low;
  picture.x_high = x.high;
  picture.y_low = y.low;
  picture.y_high = y.high;
  picture.columns = picture.rows = kCells;
  Matrix<double> centres(kCells * kCells, 2);
  for (std::size_t cell = 0; cell < centres.rows(); ++cell) {
    const std::size_t column = cell % kCells;
    const std::size_t row = cell / kCells;
    centres(cell, 0) = x.low + (static_cast<double>(column) + 0.5) * (x.high - x.low) / static_cast<double>(kCells);
    centres(cell, 1) = y.low + (static_cast<double>(row) + 0.5) * (y.high - y.low) / static_cast<double>(kCells);
  }
  std::vector<std::uint32_t> cells(centres.rows());
  std::iota(cells.begin(), cells.end(), 0U);
  const Matrix<double> outputs = predict_rows(model, std::move(centres), cells, 1);
  for (std::size_t cell = 0; cell < outputs.rows(); ++cell) {
    const std::size_t winner = largest_column(outputs.row(cell));
    picture.classes += static_cast<char>(static_cast<std::uint8_t>(winner));
    picture.probabilities += byte_of(outputs(cell, winner));
  }
  for (const std::uint32_t row : spread_rows(rows, kMaxPoints)) {
    picture.x.push_back(feature(dataset.table.features, row, 0));
    picture.y.push_back(feature(dataset.table.features, row, 1));
    picture.label.push_back(dataset.table.labels[row]);
  }
  return picture;
}

std::vector<CalibrationBin> make_calibration(MatrixView<const double> outputs, std::span<const std::int32_t> labels) {
  std::vector<CalibrationBin> bins(kBins);
  for (std::size_t b = 0; b < kBins; ++b) {
    bins[b].low = static_cast<double>(b) / static_cast<double>(kBins);
    bins[b].high = static_cast<double>(b + 1) / static_cast<double>(kBins);
  }
  for (std::size_t r = 0; r < outputs.rows(); ++r) {
    const std::size_t winner = largest_column(outputs.row(r));
    const double confidence = std::clamp(outputs(r, winner), 0.0, 1.0);
    const auto b = static_cast<std::size_t>(confidence * static_cast<double>(kBins));
    CalibrationBin& bin = bins[std::min(kBins - 1, b)];
    bin.count += 1;
    bin.confidence += confidence;
    bin.accuracy += winner == static_cast<std::size_t>(labels[r]) ? 1.0 : 0.0;
  }
  for (CalibrationBin& bin : bins) {
    if (bin.count == 0) continue;
    bin.confidence /= static_cast<double>(bin.count);
    bin.accuracy /= static_cast<double>(bin.count);
  }
  return bins;
}

std::optional<RocCurve> make_roc(std::span<const double> scores, const std::vector<bool>& positive) {
  const std::optional<double> area = roc_auc(scores, positive);
  if (!area) return std::nullopt;
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  const auto positives = static_cast<double>(std::count(positive.begin(), positive.end(), true));
  const double negatives = static_cast<double>(scores.size()) - positives;
  std::vector<std::pair<double, double>> points = {{0.0, 0.0}};
  double hits = 0.0;
  double alarms = 0.0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    (positive[order[i]] ? hits : alarms) += 1.0;
    // Rows of equal scores are on one side of every threshold.
    if (i + 1 < order.size() && scores[order[i + 1]] == scores[order[i]]) continue;
    points.emplace_back(alarms / negatives, hits / positives);
  }
  RocCurve curve{.class_index = 0, .auc = *area, .false_positive = {}, .true_positive = {}};
  const std::size_t count = std::min(kRocPoints, points.size());
  for (std::size_t i = 0; i < count; ++i) {
    const auto& [x, y] = points[count > 1 ? i * (points.size() - 1) / (count - 1) : 0];
    curve.false_positive.push_back(x);
    curve.true_positive.push_back(y);
  }
  return curve;
}

namespace {

// Every n-th row of a part whose outputs would take more than 256 MiB.
std::vector<std::uint32_t> rows_to_look_at(const std::vector<std::uint32_t>& part, std::size_t outputs) {
  constexpr std::size_t kMostNumbers = std::size_t{1} << 25;
  const std::size_t most = std::max<std::size_t>(1, kMostNumbers / outputs);
  const std::size_t step = (part.size() + most - 1) / most;
  if (step <= 1) return part;
  std::vector<std::uint32_t> rows;
  for (std::size_t r = 0; r < part.size(); r += step) rows.push_back(part[r]);
  return rows;
}

}  // namespace

Analysis analyse(const Model& model, const Dataset& dataset) {
  Analysis analysis;
  analysis.part = !dataset.test.empty() ? "test" : !dataset.valid.empty() ? "valid" : "train";
  const std::vector<std::uint32_t>& part = !dataset.test.empty()    ? dataset.test
                                           : !dataset.valid.empty() ? dataset.valid
                                                                    : dataset.train;
  const std::vector<std::uint32_t> rows = rows_to_look_at(part, model.spec().num_outputs());
  analysis.rows = rows.size();
  analysis.class_names = dataset.class_names;
  const std::size_t classes = dataset.task == Task::kRegression ? 0 : dataset.num_outputs();
  for (std::size_t k = analysis.class_names.size(); k < classes; ++k) analysis.class_names.push_back(std::to_string(k));
  if (rows.empty()) return analysis;
  const bool classifies = dataset.task == Task::kClassification;
  const bool probabilities = output_facts(model.spec().output).has_probabilities;
  const Matrix<double> outputs = predict_rows(model, dataset.table.features, rows, 1);
  analysis.shape = picture_shape(dataset);
  if (analysis.shape) {
    if (classifies) analysis.mistakes = find_mistakes(dataset, rows, outputs.view());
    analysis.weights =
        std::visit([]<class T>(const Network<T>& network) { return picture_units(network.weights(0)); }, model.network);
  }
  if (classifies) {
    if (dataset.num_features() == 2 && dataset.num_outputs() <= 256) {
      analysis.boundary = make_boundary(model, dataset, rows);
    }
    std::vector<std::int32_t> labels(rows.size());
    for (std::size_t r = 0; r < rows.size(); ++r) labels[r] = dataset.table.labels[rows[r]];
    if (probabilities) analysis.calibration = make_calibration(outputs.view(), labels);
  }
  if (dataset.task == Task::kRegression) {
    analysis.residuals = make_residuals(dataset, rows, outputs.view());
  } else {
    analysis.roc = roc_curves(dataset, rows, outputs.view());
  }
  return analysis;
}

}  // namespace gradus
