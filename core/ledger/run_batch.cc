// SPDX-License-Identifier: Apache-2.0
#include "core/ledger/run_batch.h"

#include "core/ledger/codec.h"
#include "core/ledger/run_rules.h"

namespace feltbog::ledger {
namespace {

constexpr std::uint64_t kRunBatchVersion = 1;

// Whether `run` is the next of the chain that `before` belongs to, so that its place goes unsaid.
bool follows(const RunHeader& run, const RunHeader* before) {
  return before != nullptr && run.device == before->device &&
         run.incarnation == before->incarnation && run.sequence == before->sequence + 1 &&
         run.first_counter == before->first_counter + before->change_count &&
         run.previous == before->hash();
}

void write_place(CborWriter& to, const RunHeader& run, const RunHeader* before) {
  if (follows(run, before)) {
    to.null();
    return;
  }
  to.array(5).fixed(run.device).uint(run.incarnation).uint(run.sequence).fixed(run.previous);
  to.uint(run.first_counter);
}

// True: as the run before.
void write_witness_after(CborWriter& to, const RunHeader& run, const RunHeader* before) {
  if (before != nullptr && run.witness && run.witness == before->witness) {
    to.boolean(true);
  } else {
    write_witness(to, run.witness);
  }
}

void write_run(CborWriter& to, const SealedRun& run, const RunHeader* before) {
  to.array(8);
  write_place(to, run.header, before);
  write_witness_after(to, run.header, before);
  to.uint(run.header.space_head.sequence).uint(run.header.organisation_head.sequence);
  to.uint(run.header.retention).uint(run.header.change_count).fixed(run.signature);
  if (run.body) {
    to.bytes(*run.body);
  } else {
    to.array(2).uint(run.header.body_bytes).fixed(run.header.body);
  }
}

Result<void> read_place(CborReader& reader, const RunHeader* before, RunHeader& out) {
  FELTBOG_TRY(next, reader.null());
  if (next) {
    if (before == nullptr) return Error{ErrorCode::malformed, "first run of a batch"};
    out.device = before->device;
    out.incarnation = before->incarnation;
    out.sequence = before->sequence + 1;
    out.previous = before->hash();
    out.first_counter = before->first_counter + before->change_count;
    return {};
  }
  FELTBOG_CHECK(reader.array(5));
  FELTBOG_TRY(device, reader.fixed<DeviceId>());
  out.device = device;
  FELTBOG_TRY(incarnation, read_uint<std::uint32_t>(reader, kIncarnationMax));
  out.incarnation = incarnation;
  FELTBOG_TRY(sequence, reader.uint(kLogSequenceMax));
  out.sequence = sequence;
  FELTBOG_TRY(previous, reader.fixed<RunHash>());
  out.previous = previous;
  FELTBOG_TRY(first_counter, reader.uint(kChangeCounterMax));
  out.first_counter = first_counter;
  if (follows(out, before)) return Error{ErrorCode::malformed, "a place that goes unsaid"};
  return {};
}

Result<void> read_witness_after(CborReader& reader, const RunHeader* before, RunHeader& out) {
  auto same = reader;
  if (const auto unsaid = same.boolean(); unsaid && *unsaid) {
    reader = same;
    if (before == nullptr || !before->witness) {
      return Error{ErrorCode::malformed, "a witness that was not said"};
    }
    out.witness = before->witness;
    return {};
  }
  FELTBOG_TRY(witness, read_witness(reader));
  out.witness = witness;
  if (witness && before != nullptr && witness == before->witness) {
    return Error{ErrorCode::malformed, "a witness that goes unsaid"};
  }
  return {};
}

// Heads and epoch, as this side's logs have them.
Result<void> fill_in(RunHeader& run, const OrganisationState& organisation,
                     const SpaceState& space) {
  const auto space_hash = space.hash_at(run.space_head.sequence);
  const auto organisation_hash = organisation.hash_at(run.organisation_head.sequence);
  if (!space_hash || !organisation_hash) {
    return Error{ErrorCode::missing_dependency,
                 "records " + std::to_string(run.space_head.sequence) + " and " +
                     std::to_string(run.organisation_head.sequence)};
  }
  run.space_head.hash = *space_hash;
  run.organisation_head.hash = *organisation_hash;
  const Epoch* epoch = space.epoch_at(run.space_head.sequence);
  run.epoch = epoch->number;
  run.key = epoch->key;
  run.space = space.id();
  return {};
}

Result<void> read_body(CborReader& reader, SealedRun& out) {
  auto whole = reader;
  if (auto bytes = whole.bytes()) {
    if (bytes->size() > kRunCiphertextBytesMax) return Error{ErrorCode::limit_exceeded, "body"};
    reader = whole;
    out.header.body_bytes = static_cast<std::uint32_t>(bytes->size());
    out.header.body = body_hash(*bytes);
    out.body = to_bytes(*bytes);
    return {};
  }
  FELTBOG_CHECK(reader.array(2));
  FELTBOG_TRY(size, read_uint<std::uint32_t>(reader, kRunCiphertextBytesMax));
  out.header.body_bytes = size;
  FELTBOG_TRY(hash, reader.fixed<BodyHash>());
  out.header.body = hash;
  return {};
}

Result<SealedRun> read_run(CborReader& reader, const RunHeader* before,
                           const OrganisationState& organisation, const SpaceState& space) {
  SealedRun out;
  RunHeader& header = out.header;
  FELTBOG_CHECK(reader.array(8));
  FELTBOG_CHECK(read_place(reader, before, header));
  FELTBOG_CHECK(read_witness_after(reader, before, header));
  FELTBOG_TRY(space_sequence, reader.uint(kLogSequenceMax));
  header.space_head.sequence = space_sequence;
  FELTBOG_TRY(organisation_sequence, reader.uint(kLogSequenceMax));
  header.organisation_head.sequence = organisation_sequence;
  FELTBOG_TRY(retention, read_uint<RetentionClass>(reader, 0xff));
  header.retention = retention;
  FELTBOG_TRY(change_count, read_uint<std::uint32_t>(reader, kChangesPerRunMax));
  header.change_count = change_count;
  FELTBOG_TRY(signature, reader.fixed<crypto::Signature>());
  out.signature = signature;
  FELTBOG_CHECK(read_body(reader, out));
  FELTBOG_CHECK(fill_in(header, organisation, space));
  // The rules of form are those of the stored header.
  FELTBOG_CHECK(RunHeader::decode(header.encode()));
  return out;
}

}  // namespace

Result<Bytes> encode_run_batch(std::span<const SealedRun> runs) {
  if (runs.empty()) return Error{ErrorCode::invalid_argument, "no run"};
  if (runs.size() > kRunsPerBatchMax) return Error{ErrorCode::limit_exceeded, "runs of a batch"};
  const SpaceId& space = runs.front().header.space;
  CborWriter writer;
  writer.array(3).uint(kRunBatchVersion).fixed(space).array(runs.size());
  const RunHeader* before = nullptr;
  for (const SealedRun& run : runs) {
    if (run.header.space != space) return Error{ErrorCode::invalid_argument, "several spaces"};
    write_run(writer, run, before);
    before = &run.header;
  }
  return writer.take();
}

Result<std::vector<SealedRun>> decode_run_batch(BytesView bytes,
                                                const OrganisationState& organisation,
                                                const SpaceState& space) {
  CborReader reader(bytes);
  FELTBOG_CHECK(reader.array(3));
  FELTBOG_CHECK(read_version(reader, kRunBatchVersion));
  FELTBOG_TRY(id, reader.fixed<SpaceId>());
  if (space.empty() || id != space.id()) return Error{ErrorCode::malformed, "another space"};
  FELTBOG_TRY(count, read_count(reader, kRunsPerBatchMax));
  if (count == 0) return Error{ErrorCode::malformed, "no run"};
  std::vector<SealedRun> out;
  for (std::size_t i = 0; i < count; ++i) {
    const RunHeader* before = out.empty() ? nullptr : &out.back().header;
    FELTBOG_TRY(run, read_run(reader, before, organisation, space));
    out.push_back(std::move(run));
  }
  FELTBOG_CHECK(reader.finish());
  return out;
}

}  // namespace feltbog::ledger
