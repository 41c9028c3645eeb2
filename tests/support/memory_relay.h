// SPDX-License-Identifier: Apache-2.0
// A Relay in memory, with the rules of the interface and none of the ledger's: records and runs are
// any bytes, proofs are keyed hashes. For tests of the session alone.
#pragma once

#include <map>
#include <set>

#include "core/crypto/hash.h"
#include "sync/relay.h"

namespace feltbog::tests {

// A proof is the hash of the transcript under who proves; `forged` makes one that does not match.
crypto::Signature proof_of(const ledger::SessionTranscript& transcript, BytesView who);
RecordHash record_hash(BytesView record);
RunHash run_hash(BytesView run);
ChunkHash chunk_hash(BytesView chunk);
// A receipt names the hashes it covers, one after another, behind a word nobody else writes.
Bytes receipt_of(std::span<const RunHash> runs);
Bytes receipt_of(std::span<const ChunkHash> chunks);

// A record of the tests: "<previous hash><free text>", so that a log chains.
Bytes make_record(const RecordHash& previous, std::string_view text);
bool follows(BytesView record, const RecordHash& previous);

struct MemoryLog {
  std::vector<ledger::RecordItem> items;
  ledger::LogHead head() const;
};

class MemoryRelay : public sync::Relay {
 public:
  struct Space {
    MemoryLog log;
    std::map<DeviceId, std::uint64_t> members;    // up to which record a device may read; 0: all
    std::vector<std::pair<RunHash, Bytes>> runs;  // position is the index plus one
    std::map<RunHash, std::uint64_t> positions;
    std::map<ChunkHash, Bytes> chunks;
  };

  OrganisationId organisation_id;
  ServerIncarnation incarnation_id;
  WallTime now{1'790'000'000'000};
  MemoryLog organisation_log;
  std::map<SpaceId, Space> spaces;
  std::set<DeviceId> devices;
  std::set<DeviceId> revoked;
  enum class InviteState : std::uint8_t { open, used, expired };
  std::map<InviteId, InviteState> invites;
  // Runs are refused with this code from now on.
  std::optional<ErrorCode> refuse_runs;
  std::optional<ErrorCode> refuse_chunks;
  // Every call fails with it.
  std::optional<ErrorCode> broken;
  std::uint64_t run_appends = 0;

  ServerIncarnation incarnation() override { return incarnation_id; }
  WallTime time() override { return now; }
  Result<crypto::Signature> prove(const ledger::SessionTranscript& transcript) override;
  Result<sync::Admission> admit(const ledger::SessionTranscript& transcript,
                                const crypto::Signature& proof) override;
  Result<ledger::LogHead> organisation_head() override;
  Result<std::vector<SpaceId>> spaces_of(const DeviceId& device) override;
  Result<sync::SpaceStanding> standing(const DeviceId& device, const SpaceId& space) override;
  Result<std::vector<ledger::RecordItem>> read_records(const sync::Admission& reader,
                                                       const ledger::LogName& log,
                                                       std::uint64_t first,
                                                       const sync::ReadLimits& limits) override;
  Result<void> append_record(const sync::Admission& author, const ledger::LogName& log,
                             std::uint64_t sequence, const ledger::RecordItem& item) override;
  Result<sync::RunBatch> read_runs(const DeviceId& reader, const SpaceId& space,
                                   std::uint64_t position, const sync::ReadLimits& limits) override;
  Result<sync::SignedHead> signed_head(const DeviceId& reader, const SpaceId& space) override;
  Result<ledger::Amount> count_runs(const DeviceId& reader, const SpaceId& space,
                                    std::uint64_t position) override;
  Result<sync::AppendedRuns> append_runs(const DeviceId& author, const SpaceId& space,
                                         std::span<const Bytes> runs) override;
  Result<sync::HeldChunks> held_chunks(const DeviceId& device, const SpaceId& space,
                                       std::span<const ChunkHash> chunks) override;
  Result<Bytes> put_chunk(const DeviceId& device, const SpaceId& space, const ChunkHash& chunk,
                          BytesView bytes) override;
  Result<std::optional<Bytes>> read_chunk(const DeviceId& device, const SpaceId& space,
                                          const ChunkHash& chunk) override;

 private:
  Result<void> check(const DeviceId& device) const;
  Result<Space*> member_space(const DeviceId& device, const SpaceId& space);
  // As member_space, also for a barred device that was a member.
  Result<Space*> receiving_space(const DeviceId& device, const SpaceId& space);
};

}  // namespace feltbog::tests
