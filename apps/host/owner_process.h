// SPDX-License-Identifier: Apache-2.0
// The body of `feltbog owner`: from a data directory to a running owner and back to an exit status.
#pragma once

#include <string>

#include "apps/host/idle.h"
#include "core/base/result.h"
#include "core/crypto/passphrase_cost.h"

namespace feltbog::host {

struct OwnerOptions {
  std::string directory;
  IdlePolicy idle;
  // What unlocking may take with a passphrase chosen from now on; there is a floor to it.
  std::int64_t unlock_milliseconds = crypto::PassphraseTarget().milliseconds;
  // A descriptor to report readiness on (ready_pipe.h), or -1.
  int ready_descriptor = -1;
};

// Returns when the owner has left. Errors: busy (another owner runs there), not_permitted,
// io_error, disk_full, internal; all of them before anything was served.
Result<void> run_owner(const OwnerOptions& options);

}  // namespace feltbog::host
