// SPDX-License-Identifier: Apache-2.0
#include "core/crypto/sign.h"

#include <sodium.h>

namespace feltbog::crypto {
namespace {

// libsodium's secret key is the seed followed by the public key.
using ExpandedSecret = Secret<crypto_sign_SECRETKEYBYTES, struct ExpandedSecretTag>;

SigningPublic expand(const SigningSecret& secret, ExpandedSecret& expanded) {
  SigningPublic key;
  crypto_sign_seed_keypair(key.bytes.data(), expanded.bytes().data(), secret.view().data());
  return key;
}

// What is really signed: the domain's 16 bytes, then the message.
Bytes with_domain(Domain domain, BytesView message) {
  Bytes out(domain.bytes().begin(), domain.bytes().end());
  append(out, message);
  return out;
}

}  // namespace

SigningPublic signing_public(const SigningSecret& secret) {
  ExpandedSecret expanded;
  return expand(secret, expanded);
}

Signature sign(const SigningSecret& secret, Domain domain, BytesView message) {
  ExpandedSecret expanded;
  expand(secret, expanded);
  const Bytes signed_bytes = with_domain(domain, message);
  Signature out;
  crypto_sign_detached(out.bytes.data(), nullptr, signed_bytes.data(), signed_bytes.size(),
                       expanded.view().data());
  return out;
}

bool verify(const SigningPublic& key, Domain domain, BytesView message,
            const Signature& signature) {
  const Bytes signed_bytes = with_domain(domain, message);
  return crypto_sign_verify_detached(signature.bytes.data(), signed_bytes.data(),
                                     signed_bytes.size(), key.bytes.data()) == 0;
}

}  // namespace feltbog::crypto
