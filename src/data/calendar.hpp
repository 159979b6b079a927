// Dates and times in tables as numbers: days since 1970-01-01 in the proleptic Gregorian calendar.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gradus::data {

/// The order of day and month in dates such as 03/04/2019.
enum class DateOrder { kYearFirst, kDayFirst, kMonthFirst };

/// A date, or date and time, as days since 1970-01-01 00:00 with the time as their fraction, or nothing. Year first:
/// the forms of ISO 8601, 2019-03-04, 2019/03/04, with 12:30, 12:30:15 or 12:30:15.25 after a blank or T, and Z or an
/// offset as +01:00, which is taken off. Day or month first: 4.3.2019, 04/03/2019 or 04-03-2019 with the same times.
/// Years have four digits; days that no calendar has are no dates.
std::optional<double> parse_date(std::string_view field, DateOrder order);

/// The day as 2019-03-04, with the time where it has one, as 2019-03-04 12:30.
std::string date_text(double days);

/// Cycles of a point in time, each from 0 to 1: of the year from 1 January, of the week from Monday, of the day from
/// midnight.
struct DateCycles {
  double year = 0.0;
  double week = 0.0;
  double day = 0.0;
};
DateCycles cycles_of(double days);

}  // namespace gradus::data
