// SPDX-License-Identifier: Apache-2.0
#include "verification/run_point.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "gradus/core/error.hpp"
#include "gradus/core/random.hpp"
#include "network/textbook.hpp"
#include "training/version.hpp"

namespace gradus {
namespace {

std::vector<std::uint32_t> all_rows(const Dataset& dataset) {
  std::vector<std::uint32_t> rows(dataset.table.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

std::vector<std::uint32_t> draw_rows(std::vector<std::uint32_t> rows, const RowChoice& choice) {
  if (rows.size() <= choice.rows) return rows;
  RandomStream random(choice.seed, Purpose::kVerification, 0);
  random.shuffle(rows);
  rows.resize(choice.rows);
  return rows;
}

std::vector<std::uint32_t> choose_rows(const Dataset& dataset, const RowChoice& choice) {
  std::vector<std::uint32_t> rows = dataset.train.empty() ? all_rows(dataset) : dataset.train;
  if (!choice.row) return draw_rows(std::move(rows), choice);
  if (*choice.row < rows.size()) return {rows[*choice.row]};
  throw InputError({.where = "--row",
                    .expected = "a row below " + std::to_string(rows.size()),
                    .found = std::to_string(*choice.row),
                    .advice = ""});
}

void fill_rows(const Dataset& dataset, const Scaling& scaling, std::span<const std::uint32_t> rows,
               VerificationPoint& point) {
  point.inputs = Matrix<double>(rows.size(), dataset.num_features());
  gather_rows<double>(dataset.table.features, scaling, rows, point.inputs.view());
  if (dataset.task == Task::kClassification) {
    for (const std::uint32_t row : rows) point.labels.push_back(dataset.table.labels[row]);
    return;
  }
  point.values = Matrix<double>(rows.size(), dataset.table.values.cols());
  for (std::size_t b = 0; b < rows.size(); ++b) {
    std::ranges::copy(dataset.table.values.row(rows[b]), point.values.row(b).begin());
  }
}

// Losses of `rows`, in double.
std::vector<double> losses_of(const Network<double>& network, const Dataset& dataset, const Scaling& scaling,
                              std::span<const std::uint32_t> rows) {
  constexpr std::size_t kAtOnce = 256;
  std::vector<double> losses;
  for (std::size_t first = 0; first < rows.size(); first += kAtOnce) {
    VerificationPoint part;
    fill_rows(dataset, scaling, rows.subspan(first, std::min(kAtOnce, rows.size() - first)), part);
    const textbook::Targets<double> targets{.labels = part.labels, .values = part.values.view(), .weights = {}};
    const auto pass = textbook::forward<double>(network, part.inputs.view());
    const std::vector<double> found = textbook::losses(network, pass, targets);
    losses.insert(losses.end(), found.begin(), found.end());
  }
  return losses;
}

// Rows of which a trained network is sure have no loss but rounding, and a gradient that proves nothing: where at least
// half of the rows drawn are such, those with the largest losses among some thousands of all parts take their place.
// Says how they were chosen.
std::vector<std::uint32_t> choose_telling_rows(const Dataset& dataset, const Scaling& scaling, const RowChoice& choice,
                                               VerificationPoint& point) {
  constexpr std::size_t kCandidates = 4096;
  constexpr double kTellingLoss = 1e-4;
  const std::vector<std::uint32_t> drawn = choose_rows(dataset, choice);
  if (choice.row || !choice.may_use_losses) return drawn;
  const std::vector<double> drawn_losses = losses_of(point.network, dataset, scaling, drawn);
  const auto telling = std::ranges::count_if(drawn_losses, [](double loss) { return loss > kTellingLoss; });
  if (2 * static_cast<std::size_t>(telling) >= drawn.size()) return drawn;
  point.provenance.row_choice = "by loss";
  const std::vector<std::uint32_t> candidates =
      draw_rows(all_rows(dataset), {.rows = std::max(choice.rows, kCandidates), .seed = choice.seed});
  const std::vector<double> losses = losses_of(point.network, dataset, scaling, candidates);
  std::vector<std::size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return losses[a] > losses[b]; });
  std::vector<std::uint32_t> rows;
  for (std::size_t i = 0; i < std::min(choice.rows, order.size()); ++i) rows.push_back(candidates[order[i]]);
  return rows;
}

// Weights of rows and classes as training multiplies them. All zero would leave nothing to check.
void fill_weights(const TrainingRun& run, const Dataset& dataset, std::span<const std::uint32_t> rows,
                  VerificationPoint& point) {
  const std::vector<double>& own = run.sample_weights.empty() ? dataset.table.weights : run.sample_weights;
  if (own.empty() && run.class_weights.empty()) return;
  double sum = 0.0;
  for (const std::uint32_t row : rows) {
    double weight = own.empty() ? 1.0 : own[row];
    if (!run.class_weights.empty()) weight *= run.class_weights[static_cast<std::size_t>(dataset.table.labels[row])];
    point.weights.push_back(weight);
    sum += weight;
  }
  if (sum == 0.0) point.weights.clear();
}

template <class T>
Network<double> drawn_network(const TrainingRun& run) {
  Network<T> network(run.spec);
  initialize(network, run.seed);
  return network_cast<double>(network);
}

Network<double> initial_network(const TrainingRun& run) {
  if (run.initial) {
    return std::visit([](const auto& network) { return network_cast<double>(network); }, *run.initial);
  }
  return run.dtype == DType::kF64 ? drawn_network<double>(run) : drawn_network<float>(run);
}

Network<double> network_of(const Model& model) {
  return std::visit([](const auto& network) { return network_cast<double>(network); }, model.network);
}

void fill_provenance(const Dataset& dataset, VerificationPoint& point) {
  point.provenance.version = version();
  point.provenance.build = build_type();
  point.provenance.data_name = dataset.name;
  point.provenance.data_sha256 = dataset.sha256;
}

}  // namespace

VerificationPoint make_point(const TrainingRun& run, const Dataset& dataset, const RowChoice& choice,
                             const Model* model) {
  VerificationPoint point;
  point.network = model != nullptr ? network_of(*model) : initial_network(run);
  point.optimizer = run.optimizer;
  point.learning_rate = run.learning_rate;
  const Scaling& scaling = model != nullptr ? model->scaling : run.scaling;
  const std::vector<std::uint32_t> rows =
      model != nullptr ? choose_telling_rows(dataset, scaling, choice, point) : choose_rows(dataset, choice);
  fill_rows(dataset, scaling, rows, point);
  fill_weights(run, dataset, rows, point);
  fill_provenance(dataset, point);
  return point;
}

VerificationPoint make_point(const Model& model, const Dataset& dataset, const RowChoice& choice) {
  VerificationPoint point;
  point.network = network_of(model);
  fill_rows(dataset, model.scaling, choose_telling_rows(dataset, model.scaling, choice, point), point);
  fill_provenance(dataset, point);
  return point;
}

}  // namespace gradus
