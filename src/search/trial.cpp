// SPDX-License-Identifier: Apache-2.0
#include "gradus/search/trial.hpp"

#include <algorithm>
#include <array>

#include "core/suggest.hpp"

namespace gradus {
namespace {

constexpr std::array<std::string_view, 5> kStates = {"waiting", "running", "complete", "pruned", "failed"};

}  // namespace

std::string_view state_name(TrialState state) {
  return kStates[static_cast<std::size_t>(state)];
}

TrialState parse_state(std::string_view name) {
  const auto* const found = std::find(kStates.begin(), kStates.end(), name);
  if (found == kStates.end()) throw unknown_name("trial state", name, kStates);
  return static_cast<TrialState>(found - kStates.begin());
}

std::size_t TrialRecord::epochs() const {
  std::size_t most = 0;
  for (const RunResult& run : runs) most = std::max(most, run.epochs);
  return most;
}

}  // namespace gradus
