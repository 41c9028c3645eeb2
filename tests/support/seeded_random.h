// SPDX-License-Identifier: Apache-2.0
// Randomness that is the same every time: SplitMix64 (Steele, Lea, Flood 2014). Good enough to tell
// seeds apart, never used outside tests.
#pragma once

#include <algorithm>

#include "core/base/random.h"

namespace feltbog::testing {

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed * 2 + 1) {}
  void fill(std::span<std::uint8_t> out) override {
    for (std::size_t i = 0; i < out.size(); i += 8) {
      state_ += 0x9e3779b97f4a7c15U;
      std::uint64_t word = state_;
      word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9U;
      word = (word ^ (word >> 27)) * 0x94d049bb133111ebU;
      word ^= word >> 31;
      for (std::size_t k = i; k < std::min(i + 8, out.size()); ++k, word >>= 8) {
        out[k] = static_cast<std::uint8_t>(word);
      }
    }
  }

 private:
  std::uint64_t state_;
};

}  // namespace feltbog::testing
