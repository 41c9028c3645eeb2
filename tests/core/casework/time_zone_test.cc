// SPDX-License-Identifier: Apache-2.0
#include "core/casework/time_zone.h"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <utility>

using namespace feltbog;
using namespace feltbog::casework;

namespace {

LocalTime local(const char* text) {
  const auto time = parse_local_time(text);
  REQUIRE(time.has_value());
  return *time;
}

// Milliseconds of a UTC time written like a local one.
WallTime utc(const char* text) {
  const LocalTime time = local(text);
  return WallTime{(time.date.days * std::int64_t{86400} + time.second_of_day) * 1000};
}

}  // namespace

TEST_CASE("the clock in Copenhagen is one hour ahead in winter and two in summer") {
  CHECK(to_utc(local("2026-11-18T14:10")) == utc("2026-11-18T13:10"));
  CHECK(to_utc(local("2026-07-01T00:30")) == utc("2026-06-30T22:30"));
  CHECK(to_text(to_copenhagen(utc("2026-12-31T23:30"))) == "2027-01-01T00:30");
}

TEST_CASE(
    "summer time begins and ends at one o'clock UTC on the last Sundays of March and October") {
  // From the published list of summer time dates.
  for (const auto& change : {std::pair{"2024-03-31", "2024-10-27"},
                             {"2025-03-30", "2025-10-26"},
                             {"2026-03-29", "2026-10-25"},
                             {"2027-03-28", "2027-10-31"},
                             {"2028-03-26", "2028-10-29"},
                             {"2029-03-25", "2029-10-28"},
                             {"2030-03-31", "2030-10-27"}}) {
    CAPTURE(change.first);
    const std::int64_t second = 1000;
    const WallTime begins = utc((std::string(change.first) + "T01:00").c_str());
    const WallTime ends = utc((std::string(change.second) + "T01:00").c_str());
    CHECK(copenhagen_offset_minutes({begins.milliseconds - second}) == 60);
    CHECK(copenhagen_offset_minutes(begins) == 120);
    CHECK(copenhagen_offset_minutes({ends.milliseconds - second}) == 120);
    CHECK(copenhagen_offset_minutes(ends) == 60);
  }
}

TEST_CASE("a time skipped in March counts as the same distance after the skip") {
  CHECK(to_utc(local("2026-03-29T01:59")) == utc("2026-03-29T00:59"));
  CHECK(to_text(to_copenhagen(to_utc(local("2026-03-29T02:30")))) == "2026-03-29T03:30");
  CHECK(to_utc(local("2026-03-29T03:00")) == utc("2026-03-29T01:00"));
}

TEST_CASE("a time repeated in October means the first unless the second is asked for") {
  CHECK(to_utc(local("2026-10-25T02:30")) == utc("2026-10-25T00:30"));
  CHECK(to_utc(local("2026-10-25T02:30"), RepeatedHour::second) == utc("2026-10-25T01:30"));
  CHECK(to_utc(local("2026-10-25T03:00"), RepeatedHour::first) == utc("2026-10-25T02:00"));
  CHECK(to_utc(local("2026-07-01T12:00"), RepeatedHour::second) == utc("2026-07-01T10:00"));
}

TEST_CASE("every quarter of an hour of 2026 comes back through UTC") {
  for (WallTime time = utc("2026-01-01T00:00"); time < utc("2027-01-01T00:00");
       time.milliseconds += 900'000) {
    const LocalTime shown = to_copenhagen(time);
    REQUIRE((to_utc(shown, RepeatedHour::first) == time ||
             to_utc(shown, RepeatedHour::second) == time));
    REQUIRE(parse_local_time(to_text(shown)).value() == shown);
  }
}

TEST_CASE("a wall clock that is far out of any calendar is still a time") {
  for (const std::int64_t wrong : {std::numeric_limits<std::int64_t>::min(),
                                   std::numeric_limits<std::int64_t>::max(), std::int64_t{0}}) {
    const LocalTime time = to_copenhagen({wrong});
    CHECK(time.second_of_day >= 0);
    CHECK(time.second_of_day < 86400);
  }
}

TEST_CASE("only whole local times are read") {
  for (const char* text :
       {"", "2026-11-18", "2026-11-18T24:00", "2026-11-18T14:60", "2026-11-18 14:10",
        "2026-11-18T14:10Z", "2026-11-18T1:10", "2026-11-18T14:10:60"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_local_time(text).has_value());
  }
  CHECK(to_text(local("2026-11-18T14:10:05")) == "2026-11-18T14:10:05");
}
