// SPDX-License-Identifier: Apache-2.0
// A civil date of the proleptic Gregorian calendar, without time or zone. Next: calendar.h.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace feltbog::casework {

// Days since 1970-01-01. Dates that are read lie in the years 1 to 9999; sums may leave that range.
struct Date {
  std::int32_t days = 0;
  friend auto operator<=>(const Date&, const Date&) = default;
};

struct CivilDate {
  int year = 1970;
  int month = 1;  // 1-12
  int day = 1;    // 1-31
  friend bool operator==(const CivilDate&, const CivilDate&) = default;
};

enum class Weekday { monday = 1, tuesday, wednesday, thursday, friday, saturday, sunday };

bool is_leap_year(int year);
// 28-31; 0 for a month outside 1-12.
int days_in_month(int year, int month);

// Nothing when there is no such day.
std::optional<Date> make_date(int year, int month, int day);
CivilDate civil(Date date);
Weekday weekday(Date date);

// ISO 8601, "2026-11-18". Reading takes exactly that form; error: invalid_argument.
Result<Date> parse_date(std::string_view text);
std::string to_text(Date date);

inline Date add_days(Date date, int count) { return Date{date.days + count}; }
inline int days_between(Date from, Date to) { return to.days - from.days; }
inline Date add_weeks(Date date, int count) { return Date{date.days + 7 * count}; }
// The corresponding day of a later (or earlier) month, or that month's last day when it has none.
// Always count from the original date: chained sums drift, because clamping is not undone.
Date add_months(Date date, int count);

}  // namespace feltbog::casework
