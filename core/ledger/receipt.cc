// SPDX-License-Identifier: Apache-2.0
#include "core/ledger/receipt.h"

#include "core/ledger/codec.h"
#include "core/ledger/domains.h"
#include "core/ledger/organisation.h"

namespace feltbog::ledger {
namespace {

constexpr std::uint64_t kReceiptVersion = 1;
constexpr std::uint64_t kWallTimeMax = std::uint64_t{1} << 53;

// What the server signs begins alike: version, organisation, incarnation, space, time.
template <class Statement>
void write_origin(CborWriter& to, const Statement& statement) {
  to.uint(kReceiptVersion).fixed(statement.organisation).fixed(statement.incarnation);
  to.fixed(statement.space).integer(statement.server_time.milliseconds);
}

template <class Statement>
Result<void> read_origin(CborReader& reader, Statement& out) {
  FELTBOG_CHECK(read_version(reader, kReceiptVersion));
  FELTBOG_TRY(organisation, reader.fixed<OrganisationId>());
  out.organisation = organisation;
  FELTBOG_TRY(incarnation, reader.fixed<ServerIncarnation>());
  out.incarnation = incarnation;
  FELTBOG_TRY(space, reader.fixed<SpaceId>());
  out.space = space;
  FELTBOG_TRY(time, reader.uint(kWallTimeMax));
  out.server_time = WallTime{static_cast<std::int64_t>(time)};
  return {};
}

Bytes body_of(const Receipt& receipt) {
  CborWriter writer;
  writer.array(6);
  write_origin(writer, receipt);
  writer.array(receipt.entries.size());
  for (const ReceiptEntry& entry : receipt.entries) {
    writer.array(2).fixed(entry.run).uint(entry.position);
  }
  return writer.take();
}

Bytes body_of(const ChunkReceipt& receipt) {
  CborWriter writer;
  writer.array(6);
  write_origin(writer, receipt);
  writer.array(receipt.chunks.size());
  for (const ChunkHash& chunk : receipt.chunks) writer.fixed(chunk);
  return writer.take();
}

Bytes body_of(const SpaceHead& head) {
  CborWriter writer;
  writer.array(9);
  write_origin(writer, head);
  writer.uint(head.position).fixed(head.order).uint(head.log.sequence).fixed(head.log.hash);
  return writer.take();
}

Result<void> read_body(CborReader& reader, Receipt& out) {
  FELTBOG_CHECK(reader.array(6));
  FELTBOG_CHECK(read_origin(reader, out));
  FELTBOG_TRY(count, read_count(reader, kReceiptEntriesMax));
  if (count == 0) return Error{ErrorCode::malformed, "empty receipt"};
  for (std::size_t i = 0; i < count; ++i) {
    FELTBOG_CHECK(reader.array(2));
    FELTBOG_TRY(run, reader.fixed<RunHash>());
    FELTBOG_TRY(position, reader.uint(kPositionMax));
    if (position == 0) return Error{ErrorCode::malformed, "position 0"};
    out.entries.push_back({run, position});
  }
  return {};
}

Result<void> read_body(CborReader& reader, ChunkReceipt& out) {
  FELTBOG_CHECK(reader.array(6));
  FELTBOG_CHECK(read_origin(reader, out));
  FELTBOG_TRY(count, read_count(reader, kReceiptEntriesMax));
  if (count == 0) return Error{ErrorCode::malformed, "empty receipt"};
  for (std::size_t i = 0; i < count; ++i) {
    FELTBOG_TRY(chunk, reader.fixed<ChunkHash>());
    out.chunks.push_back(chunk);
  }
  return {};
}

Result<void> read_body(CborReader& reader, SpaceHead& out) {
  FELTBOG_CHECK(reader.array(9));
  FELTBOG_CHECK(read_origin(reader, out));
  FELTBOG_TRY(position, reader.uint(kPositionMax));
  out.position = position;
  FELTBOG_TRY(order, reader.fixed<PositionHash>());
  out.order = order;
  FELTBOG_TRY(sequence, reader.uint(kLogSequenceMax));
  out.log.sequence = sequence;
  FELTBOG_TRY(hash, reader.fixed<RecordHash>());
  out.log.hash = hash;
  if ((position == 0) != order.is_zero() || (sequence == 0) != hash.is_zero()) {
    return Error{ErrorCode::malformed, "hash of an empty order or log"};
  }
  return {};
}

template <class Statement>
Result<Statement> decode_statement(BytesView bytes) {
  FELTBOG_TRY(signed_bytes, decode_signed(bytes, kReceiptBytesMax));
  CborReader reader(signed_bytes.body);
  Statement out;
  FELTBOG_CHECK(read_body(reader, out));
  FELTBOG_CHECK(reader.finish());
  out.signature = signed_bytes.signature;
  return out;
}

template <class Statement>
Result<void> check_statement(const Statement& statement, crypto::Domain domain,
                             const crypto::SigningPublic& key) {
  if (!crypto::verify(key, domain, body_of(statement), statement.signature)) {
    return Error{ErrorCode::bad_signature, "of the server"};
  }
  return {};
}

template <class Statement>
Result<Statement> verify_statement(BytesView encoded, const OrganisationState& organisation) {
  if (organisation.empty()) return Error{ErrorCode::missing_dependency, "organisation record 1"};
  FELTBOG_TRY(statement, Statement::decode(encoded));
  if (statement.organisation != organisation.id()) {
    return Error{ErrorCode::malformed, "of another organisation"};
  }
  FELTBOG_CHECK(statement.check_signature(organisation.server_key()));
  return statement;
}

}  // namespace

PositionHash extend_order(const PositionHash& before, std::uint64_t position, const RunHash& run) {
  const Bytes step = CborWriter().array(3).fixed(before).uint(position).fixed(run).take();
  return crypto::hash<PositionHash>(domains::kPosition, step);
}

void Receipt::sign(const crypto::SigningSecret& server_secret) {
  signature = crypto::sign(server_secret, domains::kReceipt, body_of(*this));
}
Bytes Receipt::encode() const { return encode_signed(body_of(*this), signature); }
Result<Receipt> Receipt::decode(BytesView bytes) { return decode_statement<Receipt>(bytes); }
Result<void> Receipt::check_signature(const crypto::SigningPublic& server_key) const {
  return check_statement(*this, domains::kReceipt, server_key);
}

void ChunkReceipt::sign(const crypto::SigningSecret& server_secret) {
  signature = crypto::sign(server_secret, domains::kChunkReceipt, body_of(*this));
}
Bytes ChunkReceipt::encode() const { return encode_signed(body_of(*this), signature); }
Result<ChunkReceipt> ChunkReceipt::decode(BytesView bytes) {
  return decode_statement<ChunkReceipt>(bytes);
}
Result<void> ChunkReceipt::check_signature(const crypto::SigningPublic& server_key) const {
  return check_statement(*this, domains::kChunkReceipt, server_key);
}

void SpaceHead::sign(const crypto::SigningSecret& server_secret) {
  signature = crypto::sign(server_secret, domains::kSpaceHead, body_of(*this));
}
Bytes SpaceHead::encode() const { return encode_signed(body_of(*this), signature); }
Result<SpaceHead> SpaceHead::decode(BytesView bytes) { return decode_statement<SpaceHead>(bytes); }
Result<void> SpaceHead::check_signature(const crypto::SigningPublic& server_key) const {
  return check_statement(*this, domains::kSpaceHead, server_key);
}

Result<Receipt> verify_receipt(BytesView encoded, const OrganisationState& organisation) {
  return verify_statement<Receipt>(encoded, organisation);
}
Result<ChunkReceipt> verify_chunk_receipt(BytesView encoded,
                                          const OrganisationState& organisation) {
  return verify_statement<ChunkReceipt>(encoded, organisation);
}
Result<SpaceHead> verify_space_head(BytesView encoded, const OrganisationState& organisation) {
  return verify_statement<SpaceHead>(encoded, organisation);
}

}  // namespace feltbog::ledger
