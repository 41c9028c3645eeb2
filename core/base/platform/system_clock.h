// SPDX-License-Identifier: Apache-2.0
// The operating system's clocks behind core/base/clock.h.
#pragma once

#include "core/base/clock.h"

namespace feltbog {

class SystemClock final : public Clock {
 public:
  WallTime wall_time() override;
  Instant instant() override;
};

}  // namespace feltbog
