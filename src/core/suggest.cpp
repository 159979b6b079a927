// SPDX-License-Identifier: Apache-2.0
#include "core/suggest.hpp"

#include <algorithm>
#include <vector>

namespace gradus {
namespace {

// Longer ones are no slips of the keyboard, and time and memory grow with the product of the lengths.
constexpr std::size_t kMaxSuggestedBytes = 64;

std::size_t edit_distance(std::string_view a, std::string_view b) {
  const std::size_t width = b.size() + 1;
  std::vector<std::size_t> table((a.size() + 1) * width);
  const auto at = [&table, width](std::size_t i, std::size_t j) -> std::size_t& { return table[i * width + j]; };
  for (std::size_t i = 0; i <= a.size(); ++i) at(i, 0) = i;
  for (std::size_t j = 0; j <= b.size(); ++j) at(0, j) = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = at(i - 1, j - 1) + (a[i - 1] == b[j - 1] ? 0 : 1);
      at(i, j) = std::min({at(i - 1, j) + 1, at(i, j - 1) + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
    }
  }
  return at(a.size(), b.size());
}

}  // namespace

std::string_view nearest_name(std::string_view name, std::span<const std::string_view> known) {
  if (name.size() > kMaxSuggestedBytes) return {};
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const std::string_view candidate : known) {
    if (candidate.size() > kMaxSuggestedBytes) continue;
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < best_distance && distance < std::max(name.size(), candidate.size())) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

InputError unknown_name(std::string_view where, std::string_view name, std::span<const std::string_view> known) {
  std::string list;
  for (const std::string_view candidate : known) list += (list.empty() ? "" : ", ") + std::string(candidate);
  const std::string_view nearest = nearest_name(name, known);
  return InputError({.where = std::string(where),
                     .expected = "one of " + list,
                     .found = "'" + std::string(name) + "'",
                     .advice = nearest.empty() ? "" : "did you mean '" + std::string(nearest) + "'?"});
}

}  // namespace gradus
