// SPDX-License-Identifier: Apache-2.0
// Runs and chunks: checked by their headers and hashes, given a place, receipted. Never opened.
// Data path: from sync/server_session.h; next: the other device's sync/client_session.h.
#include <algorithm>
#include <map>
#include <utility>

#include "core/ledger/chunk.h"
#include "core/ledger/receipt.h"
#include "server/relay_store.h"

namespace feltbog::server {

// A run that was found valid, on its way into the database.
struct RelayStore::PendingRun {
  WriterId writer;
  ledger::WriterTip tip;  // after it
  std::uint64_t position = 0;
  BytesView encoded;
};

struct RelayStore::RunBatchInHand {
  std::optional<DeviceId> only;  // whose runs alone are taken: its own, of who is no member now
  std::vector<PendingRun> pending;
  std::map<WriterId, ledger::WriterTip> tips;  // after the pending ones
  std::map<RunHash, std::uint64_t> placed;     // the pending ones
  std::uint64_t bytes = 0;                     // of the space, with the pending ones
};

Result<sync::RunBatch> RelayStore::read_runs(const DeviceId& reader, const SpaceId& space,
                                             std::uint64_t position,
                                             const sync::ReadLimits& limits) {
  FELTBOG_TRY(entry, member_space(reader, space));
  sync::RunBatch batch;
  if (position >= entry->last_position) return batch;
  FELTBOG_TRY(read, database().prepare("SELECT position, run FROM run WHERE space = ?1 "
                                       "AND position > ?2 ORDER BY position"));
  read.bind_all(space, position);
  std::size_t bytes = 0;
  for (;;) {
    FELTBOG_TRY(found, read.step());
    if (!found) return batch;
    bytes += read.bytes(1).size();
    const bool full =
        batch.runs.size() >= std::max<std::size_t>(limits.items, 1) || bytes > limits.bytes;
    if (full && !batch.runs.empty()) {
      batch.more = true;
      return batch;
    }
    batch.runs.push_back({static_cast<std::uint64_t>(read.integer(0)), to_bytes(read.bytes(1))});
  }
}

// Signed once for all who are brought there.
Result<sync::SignedHead> RelayStore::signed_head(const DeviceId& reader, const SpaceId& space) {
  FELTBOG_TRY(entry, member_space(reader, space));
  SpaceEntry::Signed& held = entry->signed_head;
  const ledger::LogHead log = entry->state.head();
  if (held.head.empty() || held.position != entry->last_position || held.log != log) {
    ledger::SpaceHead head;
    head.organisation = organisation().id();
    head.incarnation = state_->incarnation();
    head.space = space;
    head.position = entry->last_position;
    head.order = entry->order;
    head.log = log;
    head.server_time = clock_.wall_time();
    head.sign(identity_);
    held = {head.position, log, head.encode()};
  }
  return sync::SignedHead{held.position, held.head};
}

Result<ledger::Amount> RelayStore::count_runs(const DeviceId& reader, const SpaceId& space,
                                              std::uint64_t position) {
  FELTBOG_TRY(entry, member_space(reader, space));
  if (position >= entry->last_position) return ledger::Amount{};
  ledger::Amount amount{entry->last_position - position, entry->run_bytes};
  if (position == 0) return amount;
  FELTBOG_TRY(
      read, database().prepare("SELECT bytes_through FROM run WHERE space = ?1 AND position = ?2"));
  FELTBOG_TRY(found, read.bind_all(space, position).step());
  if (found) amount.bytes -= static_cast<std::uint64_t>(read.integer(0));
  return amount;
}

Result<std::optional<std::uint64_t>> RelayStore::position_of(const SpaceId& space,
                                                             const RunHash& run) {
  FELTBOG_TRY(read, database().prepare("SELECT position FROM run WHERE hash = ?1 AND space = ?2"));
  FELTBOG_TRY(found, read.bind_all(run, space).step());
  if (!found) return std::optional<std::uint64_t>();
  return std::optional<std::uint64_t>(static_cast<std::uint64_t>(read.integer(0)));
}

Result<ledger::WriterTip> RelayStore::tip_of(const WriterId& writer) {
  FELTBOG_TRY(read, database().prepare("SELECT sequence, hash, next_counter, space_sequence, "
                                       "organisation_sequence FROM writer WHERE writer = ?1"));
  FELTBOG_TRY(found, read.bind_all(writer).step());
  ledger::WriterTip tip;
  if (!found) return tip;
  tip.sequence = static_cast<std::uint64_t>(read.integer(0));
  FELTBOG_TRY(hash, read.fixed<RunHash>(1));
  tip.hash = hash;
  tip.next_counter = static_cast<std::uint64_t>(read.integer(2));
  tip.space_sequence = static_cast<std::uint64_t>(read.integer(3));
  tip.organisation_sequence = static_cast<std::uint64_t>(read.integer(4));
  return tip;
}

Result<sync::AppendedRuns> RelayStore::append_runs(const DeviceId& author, const SpaceId& space,
                                                   std::span<const Bytes> runs) {
  FELTBOG_TRY(entry, receiving_space(author, space));
  RunBatchInHand batch;
  if (!entry->state.admits(author, organisation())) batch.only = author;
  batch.bytes = entry->run_bytes;
  sync::AppendedRuns result;
  for (const Bytes& encoded : runs) {
    FELTBOG_TRY(outcome, judge_run(space, *entry, encoded, batch));
    result.runs.push_back(outcome);
  }
  if (!batch.pending.empty()) {
    const auto stored = state_->write([&] { return store_runs(space, *entry, batch.pending); });
    if (!stored) return stored.error();
  }
  result.receipt = receipt_for(space, result.runs);
  return result;
}

Result<sync::RunOutcome> RelayStore::judge_run(const SpaceId& space, const SpaceEntry& entry,
                                               BytesView encoded, RunBatchInHand& batch) {
  sync::RunOutcome outcome;
  const auto refuse = [&outcome](ErrorCode code) {
    // On a client "corrupt" would speak of its own database.
    outcome.refused = code == ErrorCode::corrupt ? ErrorCode::malformed : code;
    return outcome;
  };
  auto run = ledger::SealedRun::decode(encoded);
  if (!run) return refuse(run.error().code);
  if (batch.only && run->header.device != *batch.only) return refuse(ErrorCode::not_permitted);
  outcome.run = run->header.hash();
  if (const auto twin = batch.placed.find(outcome.run); twin != batch.placed.end()) {
    outcome.position = twin->second;
    return outcome;
  }
  FELTBOG_TRY(held, position_of(space, outcome.run));
  if (held) {
    outcome.position = *held;
    return outcome;
  }
  if (run->header.space != space || !run->body) return refuse(ErrorCode::malformed);
  const WriterId writer = run->header.writer();
  if (!batch.tips.contains(writer)) {
    FELTBOG_TRY(tip, tip_of(writer));
    batch.tips[writer] = tip;
  }
  auto verified = ledger::verify_run(*run, organisation(), entry.state, batch.tips[writer]);
  if (!verified) return refuse(verified.error().code);
  if (batch.bytes + encoded.size() > quotas_.space_run_bytes_max) {
    return refuse(ErrorCode::quota_exceeded);
  }
  batch.bytes += encoded.size();
  batch.tips[writer] = ledger::WriterTip::after(*verified);
  outcome.position = entry.last_position + batch.pending.size() + 1;
  batch.placed[outcome.run] = outcome.position;
  batch.pending.push_back({writer, batch.tips[writer], outcome.position, encoded});
  return outcome;
}

Result<void> RelayStore::store_runs(const SpaceId& space, SpaceEntry& entry,
                                    std::span<const PendingRun> runs) {
  for (const PendingRun& run : runs) FELTBOG_CHECK(store_run(space, entry, run));
  return database().run(
      "UPDATE space SET last_position = ?2, order_hash = ?3, run_bytes = ?4 WHERE space = ?1",
      space, entry.last_position, entry.order, entry.run_bytes);
}

Result<void> RelayStore::store_run(const SpaceId& space, SpaceEntry& entry, const PendingRun& run) {
  entry.last_position = run.position;
  entry.run_bytes += run.encoded.size();
  entry.order = ledger::extend_order(entry.order, run.position, run.tip.hash);
  FELTBOG_CHECK(database().run(
      "INSERT INTO run (space, position, hash, writer, sequence, bytes_through, received_at, run) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
      space, run.position, run.tip.hash, run.writer, run.tip.sequence, entry.run_bytes,
      clock_.wall_time().milliseconds, run.encoded));
  return database().run(
      "INSERT OR REPLACE INTO writer (writer, sequence, hash, next_counter, space_sequence, "
      "organisation_sequence) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
      run.writer, run.tip.sequence, run.tip.hash, run.tip.next_counter, run.tip.space_sequence,
      run.tip.organisation_sequence);
}

Bytes RelayStore::receipt_for(const SpaceId& space, const std::vector<sync::RunOutcome>& outcomes) {
  ledger::Receipt receipt;
  for (const sync::RunOutcome& outcome : outcomes) {
    if (!outcome.refused) receipt.entries.push_back({outcome.run, outcome.position});
  }
  if (receipt.entries.empty()) return {};
  receipt.organisation = organisation().id();
  receipt.incarnation = state_->incarnation();
  receipt.space = space;
  receipt.server_time = clock_.wall_time();
  receipt.sign(identity_);
  return receipt.encode();
}

Bytes RelayStore::receipt_for(const SpaceId& space, std::vector<ChunkHash> chunks) {
  if (chunks.empty()) return {};
  ledger::ChunkReceipt receipt;
  receipt.organisation = organisation().id();
  receipt.incarnation = state_->incarnation();
  receipt.space = space;
  receipt.chunks = std::move(chunks);
  receipt.server_time = clock_.wall_time();
  receipt.sign(identity_);
  return receipt.encode();
}

Result<bool> RelayStore::holds_chunk(const SpaceId& space, const ChunkHash& chunk) {
  FELTBOG_TRY(read, database().prepare("SELECT 1 FROM chunk WHERE space = ?1 AND hash = ?2"));
  return read.bind_all(space, chunk).step();
}

Result<sync::HeldChunks> RelayStore::held_chunks(const DeviceId& device, const SpaceId& space,
                                                 std::span<const ChunkHash> chunks) {
  FELTBOG_CHECK(receiving_space(device, space));
  sync::HeldChunks result;
  std::vector<ChunkHash> held;
  for (const ChunkHash& chunk : chunks) {
    FELTBOG_TRY(holds, holds_chunk(space, chunk));
    result.held.push_back(holds);
    if (holds) held.push_back(chunk);
  }
  result.receipt = receipt_for(space, std::move(held));
  return result;
}

Result<Bytes> RelayStore::put_chunk(const DeviceId& device, const SpaceId& space,
                                    const ChunkHash& chunk, BytesView bytes) {
  FELTBOG_TRY(entry, receiving_space(device, space));
  if (bytes.empty() || bytes.size() > ledger::kSessionChunkMax) {
    return Error{ErrorCode::limit_exceeded, "chunk of " + std::to_string(bytes.size())};
  }
  if (ledger::chunk_hash(bytes) != chunk) return Error{ErrorCode::malformed, "chunk hash"};
  if (entry->state.erased_at() != 0) return Error{ErrorCode::erased, "space"};
  FELTBOG_TRY(holds, holds_chunk(space, chunk));
  if (!holds) {
    if (entry->chunk_bytes + bytes.size() > quotas_.space_chunk_bytes_max) {
      return Error{ErrorCode::quota_exceeded, "space"};
    }
    entry->chunk_bytes += bytes.size();
    const auto stored =
        state_->write([&] { return store_chunk(space, chunk, bytes, entry->chunk_bytes); });
    if (!stored) return stored.error();
  }
  return receipt_for(space, std::vector<ChunkHash>{chunk});
}

Result<void> RelayStore::store_chunk(const SpaceId& space, const ChunkHash& chunk, BytesView bytes,
                                     std::uint64_t chunk_bytes) {
  FELTBOG_CHECK(database().run(
      "INSERT INTO chunk (space, hash, received_at, content) VALUES (?1, ?2, ?3, ?4)", space, chunk,
      clock_.wall_time().milliseconds, bytes));
  return database().run("UPDATE space SET chunk_bytes = ?2 WHERE space = ?1", space, chunk_bytes);
}

Result<std::optional<Bytes>> RelayStore::read_chunk(const DeviceId& device, const SpaceId& space,
                                                    const ChunkHash& chunk) {
  FELTBOG_CHECK(member_space(device, space));
  FELTBOG_TRY(read, database().prepare("SELECT content FROM chunk WHERE space = ?1 AND hash = ?2"));
  FELTBOG_TRY(found, read.bind_all(space, chunk).step());
  if (!found) return std::optional<Bytes>();
  return std::optional<Bytes>(to_bytes(read.bytes(0)));
}

}  // namespace feltbog::server
