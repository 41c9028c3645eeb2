// SPDX-License-Identifier: Apache-2.0
// Marks that are of whole lines (lists, headings), line by line.
#pragma once

#include <string_view>
#include <vector>

#include "core/document/change.h"
#include "core/document/field_value.h"

namespace feltbog::document {

// For each line of the text, in order, the value of the mark of that name on its first character,
// which in an empty line is its line break; null where there is none. `marks` as History::marks().
std::vector<Value> line_marks(std::string_view text, const std::vector<MarkRun>& marks,
                              std::string_view name);

// The mark on all of the lines it touches: with their line breaks, so that a line that is split
// goes on with it; the last line with whatever will be written in it.
Mark on_lines(std::string_view text, Mark mark);

}  // namespace feltbog::document
