// SPDX-License-Identifier: Apache-2.0
#include "core/base/platform/process_guard.h"

#include <doctest/doctest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace feltbog;

namespace {

// What a guarded process says of itself: 0 when all is as it should be.
int guarded() {
  if (!forbid_memory_dumps()) return 1;
  rlimit core{1, 1};
  if (::getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_cur != 0 || core.rlim_max != 0) return 2;
  if (::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) return 3;
  return forbid_memory_dumps() ? 0 : 4;
}

}  // namespace

TEST_CASE("a guarded process writes no core dump, and its memory is nobody else's") {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(guarded());
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
