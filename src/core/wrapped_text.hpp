// Text and tables that fit a terminal of 80 columns.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

inline constexpr std::size_t kTextColumns = 80;

/// `text` (no line breaks, columns counted in bytes) broken at blanks into lines of at most `columns`; all but the
/// first begin with `indent` blanks. A word that is longer stays whole.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t columns = kTextColumns);

/// aligned_table() in 80 columns: long texts of the first column take several lines, whose last one has the numbers;
/// where that is not enough, the columns that do not fit follow in tables of their own below, each with the first
/// column.
std::string fitted_table(const std::vector<std::vector<std::string>>& rows);

/// Columns as aligned_table() makes them whose last one is text: to the left, and broken into lines below itself.
std::string listed_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace gradus
