// SPDX-License-Identifier: Apache-2.0
#include "data/calendar.hpp"

#include <gtest/gtest.h>

namespace gradus::data {
namespace {

TEST(Calendar, dates_are_days_since_1970) {
  // date -u -d 2019-03-04 +%s, divided by 86400, and so on.
  EXPECT_EQ(parse_date("1970-01-01", DateOrder::kYearFirst), 0.0);
  EXPECT_EQ(parse_date("2019-03-04", DateOrder::kYearFirst), 17959.0);
  EXPECT_EQ(parse_date(" 2019/3/4 ", DateOrder::kYearFirst), 17959.0);
  EXPECT_EQ(parse_date("4.3.2019", DateOrder::kDayFirst), 17959.0);
  EXPECT_EQ(parse_date("03/04/2019", DateOrder::kMonthFirst), 17959.0);
  EXPECT_EQ(parse_date("1969-12-31", DateOrder::kYearFirst), -1.0);
  EXPECT_EQ(parse_date("2000-02-29", DateOrder::kYearFirst), 11016.0);
}

TEST(Calendar, times_are_fractions_and_offsets_are_taken_off) {
  EXPECT_EQ(parse_date("1970-01-02 12:00", DateOrder::kYearFirst), 1.5);
  EXPECT_EQ(parse_date("1970-01-02T06:00:00Z", DateOrder::kYearFirst), 1.25);
  EXPECT_EQ(parse_date("1970-01-02 06:00:00.5", DateOrder::kYearFirst), 1.0 + 21600.5 / 86400.0);
  EXPECT_EQ(parse_date("1970-01-02 07:00:00+01:00", DateOrder::kYearFirst), 1.25);
  EXPECT_EQ(parse_date("1970-01-01T23:00:00-01:00", DateOrder::kYearFirst), 1.0);
}

TEST(Calendar, what_no_calendar_has_is_no_date) {
  for (const char* text : {"", "2019", "2019-03", "2019-02-29", "2019-13-01", "2019-00-10", "2019-03-04x", "19-03-04",
                           "2019-03-04 25:00", "2019-03-04 12:60", "2019-03/04", "12019-03-04", "2019-03-04 12"}) {
    EXPECT_FALSE(parse_date(text, DateOrder::kYearFirst)) << text;
  }
  EXPECT_FALSE(parse_date("13/13/2019", DateOrder::kDayFirst));
  EXPECT_FALSE(parse_date("2019-03-04", DateOrder::kDayFirst));
}

TEST(Calendar, cycles_start_on_january_1_monday_and_midnight) {
  const double monday = *parse_date("2018-01-01", DateOrder::kYearFirst);
  EXPECT_EQ(cycles_of(monday).year, 0.0);
  EXPECT_EQ(cycles_of(monday).week, 0.0);
  EXPECT_EQ(cycles_of(monday).day, 0.0);
  EXPECT_EQ(cycles_of(monday + 6.0).week, 6.0 / 7.0);
  EXPECT_EQ(cycles_of(monday + 0.75).day, 0.75);
  EXPECT_EQ(cycles_of(*parse_date("2018-12-31", DateOrder::kYearFirst)).year, 364.0 / 365.0);
  EXPECT_EQ(cycles_of(*parse_date("2020-12-31", DateOrder::kYearFirst)).year, 365.0 / 366.0);
  EXPECT_EQ(cycles_of(-1.0).week, 2.0 / 7.0);  // 1969-12-31 was a Wednesday
}

TEST(Calendar, dates_are_written_as_they_are_read) {
  for (const char* text : {"2019-03-04", "1969-12-31", "2000-02-29 18:45"}) {
    EXPECT_EQ(date_text(*parse_date(text, DateOrder::kYearFirst)), text);
  }
}

}  // namespace
}  // namespace gradus::data
