// SPDX-License-Identifier: Apache-2.0
// Which marks there are on the words of a note, and how a stretch somebody chose becomes one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/document/history.h"

namespace feltbog::workspace {

// "list" ("bullet", "number") and "heading" are of whole lines. Others, like "strong" and
// "emphasis", are of words, and what is typed at their end belongs to them; but for "link".
bool is_of_lines(std::string_view name);
bool grows_at_end(std::string_view name);

// The mark on a stretch of code points of the text, which is not empty and does not reach beyond
// its end: on whole letters, or whole lines. Error: invalid_argument, for a name that cannot be
// one.
Result<document::Mark> mark_on(std::string_view text, std::uint64_t from, std::uint64_t to,
                               std::string_view name, Value value);

}  // namespace feltbog::workspace
