// What stands in a cell whose value is not known.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gradus::data {

/// Words that were taken as missing, and how often each.
using MissingCounts = std::map<std::string, std::size_t, std::less<>>;

/// The rule. The words it takes as missing are counted, since a word may be meant as one.
class MissingCells {
 public:
  /// `words` is data.missing; empty: NA, N/A, NaN and null in any case, ? and -. An empty cell is always missing.
  explicit MissingCells(const std::vector<std::string>& words);

  /// Whether `field`, without blanks round it, is missing.
  [[nodiscard]] bool is_missing(std::string_view field) const;
  /// is_missing(), and counts it unless it is empty.
  bool count(std::string_view field, MissingCounts& counts) const;
  /// Whether the words are the user's, so that numbers can be among them.
  [[nodiscard]] bool are_given() const { return are_given_; }
  /// One sentence about the words that were counted, unless they are the user's or there were none.
  void note(const std::string& name, const MissingCounts& counts, std::vector<std::string>& notes) const;

 private:
  bool are_given_;
  std::vector<std::string> words_;
};

/// Adds the counts of `further` to `counts`.
void add_counts(const MissingCounts& further, MissingCounts& counts);

}  // namespace gradus::data
