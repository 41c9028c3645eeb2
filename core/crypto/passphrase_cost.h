// SPDX-License-Identifier: Apache-2.0
// How much Argon2id this device can afford: measured, within the floor and ceiling of
// core/crypto/passphrase.h.
#pragma once

#include <functional>

#include "core/base/clock.h"
#include "core/crypto/passphrase.h"

namespace feltbog::crypto {

struct PassphraseTarget {
  // What unlocking may take. People wait this long several times a day.
  std::int64_t milliseconds = 700;
  // What it may use: more would end other apps on a phone.
  std::uint32_t memory_kibibytes_max = 128 * 1024;
};

// Derives a key at some cost, for its duration only. Error: out_of_memory.
using PassphraseTrial = std::function<Result<void>(PassphraseCost)>;
Result<void> try_passphrase_cost(PassphraseCost cost);

// The highest cost that stays within the target: first memory, which is what a guesser's hardware
// lacks, then passes (RFC 9106, section 4). Takes about three times the target at most. A device
// too slow for the floor gets the floor; one without that much free memory gets less of it, never
// below the floor; a clock that stands still proves nothing and gives the usual cost.
PassphraseCost calibrate_passphrase_cost(Clock& clock, PassphraseTarget target = {},
                                         const PassphraseTrial& trial = try_passphrase_cost);

}  // namespace feltbog::crypto
