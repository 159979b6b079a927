// SPDX-License-Identifier: Apache-2.0
#include "data/calendar.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstddef>

#include "data/text_number.hpp"

namespace gradus::data {
namespace {

constexpr double kSecondsOfDay = 86400.0;

/// Takes a date apart from its start on; every step says whether it found what it wants.
class DateScanner {
 public:
  explicit DateScanner(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() const { return text_.empty(); }
  bool take(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  /// `fewest` to `most` digits, and no digit behind them.
  std::optional<int> number(std::size_t fewest, std::size_t most) {
    std::size_t size = 0;
    int value = 0;
    while (size < text_.size() && size <= most && text_[size] >= '0' && text_[size] <= '9') {
      value = 10 * value + (text_[size] - '0');
      ++size;
    }
    if (size < fewest || size > most) return std::nullopt;
    text_.remove_prefix(size);
    return value;
  }
  /// The digits behind a decimal point as a fraction.
  double fraction() {
    double value = 0.0;
    double weight = 0.1;
    while (!text_.empty() && text_.front() >= '0' && text_.front() <= '9') {
      value += weight * (text_.front() - '0');
      weight /= 10.0;
      text_.remove_prefix(1);
    }
    return value;
  }

 private:
  std::string_view text_;
};

std::optional<double> days_of(int year, int month, int day) {
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return static_cast<double>(std::chrono::sys_days{date}.time_since_epoch().count());
}

std::optional<double> scan_date(DateScanner& scan, DateOrder order) {
  const bool year_first = order == DateOrder::kYearFirst;
  const std::optional<int> first = year_first ? scan.number(4, 4) : scan.number(1, 2);
  char separator = '\0';
  for (const char c : {'-', '/', '.'}) {
    if (separator == '\0' && scan.take(c)) separator = c;
  }
  if (!first || separator == '\0') return std::nullopt;
  const std::optional<int> second = scan.number(1, 2);
  if (!second || !scan.take(separator)) return std::nullopt;
  const std::optional<int> third = year_first ? scan.number(1, 2) : scan.number(4, 4);
  if (!third) return std::nullopt;
  if (year_first) return days_of(*first, *second, *third);
  return order == DateOrder::kDayFirst ? days_of(*third, *second, *first) : days_of(*third, *first, *second);
}

/// Hours and minutes as seconds.
std::optional<double> scan_clock(DateScanner& scan) {
  const std::optional<int> hours = scan.number(1, 2);
  if (!hours || *hours > 23 || !scan.take(':')) return std::nullopt;
  const std::optional<int> minutes = scan.number(2, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  return 3600.0 * *hours + 60.0 * *minutes;
}

std::optional<double> scan_time(DateScanner& scan) {
  std::optional<double> time = scan_clock(scan);
  if (!time) return std::nullopt;
  if (scan.take(':')) {
    const std::optional<int> seconds = scan.number(2, 2);
    if (!seconds || *seconds > 60) return std::nullopt;
    *time += *seconds;
    if (scan.take('.') || scan.take(',')) *time += scan.fraction();
  }
  if (scan.take('Z')) return time;
  const double sign = scan.take('+') ? 1.0 : scan.take('-') ? -1.0 : 0.0;
  if (sign == 0.0) return time;
  const std::optional<double> offset = scan_clock(scan);
  if (!offset) return std::nullopt;
  return *time - sign * *offset;
}

}  // namespace

std::optional<double> parse_date(std::string_view field, DateOrder order) {
  DateScanner scan(trimmed(field));
  std::optional<double> days = scan_date(scan, order);
  if (!days || scan.at_end()) return days;
  if (!scan.take('T') && !scan.take(' ')) return std::nullopt;
  const std::optional<double> seconds = scan_time(scan);
  if (!seconds || !scan.at_end()) return std::nullopt;
  return *days + *seconds / kSecondsOfDay;
}

std::string date_text(double days) {
  const double whole = std::floor(days);
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{static_cast<int>(whole)}}};
  std::string text = fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  const auto minutes = static_cast<int>(std::floor((days - whole) * 1440.0 + 0.5));
  if (days != whole) text += fmt::format(" {:02}:{:02}", minutes / 60, minutes % 60);
  return text;
}

DateCycles cycles_of(double days) {
  const double whole = std::floor(days);
  const std::chrono::sys_days day{std::chrono::days{static_cast<int>(whole)}};
  const std::chrono::year_month_day date{day};
  const std::chrono::sys_days start{date.year() / std::chrono::January / 1};
  const double length = date.year().is_leap() ? 366.0 : 365.0;
  DateCycles cycles;
  cycles.day = days - whole;
  cycles.year = (static_cast<double>((day - start).count()) + cycles.day) / length;
  cycles.week = (static_cast<double>(std::chrono::weekday{day}.iso_encoding() - 1) + cycles.day) / 7.0;
  return cycles;
}

}  // namespace gradus::data
