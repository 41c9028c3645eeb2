// SPDX-License-Identifier: Apache-2.0
// Who owes what by when. An obligation ends by being done or by a rule that says so, never by
// itself.
#pragma once

#include "core/casework/deadlines.h"

namespace feltbog::casework {

// From the pathway's rules and from the effects of outcomes; each notice an outcome sends is owed
// too, as "notice:<id>", until a notice_sent event names it. Open ones first, by due date.
std::vector<ObligationState> derive_obligations(const CourseView& view,
                                                const std::vector<DeadlineState>& deadlines);

inline constexpr std::string_view kNoticeSentEvent = "notice_sent";

}  // namespace feltbog::casework
