// SPDX-License-Identifier: Apache-2.0
// Reads a pathway from its JSON form (docs/pathways.md). Strict: an unknown key is an error too.
#pragma once

#include <string_view>

#include "core/base/value.h"
#include "core/casework/pathway.h"

namespace feltbog::casework {

// Errors: malformed, limit_exceeded, unsupported_version; the detail begins with the place in the
// file, "deadlines[2].anchor.event: there is no event 'referal'".
Result<Pathway> load_pathway(const Value& json);
// The same from the text of a file.
Result<Pathway> load_pathway_text(std::string_view json);

}  // namespace feltbog::casework
