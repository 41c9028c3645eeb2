// SPDX-License-Identifier: Apache-2.0
// XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03): authenticated encryption with nonces that may be
// drawn at random. It does not commit to the key: bind a KeyId wherever two keys could be tried.
#pragma once

#include "core/base/bytes.h"
#include "core/crypto/secret.h"

namespace feltbog::crypto {

using Nonce = FixedBytes<24, struct NonceTag>;
using Tag = FixedBytes<16, struct AeadTagTag>;

// Returns ciphertext followed by the 16-byte tag: plain.size() + 16 bytes.
Bytes seal(const Key& key, const Nonce& nonce, BytesView additional, BytesView plain);
// Errors: truncated (shorter than a tag), decryption_failed (wrong key, nonce, additional data or
// changed bytes; nothing of the plaintext is returned).
Result<Bytes> open(const Key& key, const Nonce& nonce, BytesView additional, BytesView sealed);

// For pages: `out` is as long as `plain` (and may be the same memory), the tag is kept apart.
void seal_detached(const Key& key, const Nonce& nonce, BytesView additional, BytesView plain,
                   std::span<std::uint8_t> out, Tag& tag);
// False when the bytes do not authenticate; `out` is then unspecified and must not be used.
[[nodiscard]] bool open_detached(const Key& key, const Nonce& nonce, BytesView additional,
                                 BytesView cipher, const Tag& tag, std::span<std::uint8_t> out);

}  // namespace feltbog::crypto
