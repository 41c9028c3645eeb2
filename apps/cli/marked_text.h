// SPDX-License-Identifier: Apache-2.0
// The words of a note with its marks, for a terminal.
#pragma once

#include <string>
#include <string_view>

#include "apps/cli/terminal.h"
#include "core/base/value.h"

namespace feltbog::cli {

// Lines of a list begin with a bullet or their number. With colours, strong words and headings are
// bold, emphasis is in italics. `marks` as `note show` gives them. Free of control characters but
// line feeds and those.
std::string marked_text(std::string_view text, const Value::List& marks, const Terminal& terminal);

}  // namespace feltbog::cli
