// SPDX-License-Identifier: Apache-2.0
// Danish working days: public holidays by rule, closing days by data, and how a due date rolls.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/casework/date.h"
#include "core/casework/text.h"

namespace feltbog::casework {

// Easter Sunday of the Gregorian calendar, by the anonymous algorithm of 1876 in the form of Meeus,
// Astronomical Algorithms (1991), chapter 8.
Date easter_sunday(int year);

enum class Holiday {
  new_years_day,
  maundy_thursday,
  good_friday,
  easter_sunday,
  easter_monday,
  prayer_day,  // Store Bededag, the fourth Friday after Easter; up to and including 2023
  ascension_day,
  whit_sunday,
  whit_monday,
  christmas_day,
  second_christmas_day,
};

// The public holiday on that day, if any.
std::optional<Holiday> public_holiday(Date date);
Text holiday_name(Holiday holiday);

// A day on which an office is closed though it is no public holiday: 5 June, 24 and 31 December.
struct ClosingDay {
  Text label;
  int month = 1;
  int day = 1;
  int from_year = 1;   // first year it applies
  int to_year = 9999;  // last year it applies
  friend bool operator==(const ClosingDay&, const ClosingDay&) = default;
};

// What happens when a due date is no working day.
enum class Roll {
  duty,      // forward to the next working day
  maximum,   // never: a limit does not grow because of a holiday
  reminder,  // backward to the working day before
  none,
};

enum class Unit { day, working_day, week, month };

class Calendar {
 public:
  Calendar() = default;
  explicit Calendar(std::vector<ClosingDay> closing_days)
      : closing_days_(std::move(closing_days)) {}

  // Neither weekend, public holiday nor closing day.
  bool is_working_day(Date date) const;
  // Why it is none, "lørdag" / "Saturday"; nothing on a working day.
  std::optional<Text> why_closed(Date date) const;

  // The `count`-th working day after (before, when negative) the date; the date itself for 0.
  Date add_working_days(Date date, int count) const;
  Date add(Date date, int count, Unit unit) const;
  Date roll(Date date, Roll roll) const;

  // The last permitted day of a maximum that begins on `start`: the day before the corresponding
  // day; where the month has no corresponding day, its last day, so that nobody is given less than
  // whole months (31 August and six months: 28 or 29 February).
  Date last_day_of_maximum(Date start, int count, Unit unit) const;

 private:
  std::vector<ClosingDay> closing_days_;
};

}  // namespace feltbog::casework
