// SPDX-License-Identifier: Apache-2.0
// One entry of a membership log, signed and chained by hash: what travels and is stored as it is.
// What its payload means and whether its author was entitled to it: organisation.h and space.h.
#pragma once

#include "core/base/ids.h"
#include "core/ledger/identity.h"

namespace feltbog::ledger {

inline constexpr std::uint64_t kRecordVersion = 1;
inline constexpr std::size_t kRecordBytesMax = 64u << 10;
inline constexpr std::uint64_t kLogSequenceMax = std::uint64_t{1} << 40;

enum class LogKind : std::uint8_t { organisation = 1, space = 2 };
// The organisation's or the space's id.
using LogId = FixedBytes<16, struct LogIdTag>;

inline LogId log_id(const OrganisationId& id) { return LogId{id.bytes}; }
inline LogId log_id(const SpaceId& id) { return LogId{id.bytes}; }

// A place in a log: the record's sequence number (from 1) and hash. {0, zero}: before the first.
struct LogHead {
  std::uint64_t sequence = 0;
  RecordHash hash;
  friend auto operator<=>(const LogHead&, const LogHead&) = default;
};

struct Record {
  LogKind log_kind = LogKind::organisation;
  LogId log;
  std::uint64_t sequence = 0;
  RecordHash previous;  // zero for the first record
  DeviceId author;
  LogHead cited;           // space logs: the organisation's head the author saw; else {0, zero}
  std::uint16_t kind = 0;  // of the payload, numbered per log kind
  Bytes payload;           // one encoded CBOR item
  crypto::Signature signature;

  // The signed bytes: everything but the signature.
  Bytes body() const;
  // The bytes that travel and are stored.
  Bytes encode() const;
  // Checks form only; the signature is checked by the state that applies the record. Errors:
  // malformed, truncated, limit_exceeded, unsupported_version.
  static Result<Record> decode(BytesView bytes);
  // Covers the body, not the signature, of which one signer can make several.
  RecordHash hash() const;
  LogHead head() const { return {sequence, hash()}; }
  // Error: bad_signature.
  Result<void> check_signature(const crypto::SigningPublic& author_key) const;

  friend bool operator==(const Record&, const Record&) = default;
};

// Chains a record to `previous` and signs it. Says nothing of whether it is valid.
Record sign_record(LogKind log_kind, const LogId& log, const LogHead& previous,
                   const LogHead& cited, const DeviceIdentity& author, std::uint16_t kind,
                   Bytes payload);

}  // namespace feltbog::ledger
