// SPDX-License-Identifier: Apache-2.0
// What a process does before it touches keys: no core dumps, no debugger of the same user.
#pragma once

#include "core/base/result.h"

namespace feltbog {

// For the whole process and what it starts; cannot be taken back by another process of the same
// user. Error: internal, when the system refuses. Nothing secret may be read then.
Result<void> forbid_memory_dumps();

}  // namespace feltbog
