// SPDX-License-Identifier: Apache-2.0
// The laws of merging, to be tried on random histories: by the tests on some, by `./dev laws` on as
// many as one likes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/document/history.h"
#include "tests/core/document/generator.h"

namespace feltbog::document::laws {

// A history to hold against the laws, with what most of them compare with.
struct Story {
  explicit Story(std::vector<Change> made);

  std::vector<Change> changes;  // in an order in which they could be made
  History straight;             // taken in one by one in that order
  Bytes state;                  // of it
  std::vector<Conflict> conflicts;
};

struct Law {
  std::string_view name;
  bool (*holds)(const Story& story);
};

const std::vector<Law>& all();
const Law& named(std::string_view name);

// The options with two to eight authors, by the seed.
generator::Options options_of(std::uint64_t seed, generator::Options options);

// Empty when the law holds. Otherwise the history is cut down, change by change, to one that still
// breaks it, and told.
std::string broken_by(const Law& law, const Story& story);

}  // namespace feltbog::document::laws
