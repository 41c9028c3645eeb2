// SPDX-License-Identifier: Apache-2.0
// The day as people read it afterwards.
#pragma once

#include <string>

#include "apps/demo/day.h"

namespace feltbog::demo {

// Prints the timeline, what is due, the conflict, what was moved, the hashes and the searches; and
// last each check that did not hold. Returns whether all held.
bool print_report(const DayResult& result, const Day& day);

}  // namespace feltbog::demo
