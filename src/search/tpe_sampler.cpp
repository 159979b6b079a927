// The tree-structured Parzen estimator (Bergstra et al. 2011) with product kernels over all parameters (as BOHB,
// Falkner et al. 2018): finished trials are divided into good and bad, candidates are drawn around good ones, and the
// candidate with the largest ratio of densities good / bad is taken.
//
// A generation is chosen on the results of earlier generations alone, so timing cannot matter; trials of the same
// generation count as bad, which keeps them apart.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/scalar_math.hpp"
#include "gradus/core/random.hpp"
#include "search/sampler.hpp"

namespace gradus {
namespace {

// Shares and widths as compared in benchmarks/results/tpe_vs_random.md.
constexpr double kGoodShare = 0.15;
constexpr std::size_t kMostGood = 25;
constexpr double kBandwidth = 0.2;
constexpr double kLeastBandwidth = 0.02;
constexpr double kOtherChoices = 0.25;  // of a list's kernel, spread over all values

// Where a parameter's value stands: position in [0, 1], or index in the list; negative where it does not exist.
using Point = std::vector<double>;

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

// One kernel per observation and one that is uniform over the whole space, all of equal weight.
class Density {
 public:
  Density(const Space& space, std::vector<Point> points) : space_(space), points_(std::move(points)) {
    double numeric = 0.0;
    for (const Parameter& p : space.parameters) numeric += p.kind == Parameter::Kind::kChoice ? 0.0 : 1.0;
    // Scott's rule: n^(-1 / (d + 4)).
    const double n = static_cast<double>(std::max<std::size_t>(1, points_.size()));
    bandwidth_ = std::max(kLeastBandwidth, kBandwidth * math::exp(-math::log(n) / (numeric + 4.0)));
  }

  Point draw(RandomStream& random) const {
    const std::size_t kernel = random.below(points_.size() + 1);
    Point point(space_.parameters.size(), -1.0);
    Setting setting(space_.parameters.size());
    for (const std::size_t i : space_.order()) {
      if (!space_.exists(i, setting)) continue;
      const double centre = kernel < points_.size() ? points_[kernel][i] : -1.0;
      point[i] = draw_value(space_.parameters[i], centre, random);
      setting[i] = text_of(space_.parameters[i], point[i]);
    }
    return point;
  }

  [[nodiscard]] double log_density(const Point& x) const {
    double largest = -INFINITY;
    std::vector<double> logs;
    for (std::size_t k = 0; k <= points_.size(); ++k) {
      double sum = 0.0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        if (x[i] >= 0.0) sum += log_kernel(space_.parameters[i], x[i], k < points_.size() ? points_[k][i] : -1.0);
      }
      logs.push_back(sum);
      largest = std::max(largest, sum);
    }
    double total = 0.0;
    for (const double value : logs) total += math::exp(value - largest);
    return largest + math::log(total / static_cast<double>(logs.size()));
  }

  static std::string text_of(const Parameter& parameter, double x) {
    if (parameter.kind == Parameter::Kind::kChoice) return parameter.choices[static_cast<std::size_t>(x)];
    return parameter.text_at(x);
  }

 private:
  double draw_value(const Parameter& parameter, double centre, RandomStream& random) const {
    if (parameter.kind == Parameter::Kind::kChoice) {
      const bool stays = centre >= 0.0 && random.uniform() >= kOtherChoices;
      return stays ? centre : static_cast<double>(random.below(parameter.choices.size()));
    }
    if (centre < 0.0) return random.uniform();
    for (;;) {  // at least half of the normal's mass lies on one side of the centre, inside unless the range is tiny
      const double x = centre + bandwidth_ * random.normal();
      if (x >= 0.0 && x < 1.0) return x;
    }
  }

  [[nodiscard]] double log_kernel(const Parameter& parameter, double x, double centre) const {
    if (parameter.kind == Parameter::Kind::kChoice) {
      const double n = static_cast<double>(parameter.choices.size());
      if (centre < 0.0) return math::log(1.0 / n);
      return math::log(kOtherChoices / n + (x == centre ? 1.0 - kOtherChoices : 0.0));
    }
    if (centre < 0.0) return 0.0;
    // Normal, cut to [0, 1].
    const double z = (x - centre) / bandwidth_;
    const double scale = bandwidth_ * std::sqrt(2.0);
    const double inside = 0.5 * (math::erf((1.0 - centre) / scale) + math::erf(centre / scale));
    return -0.5 * z * z - math::log(bandwidth_ * 2.5066282746310002 * inside);
  }

  const Space& space_;
  std::vector<Point> points_;
  double bandwidth_;
};

class TpeSampler : public Sampler {
 public:
  TpeSampler(const StudyConfig& config, Feasible feasible)
      : config_(config), feasible_(feasible), random_(make_random_sampler(config, std::move(feasible))) {}

  [[nodiscard]] bool learns() const override { return true; }

  Setting choose(const SamplerView& view) override {
    const std::size_t startup = config_.options.startup;
    if (view.known < startup || view.known == 0) return random_->choose(view);
    const auto [good, bad] = divide(view);
    RandomStream random(config_.options.seed, Purpose::kSearch, view.trials.size());
    std::optional<Setting> best;
    double best_score = -INFINITY;
    for (std::size_t c = 0; c < config_.options.candidates; ++c) {
      const Point x = good.draw(random);
      const double score = good.log_density(x) - bad.log_density(x);
      if (!(score > best_score)) continue;
      Setting setting = setting_of(x);
      const bool tried = std::any_of(view.trials.begin(), view.trials.end(),
                                     [&](const TrialRecord& trial) { return trial.setting == setting; });
      if (tried || !feasible_(setting)) continue;
      best = std::move(setting);
      best_score = score;
    }
    return best ? *best : random_->choose(view);
  }

 private:
  struct Halves {
    Density good;
    Density bad;
  };

  // Complete trials by their value, then stopped ones by how far they came and their value, then failed ones.
  Halves divide(const SamplerView& view) const {
    std::vector<const TrialRecord*> ranked;
    for (std::size_t n = 0; n < view.known; ++n) ranked.push_back(&view.trials[n]);
    const double sign = config_.larger_is_better() ? -1.0 : 1.0;
    std::stable_sort(ranked.begin(), ranked.end(), [&](const TrialRecord* a, const TrialRecord* b) {
      if (a->state != b->state) return a->state < b->state;
      if (a->state == TrialState::kPruned && a->epochs() != b->epochs()) return a->epochs() > b->epochs();
      return sign * a->value.value_or(0.0) < sign * b->value.value_or(0.0);
    });
    const auto share = static_cast<std::size_t>(std::ceil(kGoodShare * static_cast<double>(ranked.size())));
    const std::size_t num_good = std::min(share, kMostGood);
    std::vector<Point> good;
    std::vector<Point> bad;
    for (std::size_t i = 0; i < ranked.size(); ++i) (i < num_good ? good : bad).push_back(point_of(ranked[i]->setting));
    for (std::size_t n = view.known; n < view.trials.size(); ++n) bad.push_back(point_of(view.trials[n].setting));
    return {Density(config_.space, std::move(good)), Density(config_.space, std::move(bad))};
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
      if (point[i] >= 0.0) setting[i] = Density::text_of(config_.space.parameters[i], point[i]);
    }
    return setting;
  }

  const StudyConfig& config_;
  Feasible feasible_;
  std::unique_ptr<Sampler> random_;
};

}  // namespace

std::unique_ptr<Sampler> make_tpe_sampler(const StudyConfig& config, Feasible feasible) {
  return std::make_unique<TpeSampler>(config, std::move(feasible));
}

}  // namespace gradus
