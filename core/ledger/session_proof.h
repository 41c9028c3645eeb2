// SPDX-License-Identifier: Apache-2.0
// The statements by which both ends of a session prove who they are: signatures over one transcript
// that names both, both nonces and the channel. When they are sent is the sync room's matter.
#pragma once

#include <optional>

#include "core/base/ids.h"
#include "core/crypto/sign.h"

namespace feltbog::ledger {

using SessionNonce = FixedBytes<32, struct SessionNonceTag>;
// The TLS exporter value of RFC 9266.
using ChannelBinding = FixedBytes<32, struct ChannelBindingTag>;
// A DeviceId, an InviteId, or zero for a founder, as `party` says.
using SessionSubject = FixedBytes<16, struct SessionSubjectTag>;

// device: an enrolled device. invite: a new device that holds an invite's secret. founding: the
// first device, which holds the founding secret.
enum class SessionParty : std::uint8_t { device = 1, invite = 2, founding = 3 };

struct SessionTranscript {
  OrganisationId organisation;  // zero when founding
  SessionParty party = SessionParty::device;
  SessionSubject subject;
  crypto::SigningPublic server_key;
  SessionNonce client_nonce;
  SessionNonce server_nonce;
  std::optional<ChannelBinding> binding;  // where the transport has an exporter

  static SessionSubject subject_of(const DeviceId& device) { return SessionSubject{device.bytes}; }
  static SessionSubject subject_of(const InviteId& invite) { return SessionSubject{invite.bytes}; }
  Bytes encode() const;
};

// Signed by the device's, the invite's or the founding key, as the transcript's party says; each
// party has a domain of its own.
crypto::Signature prove_client(const SessionTranscript& transcript,
                               const crypto::SigningSecret& secret);
// Error: authentication_failed.
Result<void> check_client(const SessionTranscript& transcript, const crypto::SigningPublic& key,
                          const crypto::Signature& proof);

crypto::Signature prove_server(const SessionTranscript& transcript,
                               const crypto::SigningSecret& server_secret);
// Against transcript.server_key, which the caller took from the log or the invite, never from the
// server. Error: wrong_server.
Result<void> check_server(const SessionTranscript& transcript, const crypto::Signature& proof);

}  // namespace feltbog::ledger
