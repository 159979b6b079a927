// The tree-structured Parzen estimator (Bergstra et al. 2011) with product kernels over all parameters (as BOHB,
// Falkner et al. 2018): finished trials are divided into good and bad, candidates are drawn around good ones, and the
// candidate with the largest ratio of densities good / bad is taken.
//
// A generation is chosen on the results of earlier generations alone, so timing cannot matter; trials of the same
// generation count as bad, which keeps them apart.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "core/scalar_math.hpp"
#include "gradus/core/random.hpp"
#include "search/parzen_density.hpp"
#include "search/sampler.hpp"

namespace gradus {
namespace {

// Shares and widths as compared in benchmarks/results/tpe_vs_random.md.
constexpr double kGoodShare = 0.15;
constexpr std::size_t kMostGood = 25;

double unit_of(const Parameter& parameter, const std::string& text) {
  if (parameter.kind == Parameter::Kind::kChoice) {
    const auto found = std::find(parameter.choices.begin(), parameter.choices.end(), text);
    return static_cast<double>(found - parameter.choices.begin());
  }
  const double value = number_in(text);
  const auto count = parameter.count();
  if (count && !parameter.log) {
    const double step = parameter.step > 0.0 ? parameter.step : 1.0;
    return (std::floor((value - parameter.low) / step + 0.5) + 0.5) / static_cast<double>(*count);
  }
  const double low = parameter.inner_low();
  const double high = parameter.inner_high();
  if (!(high > low)) return 0.5;
  return std::clamp(((parameter.log ? math::log(value) : value) - low) / (high - low), 0.0, 1.0);
}

class TpeSampler : public Sampler {
 public:
  TpeSampler(const StudyConfig& config, Feasible feasible)
      : config_(config), feasible_(feasible), random_(make_random_sampler(config, std::move(feasible))) {}

  [[nodiscard]] bool learns() const override { return true; }

  Setting choose(const SamplerView& view) override {
    const std::size_t startup = config_.options.startup;
    if (view.known < startup || view.known == 0) return random_->choose(view);
    learn(view);
    const auto [good, bad] = divide(view.known);
    RandomStream random(config_.options.seed, Purpose::kSearch, view.trials.size());
    std::vector<Candidate> candidates;
    for (std::size_t c = 0; c < config_.options.candidates; ++c) {
      Candidate candidate{.index = c, .point = good.draw(random)};
      candidate.good = good.log_density(candidate.point);
      candidate.rough_score = candidate.good - bad.rough_log_density(candidate.point);
      candidates.push_back(std::move(candidate));
    }
    // The best score, of equal ones the first. Most candidates are too far from it for an exact look.
    std::ranges::sort(candidates, std::greater(), &Candidate::rough_score);
    std::optional<Setting> best;
    double best_score = -INFINITY;
    std::size_t best_index = 0;
    for (const Candidate& candidate : candidates) {
      if (candidate.rough_score + ParzenDensity::kRoughness < best_score) break;
      const double score = candidate.good - bad.log_density(candidate.point);
      const bool is_better = score > best_score || (best && score == best_score && candidate.index < best_index);
      if (!is_better) continue;
      Setting setting = setting_of(candidate.point);
      if (tried_.contains(view, setting) || !feasible_(setting)) continue;
      best = std::move(setting);
      best_score = score;
      best_index = candidate.index;
    }
    return best ? *best : random_->choose(view);
  }

 private:
  struct Candidate {
    std::size_t index = 0;
    Point point;
    double good = 0.0;  // log density
    double rough_score = 0.0;
  };

  struct Halves {
    ParzenDensity good;
    ParzenDensity bad;
  };

  // Points of the trials that have come since the last choice, and the ranks of those of which more is known now.
  void learn(const SamplerView& view) {
    if (view.trials.size() < points_.size() || view.known < ranked_.size()) {
      points_.clear();
      ranked_.clear();
    }
    sign_ = config_.larger_is_better() ? -1.0 : 1.0;
    while (points_.size() < view.trials.size()) points_.push_back(point_of(view.trials[points_.size()].setting));
    const auto before = static_cast<std::ptrdiff_t>(ranked_.size());
    while (ranked_.size() < view.known) ranked_.push_back(ranked_.size());
    const auto ranks = [&](std::size_t a, std::size_t b) { return ranks_before(view.trials[a], view.trials[b]); };
    std::stable_sort(ranked_.begin() + before, ranked_.end(), ranks);
    std::inplace_merge(ranked_.begin(), ranked_.begin() + before, ranked_.end(), ranks);
  }

  // Complete trials by their value, then stopped ones by how far they came and their value, then failed ones.
  [[nodiscard]] bool ranks_before(const TrialRecord& a, const TrialRecord& b) const {
    if (a.state != b.state) return a.state < b.state;
    if (a.state == TrialState::kPruned && a.epochs() != b.epochs()) return a.epochs() > b.epochs();
    return sign_ * a.value.value_or(0.0) < sign_ * b.value.value_or(0.0);
  }

  [[nodiscard]] Halves divide(std::size_t known) const {
    const auto share = static_cast<std::size_t>(std::ceil(kGoodShare * static_cast<double>(known)));
    const std::size_t num_good = std::min(share, kMostGood);
    std::vector<const Point*> good;
    std::vector<const Point*> bad;
    for (std::size_t i = 0; i < known; ++i) (i < num_good ? good : bad).push_back(&points_[ranked_[i]]);
    for (std::size_t n = known; n < points_.size(); ++n) bad.push_back(&points_[n]);
    return {ParzenDensity(config_.space, std::move(good)), ParzenDensity(config_.space, std::move(bad))};
  }

  [[nodiscard]] Point point_of(const Setting& setting) const {
    Point point(setting.size(), -1.0);
    for (std::size_t i = 0; i < setting.size(); ++i) {
      if (setting[i]) point[i] = unit_of(config_.space.parameters[i], *setting[i]);
    }
    return point;
  }

  [[nodiscard]] Setting setting_of(const Point& point) const {
    Setting setting(point.size());
    for (std::size_t i = 0; i < point.size(); ++i) {
      if (point[i] >= 0.0) setting[i] = text_at_point(config_.space.parameters[i], point[i]);
    }
    return setting;
  }

  const StudyConfig& config_;
  Feasible feasible_;
  double sign_ = 1.0;  // of values, so that the smallest is the best
  std::unique_ptr<Sampler> random_;
  TriedSettings tried_;
  std::vector<Point> points_;        // of all trials
  std::vector<std::size_t> ranked_;  // numbers of the known ones, the best first
};

}  // namespace

std::unique_ptr<Sampler> make_tpe_sampler(const StudyConfig& config, Feasible feasible) {
  return std::make_unique<TpeSampler>(config, std::move(feasible));
}

}  // namespace gradus
