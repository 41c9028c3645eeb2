// SPDX-License-Identifier: Apache-2.0
// Dates, periods and states as words, in Danish and English. Whole sentences: sentences.h.
#pragma once

#include <string>
#include <vector>

#include "core/casework/course_state.h"
#include "core/casework/pathway.h"

namespace feltbog::casework {

// "24. november 2026" / "24 November 2026", and without the year.
Text date_text(Date date);
Text date_text_without_year(Date date);
// "tirsdag 24. november 2026" / "Tuesday 24 November 2026".
Text weekday_date_text(Date date);
// "en uge", "14 dage", "3 arbejdsdage" / "one week", "14 days", "3 working days".
Text period_text(Period period);
Text weekday_text(Weekday day);

Text status_text(DeadlineStatus status);
Text hardness_text(Hardness hardness);

}  // namespace feltbog::casework
