// SPDX-License-Identifier: Apache-2.0
// From a pathway, what was recorded and the day to where the course stands. Pure and total.
#pragma once

#include <span>

#include "core/casework/course_state.h"

namespace feltbog::casework {

// `events` stand in causal order (any order in which a correction follows what it corrects gives
// the same). Unknown event types and outcomes are ignored or become findings; a missing anchor
// gives "undetermined". The same arguments give the same result on every device. Cost: rules times
// events.
CourseState derive(const Pathway& pathway, std::span<const Event> events, Date today);

}  // namespace feltbog::casework
