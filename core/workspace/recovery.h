// SPDX-License-Identifier: Apache-2.0
// The organisation's recovery key on a device: brought back by two custodians' codes for the length
// of one call, and never stored.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/ledger/recovery_key.h"
#include "core/workspace/core.h"

namespace feltbog::workspace {

// The first symbols of the id, as they stand beside the codes.
std::string short_id(const ledger::RecoveryKeyId& key);

// The recovery key in force. Errors: wrong_state (none is set), invalid_argument (a code mistyped,
// or the same custodian's twice), decryption_failed (a code of another key).
Result<ledger::RecoveryKey> bring_back_recovery_key(const Core& core, std::string_view code,
                                                    std::string_view other_code);

// All keys of a space whose log is here. Error: missing_key (they were not all given to `key`).
Result<ledger::Keyring> keys_by_recovery(Core& core, const SpaceId& space,
                                         const ledger::RecoveryKey& key);

// The spaces here that the recovery key opens for this device's user, who has put it to use.
std::vector<SpaceId> recoverable_spaces(const Core& core);

// When it was last shown on this device that the recovery key in force opens what it should; none
// when it was not.
Result<std::optional<WallTime>> last_drill(Core& core);
Bytes encode_drill(const ledger::RecoveryKeyId& key, WallTime at);

}  // namespace feltbog::workspace
