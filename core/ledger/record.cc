// SPDX-License-Identifier: Apache-2.0
#include "core/ledger/record.h"

#include "core/ledger/codec.h"
#include "core/ledger/domains.h"

namespace feltbog::ledger {
namespace {

crypto::Domain signature_domain(LogKind kind) {
  return kind == LogKind::organisation ? domains::kOrganisationRecord : domains::kSpaceRecord;
}

crypto::Domain hash_domain(LogKind kind) {
  return kind == LogKind::organisation ? domains::kOrganisationRecordHash
                                       : domains::kSpaceRecordHash;
}

// The organisation's log cites nothing; a space's record always cites an existing record.
Result<LogHead> read_cited(CborReader& reader, LogKind kind) {
  if (kind == LogKind::organisation) {
    FELTBOG_TRY(absent, reader.null());
    if (!absent) return Error{ErrorCode::malformed, "an organisation record cites nothing"};
    return LogHead{};
  }
  FELTBOG_CHECK(reader.array(2));
  LogHead cited;
  FELTBOG_TRY(sequence, reader.uint(kLogSequenceMax));
  cited.sequence = sequence;
  FELTBOG_TRY(hash, reader.fixed<RecordHash>());
  cited.hash = hash;
  if (sequence == 0) return Error{ErrorCode::malformed, "a space record cites record 0"};
  return cited;
}

Result<LogKind> read_log_kind(CborReader& reader) {
  FELTBOG_TRY(kind, reader.uint());
  if (kind != 1 && kind != 2) {
    return Error{ErrorCode::unknown_kind, "log kind " + std::to_string(kind)};
  }
  return static_cast<LogKind>(kind);
}

Result<Record> decode_body(BytesView body) {
  CborReader reader(body);
  Record out;
  FELTBOG_CHECK(reader.array(9));
  FELTBOG_CHECK(read_version(reader, kRecordVersion));
  FELTBOG_TRY(log_kind, read_log_kind(reader));
  out.log_kind = log_kind;
  FELTBOG_TRY(log, reader.fixed<LogId>());
  out.log = log;
  FELTBOG_TRY(sequence, reader.uint(kLogSequenceMax));
  out.sequence = sequence;
  FELTBOG_TRY(previous, reader.fixed<RecordHash>());
  out.previous = previous;
  FELTBOG_TRY(author, reader.fixed<DeviceId>());
  out.author = author;
  FELTBOG_TRY(cited, read_cited(reader, log_kind));
  out.cited = cited;
  FELTBOG_TRY(kind, read_uint<std::uint16_t>(reader, 0xffff));
  out.kind = kind;
  FELTBOG_TRY(payload, reader.bytes());
  out.payload = to_bytes(payload);
  FELTBOG_CHECK(reader.finish());
  if (sequence == 0) return Error{ErrorCode::malformed, "record 0"};
  if ((sequence == 1) != previous.is_zero()) {
    return Error{ErrorCode::malformed, "previous hash of record " + std::to_string(sequence)};
  }
  return out;
}

}  // namespace

Bytes Record::body() const {
  CborWriter writer;
  writer.array(9).uint(kRecordVersion).uint(static_cast<std::uint64_t>(log_kind)).fixed(log);
  writer.uint(sequence).fixed(previous).fixed(author);
  if (log_kind == LogKind::organisation) {
    writer.null();
  } else {
    writer.array(2).uint(cited.sequence).fixed(cited.hash);
  }
  writer.uint(kind).bytes(payload);
  return writer.take();
}

Bytes Record::encode() const { return encode_signed(body(), signature); }

Result<Record> Record::decode(BytesView bytes) {
  FELTBOG_TRY(signed_bytes, decode_signed(bytes, kRecordBytesMax));
  FELTBOG_TRY(record, decode_body(signed_bytes.body));
  record.signature = signed_bytes.signature;
  return record;
}

RecordHash Record::hash() const { return crypto::hash<RecordHash>(hash_domain(log_kind), body()); }

Result<void> Record::check_signature(const crypto::SigningPublic& author_key) const {
  if (!crypto::verify(author_key, signature_domain(log_kind), body(), signature)) {
    return Error{ErrorCode::bad_signature, "record " + std::to_string(sequence)};
  }
  return {};
}

Record sign_record(LogKind log_kind, const LogId& log, const LogHead& previous,
                   const LogHead& cited, const DeviceIdentity& author, std::uint16_t kind,
                   Bytes payload) {
  Record out;
  out.log_kind = log_kind;
  out.log = log;
  out.sequence = previous.sequence + 1;
  out.previous = previous.hash;
  out.author = author.id;
  out.cited = cited;
  out.kind = kind;
  out.payload = std::move(payload);
  out.signature = crypto::sign(author.signing, signature_domain(log_kind), out.body());
  return out;
}

}  // namespace feltbog::ledger
