// SPDX-License-Identifier: Apache-2.0
// A search of memory in a child process, so that what the tests themselves did is not found.
#pragma once

#include <functional>
#include <string>

#include "tests/crash/memory_scan.h"

namespace feltbog::crash {

// Runs `work` in a child, then looks for what it named. "looked\n", then one line for each secret
// found: its name, where, how often; and how the child ended, unless well.
std::string findings_of(const std::function<void(MemoryScan&)>& work);

}  // namespace feltbog::crash
