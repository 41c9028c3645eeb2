// SPDX-License-Identifier: Apache-2.0
// How a note begins.
#pragma once

#include <string>

#include "core/workspace/draft.h"

namespace feltbog::workspace {

// `happened` is local time, "2026-11-17T10:30".
document::DocumentId begin_note(Draft& draft, std::string_view title, std::string_view happened,
                                std::string text);

}  // namespace feltbog::workspace
