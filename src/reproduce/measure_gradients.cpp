// Gradients as measurements: finite differences, Taylor remainders, the two formulations and their time.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "gradus/core/error.hpp"
#include "reproduce/measure.hpp"
#include "verification/identities.hpp"
#include "verification/measurements.hpp"

namespace gradus::reproduce {
namespace {

using verification::Group;
using verification::Problem;

std::vector<Group> chosen_groups(const Study& study, const Case& one, const Problem& problem) {
  std::vector<Group> groups;
  for (const Group& group : verification::all_groups(problem)) {
    const bool input_of_inner = group.is_inputs() && group.layer > 0;
    if (one.group == "all" ? !input_of_inner : verification::group_name(group) == one.group) groups.push_back(group);
  }
  if (!groups.empty()) return groups;
  throw InputError({.where = study.path + ": case " + one.name + ": group",
                    .expected = "all, or a group of the network such as \"layer 1 weights\"",
                    .found = "'" + one.group + "'",
                    .advice = ""});
}

DifferenceCurve curve_of(const verification::Subject& subject, const Group& group, const Case& one) {
  verification::DifferenceEvidence evidence{
      .group = group, .steps = {}, .order = 2, .value_roundoff = subject.value_roundoff, .rows = {}};
  for (const double n : one.steps) evidence.steps.push_back(1.0 / n);
  const std::size_t size = verification::group_size(subject.problem, group);
  const bool all = one.group == "all";
  for (std::size_t i = 0; i < (all ? size : one.count); ++i) {
    const std::size_t position = all ? i : one.first + i * one.stride;
    if (position < size) evidence.rows.push_back({.position = position});
  }
  verification::measure_group(subject, evidence);
  DifferenceCurve curve;
  verification::judge_differences(evidence, verification::textbook_gradient(subject.problem), &curve);
  return curve;
}

bool is_chosen(const Case& one, const std::string& subject) {
  return std::ranges::any_of(
      one.subjects, [&](const std::string& text) { return subject.starts_with(text) || subject.ends_with(text); });
}

void flatten(const textbook::Gradients<double>& gradients, std::vector<double>& values) {
  for_each_block(gradients.parameters, [&values](const ParameterBlock&, std::span<const double> block) {
    values.insert(values.end(), block.begin(), block.end());
  });
}

enum class Formulation : std::uint8_t { kSamples, kBatch };

// to += factor * from
void add_scaled(Parameters<double>& to, const Parameters<double>& from, double factor) {
  for_each_block(to, [&](const ParameterBlock& block, std::span<double> values) {
    const std::span<const double> changes = from.values(block);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] += factor * changes[i];
  });
}

// The gradient of one batch, sample by sample: each alone, `repeats` times as a notebook may ask for it, and added up.
textbook::Gradients<double> gradient_by_samples(const Network<double>& network, MatrixView<const double> x,
                                                std::span<const std::int32_t> labels, std::size_t repeats) {
  textbook::Gradients<double> sum = textbook::make_gradients(network, x.rows());
  const double factor = 1.0 / static_cast<double>(x.rows());
  for (std::size_t b = 0; b < x.rows(); ++b) {
    for (std::size_t r = 0; r < repeats; ++r) {
      const auto one = textbook::backward_by_samples(network, x.row_range(b, 1), {labels.subspan(b, 1), {}, {}});
      if (r + 1 == repeats) add_scaled(sum.parameters, one.parameters, factor);
    }
  }
  return sum;
}

double epoch_seconds(const TrainingRun& run, const Dataset& dataset, Formulation formulation, std::size_t repeats,
                     const std::atomic<bool>& stop) {
  Network<double> network(run.spec);
  initialize(network, run.seed);
  const EpochBatches batches(dataset.train, run.batches, run.seed, 0);
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < batches.size(); ++i) {
    if (stop.load(std::memory_order_relaxed)) throw Interrupted("interrupted");
    const std::span<const std::uint32_t> rows = batches[i];
    Matrix<double> x(rows.size(), run.spec.num_inputs);
    gather_rows<double>(dataset.table.features, run.scaling, rows, x.view());
    std::vector<std::int32_t> labels;
    for (const std::uint32_t row : rows) labels.push_back(dataset.table.labels[row]);
    const BatchTargets<double> targets{labels, {}, {}};
    const auto gradients = formulation == Formulation::kBatch
                               ? textbook::backward(network, textbook::forward(network, x.view()), targets)
                               : gradient_by_samples(network, x.view(), labels, repeats);
    add_scaled(network.parameters, gradients.parameters, -run.learning_rate);
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

Problem make_problem(const Study& study, const Case& one, std::size_t run, const MeasureContext& context) {
  RunConfig config;
  TrainingRun training = make_run(study, one, run, context, config);
  const Dataset& dataset = context.data.get(config).dataset;
  Problem problem;
  if (training.initial) {
    problem.network = std::move(std::get<Network<double>>(*training.initial));
  } else {
    problem.network = Network<double>(training.spec);
    initialize(problem.network, training.seed);
  }
  if (!one.keeps_floor) verification::use_differentiated_loss(problem.network.spec);
  std::vector<std::uint32_t> rows;
  for (const std::uint32_t row : one.rows) rows.push_back(dataset.train.at(row));
  problem.x = Matrix<double>(rows.size(), dataset.num_features());
  gather_rows<double>(dataset.table.features, training.scaling, rows, problem.x.view());
  for (const std::uint32_t row : rows) problem.labels.push_back(dataset.table.labels[row]);
  return problem;
}

// "analytic" by number, "n" the steps' N, "largest_error" by N, "error" and "numerical" of the first number by N; with
// group all, "relative_error" by group: the largest error over the group's norm.
Measurement measure_differences(const Study& study, const Case& one, std::size_t run, const MeasureContext& context) {
  const verification::Subject subject(make_problem(study, one, run, context));
  Measurement measurement;
  measurement.series["n"] = one.steps;
  for (const Group& group : chosen_groups(study, one, subject.problem)) {
    const DifferenceCurve curve = curve_of(subject, group, one);
    const double size = verification::norm(curve.analytic);
    const double largest = *std::ranges::min_element(curve.largest_error);
    add_point(measurement, "relative_error", size == 0.0 ? largest : largest / size);
    measurement.names["relative_error"].push_back(curve.group);
    if (one.group == "all") continue;
    measurement.series["analytic"] = curve.analytic;
    measurement.series["largest_error"] = curve.largest_error;
    for (const std::vector<double>& differences : curve.differences) {
      add_point(measurement, "numerical", differences.front());
      add_point(measurement, "error", std::fabs(differences.front() - curve.analytic.front()));
    }
  }
  return measurement;
}

// "slope_1" and "slope_2" by curve; "NAME: steps", "NAME: without gradient", "NAME: with gradient" are the curves.
Measurement measure_taylor(const Study& study, const Case& one, std::size_t run, const MeasureContext& context) {
  const Problem problem = make_problem(study, one, run, context);
  verification::Measurements measurements(problem, {.derivative = 1, .difference = 1}, {.seed = run});
  verification::Work work;
  measurements.plan(work);
  work.run(1, {});
  Certificate certificate;
  certificate.claims = measurements.judge(verification::textbook_gradient, &certificate);
  Measurement measurement;
  for (const TaylorCurve& curve : certificate.taylor) {
    if (!is_chosen(one, curve.subject)) continue;
    for (const std::size_t order : {0U, 1U}) {
      const std::string name = order == 0 ? "slope_1" : "slope_2";
      add_point(measurement, name, curve.slope[order]);
      measurement.names[name].push_back(curve.subject);
      measurement.series[curve.subject + (order == 0 ? ": without gradient" : ": with gradient")] =
          curve.remainders[order];
    }
    measurement.series[curve.subject + ": steps"] = curve.steps;
  }
  return measurement;
}

// "loop" and "batch": all gradients of parameters, layer by layer, weights before biases.
Measurement measure_formulations(const Study& study, const Case& one, std::size_t run, const MeasureContext& context) {
  const Problem problem = make_problem(study, one, run, context);
  Measurement measurement;
  std::vector<double>& loop = measurement.series["loop"];
  std::vector<double>& batch = measurement.series["batch"];
  flatten(gradient_by_samples(problem.network, problem.x.view(), problem.labels, 1), loop);
  flatten(textbook::backward(problem.network, textbook::forward(problem.network, problem.x.view()), problem.targets()),
          batch);
  double largest = 0.0;
  for (std::size_t i = 0; i < loop.size(); ++i) largest = std::max(largest, std::fabs(loop[i] - batch[i]));
  add_point(measurement, "largest_difference", largest);
  add_point(measurement, "gradient_norm", verification::norm(batch));
  return measurement;
}

Measurement measure_timing(const Study& study, const Case& one, std::size_t run, const MeasureContext& context) {
  RunConfig config;
  TrainingRun training = make_run(study, one, run, context, config);
  training.epochs = 1;
  const Dataset& dataset = context.data.get(config).dataset;
  const auto seconds = [&](Formulation formulation, std::size_t repeats) {
    return epoch_seconds(training, dataset, formulation, repeats, context.stop);
  };
  Measurement measurement;
  const double loop = seconds(Formulation::kSamples, study.repeats);
  const double batch = seconds(Formulation::kBatch, 1);
  add_point(measurement, "loop_seconds", loop);
  add_point(measurement, "single_loop_seconds", study.repeats == 1 ? loop : seconds(Formulation::kSamples, 1));
  add_point(measurement, "batch_seconds", batch);
  add_point(measurement, "ratio", loop / batch);
  const RunRecord record = train(training, dataset, {.stop = &context.stop});
  add_point(measurement, "engine_seconds", record.epochs.front().seconds);
  return measurement;
}

// "of_bound": the largest error of each identity in units of what rounding allows.
Measurement measure_identities() {
  Measurement measurement;
  for (const verification::IdentityResult& result : verification::measure_identities(0)) {
    add_point(measurement, "of_bound", result.largest_ulps / result.bound_ulps);
    add_point(measurement, "ulps", result.largest_ulps);
    measurement.names["of_bound"].push_back(result.statement);
    measurement.names["ulps"].push_back(result.statement);
  }
  return measurement;
}

}  // namespace gradus::reproduce
