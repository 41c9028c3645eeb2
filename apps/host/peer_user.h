// SPDX-License-Identifier: Apache-2.0
// Who is at the other end of a local socket, as the kernel says.
#pragma once

#include <sys/types.h>

#include "core/base/result.h"

namespace feltbog::host {

// Error: io_error.
Result<uid_t> peer_user(int descriptor);

}  // namespace feltbog::host
