// SPDX-License-Identifier: Apache-2.0
// Calls of the disk and allocations that fail, each one in turn, once and from there on.
#pragma once

#include "tests/crash/allocation_fault.h"
#include "tests/crash/recording.h"

namespace feltbog::crash {

// With each fault the workload reports an error or does not notice; afterwards the disk opens and
// shows what was promised, both when the process merely ended and when the power went with it.
Tally check_disk_faults(Workload& workload, const Recording& recording, testing::FaultKind kind,
                        const Sampling& sampling);

// The same for allocations that fail. `about_to` is told the number of each play before it begins,
// for a caller that survives when the program does not.
Tally check_allocation_faults(Workload& workload, const Recording& recording, Allocator allocator,
                              const Sampling& sampling,
                              const std::function<void(std::uint64_t)>& about_to = {});

}  // namespace feltbog::crash
