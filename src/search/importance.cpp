// SPDX-License-Identifier: Apache-2.0
#include "gradus/search/importance.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace gradus {
namespace {

constexpr std::size_t kMostIntervals = 6;
constexpr std::size_t kTrialsPerInterval = 4;

struct Sample {
  std::optional<std::string> text;
  double value;
};

// Group of every sample. Numbers with more different values than intervals are cut at equal ranks.
std::vector<std::size_t> groups_of(const Parameter& parameter, const std::vector<Sample>& samples) {
  std::map<std::string, std::size_t> numbers;
  std::vector<double> sorted;
  for (const Sample& sample : samples) {
    numbers.emplace(sample.text.value_or(""), numbers.size());
    if (sample.text) sorted.push_back(number_in(*sample.text));
  }
  const std::size_t intervals = std::clamp<std::size_t>(samples.size() / kTrialsPerInterval, 2, kMostIntervals);
  std::vector<std::size_t> groups;
  if (parameter.kind == Parameter::Kind::kChoice || numbers.size() <= intervals) {
    for (const Sample& sample : samples) groups.push_back(numbers.at(sample.text.value_or("")));
    return groups;
  }
  std::sort(sorted.begin(), sorted.end());
  for (const Sample& sample : samples) {
    std::size_t group = 0;
    if (sample.text) {
      const double x = number_in(*sample.text);
      // The first of equals: one value never lies in two intervals.
      const auto rank = static_cast<std::size_t>(std::lower_bound(sorted.begin(), sorted.end(), x) - sorted.begin());
      group = 1 + rank * intervals / sorted.size();
    }
    groups.push_back(group);
  }
  return groups;
}

double omega_squared(const std::vector<Sample>& samples, const std::vector<std::size_t>& groups, std::size_t& used) {
  struct Sum {
    double count = 0.0;
    double total = 0.0;
  };
  std::map<std::size_t, Sum> sums;
  double total = 0.0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    sums[groups[i]].count += 1.0;
    sums[groups[i]].total += samples[i].value;
    total += samples[i].value;
  }
  used = sums.size();
  const auto n = static_cast<double>(samples.size());
  const auto k = static_cast<double>(sums.size());
  const double mean = total / n;
  double all = 0.0;
  double within = 0.0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Sum& sum = sums[groups[i]];
    const double centre = sum.total / sum.count;
    all += (samples[i].value - mean) * (samples[i].value - mean);
    within += (samples[i].value - centre) * (samples[i].value - centre);
  }
  if (!(k > 1.0) || !(n > k) || !(all > 0.0)) return 0.0;
  const double mean_within = within / (n - k);
  return std::clamp((all - within - (k - 1.0) * mean_within) / (all + mean_within), 0.0, 1.0);
}

}  // namespace

std::vector<ParameterImportance> parameter_importance(const Space& space, const std::vector<TrialRecord>& trials) {
  std::vector<ParameterImportance> result;
  for (std::size_t p = 0; p < space.parameters.size(); ++p) {
    std::vector<Sample> samples;
    for (const TrialRecord& trial : trials) {
      if (trial.state == TrialState::kComplete && trial.value) samples.push_back({trial.setting[p], *trial.value});
    }
    ParameterImportance importance{.name = space.parameters[p].name};
    if (samples.size() > 1) {
      importance.share = omega_squared(samples, groups_of(space.parameters[p], samples), importance.groups);
    }
    result.push_back(importance);
  }
  std::stable_sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.share > b.share; });
  return result;
}

}  // namespace gradus
