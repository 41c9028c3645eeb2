// SPDX-License-Identifier: Apache-2.0
// Whether a condition holds, since when, or that an unsettled conflict decides it. Total.
#pragma once

#include <limits>
#include <optional>

#include "core/casework/condition.h"
#include "core/casework/walk.h"

namespace feltbog::casework {

struct Answer {
  Truth truth = Truth::no;
  std::optional<Date> on;  // the day it came true, when it is a thing that happened

  friend bool operator==(const Answer&, const Answer&) = default;
};

// Only what took place at or after `since` counts.
Answer evaluate(const Condition& condition, const Facts& facts, const Walk& walk, WallTime since);

// The first instant of that day in Denmark.
WallTime start_of(Date date);
// Before every event.
inline constexpr WallTime kAlways{std::numeric_limits<std::int64_t>::min()};

}  // namespace feltbog::casework
