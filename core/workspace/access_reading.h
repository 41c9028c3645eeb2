// SPDX-License-Identifier: Apache-2.0
// The reading side of the access log, for those it is sealed to: every device's runs, opened.
#pragma once

#include <optional>
#include <vector>

#include "core/workspace/access_entry.h"
#include "core/workspace/core.h"

namespace feltbog::workspace {

struct LoggedAccess {
  DeviceId device;
  UserId user;
  std::uint64_t number = 0;  // among all entries of the device: what is missing shows as a gap
  // None when it was sealed to others than this device, or is no entry.
  std::optional<AccessEntry> entry;
};

// All that has reached this device, by device and number. Nothing of it is left in memory but what
// is returned. Errors: those of the database.
Result<std::vector<LoggedAccess>> read_access_logs(Core& core);

// The one case among those entries whose id begins so; at least four symbols. Errors: not_found,
// ambiguous, invalid_argument (too short).
Result<SpaceId> find_logged_case(const std::vector<LoggedAccess>& entries,
                                 std::string_view reference);

}  // namespace feltbog::workspace
