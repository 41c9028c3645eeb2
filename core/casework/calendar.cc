// SPDX-License-Identifier: Apache-2.0
#include "core/casework/calendar.h"

namespace feltbog::casework {
namespace {

constexpr int kLastYearOfPrayerDay = 2023;  // abolished from 1 January 2024

std::optional<Holiday> movable_holiday(int from_easter, int year) {
  switch (from_easter) {
    case -3: return Holiday::maundy_thursday;
    case -2: return Holiday::good_friday;
    case 0: return Holiday::easter_sunday;
    case 1: return Holiday::easter_monday;
    case 26:
      if (year <= kLastYearOfPrayerDay) return Holiday::prayer_day;
      return std::nullopt;
    case 39: return Holiday::ascension_day;
    case 49: return Holiday::whit_sunday;
    case 50: return Holiday::whit_monday;
    default: return std::nullopt;
  }
}

const ClosingDay* find_closing_day(const std::vector<ClosingDay>& days, CivilDate date) {
  for (const ClosingDay& day : days) {
    if (day.month == date.month && day.day == date.day && day.from_year <= date.year &&
        date.year <= day.to_year) {
      return &day;
    }
  }
  return nullptr;
}

bool is_weekend(Date date) { return weekday(date) >= Weekday::saturday; }

}  // namespace

Date easter_sunday(int year) {
  const int a = year % 19;
  const int b = year / 100;
  const int c = year % 100;
  const int h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
  const int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
  const int m = (a + 11 * h + 22 * l) / 451;
  const int month_and_day = h + l - 7 * m + 114;
  return make_date(year, month_and_day / 31, month_and_day % 31 + 1).value_or(Date{});
}

std::optional<Holiday> public_holiday(Date date) {
  const CivilDate day = civil(date);
  if (day.month == 1 && day.day == 1) return Holiday::new_years_day;
  if (day.month == 12 && day.day == 25) return Holiday::christmas_day;
  if (day.month == 12 && day.day == 26) return Holiday::second_christmas_day;
  return movable_holiday(days_between(easter_sunday(day.year), date), day.year);
}

Text holiday_name(Holiday holiday) {
  switch (holiday) {
    case Holiday::new_years_day: return {"nytårsdag", "New Year's Day"};
    case Holiday::maundy_thursday: return {"skærtorsdag", "Maundy Thursday"};
    case Holiday::good_friday: return {"langfredag", "Good Friday"};
    case Holiday::easter_sunday: return {"påskedag", "Easter Sunday"};
    case Holiday::easter_monday: return {"2. påskedag", "Easter Monday"};
    case Holiday::prayer_day: return {"store bededag", "Great Prayer Day"};
    case Holiday::ascension_day: return {"Kristi himmelfartsdag", "Ascension Day"};
    case Holiday::whit_sunday: return {"pinsedag", "Whit Sunday"};
    case Holiday::whit_monday: return {"2. pinsedag", "Whit Monday"};
    case Holiday::christmas_day: return {"juledag", "Christmas Day"};
    case Holiday::second_christmas_day: return {"2. juledag", "Second Christmas Day"};
  }
  return {};
}

bool Calendar::is_working_day(Date date) const {
  return !is_weekend(date) && !public_holiday(date) &&
         find_closing_day(closing_days_, civil(date)) == nullptr;
}

std::optional<Text> Calendar::why_closed(Date date) const {
  if (const auto holiday = public_holiday(date)) return holiday_name(*holiday);
  if (const ClosingDay* day = find_closing_day(closing_days_, civil(date))) return day->label;
  if (weekday(date) == Weekday::saturday) return Text{"lørdag", "Saturday"};
  if (weekday(date) == Weekday::sunday) return Text{"søndag", "Sunday"};
  return std::nullopt;
}

Date Calendar::add_working_days(Date date, int count) const {
  const int step = count < 0 ? -1 : 1;
  for (int left = count < 0 ? -count : count; left > 0;) {
    date = add_days(date, step);
    if (is_working_day(date)) --left;
  }
  return date;
}

Date Calendar::add(Date date, int count, Unit unit) const {
  switch (unit) {
    case Unit::day: return add_days(date, count);
    case Unit::working_day: return add_working_days(date, count);
    case Unit::week: return add_weeks(date, count);
    case Unit::month: return add_months(date, count);
  }
  return date;
}

Date Calendar::roll(Date date, Roll roll) const {
  if (roll == Roll::duty && !is_working_day(date)) return add_working_days(date, 1);
  if (roll == Roll::reminder && !is_working_day(date)) return add_working_days(date, -1);
  return date;
}

Date Calendar::last_day_of_maximum(Date start, int count, Unit unit) const {
  const Date corresponding = add(start, count, unit);
  const bool clamped = unit == Unit::month && civil(corresponding).day != civil(start).day;
  return clamped ? corresponding : add_days(corresponding, -1);
}

}  // namespace feltbog::casework
