// SPDX-License-Identifier: Apache-2.0
// Wall time in Denmark and UTC, by the rule of Directive 2000/84/EC: summer time from the last
// Sunday of March to the last Sunday of October, both at 01:00 UTC. No time zone database; before
// 1996 the same rule is applied, which is not history.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/casework/date.h"

namespace feltbog::casework {

// A date and a time of day as a clock on the wall in Copenhagen shows them.
struct LocalTime {
  Date date;
  int second_of_day = 0;  // 0-86399

  int hour() const { return second_of_day / 3600; }
  int minute() const { return second_of_day / 60 % 60; }
  friend auto operator<=>(const LocalTime&, const LocalTime&) = default;
};

// "2026-11-18T14:10" or "2026-11-18T14:10:05". Error: invalid_argument.
Result<LocalTime> parse_local_time(std::string_view text);
// "2026-11-18T14:10", with seconds when they are not zero.
std::string to_text(LocalTime time);

// Minutes east of UTC in Copenhagen at that instant: 60 or 120.
int copenhagen_offset_minutes(WallTime utc);
LocalTime to_copenhagen(WallTime utc);

// Which of two instants a wall time of the repeated hour in October means.
enum class RepeatedHour { first, second };
// A wall time that is skipped in March counts as the same distance after the skip (02:30 is 03:30).
WallTime to_utc(LocalTime local, RepeatedHour repeated = RepeatedHour::first);

// Both forms of one instant.
struct Moment {
  LocalTime local;
  WallTime utc;
  friend bool operator==(const Moment&, const Moment&) = default;
};
Moment moment_of(WallTime utc);
Moment moment_of(LocalTime local, RepeatedHour repeated = RepeatedHour::first);

}  // namespace feltbog::casework
