// Brings rows of a data set before an engine: scaled inputs into its buffer, targets and weights beside them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <type_traits>
#include <vector>

#include "gradus/data/batches.hpp"
#include "gradus/data/dataset.hpp"
#include "gradus/engine/engine.hpp"

namespace gradus {

/// Makes `rows` of `features` the inputs of the engine's next call; values that nothing but a divisor of bytes scales
/// go in as they are, and must stay until then. `next_rows`: what the call after that will be fed, if that is known.
template <class T>
void feed_inputs(Engine<T>& engine, const Features& features, const Scaling& scaling,
                 std::span<const std::uint32_t> rows, std::span<const std::uint32_t> next_rows = {}) {
  const bool divided_only = scaling.mean.empty();
  const bool as_stored = divided_only && scaling.divisor == 1.0;
  const bool taken = visit_features(features, [&]<class S>(MatrixView<const S> stored) {
    // The engine reads rows that follow each other.
    if (stored.stride() != stored.cols()) return false;
    if constexpr (std::is_same_v<S, std::uint8_t>) {
      if (divided_only) {
        engine.set_inputs(ByteRows{stored.data(), stored.rows(), rows, scaling.divisor, next_rows});
        return true;
      }
    } else if (as_stored) {
      engine.set_inputs(ValueRows<S>{stored.data(), stored.rows(), rows, next_rows});
      return true;
    }
    return false;
  });
  if (!taken) gather_rows<T>(features, scaling, rows, engine.inputs(rows.size()));
}

/// Holds the targets of the batch that was fed last; the engine reads them during the call that follows.
template <class T>
class BatchFeeder {
 public:
  /// `row_weights` is empty or has one weight per row of `dataset`; `mean_weight` is BatchTargets::mean_weight. The
  /// other arguments outlive the feeder.
  BatchFeeder(const Dataset& dataset, const Scaling& scaling, std::span<const double> row_weights,
              double mean_weight = 0.0)
      : dataset_(dataset), scaling_(scaling), row_weights_(row_weights), mean_weight_(mean_weight) {}

  /// Feeds the engine `rows` and returns their targets, valid until the next call.
  BatchTargets<T> feed(Engine<T>& engine, std::span<const std::uint32_t> rows,
                       std::span<const std::uint32_t> next_rows = {}) {
    feed_inputs(engine, dataset_.table.features, scaling_, rows, next_rows);
    return targets(rows);
  }

  /// Feeds the engine batch `step`.
  BatchTargets<T> feed(Engine<T>& engine, const EpochBatches& batches, std::size_t step) {
    return feed(engine, batches[step],
                step + 1 < batches.size() ? batches[step + 1] : std::span<const std::uint32_t>());
  }

  BatchTargets<T> targets(std::span<const std::uint32_t> rows) {
    BatchTargets<T> targets;
    if (dataset_.task == Task::kClassification) {
      labels_.resize(rows.size());
      for (std::size_t b = 0; b < rows.size(); ++b) labels_[b] = dataset_.table.labels[rows[b]];
      targets.labels = labels_;
    } else {
      const std::size_t cols = dataset_.table.values.cols();
      values_.resize(rows.size() * cols);
      for (std::size_t b = 0; b < rows.size(); ++b) {
        const std::span<const double> row = dataset_.table.values.row(rows[b]);
        for (std::size_t k = 0; k < cols; ++k) values_[b * cols + k] = static_cast<T>(row[k]);
      }
      targets.values = MatrixView<const T>(values_.data(), rows.size(), cols);
    }
    if (!row_weights_.empty()) {
      weights_.resize(rows.size());
      for (std::size_t b = 0; b < rows.size(); ++b) weights_[b] = static_cast<T>(row_weights_[rows[b]]);
      targets.weights = weights_;
      targets.mean_weight = mean_weight_;
    }
    return targets;
  }

 private:
  const Dataset& dataset_;
  const Scaling& scaling_;
  std::span<const double> row_weights_;
  double mean_weight_;
  std::vector<std::int32_t> labels_;
  std::vector<T> values_;
  std::vector<T> weights_;
};

}  // namespace gradus
