// SPDX-License-Identifier: Apache-2.0
// Starts an owner as a process of its own, away from the terminal.
#pragma once

#include "apps/host/data_directory.h"
#include "apps/host/owner_link.h"

namespace feltbog::host {

// Returns once it listens. Errors: busy (another owner holds the lock), timed_out, internal, and
// those of run_owner.
Result<void> spawn_owner(const DataDirectory& directory, const OwnerStart& start);

}  // namespace feltbog::host
