// SPDX-License-Identifier: Apache-2.0
#include "verification/exact.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace gradus::verification {
namespace {

void measure_samples(const Subject& subject, ExactSamples& samples) {
  const Problem& part = subject.tails[samples.group.layer];
  const Tangent shape = make_tangent(part);
  Tangent direction(part.num_layers());
  Matrix<double>& moved = direction[0][samples.group.part];
  moved = Matrix<double>(shape[0][samples.group.part].rows(), shape[0][samples.group.part].cols());
  for (const std::size_t position : samples.positions) {
    moved.data()[position] = 1.0;
    samples.slopes.push_back(exact_slope(part, direction));
    moved.data()[position] = 0.0;
  }
}

ExactLine make_line(const Subject& subject, const std::vector<Group>& groups, std::string name, std::size_t layer,
                    RandomStream& random) {
  std::vector<Group> local = groups;
  for (Group& group : local) group.layer -= layer;
  return {.subject = std::move(name),
          .layer = layer,
          .direction = random_direction(subject.tails[layer], local, random),
          .dual = 0.0,
          .complex_step = std::nullopt};
}

void measure_line(const Subject& subject, ExactLine& line) {
  const Problem& part = subject.tails[line.layer];
  line.dual = exact_slope(part, line.direction);
  if (is_analytic(part.network.spec)) line.complex_step = complex_step_slope(part, line.direction);
}

// Value and bound in ULP of `scale`.
Claim exact_claim(const ExactEvidence& evidence, std::string subject, std::string method, double difference,
                  double scale, double predicted) {
  Claim claim{.claim = evidence.claim, .subject = std::move(subject), .method = std::move(method), .unit = "ULP"};
  const double unit = kUlp * scale;
  claim.bound = kExactUlps;
  if (unit > 0.0) {
    claim.value = difference / unit;
    claim.bound += kSigmas * predicted / unit;
  } else {
    claim.value = difference == 0.0 ? 0.0 : difference / kUlp;
    claim.note = "the derivative is zero";
  }
  claim.holds = claim.value <= claim.bound;
  return claim;
}

void judge_samples(const ExactEvidence& evidence, const ExactSamples& samples, const Subject& subject,
                   const Tangent& gradient, std::vector<Claim>& claims) {
  const std::span<const double> tested = gradient[samples.group.layer][samples.group.part].span();
  const std::span<const double> rounding = subject.rounding.gradient[samples.group.layer][samples.group.part].span();
  std::vector<double> differences;
  std::vector<double> predicted;
  for (std::size_t i = 0; i < samples.positions.size(); ++i) {
    differences.push_back(tested[samples.positions[i]] - samples.slopes[i]);
    predicted.push_back(rounding[samples.positions[i]]);
  }
  const bool all = samples.positions.size() == samples.group_size;
  const std::string method = all ? fmt::format("dual numbers, all {}", samples.group_size)
                                 : fmt::format("dual numbers, {} of {}", samples.positions.size(), samples.group_size);
  claims.push_back(exact_claim(evidence, group_name(samples.group), method, norm(differences), norm(samples.slopes),
                               norm(predicted)));
}

void judge_line(const ExactEvidence& evidence, const ExactLine& line, const Subject& subject, const Tangent& gradient,
                std::vector<Claim>& claims) {
  const double tested = dot(line.direction, gradient, line.layer);
  const double scale = dot_norm(line.direction, gradient, line.layer);
  const double predicted = dot_norm(line.direction, subject.rounding.gradient, line.layer);
  double difference = std::fabs(tested - line.dual);
  std::string method = "dual numbers, random direction";
  if (line.complex_step) {
    difference = std::max(difference, std::fabs(tested - *line.complex_step));
    method = "dual numbers and complex step, random direction";
  }
  if (std::isnan(line.dual) || std::isnan(tested)) difference = std::nan("");
  claims.push_back(
      exact_claim(evidence, line.subject, method, difference, std::max(scale, std::fabs(line.dual)), predicted));
}

}  // namespace

std::vector<std::size_t> sample_positions(std::size_t size, std::size_t count, RandomStream& random) {
  if (size <= count) {
    std::vector<std::size_t> all(size);
    std::iota(all.begin(), all.end(), std::size_t{0});
    return all;
  }
  std::set<std::size_t> chosen;
  while (chosen.size() < count) chosen.insert(static_cast<std::size_t>(random.below(size)));
  return {chosen.begin(), chosen.end()};
}

void measure_exact(const Subject& subject, const ExactOptions& options, ExactEvidence& evidence, Work& work) {
  RandomStream random(options.seed, Purpose::kVerification, 1);
  const std::vector<Group> groups = options.groups.empty() ? all_groups(subject.problem) : options.groups;
  bool complete = true;
  for (const Group& group : groups) {
    const std::size_t size = group_size(subject.problem, group);
    const double cost = subject.forward_cost(group.layer);
    const bool all = cost * static_cast<double>(size) <= options.budget;
    complete = complete && all;
    const std::size_t count = all ? size : options.samples;
    evidence.samples.push_back(
        {.group = group, .positions = sample_positions(size, count, random), .slopes = {}, .group_size = size});
    if (!all) evidence.lines.push_back(make_line(subject, {group}, group_name(group), group.layer, random));
  }
  evidence.lines.push_back(make_line(subject, groups, "everything at once", 0, random));
  for (ExactSamples& samples : evidence.samples) {
    const double cost = subject.forward_cost(samples.group.layer) * static_cast<double>(samples.positions.size());
    work.add("exact derivatives", cost, [&subject, &samples] { measure_samples(subject, samples); });
  }
  for (ExactLine& line : evidence.lines) {
    work.add("exact derivatives", subject.forward_cost(line.layer), [&subject, &line] { measure_line(subject, line); });
  }
}

void judge_exact(const ExactEvidence& evidence, const Subject& subject, const Tangent& gradient,
                 std::vector<Claim>& claims) {
  for (const ExactSamples& samples : evidence.samples) judge_samples(evidence, samples, subject, gradient, claims);
  for (const ExactLine& line : evidence.lines) judge_line(evidence, line, subject, gradient, claims);
}

}  // namespace gradus::verification
