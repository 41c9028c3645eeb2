// SPDX-License-Identifier: Apache-2.0
// From a passphrase or PIN to a key, slowly: Argon2id (RFC 9106) with one lane.
#pragma once

#include <string_view>

#include "core/base/bytes.h"
#include "core/crypto/secret.h"

namespace feltbog::crypto {

using Salt = FixedBytes<16, struct SaltTag>;

struct PassphraseCost {
  std::uint32_t memory_kibibytes = 65536;
  std::uint32_t passes = 3;
  friend bool operator==(const PassphraseCost&, const PassphraseCost&) = default;
};

// Refused below, so that changed parameters cannot weaken a slot, and above, so that they cannot
// hang a phone.
constexpr PassphraseCost kPassphraseCostFloor{47104, 2};
constexpr PassphraseCost kPassphraseCostCeiling{1048576, 16};

// Takes 0.1 to 1 s and `memory_kibibytes` of memory. Errors: malformed (cost outside floor and
// ceiling), out_of_memory.
Result<Key> key_from_passphrase(std::string_view passphrase, const Salt& salt, PassphraseCost cost);

}  // namespace feltbog::crypto
