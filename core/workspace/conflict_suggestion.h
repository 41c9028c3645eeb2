// SPDX-License-Identifier: Apache-2.0
// What a person who settles a conflict will most likely want. It never decides anything.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/document/history.h"

namespace feltbog::workspace {

struct Suggestion {
  std::size_t pick = 0;  // of values and signings: the number of the candidate, from 1; else zero
  // "newest_event", "holds_the_others", "newest_value", or, where settling by keeping everybody's
  // words is what is suggested, "keeps_all_words".
  std::string_view why;
};

// The same on every device. The conflict has candidates.
Suggestion suggestion_for(const document::Conflict& conflict);

}  // namespace feltbog::workspace
