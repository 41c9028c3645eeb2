// SPDX-License-Identifier: Apache-2.0
// What a person hands to another, as a QR code or a text: everything a new device needs so that it
// believes nothing because a server says so. Never sent to the server itself.
#pragma once

#include <string>
#include <string_view>

#include "core/ledger/organisation.h"

namespace feltbog::ledger {

inline constexpr std::size_t kServerAddressBytesMax = 253 + 6;
inline constexpr std::size_t kInviteTextMax = 2048;

// SHA-256 of the TLS certificate's SubjectPublicKeyInfo.
using CertificatePin = FixedBytes<32, struct CertificatePinTag>;

// "host:port": letters, digits, dots, hyphens, or an IPv6 address in brackets; port 1 to 65535.
// Error: malformed.
Result<void> check_server_address(std::string_view address);

struct Invite {
  OrganisationId organisation;
  RecordHash first_record;
  LogHead head;  // at least this much of the log must be shown
  std::string server_address;
  CertificatePin pin;
  crypto::SigningPublic server_key;
  InviteId id;
  crypto::SigningSecret secret;  // its public key is in the log's invite_create

  // "feltbog-invite:" and groups of five in base 32, in upper case as QR codes like it.
  std::string to_text() const;
  // Case, spaces, line breaks and hyphens do not matter. Errors: invalid_argument (another kind of
  // text), malformed (a typing error: the checksum or the form is wrong), unsupported_version.
  static Result<Invite> parse(std::string_view text);
  // Whether the log a server showed is the one the invite pins. Errors: wrong_server (another
  // organisation, another first record, other history, or less than the invite has seen; another
  // server key), invite_unknown, invite_used.
  Result<void> check(const OrganisationState& shown) const;
};

// What `feltbogd init` prints, before any organisation exists.
struct FoundingInvite {
  std::string server_address;
  CertificatePin pin;
  crypto::SigningPublic server_key;
  crypto::SigningSecret secret;  // the server keeps only its public key

  // "feltbog-office:" and groups, as above.
  std::string to_text() const;
  static Result<FoundingInvite> parse(std::string_view text);
};

// By the founding secret: this organisation_create is the one the server shall take. Error of the
// check: bad_signature.
crypto::Signature sign_founding(const crypto::SigningSecret& founding_secret,
                                const Record& organisation_create);
Result<void> check_founding(const crypto::SigningPublic& founding_key,
                            const Record& organisation_create, const crypto::Signature& signature);

}  // namespace feltbog::ledger
