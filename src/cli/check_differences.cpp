// SPDX-License-Identifier: Apache-2.0
#include "cli/check_differences.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/aligned_table.hpp"
#include "core/json_text.hpp"

namespace gradus::cli {
namespace {

using Row = std::vector<std::string>;

std::string by_step(const DifferenceCurve& curve) {
  std::vector<Row> rows = {{"N", "h = 1/N", "largest |difference - gradient|"}};
  for (std::size_t s = 0; s < curve.steps.size(); ++s) {
    rows.push_back({fmt::format("{:.6g}", 1.0 / curve.steps[s]), fmt::format("{:.1e}", curve.steps[s]),
                    fmt::format("{:.2e}", curve.largest_error[s])});
  }
  return aligned_table(rows, 0);
}

std::string by_number(const DifferenceCurve& curve, std::size_t columns) {
  std::vector<Row> rows = {{"number", "input, unit", "gradient", "difference", "apart by"}};
  std::size_t best = 0;
  while (curve.steps[best] != curve.best_step) ++best;
  for (std::size_t i = 0; i < curve.parameters.size(); ++i) {
    const std::size_t position = curve.parameters[i];
    const double difference = curve.differences[best][i];
    rows.push_back(
        {std::to_string(position),
         columns == 0 ? fmt::format("-, {}", position) : fmt::format("{}, {}", position / columns, position % columns),
         fmt::format("{:.12e}", curve.analytic[i]), fmt::format("{:.12e}", difference),
         fmt::format("{:.1e}", std::fabs(difference - curve.analytic[i]))});
  }
  return aligned_table(rows, 0);
}

}  // namespace

std::string difference_table(const DifferenceResult& result, const Network<double>& network,
                             const DifferenceExperiment& experiment) {
  const DifferenceCurve& curve = result.curve;
  const bool is_matrix = experiment.role == BlockRole::kWeight;
  const std::size_t columns = is_matrix ? network.weights(experiment.layer).cols() : 0;
  std::string text =
      fmt::format("{}: {} of {} numbers, (f(w + h) - f(w - h)) / 2h beside backpropagation\n\n", curve.group,
                  curve.parameters.size(), network.parameters.values(experiment.layer, experiment.role).size());
  text += by_step(curve);
  text += fmt::format("\nwith N = {:.6g}, where they are nearest:\n", 1.0 / curve.best_step);
  text += by_number(curve, columns);
  text += fmt::format("\n{}: every number within what rounding and the step allow ({:.1e} of {:.1e})\n",
                      result.claim.holds ? "they agree" : "THEY DISAGREE, not", result.claim.value, result.claim.bound);
  return text;
}

std::string difference_json(const DifferenceResult& result) {
  nlohmann::ordered_json object = {{"holds", result.claim.holds},
                                   {"value", result.claim.value},
                                   {"bound", result.claim.bound},
                                   {"curve", *parse_json(difference_curve_json(result.curve))}};
  return object.dump(1);
}

}  // namespace gradus::cli
