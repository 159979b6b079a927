// Exact derivatives against backpropagation: dual numbers (and the complex step) through the textbook's forward pass.
// No step size and no truncation, so the two may differ by rounding alone.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "gradus/verification/certificate.hpp"
#include "verification/subject.hpp"
#include "verification/work.hpp"

namespace gradus::verification {

/// Derivatives with respect to single numbers of one group.
struct ExactSamples {
  Group group;
  std::vector<std::size_t> positions;
  std::vector<double> slopes;
  std::size_t group_size = 0;
};

/// The derivative along one random direction.
struct ExactLine {
  std::string subject;
  std::size_t layer = 0;  // the direction is one of the tail from here
  Tangent direction;
  double dual = 0.0;
  std::optional<double> complex_step;
};

struct ExactOptions {
  std::uint64_t seed = 0;
  double budget = 2e8;          // every number of a group is taken while that costs fewer multiply-adds than this
  std::size_t samples = 12;     // else so many of each group
  std::vector<Group> groups{};  // empty: all
};

struct ExactEvidence {
  std::string claim;
  std::vector<ExactSamples> samples;
  std::vector<ExactLine> lines;
};

/// Adds the measurements to `work`; `evidence` and `subject` must outlive it.
void measure_exact(const Subject& subject, const ExactOptions& options, ExactEvidence& evidence, Work& work);
/// The claims for a gradient of `subject.problem`.
void judge_exact(const ExactEvidence& evidence, const Subject& subject, const Tangent& gradient,
                 std::vector<Claim>& claims);

/// Distinct positions below `size`, sorted: all when size <= count.
std::vector<std::size_t> sample_positions(std::size_t size, std::size_t count, RandomStream& random);

}  // namespace gradus::verification
