// The engine against the textbook: the gradient that actually trains, in every number type, with penalties, dropout and
// an odd last batch; the optimizer's step; the same bits again and on other numbers of threads.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "gradus/verification/verify.hpp"
#include "verification/rounding.hpp"
#include "verification/work.hpp"

namespace gradus::verification {

/// The engine's gradient of one batch beside the textbook's in double at the very same numbers.
struct EngineComparison {
  std::string type;     // "f32"
  std::string variant;  // "as it trains", "with L1 and L2", ...
  Problem problem;
  Tangent engine;  // of the parameters
  Tangent textbook;
  RoundingError rounding;  // what the lengths of the sums predict
};

struct EngineEvidence {
  std::deque<EngineComparison> comparisons;
  std::deque<std::vector<Claim>> claims;  // about steps and bits: they have no gradient to exchange
};

/// `whole` holds all rows of the point, as for training (its own penalties and dropout).
void measure_engine(const Problem& whole, const VerificationPoint& point, const VerifyOptions& options,
                    EngineEvidence& evidence, Work& work);
/// One claim: the worst group of `tested` against the textbook.
Claim judge_engine(const EngineComparison& comparison, const Tangent& tested);

/// The factors that the engine draws for its dropout layers (core/dropout_stream.hpp), rounded to float or not.
textbook::DropoutMasks<double> engine_masks(const NetworkSpec& spec, std::uint64_t seed, std::uint64_t step,
                                            std::size_t rows, bool in_float);

}  // namespace gradus::verification
