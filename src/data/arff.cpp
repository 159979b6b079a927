// SPDX-License-Identifier: Apache-2.0
#include "data/arff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "data/calendar.hpp"
#include "data/sparse_array.hpp"
#include "data/text_lines.hpp"
#include "data/text_number.hpp"
#include "gradus/core/error.hpp"

namespace gradus::data {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

bool says_something(std::string_view line) {
  const std::string_view text = trimmed(line);
  return !text.empty() && text.front() != '%';
}

class RowReader {
 public:
  RowReader(ArffTable& table, std::uint64_t max_bytes) : table_(table), max_bytes_(max_bytes) {}

  void add(ArffLine line, std::size_t number) {
    if (line.take('{')) {
      add_sparse(line);
    } else {
      add_dense(line);
    }
    table_.weights.push_back(take_weight(line));
    if (!line.at_end()) {
      line.fail(fmt::format("the end of the line after {} values", table_.attributes.size()),
                fmt::format("'{}'", line.rest().substr(0, kShown)));
    }
    table_.lines.push_back(number);
  }

 private:
  static constexpr std::size_t kShown = 40;

  void add_dense(ArffLine& line) {
    for (std::size_t c = 0; c < table_.attributes.size(); ++c) {
      if (c > 0 && line.at_end()) {
        line.fail(fmt::format("{} values, one for each attribute", table_.attributes.size()), std::to_string(c));
      }
      if (c > 0) line.take_separator();
      table_.cells.push_back(take_value(line, table_.attributes[c]));
    }
  }
  /// {INDEX VALUE, INDEX VALUE}; what is not named is 0, the first level of a nominal attribute, or no string.
  void add_sparse(ArffLine& line) {
    const std::size_t first = table_.cells.size();
    std::uint64_t bytes_left = max_bytes_;
    check_dense_size(table_.lines.size() + 1, table_.attributes.size(), num_values_, bytes_left, table_.where);
    for (const ArffAttribute& attribute : table_.attributes) {
      table_.cells.push_back(attribute.kind == ArffKind::kString ? kMissing : 0.0);
    }
    std::size_t smallest = 0;  // index that may come next
    while (!line.take('}')) {
      if (smallest > 0 && !line.take(',')) {
        line.fail("a comma or }", fmt::format("'{}'", line.rest().substr(0, kShown)));
      }
      const std::size_t index = take_index(line, smallest);
      table_.cells[first + index] = take_value(line, table_.attributes[index]);
      smallest = index + 1;
    }
  }
  std::size_t take_index(ArffLine& line, std::size_t smallest) const {
    const std::string text = line.take_word().text;
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
    if (error != std::errc() || end != text.data() + text.size() || index >= table_.attributes.size()) {
      line.fail(fmt::format("an attribute's number from 0 to {}", table_.attributes.size() - 1),
                fmt::format("'{}'", text.substr(0, kShown)));
    }
    if (index < smallest)
      line.fail("numbers of attributes that ascend", fmt::format("{} after {}", index, smallest - 1));
    return index;
  }
  double take_value(ArffLine& line, ArffAttribute& attribute) {
    const ArffItem item = line.take_item();
    ++num_values_;
    if (item.is_missing()) return kMissing;
    const std::string shown = fmt::format("'{}'", item.text.substr(0, kShown));
    if (attribute.kind == ArffKind::kDate) {
      const std::optional<double> days = parse_date(item.text, attribute.date_order);
      if (days) return *days;
      line.fail(fmt::format("a date for attribute '{}'", attribute.name), shown);
    }
    if (attribute.kind == ArffKind::kNumber) {
      const std::optional<double> number = parse_number(item.text);
      if (number && std::isfinite(*number)) return *number;
      line.fail(fmt::format("a finite number for attribute '{}'", attribute.name), shown);
    }
    if (attribute.kind == ArffKind::kString) return attribute.add_level(item.text);
    const auto level = attribute.codes.find(item.text);
    if (level == attribute.codes.end()) {
      line.fail(fmt::format("one of the values {} of attribute '{}'", shown_levels(attribute), attribute.name), shown);
    }
    return level->second;
  }
  static std::string shown_levels(const ArffAttribute& attribute) {
    constexpr std::size_t kMost = 12;
    const std::size_t count = std::min(kMost, attribute.levels.size());
    std::string text = fmt::format("{}", fmt::join(attribute.levels.begin(), attribute.levels.begin() + count, ", "));
    return count < attribute.levels.size() ? text + ", ..." : text;
  }
  /// {WEIGHT} behind the values, else 1.
  double take_weight(ArffLine& line) {
    const bool comma = line.take(',');
    if (!line.take('{')) {
      if (comma)
        line.fail("a weight in braces after the last value", fmt::format("'{}'", line.rest().substr(0, kShown)));
      return 1.0;
    }
    const std::string text = line.take_word().text;
    const std::optional<double> weight = parse_number(text);
    if (!weight || !std::isfinite(*weight) || *weight < 0.0 || !line.take('}')) {
      line.fail("a weight from 0 in braces", fmt::format("'{}'", text.substr(0, kShown)));
    }
    table_.has_weights = true;
    return *weight;
  }

  ArffTable& table_;
  std::uint64_t max_bytes_;
  std::uint64_t num_values_ = 0;
};

}  // namespace

bool is_arff(std::string_view start) {
  start = without_mark(start);
  while (!start.empty()) {
    const std::string_view line = take_line(start);
    if (!says_something(line)) continue;
    constexpr std::string_view kFirst = "@relation";
    return equal_without_case(trimmed(line).substr(0, kFirst.size()), kFirst);
  }
  return false;
}

ArffTable read_arff_table(std::string_view text, const std::string& name, const SourceOptions& options) {
  ArffTable table;
  table.where = name;
  ArffHeader header;
  RowReader rows(table, options.max_bytes);
  bool in_data = false;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = take_line(text);
    if (!says_something(line)) continue;
    ArffLine reader(line, fmt::format("{}: line {}", name, number));
    if (in_data) {
      rows.add(std::move(reader), number);
    } else if (header.add(std::move(reader))) {
      in_data = true;
      table.attributes = header.take();
    }
  }
  if (!in_data) throw InputError(ErrorParts{name, "@data after the attributes", "the end of the file", ""});
  if (table.lines.empty()) throw InputError(ErrorParts{name, "rows after @data", "none", ""});
  return table;
}

}  // namespace gradus::data
