// SPDX-License-Identifier: Apache-2.0
#include "sync/handshake.h"

#include "core/crypto/hash.h"

namespace feltbog::sync {
namespace {

constexpr crypto::Domain kHelloDomain("session.hello.v1");
constexpr crypto::Domain kChallengeDomain("session.chall.v1");

}  // namespace

ledger::SessionTranscript transcript_of(BytesView hello_body, const Hello& hello,
                                        const Challenge& challenge,
                                        const std::optional<ledger::ChannelBinding>& binding) {
  Challenge unproven = challenge;
  unproven.proof = {};
  ledger::SessionTranscript out;
  out.organisation = hello.organisation;
  out.party = hello.claim.party;
  out.subject = hello.claim.subject;
  out.client_nonce = crypto::hash<ledger::SessionNonce>(kHelloDomain, hello_body);
  out.server_nonce = crypto::hash<ledger::SessionNonce>(kChallengeDomain, encode_message(unproven));
  if (hello.binds && challenge.binds) out.binding = binding;
  return out;
}

}  // namespace feltbog::sync
