// SPDX-License-Identifier: Apache-2.0
// Dates and sentences for people, in Danish and English. No other file of this room forms sentences.
#pragma once

#include <string>
#include <vector>

#include "core/casework/course_state.h"
#include "core/casework/pathway.h"

namespace feltbog::casework {

// "24. november 2026" / "24 November 2026".
Text date_text(Date date);
// "tirsdag 24. november 2026" / "Tuesday 24 November 2026".
Text weekday_date_text(Date date);
// "1 uge", "14 dage", "3 arbejdsdage" / "1 week", "14 days", "3 working days".
Text period_text(Period period);
Text weekday_text(Weekday day);

Text status_text(DeadlineStatus status);
Text hardness_text(Hardness hardness);

}  // namespace feltbog::casework
