// Loss, accuracy and outputs of an engine on a list of rows.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "gradus/training/run_record.hpp"
#include "gradus/training/trainer.hpp"
#include "training/batch_feeder.hpp"

namespace gradus {

/// Rows per call. Fixed, because the order in which losses are added depends on it.
inline constexpr std::size_t kEvaluationRows = 256;

/// What an evaluation may take. Neither changes a bit.
struct EvaluationLimits {
  unsigned threads = 1;  // for the areas under ROC curves
  /// Most of the outputs of classes and labels that are held at a time; the rows are run again for further columns.
  std::size_t column_bytes = std::size_t{512} << 20;
};

/// Loss, accuracy (classification), top-k share (k > 0) and the measures `watched` over `rows`, weighted where the data
/// has sample weights.
template <class T>
PartMetrics measure_rows(Engine<T>& engine, const Dataset& dataset, const Scaling& scaling,
                         std::span<const std::uint32_t> rows, std::size_t top_k, std::span<const Measure> watched = {},
                         const EvaluationLimits& limits = {});

/// Outputs, rows.size() x K.
template <class T>
Matrix<double> outputs_of_rows(Engine<T>& engine, const Features& features, const Scaling& scaling,
                               std::span<const std::uint32_t> rows);

/// What the reports of an evaluation say of a measure; empty where they do not have it.
std::optional<double> reported_value(const PartEvaluation& evaluation, Measure measure);

/// Loss, shares and every report that suits the task without weights and, where the data has sample weights, with them.
template <class T>
PartEvaluation evaluate_rows(Engine<T>& engine, const Dataset& dataset, const Scaling& scaling,
                             std::span<const std::uint32_t> rows, const EvaluationOptions& options,
                             const EvaluationLimits& limits = {});

}  // namespace gradus
