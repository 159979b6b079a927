// Initial weights: one table of what is known about each distribution. Biases start at zero unless `bias` says
// otherwise (study s4 draws them like the weights).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gradus/core/fact_table.hpp"

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

enum class Distribution : std::uint8_t { kFixed, kNormal, kUniform };

struct InitializerFacts {
  InitializerKind kind;
  std::string_view name;
  Distribution distribution = Distribution::kUniform;
  /// Numbers in parentheses: "normal(0,1)".
  std::size_t arguments = 0;
  std::string_view short_name = {};
};

inline constexpr std::array kInitializerTable = {
    InitializerFacts{.kind = InitializerKind::kZeros, .name = "zeros", .distribution = Distribution::kFixed},
    InitializerFacts{
        .kind = InitializerKind::kConstant, .name = "constant", .distribution = Distribution::kFixed, .arguments = 1},
    InitializerFacts{
        .kind = InitializerKind::kNormal, .name = "normal", .distribution = Distribution::kNormal, .arguments = 2},
    InitializerFacts{.kind = InitializerKind::kUniform, .name = "uniform", .arguments = 1},
    InitializerFacts{.kind = InitializerKind::kGlorotUniform, .name = "glorot_uniform", .short_name = "glorot"},
    InitializerFacts{
        .kind = InitializerKind::kGlorotNormal, .name = "glorot_normal", .distribution = Distribution::kNormal},
    InitializerFacts{.kind = InitializerKind::kHeUniform, .name = "he_uniform", .short_name = "he"},
    InitializerFacts{.kind = InitializerKind::kHeNormal, .name = "he_normal", .distribution = Distribution::kNormal},
    InitializerFacts{.kind = InitializerKind::kLecunUniform, .name = "lecun_uniform"},
    InitializerFacts{
        .kind = InitializerKind::kLecunNormal, .name = "lecun_normal", .distribution = Distribution::kNormal},
    InitializerFacts{.kind = InitializerKind::kUniformFanIn, .name = "uniform_fan_in"},
    InitializerFacts{.kind = InitializerKind::kUniformFanOut, .name = "uniform_fan_out"},
};

inline constexpr std::array kBiasTable = {
    NamedKind<BiasInit>{BiasInit::kZeros, "zeros"},
    NamedKind<BiasInit>{BiasInit::kLikeWeights, "like_weights"},
    NamedKind<BiasInit>{BiasInit::kConstant, "constant"},
};

/// All of them, for whoever walks through them.
inline constexpr auto kAllInitializers = kinds_of(kInitializerTable);

constexpr const InitializerFacts& initializer_facts(InitializerKind kind) {
  return row_of(kInitializerTable, kind);
}

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

/// By a name of the table or its short form, with its numbers: "he", "constant(0.1)", "normal(0,1)". Throws InputError
/// with a suggestion.
Initializer parse_initializer(std::string_view text);
std::string to_string(const Initializer& initializer);
std::string_view bias_init_name(BiasInit init);  // "zeros", "like_weights", "constant"

}  // namespace gradus
