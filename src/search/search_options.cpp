// The one table of the plain keys of [search].
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "gradus/search/study_config.hpp"
#include "gradus/training/monitor.hpp"

namespace gradus {
namespace {

using Names = std::string_view;
constexpr std::array<Names, 6> kSamplers = {"auto", "table", "grid", "random", "sobol", "tpe"};
constexpr std::array<Names, 4> kSchedulers = {"none", "median", "halving", "hyperband"};
constexpr std::array<Names, 3> kSeeds = {"trial", "same", "numpy"};
constexpr std::array<Names, 2> kAts = {"last", "best"};
constexpr auto kObjectives = [] {
  auto names = names_of<1>(kMonitorTable);
  names[0] = "auto";
  return names;
}();

#define GRADUS_FIELD(member) [](SearchOptions& options) -> OptionField { return &options.member; }

constexpr SearchOption kSearchOptions[] = {
    {"sampler", "how settings are chosen; auto = table, grid where the space is finite, else tpe",
     GRADUS_FIELD(sampler), 0, 0, kSamplers},
    {"scheduler", "how trials are stopped early", GRADUS_FIELD(scheduler), 0, 0, kSchedulers},
    {"trials", "how many settings are tried, and the most that a grid may have; 0 = all of a grid",
     GRADUS_FIELD(trials), 0, 1e6},
    {"seed", "of the sampler and of the trials' seeds", GRADUS_FIELD(seed), 0, 1e15},
    {"seeds",
     "trial = from search.seed and the trial's number; same = training.seed; numpy = one stream of numpy's "
     "generator in the order of trials",
     GRADUS_FIELD(seeds), 0, 0, kSeeds},
    {"repeats", "trainings per setting, each with its own seed; their mean counts", GRADUS_FIELD(repeats), 1, 1000},
    {"objective", "what is compared; auto = valid_accuracy, or valid_loss where there are no classes",
     GRADUS_FIELD(objective), 0, 0, kObjectives},
    {"at", "the epoch whose value counts: last = that of the final weights, best = the best one so far",
     GRADUS_FIELD(at), 0, 0, kAts},
    {"generation", "tpe, median: trials chosen on the same knowledge; at least the number of jobs is wise",
     GRADUS_FIELD(generation), 1, 1e6},
    {"startup", "tpe: random trials before it models; median: finished trials before it stops any",
     GRADUS_FIELD(startup), 1, 1e6},
    {"candidates", "tpe: proposals of which the most promising is taken", GRADUS_FIELD(candidates), 1, 1e5},
    {"reduction", "halving, hyperband: one trial of so many goes on to the next rung", GRADUS_FIELD(reduction), 2, 1e4},
    {"min_epochs", "halving, hyperband: epochs of the first rung; median: epochs before a trial may be stopped",
     GRADUS_FIELD(min_epochs), 1, 1e9},
    {"constraints", "comparisons that a setting must satisfy, of numbers, parameters and `parameters` (the network's)",
     GRADUS_FIELD(constraints)},
    {"drawn_before", "seeds = numpy: networks drawn from the stream before the first trial, as \"784,500,10 glorot\"",
     GRADUS_FIELD(drawn_before)},
};

#undef GRADUS_FIELD

}  // namespace

std::span<const SearchOption> search_options() {
  return kSearchOptions;
}

}  // namespace gradus
