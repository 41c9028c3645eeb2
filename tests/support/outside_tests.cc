// SPDX-License-Identifier: Apache-2.0
#include "tests/support/outside_tests.h"

#include <cstdio>
#include <cstdlib>

#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

namespace feltbog::testing {

void abort_on_failed_assertions() {
  static doctest::Context context;
  context.setAsDefaultForAssertsOutOfTestCases();
  context.setAssertHandler([](const doctest::AssertData& failed) {
    std::fprintf(stderr, "%s:%d: %s does not hold\n", failed.m_file, failed.m_line, failed.m_expr);
    std::abort();
  });
}

}  // namespace feltbog::testing
