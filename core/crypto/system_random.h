// SPDX-License-Identifier: Apache-2.0
// The operating system's randomness behind core/base/random.h.
#pragma once

#include "core/base/random.h"

namespace feltbog::crypto {

class SystemRandom final : public Random {
 public:
  SystemRandom();
  void fill(std::span<std::uint8_t> out) override;
};

}  // namespace feltbog::crypto
