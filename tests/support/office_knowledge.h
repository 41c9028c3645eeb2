// SPDX-License-Identifier: Apache-2.0
// The model of who could derive which key, told of a real office.
#pragma once

#include "tests/sim/knowledge.h"
#include "tests/support/test_device.h"

namespace feltbog::testing {

// What the desk's database holds, seen by these devices: the desk is a member of every space.
sim::Knowledge knowledge_of(TestDevice& desk,
                            const std::vector<const ledger::DeviceIdentity*>& devices);

}  // namespace feltbog::testing
