// SPDX-License-Identifier: Apache-2.0
#include "search/bracket.hpp"

#include <algorithm>

namespace gradus {
namespace {

// Rungs min, min * eta, ..., epochs: `halvings` decisions before the end. Counted down from the end, so that the last
// one before it still leaves a factor eta.
std::vector<Rung> make_rungs(std::size_t count, std::size_t epochs, std::size_t reduction, std::size_t halvings) {
  std::vector<Rung> rungs;
  for (std::size_t k = 0; k <= halvings; ++k) {
    std::size_t divisor = 1;
    for (std::size_t i = k; i < halvings; ++i) divisor *= reduction;
    const std::size_t keep = k < halvings ? std::max<std::size_t>(1, count / reduction) : count;
    rungs.push_back({.epochs = std::max<std::size_t>(1, (epochs + divisor / 2) / divisor), .keep = keep});
    count = keep;
  }
  return rungs;
}

// floor(log_eta(epochs / min_epochs)) in whole numbers.
std::size_t max_halvings(std::size_t epochs, std::size_t min_epochs, std::size_t reduction) {
  std::size_t halvings = 0;
  for (std::size_t reached = min_epochs * reduction; reached <= epochs; reached *= reduction) ++halvings;
  return halvings;
}

}  // namespace

std::vector<Bracket> make_brackets(const SearchOptions& options, std::size_t num_trials, std::size_t epochs,
                                   bool in_generations) {
  const std::size_t eta = options.reduction;
  const bool halves = options.scheduler == "halving" || options.scheduler == "hyperband";
  const std::size_t most = halves ? max_halvings(epochs, options.min_epochs, eta) : 0;
  std::vector<Bracket> brackets;
  std::size_t turn = 0;
  for (std::size_t first = 0; first < num_trials; ++turn) {
    std::size_t count = in_generations ? options.generation : num_trials;
    std::size_t halvings = most;
    if (options.scheduler == "hyperband") {
      halvings = most - turn % (most + 1);
      std::size_t power = 1;
      for (std::size_t i = 0; i < halvings; ++i) power *= eta;
      count = ((most + 1) * power + halvings) / (halvings + 1);
    }
    count = std::min(count, num_trials - first);
    brackets.push_back({.first = first, .count = count, .rungs = make_rungs(count, epochs, eta, halvings)});
    first += count;
  }
  return brackets;
}

std::size_t planned_epochs(const std::vector<Bracket>& brackets) {
  std::size_t total = 0;
  for (const Bracket& bracket : brackets) {
    std::size_t count = bracket.count;
    std::size_t before = 0;
    for (const Rung& rung : bracket.rungs) {
      total += count * (rung.epochs - before);
      before = rung.epochs;
      count = rung.keep;
    }
  }
  return total;
}

}  // namespace gradus
