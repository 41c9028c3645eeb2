// SPDX-License-Identifier: Apache-2.0
#include "tests/support/memory_replica.h"

namespace feltbog::tests {
namespace {

using ledger::LogName;
using ledger::RecordItem;

// The text behind the hash of the record before.
std::string text_of(BytesView record) {
  return std::string(as_text(record.subspan(RecordHash::kSize)));
}

// The chunks after a place, by place.
std::vector<ledger::ChunkName> names_after(const std::map<ChunkHash, MemoryReplica::Chunk>& chunks,
                                           std::size_t count_max, std::uint64_t after) {
  std::map<std::uint64_t, ledger::ChunkName> by_place;
  for (const auto& [hash, chunk] : chunks) {
    if (chunk.place > after) by_place[chunk.place] = {chunk.place, chunk.space, hash};
  }
  std::vector<ledger::ChunkName> out;
  for (const auto& [place, name] : by_place) {
    if (out.size() < count_max) out.push_back(name);
  }
  return out;
}

}  // namespace

MemoryReplica::MemoryReplica(std::uint8_t number) {
  organisation_id.bytes.fill(7);
  session_claim.subject.bytes.fill(number);
}

void MemoryReplica::add_record(const LogName& log, std::string_view text) {
  Log& to = logs[log];
  const RecordHash previous =
      to.waiting.empty() ? to.accepted.head().hash : record_hash(to.waiting.back().record);
  to.waiting.push_back({make_record(previous, text), to_bytes(as_bytes("wraps"))});
}

void MemoryReplica::write(const SpaceId& space, std::string_view text) {
  unsealed.emplace_back(space, to_bytes(as_bytes(text)));
}

void MemoryReplica::attach(const SpaceId& space, Bytes bytes) {
  const ChunkHash hash = chunk_hash(bytes);
  chunks_waiting[hash] = {next_place_++, space, bytes};
  chunks[hash] = std::move(bytes);
}

void MemoryReplica::want(const SpaceId& space, const ChunkHash& chunk) {
  chunks_wanted[chunk] = {next_place_++, space, {}};
}

bool MemoryReplica::has_unsent() const {
  for (const auto& [name, log] : logs) {
    if (!log.waiting.empty()) return true;
  }
  return !unsealed.empty() || !outbox.empty() || !chunks_waiting.empty();
}

Result<void> MemoryReplica::check_server(const ledger::SessionTranscript& transcript,
                                         const crypto::Signature& proof) {
  const bool holds = proof == proof_of(transcript, as_bytes("server"));
  if (!holds || expects_other_server) return Error{ErrorCode::wrong_server, {}};
  return {};
}

Result<crypto::Signature> MemoryReplica::prove(const ledger::SessionTranscript& transcript) {
  return proof_of(transcript, session_claim.subject.view());
}

Result<ledger::Holdings> MemoryReplica::holdings(const ServerIncarnation& incarnation) {
  ledger::Holdings out;
  for (const auto& [name, log] : logs) {
    if (!name) out.organisation = log.accepted.head();
    if (!name || log.accepted.items.empty()) continue;
    out.spaces.push_back({*name, log.accepted.head(), spaces[*name].positions[incarnation]});
  }
  return out;
}

Result<void> MemoryReplica::store_records(const LogName& log, std::uint64_t first,
                                          std::span<const RecordItem> items) {
  if (store_fails) return Error{*store_fails, {}};
  Log changed = logs[log];
  std::uint64_t sequence = first;
  for (const RecordItem& item : items) {
    MemoryLog& accepted = changed.accepted;
    if (sequence <= accepted.items.size()) {
      if (accepted.items[sequence - 1].record != item.record) {
        return Error{ErrorCode::fork_detected, {}};
      }
    } else {
      const bool is_next = sequence == accepted.items.size() + 1;
      if (!is_next || !follows(item.record, accepted.head().hash)) {
        return Error{ErrorCode::broken_chain, {}};
      }
      if (!changed.waiting.empty() && changed.waiting.front().record == item.record) {
        changed.waiting.pop_front();
      }
      accepted.items.push_back(item);
    }
    ++sequence;
  }
  rebase(changed);
  logs[log] = std::move(changed);
  return {};
}

void MemoryReplica::rebase(Log& log) {
  RecordHash previous = log.accepted.head().hash;
  for (RecordItem& item : log.waiting) {
    item.record = make_record(previous, text_of(item.record));
    previous = record_hash(item.record);
  }
}

Result<void> MemoryReplica::store_runs(const SpaceId& space, const ServerIncarnation& incarnation,
                                       std::span<const ledger::RunItem> runs,
                                       std::uint64_t position) {
  if (store_fails) return Error{*store_fails, {}};
  // A run cites the membership its author saw; here that is at least the creating record.
  if (logs[space].accepted.items.empty()) return Error{ErrorCode::internal, "runs before records"};
  for (const ledger::RunItem& item : runs) {
    if (!spaces[space].runs.insert(item.run).second) ++repeated_runs;
  }
  spaces[space].positions[incarnation] = position;
  return {};
}

Result<void> MemoryReplica::store_head(const SpaceId& space, const ServerIncarnation& incarnation,
                                       BytesView head) {
  // A head speaks of the very position the runs before it led to.
  if (head.size() != 1 ||
      head[0] != static_cast<std::uint8_t>(spaces[space].positions[incarnation])) {
    return Error{ErrorCode::malformed, "head of another position"};
  }
  heads[space] = to_bytes(head);
  return {};
}

Result<void> MemoryReplica::server_differs(const LogName& log, const ledger::LogHead& server) {
  differences.emplace_back(log, server);
  return {};
}

Result<void> MemoryReplica::space_withdrawn(const SpaceId& space) {
  withdrawn.insert(space);
  return {};
}

Result<ledger::Amount> MemoryReplica::waiting_to_send() {
  ledger::Amount out{outbox.size() + unsealed.size(), 0};
  for (const auto& [hash, sealed] : outbox) out.bytes += sealed.run.size();
  for (const auto& [space, bytes] : unsealed) out.bytes += bytes.size();
  return out;
}

Result<std::vector<ledger::OutgoingRecord>> MemoryReplica::records_to_send(std::size_t) {
  std::vector<ledger::OutgoingRecord> out;
  for (const auto& [name, log] : logs) {
    std::uint64_t sequence = log.accepted.items.size();
    for (const RecordItem& item : log.waiting) out.push_back({name, ++sequence, item});
  }
  return out;
}

Result<void> MemoryReplica::record_accepted(const LogName& name, std::uint64_t sequence) {
  Log& log = logs[name];
  if (sequence <= log.accepted.items.size()) return {};
  if (log.waiting.empty() || sequence != log.accepted.items.size() + 1) {
    return Error{ErrorCode::internal, "accepted what was not sent"};
  }
  log.accepted.items.push_back(log.waiting.front());
  log.waiting.pop_front();
  return {};
}

Result<void> MemoryReplica::record_refused(const LogName& name, std::uint64_t sequence,
                                           ErrorCode code) {
  refusals.push_back(code);
  Log& log = logs[name];
  if (code == ErrorCode::conflict || log.waiting.empty()) return {};
  const std::uint64_t index = sequence - log.accepted.items.size() - 1;
  if (index >= log.waiting.size()) return {};
  log.waiting.erase(log.waiting.begin() + static_cast<std::ptrdiff_t>(index));
  rebase(log);
  return {};
}

Result<std::vector<ledger::OutgoingRun>> MemoryReplica::runs_to_send(std::size_t bytes_max,
                                                                     std::uint64_t after) {
  std::vector<std::pair<SpaceId, Bytes>> rest;
  for (auto& [space, run] : unsealed) {
    if (logs[space].accepted.items.empty()) {
      rest.emplace_back(space, std::move(run));
      continue;
    }
    spaces[space].runs.insert(run);
    outbox[run_hash(run)] = {next_place_++, space, run};
  }
  unsealed = std::move(rest);
  std::map<std::uint64_t, ledger::OutgoingRun> by_place;
  for (const auto& [hash, sealed] : outbox) {
    if (sealed.place > after)
      by_place[sealed.place] = {sealed.place, sealed.space, hash, sealed.run};
  }
  std::vector<ledger::OutgoingRun> out;
  std::size_t bytes = 0;
  for (auto& [place, run] : by_place) {
    if (!out.empty() && bytes + run.run.size() > bytes_max) break;
    bytes += run.run.size();
    out.push_back(std::move(run));
  }
  return out;
}

Result<void> MemoryReplica::runs_receipted(const SpaceId&, std::span<const RunHash> runs,
                                           BytesView receipt) {
  if (to_bytes(receipt) != receipt_of(runs)) return Error{ErrorCode::bad_signature, {}};
  for (const RunHash& run : runs) outbox.erase(run);
  return {};
}

Result<void> MemoryReplica::run_refused(const SpaceId&, const RunHash&, ErrorCode code) {
  refusals.push_back(code);
  return {};
}

Result<std::vector<ledger::ChunkName>> MemoryReplica::chunks_to_send(std::size_t count_max,
                                                                     std::uint64_t after) {
  return names_after(chunks_waiting, count_max, after);
}

Result<std::vector<ledger::ChunkName>> MemoryReplica::chunks_to_fetch(std::size_t count_max,
                                                                      std::uint64_t after) {
  return names_after(chunks_wanted, count_max, after);
}

Result<Bytes> MemoryReplica::chunk_bytes(const SpaceId&, const ChunkHash& chunk) {
  const auto at = chunks.find(chunk);
  if (at == chunks.end()) return Error{ErrorCode::not_found, {}};
  return at->second;
}

Result<void> MemoryReplica::chunks_receipted(const SpaceId&, std::span<const ChunkHash> hashes,
                                             BytesView receipt) {
  if (to_bytes(receipt) != receipt_of(hashes)) return Error{ErrorCode::bad_signature, {}};
  for (const ChunkHash& hash : hashes) chunks_waiting.erase(hash);
  return {};
}

Result<void> MemoryReplica::chunk_refused(const SpaceId&, const ChunkHash&, ErrorCode code) {
  refusals.push_back(code);
  return {};
}

Result<void> MemoryReplica::store_chunk(const SpaceId&, const ChunkHash& chunk, BytesView bytes) {
  if (chunk_hash(bytes) != chunk) return Error{ErrorCode::malformed, {}};
  chunks[chunk] = to_bytes(bytes);
  chunks_wanted.erase(chunk);
  return {};
}

Result<void> MemoryReplica::chunk_unavailable(const SpaceId&, const ChunkHash&) {
  ++unavailable_chunks;
  return {};
}

}  // namespace feltbog::tests
