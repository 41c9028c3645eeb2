// SPDX-License-Identifier: Apache-2.0
// Sealing to a public key: X25519 (RFC 7748) with a fresh key per message, BLAKE2b as key
// derivation, XChaCha20-Poly1305. It hides the content and binds a context; it says nothing of the
// sender, so what carries it must be signed.
#pragma once

#include "core/crypto/aead.h"
#include "core/crypto/hash.h"

namespace feltbog::crypto {

using AgreementPublic = FixedBytes<32, struct AgreementPublicTag>;

AgreementPublic agreement_public(const AgreementSecret& secret);

// A key that only the two holders of these key pairs can work out, each from its own secret: X25519
// (RFC 7748) and BLAKE2b over the shared point, bound to domain and context. Neither side is named
// by it: the context says who is who. Error: malformed, for a public key of small order.
Result<Key> agree(const AgreementSecret& mine, const AgreementPublic& theirs, Domain domain,
                  BytesView context);

// Returns the fresh public key (32 bytes), ciphertext and tag: plain.size() + 48 bytes. Error:
// malformed, for a public key of small order.
Result<Bytes> seal_to(const AgreementPublic& recipient, Domain domain, BytesView context,
                      BytesView plain, Random& random);
// Errors: truncated, decryption_failed (another recipient, domain or context, or changed bytes).
Result<Bytes> open_from(const AgreementSecret& recipient, Domain domain, BytesView context,
                        BytesView sealed);

}  // namespace feltbog::crypto
