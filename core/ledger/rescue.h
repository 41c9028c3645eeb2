// SPDX-License-Identifier: Apache-2.0
// What a device wrote and had not sent when it was barred, or its user taken out of the space. It
// is sealed as of before that, so that it can stand in the ledger at all; beyond the cut it waits
// for a person (run_standing).
#pragma once

#include <optional>

#include "core/ledger/run.h"

namespace feltbog::ledger {

// What a run cites.
struct RunHeads {
  LogHead organisation;
  LogHead space;
};

// The newest heads before its barring or its user's removal at which the device could write in the
// space: not older than what its last run cites, and no record of the space beyond
// `space_sequence_max`, the last one the server has accepted. None, when there are no such heads,
// or neither has happened.
std::optional<RunHeads> heads_before_leaving(const DeviceId& device, const WriterTip& tip,
                                             const OrganisationState& organisation,
                                             const SpaceState& space,
                                             std::uint64_t space_sequence_max);

// seal_run() at heads that need not be the newest; both stand in the logs. Errors: as there.
Result<SealedRun> seal_run_at(const RunHeads& heads, const RunDraft& draft,
                              const DeviceIdentity& author, const OrganisationState& organisation,
                              const SpaceState& space, const Keyring& keys, Random& random);

}  // namespace feltbog::ledger
