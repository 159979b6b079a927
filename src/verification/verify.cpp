// verify(): plans the measurements, runs them side by side, judges the textbook's gradient, then every mutant's.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/verification/verify.hpp"
#include "gradus/core/threads.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

#include "gradus/core/error.hpp"
#include "verification/detection.hpp"
#include "verification/engine_check.hpp"
#include "verification/measurements.hpp"
#include "verification/point_problem.hpp"

namespace gradus {
namespace verification {
namespace {

/// Shares of the time that measuring and injecting faults take, for the progress bar.
constexpr double kMeasuringShare = 0.75;

std::string describe_network(const NetworkSpec& spec) {
  std::string activations;
  for (std::size_t l = 0; l + 1 < spec.layers.size(); ++l) {
    const std::string name = to_string(spec.layers[l].activation);
    if (!activations.ends_with(name)) activations += (activations.empty() ? "" : ",") + name;
  }
  return fmt::format("{}{}{}, {} outputs, {}", shape_string(spec), activations.empty() ? "" : " ", activations,
                     output_name(spec.output), loss_name(spec.loss.kind));
}

std::string kernel_target() {
  constexpr std::array<std::size_t, 2> kSmallest = {1, 1};
  const Network<float> network(make_network_spec(kSmallest, {}, OutputKind::kLinear));
  return Engine<float>(network, {.max_batch = 1}).target();
}

void describe(const VerificationPoint& point, const VerifyOptions& options, const RowCounts& rows,
              Certificate& certificate) {
  Provenance& p = certificate.provenance;
  p = point.provenance;
  p.target = kernel_target();
  p.threads = resolve_threads(options.threads);
  p.network = describe_network(point.network.spec);
  p.parameters = point.network.spec.num_parameters();
  p.parameters_sha256 = weights_sha256(point.network);
  p.seed = options.seed;
  p.rows = point.inputs.rows();
  p.derivative_rows = rows.derivative;
  p.difference_rows = rows.difference;
  constexpr std::array kChoices = {"sampled", "first", "all"};
  p.difference_options = fmt::format("{} {} {}", kChoices[static_cast<std::size_t>(options.difference_choice)],
                                     options.differences_per_group, options.four_points ? 4 : 2);
  p.difference_steps = options.difference_steps.empty() ? default_difference_steps() : options.difference_steps;
}

// What a person would want to know before relying on claims that hold.
std::vector<std::string> weaknesses(const Certificate& certificate) {
  constexpr double kLargestUnnoticed = 1e-6;
  std::vector<std::string> reasons;
  if (certificate.smallest_detected > kLargestUnnoticed) {
    reasons.push_back(fmt::format("a relative error of {:.1e} of one layer's gradient would not be noticed",
                                  certificate.smallest_detected));
  }
  // Not of bfloat16, which tells little anywhere.
  for (const char* name : {"engine f32 gradient", "engine f64 gradient"}) {
    const bool is_vacuous = std::ranges::any_of(
        certificate.claims, [name](const Claim& claim) { return claim.claim == name && claim.bound >= 1.0; });
    if (is_vacuous) reasons.push_back(fmt::format("a gradient of 0 would pass '{}'", name));
  }
  return reasons;
}

void check_options(const VerifyOptions& options) {
  for (const double step : options.difference_steps) {
    if (step > 0.0 && step < 1e10) continue;
    throw InputError({.where = "difference steps",
                      .expected = "positive numbers",
                      .found = fmt::format("{}", step),
                      .advice = "give 1/N for a list of N"});
  }
}

}  // namespace
}  // namespace verification

Certificate verify(const VerificationPoint& point, const VerifyOptions& options, const VerifyProgress& progress) {
  using namespace verification;
  const auto start = std::chrono::steady_clock::now();
  check_options(options);
  const Problem whole = make_problem(point, options);
  check_targets(whole.network.spec, whole.targets(), whole.x.rows());
  const RowCounts rows = choose_rows(whole.network.spec, whole.x.rows());
  const unsigned threads = resolve_threads(options.threads);
  Certificate certificate;
  describe(point, options, rows, certificate);

  Measurements measurements(whole, rows, options);
  EngineEvidence engine;
  Work work;
  measurements.plan(work);
  if (options.check_engine) measure_engine(whole, point, options, engine, work);
  const double share = options.measure_detection ? kMeasuringShare : 1.0;
  work.run(threads, [&](double done, std::string_view what) {
    if (progress) progress(share * done, what);
  });
  certificate.loss = value_along(whole, no_motion(whole), 0.0);
  certificate.claims = measurements.judge(textbook_gradient, &certificate);
  for (const EngineComparison& comparison : engine.comparisons) {
    certificate.claims.push_back(judge_engine(comparison, comparison.engine));
  }
  for (const std::vector<Claim>& claims : engine.claims) {
    certificate.claims.insert(certificate.claims.end(), claims.begin(), claims.end());
  }
  if (options.measure_detection) {
    measure_detection(measurements, engine, certificate.claims, certificate, work);
    work.run(threads, [&](double done, std::string_view what) {
      if (progress) progress(share + (1.0 - share) * done, what);
    });
  }
  certificate.weak = weaknesses(certificate);
  certificate.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return certificate;
}

}  // namespace gradus
