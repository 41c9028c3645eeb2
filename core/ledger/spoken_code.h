// SPDX-License-Identifier: Apache-2.0
// Short codes that people read to each other: Crockford's base 32 in groups of four.
#pragma once

#include <string>
#include <string_view>

#include "core/base/ids.h"
#include "core/base/result.h"

namespace feltbog::ledger {

// "abcdefgh" as "abcd-efgh".
std::string in_fours(std::string_view symbols);
// The symbols without spaces and hyphens, in lower case, with o read as 0, and i and l as 1. Error:
// invalid_argument (another number of symbols, or one that is none).
Result<std::string> read_spoken(std::string_view text, std::size_t symbols);

// What two people compare aloud to be sure that they mean the same device, and so the same keys: 60
// bits of a hash of its id, as twelve symbols.
std::string spoken_device_code(const DeviceId& device);

}  // namespace feltbog::ledger
