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

// How far the share moves when the trials are drawn again with replacement (Efron 1979).
double resampled_error(const std::vector<Sample>& samples, const std::vector<std::size_t>& groups,
                       std::uint64_t index) {
  const std::size_t resamplings = std::clamp<std::size_t>(2'000'000 / samples.size(), 20, 100);
  RandomStream random(0, Purpose::kImportance, index);
  double sum = 0.0;
  double squares = 0.0;
  for (std::size_t k = 0; k < resamplings; ++k) {
    std::vector<Sample> drawn;
    std::vector<std::size_t> drawn_groups;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const auto at = static_cast<std::size_t>(random.below(samples.size()));
      drawn.push_back({std::nullopt, samples[at].value});
      drawn_groups.push_back(groups[at]);
    }
    std::size_t used = 0;
    const double share = omega_squared(drawn, drawn_groups, used);
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
    const std::vector<std::size_t> groups = groups_of(space.parameters[p], samples);
    ParameterImportance importance{.name = space.parameters[p].name};
    importance.share = omega_squared(samples, groups, importance.groups);
    importance.error = resampled_error(samples, groups, p);
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
