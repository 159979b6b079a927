// SPDX-License-Identifier: Apache-2.0
#include "data/word_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <iterator>
#include <limits>
#include <numeric>

#include "gradus/core/error.hpp"

namespace gradus::data {
namespace {

constexpr std::array kOrders = {DateOrder::kYearFirst, DateOrder::kDayFirst, DateOrder::kMonthFirst};
// So many rows with a value each are names of the rows rather than levels.
constexpr std::size_t kFewestNames = 20;
constexpr double kNamesShare = 0.9;
// Words in fewer cells than this share are mistakes among numbers.
constexpr double kStrayShare = 0.1;
constexpr double kLargestExact = 9007199254740992.0;  // 2^53

bool are_all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string shown(std::string_view text) {
  constexpr std::size_t kShown = 40;
  return fmt::format("'{}'", text.substr(0, kShown));
}

}  // namespace

bool is_code(std::string_view field, double number) {
  const std::string_view text = trimmed(field);
  if (text.size() < 2 || (text.front() != '0' && text.size() < 16)) return false;
  const std::string_view digits = text.substr(text.front() == '-' || text.front() == '+' ? 1 : 0);
  if (!are_all_digits(digits)) return false;
  return digits.size() > 1 && (digits.front() == '0' || std::abs(number) >= kLargestExact);
}

std::uint64_t WordList::hash_of(std::string_view text) {
  constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15ULL;
  std::uint64_t hash = text.size();
  while (!text.empty()) {
    std::uint64_t word = 0;
    const std::size_t count = std::min(text.size(), sizeof word);
    std::memcpy(&word, text.data(), count);
    hash = (hash ^ word) * kFactor;
    hash ^= hash >> 29U;
    text.remove_prefix(count);
  }
  return hash * kFactor;
}

std::int32_t WordList::find(std::string_view text, std::uint64_t hash) const {
  if (table_.empty()) return kMissingCode;
  const std::size_t mask = table_.size() - 1;
  for (std::size_t at = hash >> 20U;; ++at) {
    const std::int32_t code = table_[at & mask];
    if (code == kMissingCode) return kMissingCode;
    const auto known = static_cast<std::size_t>(code);
    if (hashes_[known] == hash && texts_[known] == text) return code;
  }
}

/// At most half of the table is taken.
void WordList::make_room() {
  constexpr std::size_t kSmallest = 16;
  if (2 * texts_.size() < table_.size()) return;
  table_.assign(std::max(kSmallest, 4 * texts_.size()), kMissingCode);
  table_.resize(std::bit_ceil(table_.size()), kMissingCode);
  const std::size_t mask = table_.size() - 1;
  for (std::size_t code = 0; code < hashes_.size(); ++code) {
    std::size_t at = hashes_[code] >> 20U;
    while (table_[at & mask] != kMissingCode) ++at;
    table_[at & mask] = static_cast<std::int32_t>(code);
  }
}

std::int32_t WordList::add(std::string_view text, std::size_t line, std::size_t count) {
  const std::uint64_t hash = hash_of(text);
  std::int32_t code = find(text, hash);
  if (code == kMissingCode) {
    if (texts_.size() >= static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
      throw InputError(ErrorParts{"a column of words", "fewer than 2^31 different values", "more", "ignore it"});
    }
    make_room();
    code = static_cast<std::int32_t>(texts_.size());
    std::size_t at = hash >> 20U;
    while (table_[at & (table_.size() - 1)] != kMissingCode) ++at;
    table_[at & (table_.size() - 1)] = code;
    texts_.emplace_back(text);
    values_.push_back({0, line});
    hashes_.push_back(hash);
  }
  values_[static_cast<std::size_t>(code)].count += count;
  return code;
}

std::optional<WordList::Stray> WordList::foreign_number(const NumberFormat& format) const {
  for (std::size_t v = 0; v < texts_.size(); ++v) {
    if (parse_number(texts_[v], format)) continue;
    const OtherNotation other = other_notation(texts_[v], format);
    if (other.decimal || other.thousands) return Stray{texts_[v], values_[v].first_line};
  }
  return std::nullopt;
}

std::optional<WordList::Stray> WordList::stray(const NumberFormat& format, std::size_t first_line) const {
  std::size_t numbers = 0;
  std::size_t words = 0;
  std::optional<Stray> first;
  for (std::size_t v = 0; v < texts_.size(); ++v) {
    const std::optional<double> number = parse_number(texts_[v], format);
    if (number && std::isfinite(*number)) {
      numbers += values_[v].count;
    } else {
      words += values_[v].count;
      if (!first) first = Stray{texts_[v], values_[v].first_line};
    }
  }
  const bool few = static_cast<double>(words) < kStrayShare * static_cast<double>(words + numbers);
  const bool is_title = words == 1 && numbers > 0 && first->line == first_line;
  return words > 0 && (few || is_title) ? first : std::nullopt;
}

std::vector<DateOrder> WordList::date_orders() const {
  std::vector<DateOrder> orders;
  for (const DateOrder order : kOrders) {
    const bool fits = !texts_.empty() && std::all_of(texts_.begin(), texts_.end(), [order](const std::string& text) {
      return parse_date(text, order).has_value();
    });
    if (fits) orders.push_back(order);
  }
  return orders;
}

ColumnKind WordList::decide(const std::string& where, const NumberFormat& format,
                            std::vector<std::string>& notes) const {
  if (!date_orders().empty()) return ColumnKind::kDate;
  std::size_t cells = 0;
  std::size_t numbers = 0;
  bool any_code = false;
  for (std::size_t v = 0; v < texts_.size(); ++v) {
    const std::optional<double> number = parse_number(texts_[v], format);
    cells += values_[v].count;
    numbers += number ? values_[v].count : 0;
    any_code = any_code || (number && is_code(texts_[v], *number));
  }
  if (cells >= kFewestNames && static_cast<double>(texts_.size()) > kNamesShare * static_cast<double>(cells)) {
    notes.push_back(
        fmt::format("{}: {} different values in {} rows name the rows rather than tell something, so the "
                    "column was left out; data.categories takes it as a category",
                    where, texts_.size(), cells));
    return ColumnKind::kIgnored;
  }
  if (any_code && numbers == cells) {
    notes.push_back(where +
                    ": numbers with leading zeros or of more digits than a double holds were taken as a "
                    "category; data.numbers takes them as numbers");
  } else if (numbers > 0) {
    notes.push_back(
        fmt::format("{}: words beside numbers ({} of {} cells) were taken as a category; data.missing names "
                    "words that stand for nothing",
                    where, cells - numbers, cells));
  }
  return ColumnKind::kCategory;
}

WordList::Levels WordList::levels(const NumberFormat& format) const {
  std::vector<std::int32_t> order(texts_.size());
  std::iota(order.begin(), order.end(), 0);
  std::vector<double> numbers(texts_.size());
  bool all_numbers = true;
  for (std::size_t v = 0; v < texts_.size(); ++v) {
    const std::optional<double> number = parse_number(texts_[v], format);
    all_numbers = all_numbers && number && !std::isnan(*number);
    numbers[v] = number.value_or(0.0);
  }
  std::sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    const auto x = static_cast<std::size_t>(a);
    const auto y = static_cast<std::size_t>(b);
    if (all_numbers && numbers[x] != numbers[y]) return numbers[x] < numbers[y];
    return texts_[x] < texts_[y];
  });
  Levels levels;
  levels.place.resize(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    levels.names.push_back(texts_[static_cast<std::size_t>(order[i])]);
    levels.place[static_cast<std::size_t>(order[i])] = static_cast<std::int32_t>(i);
  }
  return levels;
}

std::vector<double> WordList::days(const std::string& where, std::vector<std::string>& notes) const {
  const std::vector<DateOrder> orders = date_orders();
  if (orders.empty() && !texts_.empty()) {
    const auto bad = std::find_if(texts_.begin(), texts_.end(), [](const std::string& text) {
      return std::none_of(kOrders.begin(), kOrders.end(),
                          [&text](DateOrder order) { return parse_date(text, order).has_value(); });
    });
    const std::string& text = bad == texts_.end() ? texts_.front() : *bad;
    throw InputError(ErrorParts{where, "dates in one form, such as 2019-03-04 or 2019-03-04 12:30", shown(text),
                                "write them so, or take the column out of data.dates"});
  }
  if (orders.size() > 1) {
    notes.push_back(fmt::format("{}: day and month could be either way round; {} was read as day, month, year", where,
                                shown(texts_.front())));
  }
  std::vector<double> days;
  days.reserve(texts_.size());
  std::transform(texts_.begin(), texts_.end(), std::back_inserter(days),
                 [&orders](const std::string& text) { return *parse_date(text, orders.front()); });
  return days;
}

}  // namespace gradus::data
