// SPDX-License-Identifier: Apache-2.0
// Randomness as an argument, so that a simulation can be replayed from its seed.
#pragma once

#include <cstdint>
#include <span>

namespace feltbog {

class Random {
 public:
  virtual ~Random() = default;
  // Fills `out` with bytes fit for keys and nonces. Cannot fail: an operating system without
  // randomness is a reason to stop.
  virtual void fill(std::span<std::uint8_t> out) = 0;

  // A random value of a fixed-size byte type.
  template <class Fixed>
  Fixed make() {
    Fixed out;
    fill(out.bytes);
    return out;
  }
};

}  // namespace feltbog
