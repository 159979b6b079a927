// SPDX-License-Identifier: Apache-2.0
#include "gradus/search/importance.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "gradus/core/random.hpp"

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

/// Values, and the number of the group that each belongs to.
struct GroupedValues {
  std::vector<double> values;
  std::vector<std::size_t> groups;
};

double omega_squared(const GroupedValues& sample, std::size_t& used) {
  struct Sum {
    double count = 0.0;
    double total = 0.0;
  };
  std::vector<Sum> sums(1 + *std::ranges::max_element(sample.groups));
  double total = 0.0;
  for (std::size_t i = 0; i < sample.values.size(); ++i) {
    sums[sample.groups[i]].count += 1.0;
    sums[sample.groups[i]].total += sample.values[i];
    total += sample.values[i];
  }
  used = static_cast<std::size_t>(std::ranges::count_if(sums, [](const Sum& sum) { return sum.count > 0.0; }));
  const auto n = static_cast<double>(sample.values.size());
  const auto k = static_cast<double>(used);
  const double mean = total / n;
  double all = 0.0;
  double within = 0.0;
  for (std::size_t i = 0; i < sample.values.size(); ++i) {
    const Sum& sum = sums[sample.groups[i]];
    const double value = sample.values[i];
    const double centre = sum.total / sum.count;
    all += (value - mean) * (value - mean);
    within += (value - centre) * (value - centre);
  }
  if (!(k > 1.0) || !(n > k) || !(all > 0.0)) return 0.0;
  const double mean_within = within / (n - k);
  return std::clamp((all - within - (k - 1.0) * mean_within) / (all + mean_within), 0.0, 1.0);
}

// How far the share moves when the trials are drawn again with replacement (Efron 1979).
double resampled_error(const GroupedValues& sample, std::uint64_t index) {
  const std::size_t resamplings = std::clamp<std::size_t>(2'000'000 / sample.values.size(), 20, 100);
  RandomStream random(0, Purpose::kImportance, index);
  GroupedValues drawn = sample;
  double sum = 0.0;
  double squares = 0.0;
  for (std::size_t k = 0; k < resamplings; ++k) {
    for (std::size_t i = 0; i < sample.values.size(); ++i) {
      const auto at = static_cast<std::size_t>(random.below(sample.values.size()));
      drawn.values[i] = sample.values[at];
      drawn.groups[i] = sample.groups[at];
    }
    std::size_t used = 0;
    const double share = omega_squared(drawn, used);
    sum += share;
    squares += share * share;
  }
  const auto count = static_cast<double>(resamplings);
  return std::sqrt(std::max(0.0, (squares - sum * sum / count) / (count - 1.0)));
}

std::vector<Sample> complete_samples(const std::vector<TrialRecord>& trials, std::size_t parameter) {
  std::vector<Sample> samples;
  for (const TrialRecord& trial : trials) {
    if (trial.state == TrialState::kComplete && trial.value)
      samples.push_back({trial.setting[parameter], *trial.value});
  }
  return samples;
}

}  // namespace

std::size_t trials_for_importance(const Space& space) {
  return std::max(kTrialsPerInterval * kMostIntervals, 2 * kTrialsPerInterval * space.parameters.size());
}

double unexplained_share(const std::vector<ParameterImportance>& importance) {
  double sum = 0.0;
  for (const ParameterImportance& one : importance) sum += one.share;
  return std::max(0.0, 1.0 - sum);
}

std::vector<ParameterImportance> parameter_importance(const Space& space, const std::vector<TrialRecord>& trials) {
  std::vector<ParameterImportance> result;
  double sum = 0.0;
  for (std::size_t p = 0; p < space.parameters.size(); ++p) {
    const std::vector<Sample> samples = complete_samples(trials, p);
    if (samples.size() < trials_for_importance(space)) return {};
    GroupedValues sample{.values = {}, .groups = groups_of(space.parameters[p], samples)};
    for (const Sample& one : samples) sample.values.push_back(one.value);
    ParameterImportance importance{.name = space.parameters[p].name};
    importance.share = omega_squared(sample, importance.groups);
    importance.error = resampled_error(sample, p);
    sum += importance.share;
    result.push_back(importance);
  }
  for (ParameterImportance& importance : result) {
    importance.share /= std::max(1.0, sum);
    importance.error /= std::max(1.0, sum);
  }
  std::stable_sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.share > b.share; });
  return result;
}

}  // namespace gradus
