// SPDX-License-Identifier: Apache-2.0
#include "core/casework/calendar.h"

#include <doctest/doctest.h>

#include <map>
#include <sstream>

#include "tests/core/casework/course_story.h"

using namespace feltbog;
using namespace feltbog::casework;
using feltbog::casework::testing::day;
using feltbog::casework::testing::read_source_file;

namespace {

Calendar municipal_calendar() {
  return Calendar({{{"grundlovsdag", "Constitution Day"}, 6, 5, 1, 9999},
                   {{"juleaftensdag", "Christmas Eve"}, 12, 24, 1, 9999},
                   {{"nytårsaftensdag", "New Year's Eve"}, 12, 31, 1, 9999}});
}

// The closed days by another hand: date to 'H' (public holiday) or 'C' (closing day).
std::map<std::string, char> read_closed_days() {
  std::istringstream lines(read_source_file("tests/core/casework/danish_closing_days.txt"));
  std::map<std::string, char> days;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line[0] != '#') days[line.substr(0, 10)] = line[11];
  }
  return days;
}

// A calendar that only ever steps to the next day, by a table of month lengths.
struct StepDay {
  int year, month, day;
  int length() const {
    constexpr int kLengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : kLengths[month - 1];
  }
  void next() {
    if (++day <= length()) return;
    day = 1;
    if (++month <= 12) return;
    month = 1;
    ++year;
  }
};

}  // namespace

TEST_CASE("dates count on day by day from 1890 to 2110, weekdays with them") {
  StepDay step{1890, 1, 1};  // a Wednesday
  Date date = day("1890-01-01");
  for (int weekday_index = 2; step.year < 2110; weekday_index = (weekday_index + 1) % 7) {
    REQUIRE(civil(date) == CivilDate{step.year, step.month, step.day});
    REQUIRE(make_date(step.year, step.month, step.day) == date);
    REQUIRE(weekday(date) == static_cast<Weekday>(weekday_index + 1));
    REQUIRE(parse_date(to_text(date)).value() == date);
    step.next();
    date = add_days(date, 1);
  }
}

TEST_CASE("only real days written as ISO dates are read") {
  for (const char* text :
       {"", "2026-11-1", "2026-11-31", "2026-13-01", "2026-00-10", "2026-02-29", "0000-01-01",
        "2026/11/18", "18-11-2026", "2026-11-18T", "+026-11-18", "2026-1a-18", "2100-02-29"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_date(text).has_value());
  }
  CHECK(parse_date("2024-02-29").has_value());
}

TEST_CASE("every closed day of 2020 to 2035 agrees with a table made another way") {
  const auto closed = read_closed_days();
  REQUIRE(closed.size() > 200);
  const Calendar calendar = municipal_calendar();
  for (Date date = day("2020-01-01"); date <= day("2035-12-31"); date = add_days(date, 1)) {
    const std::string text = to_text(date);
    CAPTURE(text);
    const auto entry = closed.find(text);
    const bool holiday = entry != closed.end() && entry->second == 'H';
    REQUIRE(public_holiday(date).has_value() == holiday);
    const bool weekend = weekday(date) == Weekday::saturday || weekday(date) == Weekday::sunday;
    REQUIRE(calendar.is_working_day(date) == (!weekend && entry == closed.end()));
    REQUIRE(calendar.why_closed(date).has_value() != calendar.is_working_day(date));
  }
}

TEST_CASE("store bededag is a holiday up to 2023 and a working day after") {
  CHECK(public_holiday(day("2023-05-05")) == Holiday::prayer_day);
  CHECK_FALSE(public_holiday(day("2024-04-26")).has_value());
  CHECK(municipal_calendar().is_working_day(day("2024-04-26")));
}

TEST_CASE("months added to every day of 2024 to 2035 keep the day or end on the month's last") {
  StepDay step{2024, 1, 1};
  for (Date date = day("2024-01-01"); step.year < 2036; step.next(), date = add_days(date, 1)) {
    for (const int count : {1, 2, 4, 6, 12, 14, -1, -13}) {
      StepDay wanted{step.year, step.month, step.day};
      for (int left = count; left > 0; --left) {
        if (++wanted.month == 13) wanted = {wanted.year + 1, 1, wanted.day};
      }
      for (int left = count; left < 0; ++left) {
        if (--wanted.month == 0) wanted = {wanted.year - 1, 12, wanted.day};
      }
      if (wanted.day > wanted.length()) wanted.day = wanted.length();
      REQUIRE(civil(add_months(date, count)) == CivilDate{wanted.year, wanted.month, wanted.day});
    }
  }
}

TEST_CASE("months are counted from the original day, so that clamping does not drift") {
  CHECK(add_months(day("2026-10-31"), 4) == day("2027-02-28"));
  CHECK(add_months(day("2026-10-31"), 6) == day("2027-04-30"));
  CHECK(add_months(add_months(day("2026-10-31"), 4), 2) == day("2027-04-28"));
}

TEST_CASE("a maximum of six months gives whole months and names its last day") {
  const Calendar calendar = municipal_calendar();
  const auto last = [&](const char* start) {
    return to_text(calendar.last_day_of_maximum(day(start), 6, Unit::month));
  };
  CHECK(last("2026-03-01") == "2026-08-31");
  CHECK(last("2026-08-31") == "2027-02-28");
  CHECK(last("2027-08-31") == "2028-02-29");
  CHECK(last("2027-08-30") == "2028-02-29");
  CHECK(last("2027-08-29") == "2028-02-28");
  CHECK(last("2026-01-15") == "2026-07-14");
}

TEST_CASE("a duty rolls forward over Christmas, a reminder back, a maximum never") {
  const Calendar calendar = municipal_calendar();
  const Date eve = day("2026-12-24");  // a Thursday; the next working day is Monday
  CHECK(calendar.roll(eve, Roll::duty) == day("2026-12-28"));
  CHECK(calendar.roll(eve, Roll::reminder) == day("2026-12-23"));
  CHECK(calendar.roll(eve, Roll::maximum) == eve);
  CHECK(calendar.roll(eve, Roll::none) == eve);
  CHECK(calendar.roll(day("2026-11-18"), Roll::duty) == day("2026-11-18"));
}

TEST_CASE("working days added and taken away meet again, whatever the day") {
  const Calendar calendar = municipal_calendar();
  for (Date date = day("2024-01-01"); date <= day("2035-12-31"); date = add_days(date, 1)) {
    if (!calendar.is_working_day(date)) continue;
    for (const int count : {1, 3, 8}) {
      const Date later = calendar.add_working_days(date, count);
      REQUIRE(calendar.is_working_day(later));
      REQUIRE(calendar.add_working_days(later, -count) == date);
    }
  }
  CHECK(calendar.add_working_days(day("2026-04-01"), 1) == day("2026-04-07"));  // over Easter
}
