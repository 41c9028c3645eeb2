// SPDX-License-Identifier: Apache-2.0
#include "core/crypto/aead.h"

#include <sodium.h>

namespace feltbog::crypto {

void seal_detached(const Key& key, const Nonce& nonce, BytesView additional, BytesView plain,
                   std::span<std::uint8_t> out, Tag& tag) {
  FELTBOG_ASSERT(out.size() == plain.size());
  crypto_aead_xchacha20poly1305_ietf_encrypt_detached(
      out.data(), tag.bytes.data(), nullptr, plain.data(), plain.size(), additional.data(),
      additional.size(), nullptr, nonce.bytes.data(), key.view().data());
}

bool open_detached(const Key& key, const Nonce& nonce, BytesView additional, BytesView cipher,
                   const Tag& tag, std::span<std::uint8_t> out) {
  FELTBOG_ASSERT(out.size() == cipher.size());
  return crypto_aead_xchacha20poly1305_ietf_decrypt_detached(
             out.data(), nullptr, cipher.data(), cipher.size(), tag.bytes.data(), additional.data(),
             additional.size(), nonce.bytes.data(), key.view().data()) == 0;
}

Bytes seal(const Key& key, const Nonce& nonce, BytesView additional, BytesView plain) {
  Bytes out(plain.size() + Tag::kSize);
  Tag tag;
  seal_detached(key, nonce, additional, plain, std::span(out).first(plain.size()), tag);
  std::copy(tag.bytes.begin(), tag.bytes.end(), out.end() - Tag::kSize);
  return out;
}

Result<Bytes> open(const Key& key, const Nonce& nonce, BytesView additional, BytesView sealed) {
  if (sealed.size() < Tag::kSize) return Error{ErrorCode::truncated, "sealed bytes"};
  const std::size_t size = sealed.size() - Tag::kSize;
  FELTBOG_TRY(tag, Tag::from(sealed.subspan(size)));
  Bytes out(size);
  if (!open_detached(key, nonce, additional, sealed.first(size), tag, out)) {
    return Error{ErrorCode::decryption_failed, {}};
  }
  return out;
}

}  // namespace feltbog::crypto
