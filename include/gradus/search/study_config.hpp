// A search as the user writes it: a training file plus [search]. docs/search.md has the keys.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/search/constraint.hpp"
#include "gradus/search/space.hpp"
#include "gradus/training/run_config.hpp"

namespace gradus {

/// The keys of [search] that are plain values.
struct SearchOptions {
  std::string sampler = "auto";    // auto, table, grid, random, sobol, tpe; auto: table, grid where finite, else tpe
  std::string scheduler = "none";  // none, median, halving, hyperband
  std::uint64_t trials = 0;        // how many settings; 0: all of a grid or table
  std::uint64_t seed = 0;          // of samplers and of the trials' own seeds
  std::string seeds = "trial";     // trial, same, numpy: where a training's random numbers come from
  std::uint64_t repeats = 1;       // trainings per setting; the objective is their mean
  std::string objective = "auto";  // what is compared, as in early_stopping.monitor
  std::string at = "last";         // last, best: the epoch whose value counts
  std::uint64_t generation = 10;   // trials that are chosen on the same knowledge (tpe, median)
  std::uint64_t startup = 10;      // tpe, median: trials before the rule applies
  std::uint64_t candidates = 24;   // tpe: proposals per parameter
  std::uint64_t reduction = 3;     // halving, hyperband: one of so many goes on
  std::uint64_t min_epochs = 1;    // halving, hyperband, median: epochs before the first decision
  std::vector<std::string> constraints{};
  std::vector<std::string> drawn_before{};  // seeds = numpy: networks drawn before the first trial
};

struct SearchOption {
  std::string_view key;  // without "search."
  std::string_view doc;
  OptionField (*field)(SearchOptions&);
  double lowest = 0.0;
  double highest = 1e15;
  std::span<const std::string_view> choices{};
};

std::span<const SearchOption> search_options();

struct StudyConfig {
  RunConfig base;
  SearchOptions options;
  Space space;
  std::vector<Setting> table;  // [[search.trial]]
  std::vector<Constraint> constraints;
  std::string file;                   // the file's text
  std::vector<std::string> settings;  // key=value of --set

  [[nodiscard]] bool larger_is_better() const;
};

/// Reads a search file; `settings` ("search.trials=20") win over it. Throws InputError.
StudyConfig read_study_config(const std::string& path, const std::vector<std::string>& settings);
/// The same from text; `path` names it in errors.
StudyConfig parse_study_config(const std::string& text, const std::string& path,
                               const std::vector<std::string>& settings);
/// SHA-256 of everything that fixes the study's results: comments and order of keys do not count, the order of
/// parameters does.
std::string study_identity(const StudyConfig& config);

}  // namespace gradus
