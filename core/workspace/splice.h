// SPDX-License-Identifier: Apache-2.0
// The smallest single replacement that turns one text into another, for callers that only have the
// whole new text. Two people who reword different parts then both keep their words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/grapheme.h"

namespace feltbog::workspace {

struct Splice {
  std::uint64_t position = 0;  // code points
  std::uint64_t erased = 0;    // code points
  std::string inserted;        // UTF-8
};

// Both texts are valid UTF-8. No letter, as people count them (core/base/grapheme.h), is cut: one
// of which a part changes is exchanged whole.
Splice find_splice(std::string_view before, std::string_view after);
// The same for two texts known to have these bytes in common, where they differ.
Splice splice_between(std::string_view before, std::string_view after, CommonEnds common);

}  // namespace feltbog::workspace
