// SPDX-License-Identifier: Apache-2.0
#include "core/base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace feltbog {

void assertion_failed(const char* expression, const char* file, int line) noexcept {
  std::fprintf(stderr, "feltbog: internal error: %s (%s:%d)\n", expression, file, line);
  std::abort();
}

}  // namespace feltbog
