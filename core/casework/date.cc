// SPDX-License-Identifier: Apache-2.0
#include "core/casework/date.h"

#include <algorithm>
#include <array>

namespace feltbog::casework {
namespace {

constexpr int kYearMax = 9999;

// Years are counted from March, so that the leap day is the last day of its year; 400 years are an
// era of 146,097 days. After Howard Hinnant, "chrono-compatible low-level date algorithms" (2013).
std::int32_t days_from_civil(int year, int month, int day) {
  const int shifted = month <= 2 ? year - 1 : year;
  const int era = (shifted >= 0 ? shifted : shifted - 399) / 400;
  const int year_of_era = shifted - era * 400;
  const int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

// The number that the digits stand for; -1 when one of them is no digit.
int read_digits(std::string_view digits) {
  int number = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') return -1;
    number = number * 10 + (digit - '0');
  }
  return number;
}

}  // namespace

bool is_leap_year(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int days_in_month(int year, int month) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12) return 0;
  return month == 2 && is_leap_year(year) ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

std::optional<Date> make_date(int year, int month, int day) {
  if (year < 1 || year > kYearMax || day < 1 || day > days_in_month(year, month))
    return std::nullopt;
  return Date{days_from_civil(year, month, day)};
}

CivilDate civil(Date date) {
  const int shifted = date.days + 719468;
  const int era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  const int day_of_era = shifted - era * 146097;
  const int year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int march_month = (5 * day_of_year + 2) / 153;
  const int month = march_month < 10 ? march_month + 3 : march_month - 9;
  return CivilDate{.year = year_of_era + era * 400 + (month <= 2 ? 1 : 0),
                   .month = month,
                   .day = day_of_year - (153 * march_month + 2) / 5 + 1};
}

Weekday weekday(Date date) {
  const int since_monday = ((date.days + 3) % 7 + 7) % 7;  // 1970-01-01 was a Thursday
  return static_cast<Weekday>(since_monday + 1);
}

Result<Date> parse_date(std::string_view text) {
  const bool shaped = text.size() == 10 && text[4] == '-' && text[7] == '-';
  if (!shaped) return Error{ErrorCode::invalid_argument, "a date is written as 2026-11-18"};
  const auto date = make_date(read_digits(text.substr(0, 4)), read_digits(text.substr(5, 2)),
                              read_digits(text.substr(8, 2)));
  if (!date) return Error{ErrorCode::invalid_argument, "there is no such day"};
  return *date;
}

std::string to_text(Date date) {
  const CivilDate parts = civil(date);
  const auto padded = [](int number, std::size_t width) {
    std::string digits = std::to_string(number);
    return digits.size() >= width ? digits : std::string(width - digits.size(), '0') + digits;
  };
  return padded(parts.year, 4) + '-' + padded(parts.month, 2) + '-' + padded(parts.day, 2);
}

Date add_months(Date date, int count) {
  const CivilDate start = civil(date);
  const int months = start.year * 12 + (start.month - 1) + count;
  const int year = (months >= 0 ? months : months - 11) / 12;
  const int month = months - year * 12 + 1;
  return Date{days_from_civil(year, month, std::min(start.day, days_in_month(year, month)))};
}

}  // namespace feltbog::casework
