// Initial weights. Biases start at zero unless `bias` says otherwise (study s4 draws them like the weights).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gradus {

// fan_in = I, fan_out = O of the layer.
enum class InitializerKind : std::uint8_t {
  kZeros,
  kConstant,       // value
  kNormal,         // N(mean, std)
  kUniform,        // U(-bound, bound)
  kGlorotUniform,  // U(+-sqrt(6 / (fan_in + fan_out)))          Glorot and Bengio 2010
  kGlorotNormal,   // N(0, sqrt(2 / (fan_in + fan_out)))
  kHeUniform,      // U(+-sqrt(6 / fan_in))                      He et al. 2015
  kHeNormal,       // N(0, sqrt(2 / fan_in))
  kLecunUniform,   // U(+-sqrt(3 / fan_in))                      LeCun et al. 1998
  kLecunNormal,    // N(0, sqrt(1 / fan_in))
  kUniformFanIn,   // U(+-1 / sqrt(fan_in)): by the size of the layer before
  kUniformFanOut,  // U(+-1 / sqrt(fan_out)): by the units of the layer itself (study s3)
};

enum class BiasInit : std::uint8_t { kZeros, kLikeWeights, kConstant };

struct Initializer {
  InitializerKind kind = InitializerKind::kGlorotUniform;
  double mean = 0.0;   // kNormal
  double std = 1.0;    // kNormal
  double bound = 0.1;  // kUniform
  double value = 0.0;  // kConstant
  BiasInit bias = BiasInit::kZeros;
  double bias_value = 0.0;  // BiasInit::kConstant
  bool operator==(const Initializer&) const = default;
};

/// "zeros", "constant(0.1)", "normal(0,1)", "uniform(0.05)", "glorot_uniform", "glorot_normal", "he_uniform",
/// "he_normal", "lecun_uniform", "lecun_normal", "uniform_fan_in", "uniform_fan_out"; "glorot" and "he" are short for
/// the uniform forms. Throws InputError with a suggestion.
Initializer parse_initializer(std::string_view text);
std::string to_string(const Initializer& initializer);

}  // namespace gradus
