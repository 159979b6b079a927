// Random numbers that are the same on every machine: a counter-based stream keyed by (seed, purpose, index).
// Philox4x64-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
// numpy's legacy generator for the published studies is in numpy_random.hpp.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace gradus {

/// What a stream is for; streams of different purpose never overlap. The values are part of the file formats.
enum class Purpose : std::uint64_t {
  kInitialization = 1,  // index: layer
  kSampleOrder = 2,     // index: epoch
  kBatchOrder = 3,      // index: epoch
  kDropout = 4,         // index: step
  kSplit = 5,           // index: 0
  kGenerator = 6,       // index: part of the data set
  kSearch = 7,          // index: trial
  kTest = 8,            // index: case
  kVerification = 9,    // index: kind of measurement
  kTrialSeed = 10,      // index: trial of a search
  kImportance = 11,     // index: parameter of a search
};

/// The Philox4x64-10 block function: ten rounds of `counter` under `key`.
std::array<std::uint64_t, 4> philox4x64(std::array<std::uint64_t, 4> counter, std::array<std::uint64_t, 2> key);

/// A sequence of random numbers fixed by (seed, purpose, index) alone. Block n of the sequence is
/// philox4x64({n, index, 0, 0}, {seed, purpose}), so any position can be reached without drawing what precedes it.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, Purpose purpose, std::uint64_t index = 0)
      : key_{seed, static_cast<std::uint64_t>(purpose)}, index_(index) {}

  std::uint64_t next_u64();
  /// Uniform in [0, 1): the top 53 bits times 2^-53.
  double uniform();
  /// Uniform in [low, high): low + (high - low) * uniform().
  double uniform(double low, double high);
  /// Standard normal: Marsaglia's polar method with our own logarithm; the second value of a pair is kept.
  double normal();
  /// Uniform in [0, bound), bound >= 1, without bias (Lemire's multiply-and-reject).
  std::uint64_t below(std::uint64_t bound);
  /// Fisher-Yates from the last element down, with below(i + 1).
  void shuffle(std::span<std::uint32_t> values);

 private:
  std::array<std::uint64_t, 2> key_;
  std::uint64_t index_;
  std::uint64_t block_ = 0;
  std::array<std::uint64_t, 4> buffer_{};
  unsigned available_ = 0;
  double cached_normal_ = 0.0;
  bool has_cached_normal_ = false;
};

}  // namespace gradus
