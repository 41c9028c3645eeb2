// SPDX-License-Identifier: Apache-2.0
// Time as an argument. Nothing in core or sync reads a clock except through this interface.
#pragma once

#include <compare>
#include <cstdint>

namespace feltbog {

// Milliseconds since 1970-01-01T00:00:00Z, as a device's wall clock claims. May jump either way:
// shown to people, never used to order or to authorise.
struct WallTime {
  std::int64_t milliseconds = 0;
  friend auto operator<=>(const WallTime&, const WallTime&) = default;
};

// Milliseconds since an arbitrary start, never going back. For timeouts.
struct Instant {
  std::int64_t milliseconds = 0;
  friend auto operator<=>(const Instant&, const Instant&) = default;
  Instant after(std::int64_t delay_milliseconds) const {
    return {milliseconds + delay_milliseconds};
  }
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime wall_time() = 0;
  virtual Instant instant() = 0;
};

}  // namespace feltbog
