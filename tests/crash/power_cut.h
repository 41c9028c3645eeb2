// SPDX-License-Identifier: Apache-2.0
// Power cuts after every change of a recording, under every policy, and a second one while the
// first is being recovered from.
#pragma once

#include "tests/crash/recording.h"

namespace feltbog::crash {

// Every image opens, is whole, and shows what was promised or the one thing that was under way.
Tally check_power_cuts(Workload& workload, const Recording& recording, const Sampling& sampling);

// Recovers from a first cut, cuts again after every change the recovery made, recovers again. What
// the first recovery showed is still there once it has returned.
Tally check_double_cuts(Workload& workload, const Recording& recording, const Sampling& sampling);

}  // namespace feltbog::crash
