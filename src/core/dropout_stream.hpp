// The dropout factors of one row of a layer: fixed by (seed, step, layer, row, unit) alone, so that whoever asks for
// them gets the same ones, on any number of threads and resumed at any step.
//   stream   RandomStream(seed, kDropout, ((step L + layer) 2^24) + row), L layers in the network
//   units    two for each 64 random bits: the upper 32 bits decide about the even one, the lower about the odd one;
//            dropped where they are below p 2^32
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "gradus/core/random.hpp"

namespace gradus {

/// Where a row stands in the stream. `step` is counted from 1 over the whole training.
struct DropoutPlace {
  std::uint64_t seed = 0;
  std::uint64_t step = 0;
  std::size_t num_layers = 0;
  std::size_t layer = 0;
  std::size_t row = 0;
};

/// T is the type of the factors: 0, or 1 / (1 - p) rounded to T.
template <class T>
class DropoutRow {
 public:
  DropoutRow(double probability, const DropoutPlace& place)
      : stream_(place.seed, Purpose::kDropout, ((place.step * place.num_layers + place.layer) << 24U) + place.row),
        threshold_(static_cast<std::uint64_t>(probability * 0x1p32)),
        keep_(static_cast<T>(1.0 / (1.0 - probability))) {}

  /// The factors of the next units of the row. All calls but the last ask for an even number of them.
  void next(std::span<T> factors) {
    for (std::size_t j = 0; j < factors.size(); j += 2) {
      const std::uint64_t bits = stream_.next_u64();
      factors[j] = (bits >> 32U) < threshold_ ? T{0} : keep_;
      if (j + 1 < factors.size()) factors[j + 1] = (bits & 0xffffffffU) < threshold_ ? T{0} : keep_;
    }
  }

 private:
  RandomStream stream_;
  std::uint64_t threshold_;
  T keep_;
};

}  // namespace gradus
