// SPDX-License-Identifier: Apache-2.0
#include "core/wrapped_text.hpp"

#include <algorithm>
#include <utility>

#include "core/aligned_table.hpp"
#include "core/printable.hpp"

namespace gradus {
namespace {

using TextRows = std::vector<std::vector<std::string>>;

constexpr std::size_t kGap = 2;             // between columns
constexpr std::size_t kNarrowestText = 20;  // of a first column that is broken into lines

std::vector<std::size_t> column_widths(const TextRows& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], printable(row[c]).size());
  }
  return widths;
}

// The first column in at most `width` columns.
TextRows with_broken_texts(const TextRows& rows, std::size_t width) {
  TextRows broken;
  for (const auto& row : rows) {
    const std::string lines = row.empty() ? "" : wrapped(printable(row[0]), 2, width);
    std::size_t at = 0;
    for (std::size_t end; (end = lines.find('\n', at)) != std::string::npos; at = end + 1) {
      broken.push_back({lines.substr(at, end - at)});
    }
    broken.push_back(row);
    if (!row.empty()) broken.back()[0] = lines.substr(at);
  }
  return broken;
}

// The first column and columns [first, end).
TextRows some_columns(const TextRows& rows, std::size_t first, std::size_t end) {
  TextRows some;
  for (const auto& row : rows) {
    std::vector<std::string> cells(row.begin(), row.begin() + std::min<std::ptrdiff_t>(1, std::ssize(row)));
    for (std::size_t c = first; c < std::min(end, row.size()); ++c) cells.push_back(row[c]);
    some.push_back(std::move(cells));
  }
  return some;
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t indent, std::size_t columns) {
  std::string result;
  std::size_t line_start = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t blanks_end = std::min(text.find_first_not_of(' ', at), text.size());
    const std::size_t end = std::min(text.find(' ', blanks_end), text.size());
    const bool is_first = result.find_first_not_of(' ', line_start) == std::string::npos;
    if (!is_first && result.size() - line_start + (end - at) > columns) {
      result += '\n';
      line_start = result.size();
      result.append(indent, ' ').append(text.substr(blanks_end, end - blanks_end));
    } else {
      result.append(text.substr(at, end - at));
    }
    at = end;
  }
  return result;
}

std::string listed_table(const TextRows& rows) {
  const std::vector<std::size_t> widths = column_widths(rows);
  std::size_t last = 0;
  for (std::size_t c = 0; c + 1 < widths.size(); ++c) last += widths[c] + kGap;
  const std::string table = aligned_table(rows, 1, true);
  std::string text;
  for (std::size_t at = 0; at < table.size();) {
    const std::size_t end = table.find('\n', at);
    text += wrapped(std::string_view(table).substr(at, end - at), last) + "\n";
    at = end + 1;
  }
  return text;
}

std::string fitted_table(const TextRows& rows) {
  std::vector<std::size_t> widths = column_widths(rows);
  if (widths.empty()) return "";
  std::size_t others = 0;
  for (std::size_t c = 1; c < widths.size(); ++c) others += kGap + widths[c];
  if (widths[0] + others <= kTextColumns) return aligned_table(rows);
  if (others + kNarrowestText <= kTextColumns) return aligned_table(with_broken_texts(rows, kTextColumns - others));
  const std::size_t text_width = std::min(widths[0], kTextColumns / 2);
  const TextRows broken = with_broken_texts(rows, text_width);
  std::string text;
  for (std::size_t first = 1; first < widths.size();) {
    std::size_t end = first;
    for (std::size_t used = text_width; end < widths.size(); ++end) {
      used += kGap + widths[end];
      if (end > first && used > kTextColumns) break;
    }
    text += (text.empty() ? "" : "\n") + aligned_table(some_columns(broken, first, end));
    first = end;
  }
  return text;
}

}  // namespace gradus
