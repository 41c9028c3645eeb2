// SPDX-License-Identifier: Apache-2.0
// What a device does when it meets runs under its own name that it never sealed: its database was
// put back to an earlier moment, or copied, and another copy went on writing. Nothing of either is
// lost, and the chain is not continued: docs/ledger.md, "Restored and copied devices".
#pragma once

#include "core/ledger/run.h"
#include "core/workspace/core.h"

namespace feltbog::workspace {

// All within the caller's transaction.

// Whether a run that is not known here is signed by this device's key, and stands in its present
// chain, in one it has yet to begin, or at a place where an unconfirmed run of its own stands.
Result<bool> is_of_another_copy(Core& core, const ledger::SealedRun& run);

// Makes room for such a run in its chain. What this device had sealed there and nobody confirmed is
// unsealed; changes both copies have from before they parted are left to the run; and if anything
// else is called as something in the run is, a new chain begins at once. If not, it begins before
// the next sealing. Errors: those of begin_new_chain().
Result<void> give_way(Core& core, const ledger::SealedRun& run);

// Whether give_way() has left a new chain to be begun.
Result<bool> owes_new_chain(Core& core);

// From now on this device writes under its next incarnation, and all that is not sealed is made
// anew under it. Errors: limit_exceeded (no incarnation is left: it must enrol anew), and those of
// the database.
Result<void> begin_new_chain(Core& core);

}  // namespace feltbog::workspace
