// SPDX-License-Identifier: Apache-2.0
#include "core/crypto/aegis.h"

#include <sodium.h>

namespace feltbog::crypto {

#ifdef crypto_aead_aegis256_KEYBYTES

static_assert(crypto_aead_aegis256_KEYBYTES == Key::kSize);
static_assert(crypto_aead_aegis256_NPUBBYTES == AegisNonce::kSize);
static_assert(crypto_aead_aegis256_ABYTES == AegisTag::kSize);

bool aegis256_is_built_in() { return true; }

void AegisKey::seal(const AegisNonce& nonce, BytesView additional, BytesView plain,
                    std::span<std::uint8_t> out, AegisTag& tag) const {
  FELTBOG_ASSERT(out.size() == plain.size());
  const int status = crypto_aead_aegis256_encrypt_detached(
      out.data(), tag.bytes.data(), nullptr, plain.data(), plain.size(), additional.data(),
      additional.size(), nullptr, nonce.bytes.data(), key_.view().data());
  FELTBOG_ASSERT(status == 0);
}

bool AegisKey::open(const AegisNonce& nonce, BytesView additional, BytesView cipher,
                    const AegisTag& tag, std::span<std::uint8_t> out) const {
  FELTBOG_ASSERT(out.size() == cipher.size());
  return crypto_aead_aegis256_decrypt_detached(
             out.data(), nullptr, cipher.data(), cipher.size(), tag.bytes.data(), additional.data(),
             additional.size(), nonce.bytes.data(), key_.view().data()) == 0;
}

#else

bool aegis256_is_built_in() { return false; }

// Nobody has such a key: a file that wants one was refused.
void AegisKey::seal(const AegisNonce&, BytesView, BytesView, std::span<std::uint8_t>,
                    AegisTag&) const {
  FELTBOG_ASSERT(aegis256_is_built_in());
}

bool AegisKey::open(const AegisNonce&, BytesView, BytesView, const AegisTag&,
                    std::span<std::uint8_t>) const {
  FELTBOG_ASSERT(aegis256_is_built_in());
  return false;
}

#endif

AegisKey::AegisKey(Key key) : key_(std::move(key)) { FELTBOG_ASSERT(aegis256_is_built_in()); }

}  // namespace feltbog::crypto
