// SPDX-License-Identifier: Apache-2.0
// Every clock of a pathway, computed from the recorded events. Next: contact_ladder.h.
#pragma once

#include <vector>

#include "core/casework/calendar.h"
#include "core/casework/course_state.h"
#include "core/casework/walk.h"

namespace feltbog::casework {

// What every derivation reads. All parts outlive it.
struct CourseView {
  const Pathway& pathway;
  const Facts& facts;
  const Walk& walk;
  const Calendar& calendar;
  Date today;
};

// In the pathway's order; a rule whose anchor is each of several events gives one state per event.
std::vector<DeadlineState> derive_deadlines(const CourseView& view);
// What happened beyond a limit, and is flagged, never refused.
std::vector<Finding> find_beyond_limits(const CourseView& view,
                                        const std::vector<DeadlineState>& deadlines);

// Upcoming, due soon, today or overdue: how a date that is not met yet stands.
DeadlineStatus open_status(const Calendar& calendar, Date due, Date today, int warn_before_days);
// The last deadline state of that rule, or null.
const DeadlineState* find_state(const std::vector<DeadlineState>& deadlines, std::string_view rule);
// The restart of contact that entered the step last, or null.
const StepEntry* find_restart(const Walk& walk, std::string_view step);

}  // namespace feltbog::casework
