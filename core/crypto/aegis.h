// SPDX-License-Identifier: Apache-2.0
// AEGIS-256 (draft-irtf-cfrg-aegis-aead) with 32-byte tags, where libsodium has it: from 1.0.19 on,
// fast where the processor computes AES.
#pragma once

#include "core/base/bytes.h"
#include "core/crypto/secret.h"

namespace feltbog::crypto {

using AegisNonce = FixedBytes<32, struct AegisNonceTag>;
using AegisTag = FixedBytes<32, struct AegisTagTag>;

bool aegis256_is_built_in();

// A key kept ready for many messages. Only where aegis256_is_built_in().
class AegisKey {
 public:
  explicit AegisKey(Key key);

  // `plain` and `out` have the same size and may be the same memory.
  void seal(const AegisNonce& nonce, BytesView additional, BytesView plain,
            std::span<std::uint8_t> out, AegisTag& tag) const;
  // False, with nothing useful in `out`, when it does not authenticate.
  [[nodiscard]] bool open(const AegisNonce& nonce, BytesView additional, BytesView cipher,
                          const AegisTag& tag, std::span<std::uint8_t> out) const;

  // The same key, for another thread.
  AegisKey clone() const { return AegisKey(key_.copy()); }

 private:
  Key key_;
};

}  // namespace feltbog::crypto
