// SPDX-License-Identifier: Apache-2.0
// When an owner locks and leaves.
#include "apps/host/idle.h"

#include <doctest/doctest.h>

namespace feltbog::host {
namespace {

constexpr IdlePolicy kPolicy{300'000, 900'000};

TEST_CASE("an owner locks after five minutes without activity and leaves after fifteen") {
  Idle idle(kPolicy, {0}, {1'000'000});
  CHECK_FALSE(idle.should_lock({299'999}, {1'299'999}));
  CHECK(idle.should_lock({300'000}, {1'300'000}));
  CHECK_FALSE(idle.should_leave({899'999}, {1'899'999}));
  CHECK(idle.should_leave({900'000}, {1'900'000}));
  idle.active({300'000}, {1'300'000});
  CHECK_FALSE(idle.should_lock({599'999}, {1'599'999}));
}

TEST_CASE("a laptop that slept is locked when it wakes, though its monotonic clock stood still") {
  const Idle idle(kPolicy, {0}, {1'000'000});
  CHECK(idle.should_lock({10}, {1'000'000 + 8 * 3'600'000}));
}

TEST_CASE("a wall clock that was set back does not keep a database open") {
  const Idle idle(kPolicy, {0}, {1'000'000});
  CHECK(idle.should_lock({300'000}, {0}));
}

TEST_CASE("the next look comes in time for locking, and rarely once locked") {
  const Idle idle(kPolicy, {0}, {0});
  CHECK(idle.next_check_milliseconds({290'000}, {290'000}, false) == 10'000);
  CHECK(idle.next_check_milliseconds({0}, {0}, false) == 30'000);
  CHECK(idle.next_check_milliseconds({300'000}, {300'000}, true) == 600'000);
  CHECK(idle.next_check_milliseconds({2'000'000}, {2'000'000}, true) > 0);
}

}  // namespace
}  // namespace feltbog::host
