// SPDX-License-Identifier: Apache-2.0
// Ed25519 signatures (RFC 8032), each over a domain and a message, so that a signature made for one
// kind of record is worthless for another.
#pragma once

#include "core/crypto/hash.h"
#include "core/crypto/secret.h"

namespace feltbog::crypto {

using SigningPublic = FixedBytes<32, struct SigningPublicTag>;
using Signature = FixedBytes<64, struct SignatureTag>;

SigningPublic signing_public(const SigningSecret& secret);
// Deterministic: the same key, domain and message give the same signature.
Signature sign(const SigningSecret& secret, Domain domain, BytesView message);
[[nodiscard]] bool verify(const SigningPublic& key, Domain domain, BytesView message,
                          const Signature& signature);

}  // namespace feltbog::crypto
