// Lists of words that threads found side by side, as the one that a single thread would have found.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "data/word_list.hpp"

namespace gradus::data {

/// For one thread, column by column: the joined code of each of its own codes.
using CodeTable = std::vector<std::vector<std::int32_t>>;

/// The lists `list_of(finding)` of all findings as one, whose words stand in the order of their first lines, and which
/// counts all cells. To the table of each thread a column of codes is added.
template <class Finding, class ListOf>
WordList merge_words(const std::vector<Finding>& findings, const ListOf& list_of, std::vector<CodeTable>& tables) {
  struct Origin {
    std::size_t line;
    std::size_t thread;
    std::size_t code;
  };
  std::vector<Origin> origins;
  for (std::size_t t = 0; t < findings.size(); ++t) {
    const WordList& list = list_of(findings[t]);
    for (std::size_t v = 0; v < list.texts().size(); ++v) origins.push_back({list.values()[v].first_line, t, v});
    tables[t].emplace_back(list.texts().size());
  }
  std::sort(origins.begin(), origins.end(), [](const Origin& a, const Origin& b) { return a.line < b.line; });
  WordList all;
  for (const Origin& origin : origins) {
    const WordList& list = list_of(findings[origin.thread]);
    const std::size_t count = list.values()[origin.code].count;
    tables[origin.thread].back()[origin.code] = all.add(list.texts()[origin.code], origin.line, count);
  }
  return all;
}

}  // namespace gradus::data
