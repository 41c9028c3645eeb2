// SPDX-License-Identifier: Apache-2.0
// Whether the parts of a loaded pathway fit together: unique ids, and every name stands for
// something.
#pragma once

#include "core/base/result.h"
#include "core/casework/pathway.h"

namespace feltbog::casework {

// Error: malformed, with the place: "deadlines[2].anchor.event: there is no event 'referal'".
Result<void> check_pathway(const Pathway& pathway);

}  // namespace feltbog::casework
