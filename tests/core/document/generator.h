// SPDX-License-Identifier: Apache-2.0
// Random histories of several authors who write apart and meet now and then; the same seed gives
// the same history.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/document/history.h"

namespace feltbog::document::generator {

// SplitMix64 (Steele, Lea & Flood, 2014).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  // From zero up to, not including, `sides`.
  std::size_t roll(std::size_t sides) { return static_cast<std::size_t>(next() % sides); }
  bool one_in(std::size_t sides) { return roll(sides) == 0; }

 private:
  std::uint64_t state_;
};

WriterId writer(std::uint8_t number);
Schema schema();

struct Options {
  std::size_t authors = 3;
  std::size_t steps = 60;
  bool text_only = false;  // one text, edits and marks only
  bool marks = true;
  bool hostile = true;      // positions and documents out of reach, ids nobody has seen
  bool latecomer = false;   // the last author meets nobody after the first third of the steps
  bool newer_edits = true;  // of texts, which this version does not know
};

// In an order in which they can be made; each is valid.
std::vector<Change> changes(std::uint64_t seed, const Options& options);

void shuffle(std::vector<Change>& changes, Dice& dice);

}  // namespace feltbog::document::generator
