// numpy's legacy generator, np.random.RandomState: MT19937 and the distributions that the published studies draw from,
// value by value in the same order. For new work use RandomStream.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace gradus {

/// The whole state, for checkpoints: numpy's get_state() without the name.
struct NumpyRandomSnapshot {
  std::array<std::uint32_t, 624> key{};
  std::uint32_t position = 624;
  bool has_gauss = false;
  double cached_gauss = 0.0;
  bool operator==(const NumpyRandomSnapshot&) const = default;
};

/// np.random.RandomState(seed) for a 32-bit seed. Every member names the numpy method whose values it repeats.
class NumpyRandomState {
 public:
  explicit NumpyRandomState(std::uint32_t seed);
  explicit NumpyRandomState(const NumpyRandomSnapshot& snapshot) : state_(snapshot) {}

  std::uint32_t next_u32();
  /// random_sample(): 53 bits from two draws, in [0, 1).
  double random_sample();
  /// uniform(low, high): low + (high - low) * random_sample().
  double uniform(double low, double high);
  /// normal(mean, std): mean + std * polar Box-Muller deviate, the second of a pair cached.
  double normal(double mean = 0.0, double std = 1.0);
  /// randint(low, high) with the default 64-bit type: masked rejection, low <= x < high.
  std::int64_t randint(std::int64_t low, std::int64_t high);
  /// shuffle(x): Fisher-Yates from the last element down, by masked rejection on [0, i].
  void shuffle(std::span<std::int64_t> values);
  /// permutation(n): shuffle of 0..n-1.
  std::vector<std::int64_t> permutation(std::int64_t n);

  [[nodiscard]] const NumpyRandomSnapshot& snapshot() const { return state_; }

 private:
  void refill();
  std::uint64_t bounded(std::uint64_t max);
  NumpyRandomSnapshot state_;
};

}  // namespace gradus
