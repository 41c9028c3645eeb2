// SPDX-License-Identifier: Apache-2.0
#include "core/crypto/box.h"

#include <sodium.h>

namespace feltbog::crypto {
namespace {

// The message key binds the domain, the shared point, both public keys and the context. A key is
// used for one message, so the nonce may be constant.
Result<Key> message_key(const AgreementSecret& mine, const AgreementPublic& theirs,
                        const AgreementPublic& fresh, const AgreementPublic& recipient,
                        Domain domain, BytesView context) {
  Bytes bound = to_bytes(fresh.view());
  append(bound, recipient.view());
  append(bound, context);
  return agree(mine, theirs, domain, bound);
}

}  // namespace

AgreementPublic agreement_public(const AgreementSecret& secret) {
  AgreementPublic out;
  crypto_scalarmult_base(out.bytes.data(), secret.view().data());
  return out;
}

Result<Key> agree(const AgreementSecret& mine, const AgreementPublic& theirs, Domain domain,
                  BytesView context) {
  Key shared;
  if (crypto_scalarmult(shared.bytes().data(), mine.view().data(), theirs.bytes.data()) != 0) {
    return Error{ErrorCode::malformed, "public key of small order"};
  }
  return derive_key(domain, shared, context);
}

Result<Bytes> seal_to(const AgreementPublic& recipient, Domain domain, BytesView context,
                      BytesView plain, Random& random) {
  const auto fresh_secret = AgreementSecret::random(random);
  const AgreementPublic fresh = agreement_public(fresh_secret);
  FELTBOG_TRY(key, message_key(fresh_secret, recipient, fresh, recipient, domain, context));
  Bytes out = to_bytes(fresh.view());
  append(out, seal(key, Nonce{}, context, plain));
  return out;
}

Result<Bytes> open_from(const AgreementSecret& recipient, Domain domain, BytesView context,
                        BytesView sealed) {
  if (sealed.size() < AgreementPublic::kSize + Tag::kSize)
    return Error{ErrorCode::truncated, "box"};
  FELTBOG_TRY(fresh, AgreementPublic::from(sealed.first(AgreementPublic::kSize)));
  const AgreementPublic own = agreement_public(recipient);
  auto key = message_key(recipient, fresh, fresh, own, domain, context);
  if (!key) return Error{ErrorCode::decryption_failed, {}};
  return open(key.value(), Nonce{}, context, sealed.subspan(AgreementPublic::kSize));
}

}  // namespace feltbog::crypto
