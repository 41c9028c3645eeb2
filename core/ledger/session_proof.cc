// SPDX-License-Identifier: Apache-2.0
#include "core/ledger/session_proof.h"

#include "core/base/cbor.h"
#include "core/ledger/domains.h"

namespace feltbog::ledger {
namespace {

constexpr std::uint64_t kTranscriptVersion = 1;

crypto::Domain client_domain(SessionParty party) {
  switch (party) {
    case SessionParty::device: return domains::kDeviceProof;
    case SessionParty::invite: return domains::kInviteProof;
    case SessionParty::founding: break;
  }
  return domains::kFoundingProof;
}

}  // namespace

Bytes SessionTranscript::encode() const {
  CborWriter writer;
  writer.array(8).uint(kTranscriptVersion).fixed(organisation);
  writer.uint(static_cast<std::uint64_t>(party)).fixed(subject).fixed(server_key);
  writer.fixed(client_nonce).fixed(server_nonce);
  if (binding) {
    writer.fixed(*binding);
  } else {
    writer.null();
  }
  return writer.take();
}

crypto::Signature prove_client(const SessionTranscript& transcript,
                               const crypto::SigningSecret& secret) {
  return crypto::sign(secret, client_domain(transcript.party), transcript.encode());
}

Result<void> check_client(const SessionTranscript& transcript, const crypto::SigningPublic& key,
                          const crypto::Signature& proof) {
  if (!crypto::verify(key, client_domain(transcript.party), transcript.encode(), proof)) {
    return Error{ErrorCode::authentication_failed, {}};
  }
  return {};
}

crypto::Signature prove_server(const SessionTranscript& transcript,
                               const crypto::SigningSecret& server_secret) {
  return crypto::sign(server_secret, domains::kServerProof, transcript.encode());
}

Result<void> check_server(const SessionTranscript& transcript, const crypto::Signature& proof) {
  if (!crypto::verify(transcript.server_key, domains::kServerProof, transcript.encode(), proof)) {
    return Error{ErrorCode::wrong_server, "proof"};
  }
  return {};
}

}  // namespace feltbog::ledger
