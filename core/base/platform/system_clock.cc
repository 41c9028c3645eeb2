// SPDX-License-Identifier: Apache-2.0
#include "core/base/platform/system_clock.h"

#include <chrono>

namespace feltbog {
namespace {

template <class Time>
std::int64_t milliseconds_of(Time time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

}  // namespace

WallTime SystemClock::wall_time() { return {milliseconds_of(std::chrono::system_clock::now())}; }
Instant SystemClock::instant() { return {milliseconds_of(std::chrono::steady_clock::now())}; }

}  // namespace feltbog
