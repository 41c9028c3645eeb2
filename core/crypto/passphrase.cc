// SPDX-License-Identifier: Apache-2.0
#include "core/crypto/passphrase.h"

#include <sodium.h>

namespace feltbog::crypto {

Result<Key> key_from_passphrase(std::string_view passphrase, const Salt& salt,
                                PassphraseCost cost) {
  const auto outside = [](std::uint32_t value, std::uint32_t low, std::uint32_t high) {
    return value < low || value > high;
  };
  if (outside(cost.memory_kibibytes, kPassphraseCostFloor.memory_kibibytes,
              kPassphraseCostCeiling.memory_kibibytes) ||
      outside(cost.passes, kPassphraseCostFloor.passes, kPassphraseCostCeiling.passes)) {
    return Error{ErrorCode::malformed, "Argon2id cost out of range"};
  }
  Key out;
  const int status = crypto_pwhash(
      out.bytes().data(), Key::kSize, passphrase.data(), passphrase.size(), salt.bytes.data(),
      cost.passes, std::size_t{cost.memory_kibibytes} * 1024, crypto_pwhash_ALG_ARGON2ID13);
  if (status != 0) return Error{ErrorCode::out_of_memory, "Argon2id"};
  return out;
}

}  // namespace feltbog::crypto
