// SPDX-License-Identifier: Apache-2.0
// When an owner that nobody asks anything locks its database, and when it leaves. It holds no
// timer.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/clock.h"

namespace feltbog::host {

struct IdlePolicy {
  std::int64_t lock_milliseconds = 5 * 60'000;
  std::int64_t leave_milliseconds = 15 * 60'000;
};

// Time without activity is the longer of what both clocks say: the monotonic clock stands still
// while a laptop sleeps, and the wall clock may be set back.
class Idle {
 public:
  Idle(IdlePolicy policy, Instant instant, WallTime wall)
      : policy_(policy), instant_(instant), wall_(wall) {}

  void active(Instant instant, WallTime wall) {
    instant_ = instant;
    wall_ = wall;
  }
  bool should_lock(Instant instant, WallTime wall) const {
    return idle_milliseconds(instant, wall) >= policy_.lock_milliseconds;
  }
  bool should_leave(Instant instant, WallTime wall) const {
    return idle_milliseconds(instant, wall) >= policy_.leave_milliseconds;
  }
  // How long to wait before asking again.
  std::int64_t next_check_milliseconds(Instant instant, WallTime wall, bool locked) const;

 private:
  std::int64_t idle_milliseconds(Instant instant, WallTime wall) const;
  IdlePolicy policy_;
  Instant instant_;
  WallTime wall_;
};

}  // namespace feltbog::host
