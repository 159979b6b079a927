// What the pictures of a report need beside the records of training, measured once with the final weights on the last
// part (train, valid, test) that the run has. docs/report.md has the meaning of every number.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gradus/core/matrix.hpp"
#include "gradus/data/dataset.hpp"
#include "gradus/model/model_file.hpp"

namespace gradus {

/// Pixels of an image, row by row, `channels` values each.
struct PictureShape {
  std::size_t height = 0;
  std::size_t width = 0;
  std::size_t channels = 1;
};

/// A row that the network got wrong.
struct Mistake {
  std::uint32_t row = 0;  // of the data set
  std::int32_t label = 0;
  std::size_t predicted = 0;
  double label_probability = 0.0;
  double probability = 0.0;  // of the predicted class
  std::string pixels;        // one byte each, 255 the largest
};

/// The first-layer weights of one unit.
struct UnitPicture {
  std::size_t unit = 0;
  double largest = 0.0;
  std::string pixels;  // one signed byte each, 127 = largest
};

/// The winning class over the plane of two inputs, at cell centres, row 0 at the lowest y.
struct BoundaryPicture {
  double x_low = 0.0, x_high = 0.0, y_low = 0.0, y_high = 0.0;
  std::size_t columns = 0, rows = 0;
  std::string classes;        // a byte each
  std::string probabilities;  // 255 = 1
  std::vector<double> x, y;   // points of the part
  std::vector<std::int32_t> label;
};

struct CalibrationBin {
  double low = 0.0, high = 0.0;
  std::size_t count = 0;
  double confidence = 0.0, accuracy = 0.0;  // means over the rows in it
};

struct RocCurve {
  std::size_t class_index = 0;
  double auc = 0.0;
  std::vector<double> false_positive, true_positive;
};

struct Residuals {
  std::size_t output = 0;
  std::string name;  // of the target, where the data had one
  std::vector<double> actual, predicted;
};

struct Analysis {
  std::string part;
  std::size_t rows = 0;
  std::vector<std::string> class_names;
  std::optional<PictureShape> shape;  // of mistakes and weights; nothing for data that are no images
  std::optional<std::vector<Mistake>> mistakes;
  std::vector<UnitPicture> weights;
  std::optional<BoundaryPicture> boundary;
  std::vector<CalibrationBin> calibration;
  std::vector<RocCurve> roc;
  std::vector<Residuals> residuals;
};

Analysis analyse(const Model& model, const Dataset& dataset);
/// The winning class of a two-input classifier over the plane that holds `rows`, and at most 1,000 of them as points.
BoundaryPicture make_boundary(const Model& model, const Dataset& dataset, std::span<const std::uint32_t> rows);
/// Ten bins of the winning probability. `outputs` are probabilities, a row for each label.
std::vector<CalibrationBin> make_calibration(MatrixView<const double> outputs, std::span<const std::int32_t> labels);
/// Thresholds from the highest score down, thinned to at most 101 points; nothing where all rows are on one side.
std::optional<RocCurve> make_roc(std::span<const double> scores, const std::vector<bool>& positive);

/// analysis.json's object.
std::string analysis_json(const Analysis& analysis);

}  // namespace gradus
