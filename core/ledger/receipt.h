// SPDX-License-Identifier: Apache-2.0
// What the office server signs: that it has stored runs durably, and how far a space's order goes.
// The server has no other authority.
#pragma once

#include <vector>

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/crypto/sign.h"
#include "core/ledger/record.h"

namespace feltbog::ledger {

inline constexpr std::size_t kReceiptEntriesMax = 1000;
inline constexpr std::size_t kReceiptBytesMax = 64u << 10;
inline constexpr std::uint64_t kPositionMax = std::uint64_t{1} << 48;

// The hash over all runs of a space in the server's order, up to a position.
using PositionHash = FixedBytes<32, struct PositionHashTag>;
// Zero before position 1.
PositionHash extend_order(const PositionHash& before, std::uint64_t position, const RunHash& run);

struct ReceiptEntry {
  RunHash run;
  std::uint64_t position = 0;  // in the space's order, from 1
  friend auto operator<=>(const ReceiptEntry&, const ReceiptEntry&) = default;
};

// Given only after a durable commit.
struct Receipt {
  OrganisationId organisation;
  ServerIncarnation incarnation;
  SpaceId space;
  std::vector<ReceiptEntry> entries;  // in any order; at least one
  WallTime server_time;
  crypto::Signature signature;

  void sign(const crypto::SigningSecret& server_secret);
  Bytes encode() const;
  static Result<Receipt> decode(BytesView bytes);
  // Error: bad_signature.
  Result<void> check_signature(const crypto::SigningPublic& server_key) const;
  friend bool operator==(const Receipt&, const Receipt&) = default;
};

// The same for encrypted chunks of attachments.
struct ChunkReceipt {
  OrganisationId organisation;
  ServerIncarnation incarnation;
  SpaceId space;
  std::vector<ChunkHash> chunks;  // in any order; at least one
  WallTime server_time;
  crypto::Signature signature;

  void sign(const crypto::SigningSecret& server_secret);
  Bytes encode() const;
  static Result<ChunkReceipt> decode(BytesView bytes);
  Result<void> check_signature(const crypto::SigningPublic& server_key) const;
  friend bool operator==(const ChunkReceipt&, const ChunkReceipt&) = default;
};

// Two heads of one space and incarnation with one position and different hashes prove that the
// server showed different orders to different devices.
struct SpaceHead {
  OrganisationId organisation;
  ServerIncarnation incarnation;
  SpaceId space;
  std::uint64_t position = 0;  // of the newest run; 0: none yet
  PositionHash order;
  LogHead log;  // of the space's membership
  WallTime server_time;
  crypto::Signature signature;

  void sign(const crypto::SigningSecret& server_secret);
  Bytes encode() const;
  static Result<SpaceHead> decode(BytesView bytes);
  Result<void> check_signature(const crypto::SigningPublic& server_key) const;
  friend bool operator==(const SpaceHead&, const SpaceHead&) = default;
};

// Encoded bytes to a checked value, by the key the organisation's log names. Errors: those of
// decode(), bad_signature, malformed (of another organisation).
class OrganisationState;
Result<Receipt> verify_receipt(BytesView encoded, const OrganisationState& organisation);
Result<ChunkReceipt> verify_chunk_receipt(BytesView encoded, const OrganisationState& organisation);
Result<SpaceHead> verify_space_head(BytesView encoded, const OrganisationState& organisation);

}  // namespace feltbog::ledger
