// A search whose trials somebody else runs: settings are asked for, and what they gave is told.
//
//     AskTell search(parse_study_config(text, "search", {}));
//     while (const auto trial = search.ask()) search.tell(trial->number, measure(trial->setting));
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "gradus/search/study_config.hpp"
#include "gradus/search/trial.hpp"

namespace gradus {

/// A study in memory, with any sampler and without scheduler. Its proposals depend on the search's text and on what was
/// told of earlier generations, not on the order in which results come. Not thread-safe.
class AskTell {
 public:
  /// Of [search] the sampler's keys count; objective says which values are better: those of a loss from below (also
  /// with "auto"), those of an accuracy from above. Throws InputError for a scheduler, and for constraints on
  /// "parameters", which only a network has.
  explicit AskTell(StudyConfig config);
  ~AskTell();
  AskTell(AskTell&&) noexcept;
  AskTell& operator=(AskTell&&) noexcept;

  /// The next trial, running then; nothing where all have been given. Throws InputError where the sampler must know
  /// what the trials that run have given.
  std::optional<TrialRecord> ask();
  /// What a running trial gave; NaN: it failed. Throws InputError for a trial that does not run.
  void tell(std::size_t number, double value);
  /// The best complete trial so far, or null; valid until the next call.
  [[nodiscard]] const TrialRecord* best() const;
  [[nodiscard]] const StudyConfig& config() const;
  /// All that there will be.
  [[nodiscard]] std::size_t num_trials() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gradus
