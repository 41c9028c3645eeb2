// SPDX-License-Identifier: Apache-2.0
// A course's state as a Value, for results of commands: texts in one language, dates as
// "2026-11-18", enumerations as their names.
#pragma once

#include "core/base/value.h"
#include "core/casework/course_state.h"

namespace feltbog::casework {

Value to_value(const CourseState& state, Language language);
Value to_value(const DeadlineState& deadline, Language language);
Value to_value(const ObligationState& obligation, Language language);
Value to_value(const LadderState& ladder, Language language);

std::string_view name_of(CourseStatus status);
std::string_view name_of(DeadlineStatus status);
std::string_view name_of(Hardness hardness);
std::string_view name_of(RungStatus status);
std::string_view name_of(LadderStatus status);

}  // namespace feltbog::casework
