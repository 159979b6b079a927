// One run of one case of a study, by the study's kind.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "gradus/training/trainer.hpp"
#include "reproduce/measurement.hpp"
#include "reproduce/study.hpp"
#include "search/data_pool.hpp"
#include "search/training_objective.hpp"
#include "verification/problem.hpp"

namespace gradus::reproduce {

/// What measuring needs beside the study.
struct MeasureContext {
  DataPool& data;
  const std::atomic<bool>& stop;
  unsigned jobs = 1;        // searches alone use more than one
  std::string folder = {};  // of searches
  std::function<void(const std::string&)> note = {};
};

/// Run number `run` (from 0) of `one`. A run that fails by itself gives its error; bad input and interruptions throw.
Measurement measure(const Study& study, const Case& one, std::size_t run, const MeasureContext& context);

Measurement measure_training(const Study& study, const Case& one, std::size_t run, const MeasureContext& context);
Measurement measure_search(const Study& study, const Case& one, std::size_t run, const MeasureContext& context);
Measurement measure_parameters(const Study& study, const Case& one);
Measurement measure_differences(const Study& study, const Case& one, std::size_t run, const MeasureContext& context);
Measurement measure_taylor(const Study& study, const Case& one, std::size_t run, const MeasureContext& context);
Measurement measure_formulations(const Study& study, const Case& one, std::size_t run, const MeasureContext& context);
Measurement measure_timing(const Study& study, const Case& one, std::size_t run, const MeasureContext& context);
Measurement measure_identities();

/// The run with its first weights, one thread: from the study's numpy stream where it has one, else by its seed.
TrainingRun make_run(const Study& study, const Case& one, std::size_t run, const MeasureContext& context,
                     RunConfig& config);
/// Every weight moved by at most kRoundingUlps units in the last place, up or down.
void move_by_rounding(TrainingRun& run, std::uint64_t seed);
/// The network of make_run() with the rows of `one` as what is differentiated.
verification::Problem make_problem(const Study& study, const Case& one, std::size_t run, const MeasureContext& context);
/// Trains and takes the curves, without a test part where the pool seals it.
Measurement trained(const TrainingRun& run, const Dataset& dataset, const Case& one, const std::atomic<bool>& stop);

/// Names of a run's own series, with `prefix` before them.
void add_point(Measurement& measurement, const std::string& name, double value);

}  // namespace gradus::reproduce
