// SPDX-License-Identifier: Apache-2.0
// The laws of merging, to be tried on random histories: by the tests on some, by `./dev laws` on as
// many as one likes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/document/change.h"
#include "tests/core/document/generator.h"

namespace feltbog::document::laws {

struct Law {
  std::string_view name;
  // Changes in an order in which they could be made.
  bool (*holds)(const std::vector<Change>& changes);
};

const std::vector<Law>& all();
const Law& named(std::string_view name);

// The options with two to eight authors, by the seed.
generator::Options options_of(std::uint64_t seed, generator::Options options);

// Empty when the law holds. Otherwise the history is cut down, change by change, to one that still
// breaks it, and told.
std::string broken_by(const Law& law, const std::vector<Change>& changes);

}  // namespace feltbog::document::laws
