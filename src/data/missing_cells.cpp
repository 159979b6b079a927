// SPDX-License-Identifier: Apache-2.0
#include "data/missing_cells.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "data/text_number.hpp"

namespace gradus::data {
namespace {

constexpr std::array<std::string_view, 6> kUsualWords = {"na", "n/a", "nan", "null", "?", "-"};

bool is_usual(std::string_view field) {
  return std::any_of(kUsualWords.begin(), kUsualWords.end(),
                     [field](std::string_view word) { return equal_without_case(field, word); });
}

}  // namespace

MissingCells::MissingCells(const std::vector<std::string>& words) : are_given_(!words.empty()), words_(words) {}

bool MissingCells::is_missing(std::string_view field) const {
  field = trimmed(field);
  if (field.empty()) return true;
  return are_given_ ? std::find(words_.begin(), words_.end(), field) != words_.end() : is_usual(field);
}

bool MissingCells::count(std::string_view field, MissingCounts& counts) const {
  if (!is_missing(field)) return false;
  field = trimmed(field);
  if (field.empty()) return true;
  const auto found = counts.find(field);
  if (found == counts.end()) {
    counts.emplace(field, 1);
  } else {
    ++found->second;
  }
  return true;
}

void MissingCells::note(const std::string& name, const MissingCounts& counts, std::vector<std::string>& notes) const {
  if (are_given_ || counts.empty()) return;
  std::string list;
  for (const auto& [word, times] : counts) {
    list += fmt::format("{}'{}' ({} of them)", list.empty() ? "" : ", ", word, times);
  }
  notes.push_back(fmt::format("{}: these cells were taken as missing: {}; data.missing can say otherwise", name, list));
}

void add_counts(const MissingCounts& further, MissingCounts& counts) {
  for (const auto& [word, times] : further) counts[word] += times;
}

}  // namespace gradus::data
