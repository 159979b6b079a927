// Sobol's low-discrepancy points (Sobol 1967) with the direction numbers of Joe and Kuo (2008, new-joe-kuo-6.21201),
// each dimension shifted by 32 random bits (digital shift), so that studies of different seeds differ. Any 2^k first
// points put exactly one into each of 2^k equal intervals of every parameter.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <vector>

#include "gradus/core/error.hpp"
#include "gradus/core/random.hpp"
#include "search/sampler.hpp"

namespace gradus {
namespace {

constexpr unsigned kBits = 32;

struct Direction {
  unsigned degree;
  unsigned polynomial;  // inner coefficients
  std::array<std::uint32_t, 7> initial;
};

// Dimensions 2 to 21; the first is the van der Corput sequence.
constexpr std::array<Direction, 20> kDirections = {{
    {1, 0, {1}},
    {2, 1, {1, 3}},
    {3, 1, {1, 3, 1}},
    {3, 2, {1, 1, 1}},
    {4, 1, {1, 1, 3, 3}},
    {4, 4, {1, 3, 5, 13}},
    {5, 2, {1, 1, 5, 5, 17}},
    {5, 4, {1, 1, 5, 5, 5}},
    {5, 7, {1, 1, 7, 11, 19}},
    {5, 11, {1, 1, 5, 1, 1}},
    {5, 13, {1, 1, 1, 3, 11}},
    {5, 14, {1, 3, 5, 5, 31}},
    {6, 1, {1, 3, 3, 9, 7, 49}},
    {6, 13, {1, 1, 1, 15, 21, 21}},
    {6, 16, {1, 3, 1, 13, 27, 49}},
    {6, 19, {1, 1, 1, 15, 7, 5}},
    {6, 22, {1, 3, 1, 15, 13, 25}},
    {6, 25, {1, 1, 5, 5, 19, 61}},
    {7, 1, {1, 3, 7, 11, 23, 15, 103}},
    {7, 4, {1, 3, 7, 13, 13, 15, 69}},
}};

using DirectionNumbers = std::array<std::uint32_t, kBits>;

// v_i = m_i 2^(32 - i); m_i by the recurrence of the dimension's primitive polynomial.
DirectionNumbers direction_numbers(std::size_t dimension) {
  DirectionNumbers v{};
  if (dimension == 0) {
    for (unsigned i = 0; i < kBits; ++i) v[i] = 1U << (kBits - 1 - i);
    return v;
  }
  const Direction& d = kDirections[dimension - 1];
  for (unsigned i = 0; i < d.degree; ++i) v[i] = d.initial[i] << (kBits - 1 - i);
  for (unsigned i = d.degree; i < kBits; ++i) {
    v[i] = v[i - d.degree] ^ (v[i - d.degree] >> d.degree);
    for (unsigned k = 1; k < d.degree; ++k) {
      if (((d.polynomial >> (d.degree - 1 - k)) & 1U) != 0) v[i] ^= v[i - k];
    }
  }
  return v;
}

class SobolSampler : public Sampler {
 public:
  SobolSampler(const StudyConfig& config, Feasible feasible) : config_(config), feasible_(std::move(feasible)) {
    const std::size_t dimensions = config.space.parameters.size();
    if (dimensions > kDirections.size() + 1) {
      throw InputError({.where = "search.sampler",
                        .expected = "at most " + std::to_string(kDirections.size() + 1) + " parameters for sobol",
                        .found = std::to_string(dimensions),
                        .advice = "use random or tpe"});
    }
    for (std::size_t d = 0; d < dimensions; ++d) {
      numbers_.push_back(direction_numbers(d));
      RandomStream random(config.options.seed, Purpose::kSearch, d);
      shifts_.push_back(static_cast<std::uint32_t>(random.next_u64() >> 32U));
    }
  }

  // The point of trial n is the n-th that the constraints allow.
  Setting choose(const SamplerView& view) override {
    while (settings_.size() <= view.trials.size()) {
      std::size_t attempt = 0;
      Setting setting = point(next_++);
      while (!feasible_(setting)) {
        if (++attempt > kMaxAttempts) report_no_setting(config_);
        setting = point(next_++);
      }
      settings_.push_back(std::move(setting));
    }
    return settings_[view.trials.size()];
  }

 private:
  [[nodiscard]] Setting point(std::uint64_t index) const {
    std::vector<double> units;
    for (std::size_t d = 0; d < numbers_.size(); ++d) {
      std::uint32_t x = shifts_[d];
      for (unsigned bit = 0; bit < kBits; ++bit) {
        if (((index >> bit) & 1U) != 0) x ^= numbers_[d][bit];
      }
      units.push_back(static_cast<double>(x) * 0x1p-32);
    }
    return setting_at(config_.space, units);
  }

  const StudyConfig& config_;
  Feasible feasible_;
  std::vector<DirectionNumbers> numbers_;
  std::vector<std::uint32_t> shifts_;
  std::vector<Setting> settings_;
  std::uint64_t next_ = 0;
};

}  // namespace

std::unique_ptr<Sampler> make_sobol_sampler(const StudyConfig& config, Feasible feasible) {
  return std::make_unique<SobolSampler>(config, std::move(feasible));
}

}  // namespace gradus
