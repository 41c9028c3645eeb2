// SPDX-License-Identifier: Apache-2.0
// The smallest single replacement that turns one text into another, for callers that only have the
// whole new text. Two people who reword different parts then both keep their words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace feltbog::workspace {

struct Splice {
  std::uint64_t position = 0;  // code points
  std::uint64_t erased = 0;    // code points
  std::string inserted;        // UTF-8
};

// Both texts are valid UTF-8.
Splice find_splice(std::string_view before, std::string_view after);

}  // namespace feltbog::workspace
