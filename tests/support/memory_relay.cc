// SPDX-License-Identifier: Apache-2.0
#include "tests/support/memory_relay.h"

namespace feltbog::tests {
namespace {

using ledger::LogHead;
using ledger::RecordItem;
using ledger::SessionParty;

bool has_room(const sync::ReadLimits& limits, std::size_t items, std::size_t bytes) {
  return items < limits.items && bytes < limits.bytes;
}

template <class Hash>
Bytes receipt_of_hashes(std::span<const Hash> hashes) {
  Bytes out = to_bytes(as_bytes("receipt"));
  for (const Hash& hash : hashes) append(out, hash.view());
  return out;
}

}  // namespace

crypto::Signature proof_of(const ledger::SessionTranscript& transcript, BytesView who) {
  Bytes message = transcript.encode();
  append(message, who);
  return crypto::hash<crypto::Signature>("test.proof", message);
}

RecordHash record_hash(BytesView record) { return crypto::hash<RecordHash>("test.record", record); }
RunHash run_hash(BytesView run) { return crypto::hash<RunHash>("test.run", run); }
ChunkHash chunk_hash(BytesView chunk) { return crypto::hash<ChunkHash>("test.chunk", chunk); }
Bytes receipt_of(std::span<const RunHash> runs) { return receipt_of_hashes(runs); }
Bytes receipt_of(std::span<const ChunkHash> chunks) { return receipt_of_hashes(chunks); }

Bytes make_record(const RecordHash& previous, std::string_view text) {
  Bytes out = to_bytes(previous.view());
  append(out, as_bytes(text));
  return out;
}

bool follows(BytesView record, const RecordHash& previous) {
  return record.size() >= RecordHash::kSize &&
         std::equal(previous.bytes.begin(), previous.bytes.end(), record.begin());
}

LogHead MemoryLog::head() const {
  if (items.empty()) return {};
  return {items.size(), record_hash(items.back().record)};
}

Result<void> MemoryRelay::check(const DeviceId& device) const {
  if (broken) return Error{*broken, {}};
  if (revoked.contains(device)) return Error{ErrorCode::revoked, {}};
  return {};
}

Result<MemoryRelay::Space*> MemoryRelay::member_space(const DeviceId& device,
                                                      const SpaceId& space) {
  FELTBOG_CHECK(check(device));
  const auto at = spaces.find(space);
  if (at == spaces.end()) return Error{ErrorCode::not_permitted, {}};
  const auto member = at->second.members.find(device);
  const bool is_member = member != at->second.members.end() && member->second == 0;
  if (!is_member) return Error{ErrorCode::not_permitted, {}};
  return &at->second;
}

Result<MemoryRelay::Space*> MemoryRelay::receiving_space(const DeviceId& device,
                                                         const SpaceId& space) {
  if (broken || !revoked.contains(device)) return member_space(device, space);
  const auto at = spaces.find(space);
  if (at == spaces.end() || !at->second.members.contains(device)) {
    return Error{ErrorCode::not_permitted, {}};
  }
  return &at->second;
}

Result<crypto::Signature> MemoryRelay::prove(const ledger::SessionTranscript& transcript) {
  if (broken) return Error{*broken, {}};
  return proof_of(transcript, as_bytes("server"));
}

Result<sync::Admission> MemoryRelay::admit(const ledger::SessionTranscript& transcript,
                                           const crypto::Signature& proof) {
  if (broken) return Error{*broken, {}};
  if (proof != proof_of(transcript, transcript.subject.view())) {
    return Error{ErrorCode::authentication_failed, {}};
  }
  sync::Admission out;
  out.party = transcript.party;
  out.device.bytes = transcript.subject.bytes;
  out.invite.bytes = transcript.subject.bytes;
  if (out.party == SessionParty::founding) {
    if (!organisation_log.items.empty()) return Error{ErrorCode::already_exists, {}};
    return out;
  }
  if (transcript.organisation != organisation_id) {
    return Error{ErrorCode::authentication_failed, {}};
  }
  if (out.party == SessionParty::invite) {
    const auto at = invites.find(out.invite);
    if (at == invites.end()) return Error{ErrorCode::invite_unknown, {}};
    if (at->second == InviteState::used) return Error{ErrorCode::invite_used, {}};
    if (at->second == InviteState::expired) return Error{ErrorCode::invite_expired, {}};
    return out;
  }
  if (!devices.contains(out.device)) return Error{ErrorCode::authentication_failed, {}};
  out.barred = revoked.contains(out.device);
  return out;
}

Result<LogHead> MemoryRelay::organisation_head() {
  if (broken) return Error{*broken, {}};
  return organisation_log.head();
}

Result<std::vector<SpaceId>> MemoryRelay::spaces_of(const DeviceId& device) {
  FELTBOG_CHECK(check(device));
  std::vector<SpaceId> out;
  for (const auto& [id, space] : spaces) {
    const auto member = space.members.find(device);
    if (member != space.members.end() && member->second == 0) out.push_back(id);
  }
  return out;
}

Result<sync::SpaceStanding> MemoryRelay::standing(const DeviceId& device, const SpaceId& space) {
  const auto member = member_space(device, space);
  sync::SpaceStanding out;
  if (!member && member.error().code == ErrorCode::not_permitted) return out;
  if (!member) return member.error();
  out.member = true;
  out.records = (*member)->log.head();
  out.last_position = (*member)->runs.size();
  return out;
}

Result<std::vector<RecordItem>> MemoryRelay::read_records(const sync::Admission& reader,
                                                          const ledger::LogName& log,
                                                          std::uint64_t first,
                                                          const sync::ReadLimits& limits) {
  if (broken) return Error{*broken, {}};
  const MemoryLog* from = &organisation_log;
  std::uint64_t last = organisation_log.items.size();
  if (log) {
    const auto at = spaces.find(*log);
    if (at == spaces.end() || !at->second.members.contains(reader.device)) {
      return Error{ErrorCode::not_permitted, {}};
    }
    from = &at->second.log;
    const std::uint64_t until = at->second.members.at(reader.device);
    last = until == 0 ? from->items.size() : until;
  }
  std::vector<RecordItem> out;
  std::size_t bytes = 0;
  for (std::uint64_t sequence = first; sequence <= last && has_room(limits, out.size(), bytes);
       ++sequence) {
    out.push_back(from->items[sequence - 1]);
    bytes += out.back().record.size() + out.back().wraps.size();
  }
  return out;
}

Result<void> MemoryRelay::append_record(const sync::Admission& author, const ledger::LogName& log,
                                        std::uint64_t sequence, const RecordItem& item) {
  if (broken) return Error{*broken, {}};
  if (author.barred) return Error{ErrorCode::not_permitted, {}};
  if (author.party == SessionParty::device) FELTBOG_CHECK(check(author.device));
  if (author.party == SessionParty::invite && invites[author.invite] == InviteState::used) {
    return Error{ErrorCode::invite_used, {}};
  }
  if (log && sequence > 1) FELTBOG_CHECK(member_space(author.device, *log));
  MemoryLog& to = log ? spaces[*log].log : organisation_log;
  if (sequence <= to.items.size()) {
    const bool is_same = to.items[sequence - 1].record == item.record;
    return is_same ? Result<void>() : Result<void>(ErrorCode::conflict);
  }
  if (sequence != to.items.size() + 1) return Error{ErrorCode::conflict, {}};
  if (!follows(item.record, to.head().hash)) return Error{ErrorCode::broken_chain, {}};
  if (as_text(item.record).find("forbidden") != std::string_view::npos) {
    return Error{ErrorCode::not_authorised, {}};
  }
  to.items.push_back(item);
  if (log) spaces[*log].members.emplace(author.device, 0);
  if (author.party == SessionParty::invite) invites[author.invite] = InviteState::used;
  return {};
}

Result<sync::RunBatch> MemoryRelay::read_runs(const DeviceId& reader, const SpaceId& space,
                                              std::uint64_t position,
                                              const sync::ReadLimits& limits) {
  FELTBOG_TRY(from, member_space(reader, space));
  sync::RunBatch out;
  std::size_t bytes = 0;
  for (; position < from->runs.size() && has_room(limits, out.runs.size(), bytes); ++position) {
    out.runs.push_back({position + 1, from->runs[position].second});
    bytes += out.runs.back().run.size();
  }
  out.more = position < from->runs.size();
  return out;
}

// Of the tests: the number of runs, in one byte.
Result<sync::SignedHead> MemoryRelay::signed_head(const DeviceId& reader, const SpaceId& space) {
  FELTBOG_TRY(from, member_space(reader, space));
  const std::uint64_t position = from->runs.size();
  return sync::SignedHead{position, {static_cast<std::uint8_t>(position)}};
}

Result<ledger::Amount> MemoryRelay::count_runs(const DeviceId& reader, const SpaceId& space,
                                               std::uint64_t position) {
  FELTBOG_TRY(from, member_space(reader, space));
  ledger::Amount out;
  for (; position < from->runs.size(); ++position) {
    ++out.items;
    out.bytes += from->runs[position].second.size();
  }
  return out;
}

Result<sync::AppendedRuns> MemoryRelay::append_runs(const DeviceId& author, const SpaceId& space,
                                                    std::span<const Bytes> runs) {
  FELTBOG_TRY(to, receiving_space(author, space));
  ++run_appends;
  sync::AppendedRuns out;
  std::vector<RunHash> taken;
  for (const Bytes& run : runs) {
    sync::RunOutcome outcome;
    outcome.run = run_hash(run);
    if (refuse_runs) {
      outcome.refused = refuse_runs;
    } else {
      const auto [at, is_new] = to->positions.emplace(outcome.run, to->runs.size() + 1);
      if (is_new) to->runs.emplace_back(outcome.run, run);
      outcome.position = at->second;
      taken.push_back(outcome.run);
    }
    out.runs.push_back(outcome);
  }
  if (!taken.empty()) out.receipt = receipt_of(taken);
  return out;
}

Result<sync::HeldChunks> MemoryRelay::held_chunks(const DeviceId& device, const SpaceId& space,
                                                  std::span<const ChunkHash> chunks) {
  FELTBOG_TRY(from, receiving_space(device, space));
  sync::HeldChunks out;
  std::vector<ChunkHash> held;
  for (const ChunkHash& chunk : chunks) {
    out.held.push_back(from->chunks.contains(chunk));
    if (out.held.back()) held.push_back(chunk);
  }
  if (!held.empty()) out.receipt = receipt_of(held);
  return out;
}

Result<Bytes> MemoryRelay::put_chunk(const DeviceId& device, const SpaceId& space,
                                     const ChunkHash& chunk, BytesView bytes) {
  FELTBOG_TRY(to, receiving_space(device, space));
  if (refuse_chunks) return Error{*refuse_chunks, {}};
  if (chunk_hash(bytes) != chunk) return Error{ErrorCode::malformed, {}};
  to->chunks.emplace(chunk, to_bytes(bytes));
  return receipt_of({&chunk, 1});
}

Result<std::optional<Bytes>> MemoryRelay::read_chunk(const DeviceId& device, const SpaceId& space,
                                                     const ChunkHash& chunk) {
  FELTBOG_TRY(from, member_space(device, space));
  const auto at = from->chunks.find(chunk);
  if (at == from->chunks.end()) return std::optional<Bytes>{};
  return std::optional<Bytes>{at->second};
}

}  // namespace feltbog::tests
