// SPDX-License-Identifier: Apache-2.0
#include "gradus/training/predictor.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <variant>
#include <vector>

#include "gradus/core/error.hpp"
#include "gradus/core/threads.hpp"
#include "gradus/data/preprocessing.hpp"
#include "gradus/engine/engine.hpp"
#include "training/two_classes.hpp"

namespace gradus {
namespace {

using AnyEngine = std::variant<std::unique_ptr<Engine<float>>, std::unique_ptr<Engine<double>>>;

AnyEngine make_engine(const Model& model, std::size_t max_rows, unsigned threads) {
  return std::visit(
      [&]<class T>(const Network<T>& network) -> AnyEngine {
        const EngineOptions options{.max_batch = max_rows, .threads = threads, .trains = false, .mixed = model.mixed};
        return std::make_unique<Engine<T>>(network, options);
      },
      model.network);
}

[[noreturn]] void refuse(const std::string& expected, const std::string& found) {
  throw InputError({.where = "predict", .expected = expected, .found = found, .advice = ""});
}

}  // namespace

struct Predictor::State {
  State(Model given, std::size_t rows, unsigned threads)
      : model(std::move(given)),
        max_rows(std::max<std::size_t>(1, rows)),
        has_table(!model.preprocessing.steps.empty()),
        inputs(model.spec().num_inputs),
        answer(1, num_outputs()),
        engine(make_engine(model, max_rows, resolve_threads(threads))) {}

  [[nodiscard]] std::size_t num_columns() const {
    return has_table ? model.preprocessing.steps.size() : model.spec().num_inputs;
  }
  [[nodiscard]] std::size_t num_outputs() const { return gives_one_output(model) ? 2 : model.spec().num_outputs(); }

  // The features of a row: what its columns become, or the row itself.
  std::span<const double> features_of(std::span<const double> row) {
    const auto bad = std::ranges::find_if(row, [&](double x) { return has_table ? std::isinf(x) : !std::isfinite(x); });
    if (bad != row.end()) refuse("finite values", "column " + std::to_string(bad - row.begin()) + " with another");
    if (!has_table) return row;
    encode_row(model.preprocessing, row, inputs);
    return inputs;
  }
  template <class T>
  void feed(std::span<const double> row, std::span<T> to) {
    const std::span<const double> features = features_of(row);
    for (std::size_t i = 0; i < features.size(); ++i) to[i] = static_cast<T>(model.scaling(features[i], i));
  }
  template <class T>
  void write(std::span<const T> found, std::span<double> to) const {
    if (gives_one_output(model)) {
      to[1] = static_cast<double>(found[0]);
      to[0] = 1.0 - to[1];
      return;
    }
    for (std::size_t k = 0; k < found.size(); ++k) {
      to[k] = unscaled_target(model.target_scaling, static_cast<double>(found[k]), k);
    }
  }
  void run(MatrixView<const double> rows, MatrixView<double> outputs) {
    std::visit(
        [&]<class T>(const std::unique_ptr<Engine<T>>& applied) {
          const MatrixView<T> to = applied->inputs(rows.rows());
          for (std::size_t b = 0; b < rows.rows(); ++b) feed<T>(rows.row(b), to.row(b));
          const MatrixView<const T> found = applied->predict();
          for (std::size_t b = 0; b < rows.rows(); ++b) write<T>(found.row(b), outputs.row(b));
        },
        engine);
  }

  Model model;
  std::size_t max_rows;
  bool has_table;
  std::vector<double> inputs;
  Matrix<double> answer;
  AnyEngine engine;
};

Predictor::Predictor(Model model, std::size_t max_rows, unsigned threads)
    : state_(std::make_unique<State>(std::move(model), max_rows, threads)) {}
Predictor::~Predictor() = default;
Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;

const Model& Predictor::model() const {
  return state_->model;
}

std::size_t Predictor::num_columns() const {
  return state_->num_columns();
}

std::size_t Predictor::num_outputs() const {
  return state_->num_outputs();
}

void Predictor::predict(MatrixView<const double> rows, MatrixView<double> outputs) {
  if (rows.cols() != num_columns()) {
    refuse(std::to_string(num_columns()) + " columns, as the model reads", std::to_string(rows.cols()));
  }
  if (outputs.rows() != rows.rows() || outputs.cols() != num_outputs()) {
    refuse("room for " + std::to_string(num_outputs()) + " outputs a row", std::to_string(outputs.cols()));
  }
  for (std::size_t first = 0; first < rows.rows(); first += state_->max_rows) {
    const std::size_t count = std::min(state_->max_rows, rows.rows() - first);
    state_->run(rows.row_range(first, count), outputs.row_range(first, count));
  }
}

std::span<const double> Predictor::predict(std::span<const double> row) {
  predict(MatrixView<const double>(row.data(), 1, row.size(), row.size()), state_->answer.view());
  return state_->answer.row(0);
}

}  // namespace gradus
