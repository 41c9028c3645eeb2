// SPDX-License-Identifier: Apache-2.0
// Choosing the provider, and going back to libsodium where it fails.
#include "core/crypto/aead_key.h"

namespace feltbog::crypto {

AeadProvider fastest_aead_provider() {
  return is_built_in(AeadProvider::openssl) ? AeadProvider::openssl : AeadProvider::sodium;
}

AeadKey::AeadKey(Key key, AeadProvider provider) : key_(std::make_unique<Key>(std::move(key))) {
  if (provider == AeadProvider::openssl) context_ = detail::make_openssl_context(*key_);
}

void AeadKey::seal(const Nonce& nonce, BytesView additional, BytesView plain,
                   std::span<std::uint8_t> out, Tag& tag) const {
  if (context_ != nullptr && context_->seal(nonce, additional, plain, out, tag)) return;
  seal_detached(*key_, nonce, additional, plain, out, tag);
}

bool AeadKey::open(const Nonce& nonce, BytesView additional, BytesView cipher, const Tag& tag,
                   std::span<std::uint8_t> out) const {
  bool authentic = false;
  if (context_ != nullptr && context_->open(nonce, additional, cipher, tag, out, authentic)) {
    return authentic;
  }
  return open_detached(*key_, nonce, additional, cipher, tag, out);
}

}  // namespace feltbog::crypto
