// SPDX-License-Identifier: Apache-2.0
#include "core/ledger/run.h"

#include "core/ledger/codec.h"
#include "core/ledger/domains.h"
#include "core/ledger/run_rules.h"

namespace feltbog::ledger {

void write_witness(CborWriter& to, const std::optional<OrderWitness>& witness) {
  if (!witness) {
    to.null();
    return;
  }
  to.array(3).fixed(witness->incarnation).uint(witness->position).fixed(witness->order);
}

Result<std::optional<OrderWitness>> read_witness(CborReader& reader) {
  FELTBOG_TRY(none, reader.null());
  if (none) return std::optional<OrderWitness>();
  FELTBOG_CHECK(reader.array(3));
  OrderWitness out;
  FELTBOG_TRY(incarnation, reader.fixed<ServerIncarnation>());
  out.incarnation = incarnation;
  FELTBOG_TRY(position, reader.uint(kPositionMax));
  out.position = position;
  FELTBOG_TRY(order, reader.fixed<PositionHash>());
  out.order = order;
  if (position == 0) return Error{ErrorCode::malformed, "a run witnesses position 0"};
  return std::optional<OrderWitness>(out);
}

namespace {

constexpr std::uint64_t kFields = 19;

// Every field but the last, the body's hash: what the encryption binds.
void write_bound_fields(CborWriter& to, const RunHeader& run) {
  to.uint(kRunVersion).uint(kRunSuite).fixed(run.space).fixed(run.device).uint(run.incarnation);
  to.uint(run.sequence).fixed(run.previous);
  to.uint(run.space_head.sequence).fixed(run.space_head.hash);
  to.uint(run.organisation_head.sequence).fixed(run.organisation_head.hash);
  write_witness(to, run.witness);
  to.uint(run.epoch).fixed(run.key).uint(run.retention);
  to.uint(run.first_counter).uint(run.change_count).uint(run.body_bytes);
}

Result<LogHead> read_head(CborReader& reader) {
  FELTBOG_TRY(sequence, reader.uint(kLogSequenceMax));
  FELTBOG_TRY(hash, reader.fixed<RecordHash>());
  if (sequence == 0) return Error{ErrorCode::malformed, "a run cites record 0"};
  return LogHead{sequence, hash};
}

Result<void> read_place(CborReader& reader, RunHeader& out) {
  FELTBOG_TRY(space, reader.fixed<SpaceId>());
  out.space = space;
  FELTBOG_TRY(device, reader.fixed<DeviceId>());
  out.device = device;
  FELTBOG_TRY(incarnation, read_uint<std::uint32_t>(reader, kIncarnationMax));
  out.incarnation = incarnation;
  FELTBOG_TRY(sequence, reader.uint(kLogSequenceMax));
  out.sequence = sequence;
  FELTBOG_TRY(previous, reader.fixed<RunHash>());
  out.previous = previous;
  if (sequence == 0 || (sequence == 1) != previous.is_zero()) {
    return Error{ErrorCode::malformed, "previous hash of run " + std::to_string(sequence)};
  }
  FELTBOG_TRY(space_head, read_head(reader));
  out.space_head = space_head;
  FELTBOG_TRY(organisation_head, read_head(reader));
  out.organisation_head = organisation_head;
  FELTBOG_TRY(witness, read_witness(reader));
  out.witness = witness;
  return {};
}

Result<void> read_content(CborReader& reader, RunHeader& out) {
  FELTBOG_TRY(epoch, read_uint<std::uint32_t>(reader, kEpochMax));
  out.epoch = epoch;
  FELTBOG_TRY(key, reader.fixed<KeyId>());
  out.key = key;
  FELTBOG_TRY(retention, read_uint<RetentionClass>(reader, 0xff));
  out.retention = retention;
  FELTBOG_TRY(first_counter, reader.uint(kChangeCounterMax));
  out.first_counter = first_counter;
  FELTBOG_TRY(change_count, read_uint<std::uint32_t>(reader, kChangesPerRunMax));
  out.change_count = change_count;
  FELTBOG_TRY(body_bytes, read_uint<std::uint32_t>(reader, kRunCiphertextBytesMax));
  out.body_bytes = body_bytes;
  FELTBOG_TRY(body, reader.fixed<BodyHash>());
  out.body = body;
  if (first_counter == 0 || change_count == 0 || body_bytes < kRunOverheadBytes) {
    return Error{ErrorCode::malformed, "empty run"};
  }
  return {};
}

}  // namespace

Bytes additional_data(const RunHeader& run) {
  CborWriter writer;
  writer.array(kFields - 1);
  write_bound_fields(writer, run);
  return writer.take();
}

Bytes RunHeader::encode() const {
  CborWriter writer;
  writer.array(kFields);
  write_bound_fields(writer, *this);
  return writer.fixed(body).take();
}

Result<RunHeader> RunHeader::decode(BytesView bytes) {
  CborReader reader(bytes);
  RunHeader out;
  FELTBOG_CHECK(reader.array(kFields));
  FELTBOG_CHECK(read_version(reader, kRunVersion));
  FELTBOG_TRY(suite, reader.uint());
  if (suite != kRunSuite) {
    return Error{ErrorCode::unsupported_version, "suite " + std::to_string(suite)};
  }
  FELTBOG_CHECK(read_place(reader, out));
  FELTBOG_CHECK(read_content(reader, out));
  FELTBOG_CHECK(reader.finish());
  return out;
}

RunHash RunHeader::hash() const { return crypto::hash<RunHash>(domains::kRunHash, encode()); }

Result<RunHash> stored_run_hash(BytesView encoded) {
  CborReader reader(encoded);
  FELTBOG_CHECK(reader.array(3));
  FELTBOG_TRY(header, reader.bytes());
  return crypto::hash<RunHash>(domains::kRunHash, header);
}

Bytes SealedRun::encode() const {
  CborWriter writer;
  writer.array(3).bytes(header.encode()).fixed(signature);
  if (body) {
    writer.bytes(*body);
  } else {
    writer.null();
  }
  return writer.take();
}

Result<SealedRun> SealedRun::decode(BytesView bytes) {
  if (bytes.size() > kRunBytesMax) {
    return Error{ErrorCode::limit_exceeded, std::to_string(bytes.size()) + " bytes"};
  }
  CborReader reader(bytes);
  FELTBOG_CHECK(reader.array(3));
  FELTBOG_TRY(header_bytes, reader.bytes());
  FELTBOG_TRY(header, RunHeader::decode(header_bytes));
  SealedRun out;
  out.header = header;
  FELTBOG_TRY(signature, reader.fixed<crypto::Signature>());
  out.signature = signature;
  FELTBOG_TRY(erased, reader.null());
  if (!erased) {
    FELTBOG_TRY(body, reader.bytes());
    if (body.size() != header.body_bytes) return Error{ErrorCode::malformed, "length of a body"};
    out.body = to_bytes(body);
  }
  FELTBOG_CHECK(reader.finish());
  return out;
}

WriterTip WriterTip::after(const RunHeader& newest) {
  return {newest.sequence, newest.hash(), newest.first_counter + newest.change_count,
          newest.space_head.sequence, newest.organisation_head.sequence};
}

}  // namespace feltbog::ledger
