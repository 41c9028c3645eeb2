// SPDX-License-Identifier: Apache-2.0
// For targets that stand on the tests' office: what it requires is a crash when it does not hold.
#include "tests/support/outside_tests.h"

extern "C" int LLVMFuzzerInitialize(int* /*count*/, char*** /*arguments*/) {
  feltbog::testing::abort_on_failed_assertions();
  return 0;
}
