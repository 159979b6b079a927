// The experiment of study s0: chosen numbers of one layer, every step, all rows.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "gradus/core/error.hpp"
#include "verification/differences.hpp"
#include "verification/point_problem.hpp"

namespace gradus {
namespace {

[[noreturn]] void refuse(const char* where, const std::string& expected, const std::string& found) {
  throw InputError({.where = where, .expected = expected, .found = found, .advice = ""});
}

}  // namespace

DifferenceResult run_difference_experiment(const VerificationPoint& point, const DifferenceExperiment& experiment,
                                           const VerifyOptions& options) {
  using namespace verification;
  const NetworkSpec& spec = point.network.spec;
  if (experiment.layer >= spec.layers.size()) {
    refuse("layer", fmt::format("one of 1 to {}", spec.layers.size()), std::to_string(experiment.layer + 1));
  }
  const std::size_t size = point.network.parameters.values(experiment.layer, experiment.role).size();
  const Group group{.layer = experiment.layer, .role = experiment.role};
  if (size == 0) refuse("layer", fmt::format("a layer with {}", group_kind(group)), group_name(group));
  for (const std::size_t position : experiment.positions) {
    if (position >= size) refuse("positions", fmt::format("numbers below {}", size), std::to_string(position));
  }
  const Subject subject(make_problem(point, options));
  RandomStream random(options.seed, Purpose::kVerification, 2);
  DifferenceEvidence evidence = make_evidence(subject, options, group, experiment.positions, random);
  measure_group(subject, evidence);
  DifferenceResult result;
  result.claim = judge_differences(evidence, textbook_gradient(subject.problem), &result.curve);
  return result;
}

}  // namespace gradus
