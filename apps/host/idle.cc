// SPDX-License-Identifier: Apache-2.0
#include "apps/host/idle.h"

#include <algorithm>

namespace feltbog::host {
namespace {

// While unlocked it looks at least this often, so that a machine that slept is locked soon after.
constexpr std::int64_t kCheckMillisecondsMax = 30'000;
constexpr std::int64_t kCheckMillisecondsMin = 20;

}  // namespace

std::int64_t Idle::idle_milliseconds(Instant instant, WallTime wall) const {
  return std::max(instant.milliseconds - instant_.milliseconds,
                  wall.milliseconds - wall_.milliseconds);
}

std::int64_t Idle::next_check_milliseconds(Instant instant, WallTime wall, bool locked) const {
  const std::int64_t idle = idle_milliseconds(instant, wall);
  std::int64_t wait = policy_.leave_milliseconds - idle;
  if (!locked) wait = std::min({wait, policy_.lock_milliseconds - idle, kCheckMillisecondsMax});
  return std::max(wait, kCheckMillisecondsMin);
}

}  // namespace feltbog::host
