// SPDX-License-Identifier: Apache-2.0
// Runs of one space on the wire, without what the receiver derives from its own logs and from the
// run before in the same batch. What comes out is the very run that was sealed, or its signature
// fails.
#pragma once

#include <span>
#include <vector>

#include "core/ledger/run.h"

namespace feltbog::ledger {

inline constexpr std::size_t kRunsPerBatchMax = 1000;

// All of one space, in the order they are to be verified. Errors: invalid_argument (several
// spaces), limit_exceeded.
Result<Bytes> encode_run_batch(std::span<const SealedRun> runs);

// Fills in heads and key ids from the logs. Checks form, not signatures: verify_run() each, in
// order. Errors: missing_dependency (a head that is cited is not here yet), malformed, truncated,
// limit_exceeded, unsupported_version. The caller limits the size of `bytes`.
Result<std::vector<SealedRun>> decode_run_batch(BytesView bytes,
                                                const OrganisationState& organisation,
                                                const SpaceState& space);

}  // namespace feltbog::ledger
