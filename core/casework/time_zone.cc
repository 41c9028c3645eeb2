// SPDX-License-Identifier: Apache-2.0
#include "core/casework/time_zone.h"

namespace feltbog::casework {
namespace {

constexpr std::int64_t kMillisecondsPerSecond = 1000;
constexpr std::int64_t kSecondsPerDay = 86400;
constexpr std::int64_t kChangeSecondUtc = 3600;  // 01:00 UTC
constexpr int kWinterMinutes = 60;
constexpr int kSummerMinutes = 120;

std::int64_t floor_divide(std::int64_t number, std::int64_t by) {
  return number / by - (number % by < 0 ? 1 : 0);
}

// Days of instants far outside any calendar are held at the ends, so that no wall clock, however
// wrong, overflows a date.
std::int32_t clamp_days(std::int64_t days) {
  constexpr std::int64_t kDaysMax = 2'932'896;  // 9999-12-31
  constexpr std::int64_t kDaysMin = -719'162;   // 0001-01-01
  return static_cast<std::int32_t>(days < kDaysMin ? kDaysMin : days > kDaysMax ? kDaysMax : days);
}

Date last_sunday(int year, int month) {
  const Date last = make_date(year, month, days_in_month(year, month)).value_or(Date{});
  return add_days(last, -(static_cast<int>(weekday(last)) % 7));
}

std::int64_t seconds_of(WallTime utc) {
  return floor_divide(utc.milliseconds, kMillisecondsPerSecond);
}

bool is_summer(std::int64_t utc_seconds) {
  const int year = civil(Date{clamp_days(floor_divide(utc_seconds, kSecondsPerDay))}).year;
  const std::int64_t start = last_sunday(year, 3).days * kSecondsPerDay + kChangeSecondUtc;
  const std::int64_t end = last_sunday(year, 10).days * kSecondsPerDay + kChangeSecondUtc;
  return start <= utc_seconds && utc_seconds < end;
}

// Two digits of a clock, or -1.
int read_two(std::string_view text, std::size_t at) {
  const auto digit = [&](std::size_t place) {
    return text[place] >= '0' && text[place] <= '9' ? text[place] - '0' : -1;
  };
  return digit(at) < 0 || digit(at + 1) < 0 ? -1 : digit(at) * 10 + digit(at + 1);
}

std::string two(int number) { return (number < 10 ? "0" : "") + std::to_string(number); }

}  // namespace

Result<LocalTime> parse_local_time(std::string_view text) {
  const Error malformed{ErrorCode::invalid_argument, "a time is written as 2026-11-18T14:10"};
  const bool shaped = (text.size() == 16 || (text.size() == 19 && text[16] == ':')) &&
                      text[10] == 'T' && text[13] == ':';
  if (!shaped) return malformed;
  FELTBOG_TRY(date, parse_date(text.substr(0, 10)));
  const int hour = read_two(text, 11);
  const int minute = read_two(text, 14);
  const int second = text.size() == 19 ? read_two(text, 17) : 0;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
    return malformed;
  return LocalTime{date, hour * 3600 + minute * 60 + second};
}

std::string to_text(LocalTime time) {
  const int second = time.second_of_day % 60;
  return to_text(time.date) + 'T' + two(time.hour()) + ':' + two(time.minute()) +
         (second == 0 ? "" : ':' + two(second));
}

int copenhagen_offset_minutes(WallTime utc) {
  return is_summer(seconds_of(utc)) ? kSummerMinutes : kWinterMinutes;
}

LocalTime to_copenhagen(WallTime utc) {
  const std::int64_t local = seconds_of(utc) + copenhagen_offset_minutes(utc) * 60;
  const std::int64_t days = floor_divide(local, kSecondsPerDay);
  return LocalTime{Date{clamp_days(days)}, static_cast<int>(local - days * kSecondsPerDay)};
}

WallTime to_utc(LocalTime local, RepeatedHour repeated) {
  const std::int64_t shown = local.date.days * kSecondsPerDay + local.second_of_day;
  const std::int64_t as_summer = shown - kSummerMinutes * 60;
  const std::int64_t as_winter = shown - kWinterMinutes * 60;
  // In the repeated hour both readings hold; in the skipped one neither does, and winter's offset,
  // valid just before the skip, carries the time as far past it.
  const bool summer =
      is_summer(as_summer) && (repeated == RepeatedHour::first || is_summer(as_winter));
  return WallTime{(summer ? as_summer : as_winter) * kMillisecondsPerSecond};
}

Moment moment_of(WallTime utc) { return Moment{to_copenhagen(utc), utc}; }

Moment moment_of(LocalTime local, RepeatedHour repeated) {
  return moment_of(to_utc(local, repeated));
}

}  // namespace feltbog::casework
