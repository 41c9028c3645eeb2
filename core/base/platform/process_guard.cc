// SPDX-License-Identifier: Apache-2.0
#include "core/base/platform/process_guard.h"

#include <sys/resource.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include <cerrno>

namespace feltbog {

Result<void> forbid_memory_dumps() {
  const struct rlimit none {};
  if (::setrlimit(RLIMIT_CORE, &none) != 0) {
    return Error{ErrorCode::internal, "setrlimit errno " + std::to_string(errno)};
  }
#ifdef __linux__
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
    return Error{ErrorCode::internal, "prctl errno " + std::to_string(errno)};
  }
#endif
  return {};
}

}  // namespace feltbog
