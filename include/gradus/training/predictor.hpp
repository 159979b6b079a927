// A model ready to be applied, row by row or in batches: its preprocessing and scaling, its network, the targets' unit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "gradus/core/matrix.hpp"
#include "gradus/model/model_file.hpp"

namespace gradus {

/// Applies one model to rows as its training data had them; the outputs are those of `gradus predict`, to the bit.
/// Allocates when it is made and never again. Not thread-safe; any number may run side by side.
class Predictor {
 public:
  /// `max_rows`: rows worked on at a time, for which memory is taken; 1 suits rows that come one by one. `threads` 0:
  /// one per core.
  explicit Predictor(Model model, std::size_t max_rows = 1, unsigned threads = 1);
  ~Predictor();
  Predictor(Predictor&&) noexcept;
  Predictor& operator=(Predictor&&) noexcept;

  [[nodiscard]] const Model& model() const;
  /// Numbers of a row: one for each column of the model's table as encode_row() reads them, or the features of an
  /// array.
  [[nodiscard]] std::size_t num_columns() const;
  /// Numbers of an answer: K, or the probabilities of two classes where the network has one output for them.
  [[nodiscard]] std::size_t num_outputs() const;

  /// Outputs (B x num_outputs()) of `rows` (B x num_columns()), any B, in the targets' own unit. Throws InputError
  /// where shapes do not fit or a value is not finite (missing cells are NaN where the model's table has columns).
  void predict(MatrixView<const double> rows, MatrixView<double> outputs);
  /// Outputs of one row, valid until the next call.
  std::span<const double> predict(std::span<const double> row);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gradus
