// SPDX-License-Identifier: Apache-2.0
// Runs of removed and barred authors. They are merged like others, so that what people wrote on top
// of them means what it meant, but without effect on what is shown, until a person decides:
// History::mask. Which they are follows from the logs; `run.standing` remembers the answer.
#pragma once

#include <vector>

#include "core/ledger/run.h"
#include "core/workspace/core.h"

namespace feltbog::workspace {

// To be called when a space's log grew, within the caller's transaction: judges the runs of its
// barred and removed authors anew, and brings the file and the search index after it. What that did
// is added to `effects`.
Result<void> judge_runs(Core& core, const SpaceId& space, std::vector<SpaceEffect>& effects);
// The same for all spaces: when the organisation's log grew.
Result<void> judge_all_runs(Core& core, std::vector<SpaceEffect>& effects);

struct HeldRun {
  ledger::RunHeader header;
  ledger::RunStanding standing = ledger::RunStanding::held_back;
};
// Also those somebody decided about, by space, writer and sequence.
Result<std::vector<HeldRun>> held_runs(Core& core);

}  // namespace feltbog::workspace
