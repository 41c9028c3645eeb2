// SPDX-License-Identifier: Apache-2.0
// A Replica in memory, to memory_relay.h's rules. Outlives its sessions as a database would. For
// tests of the session alone.
#pragma once

#include <deque>

#include "tests/support/memory_relay.h"

namespace feltbog::tests {

class MemoryReplica : public ledger::Replica {
 public:
  struct Log {
    MemoryLog accepted;
    std::deque<ledger::RecordItem> waiting;  // chained on accepted
  };
  struct SealedRun {
    std::uint64_t place = 0;
    SpaceId space;
    Bytes run;
  };
  struct Chunk {
    std::uint64_t place = 0;
    SpaceId space;
    Bytes bytes;
  };
  struct Space {
    std::map<ServerIncarnation, std::uint64_t> positions;
    std::set<Bytes> runs;  // own and received
  };

  OrganisationId organisation_id;
  ledger::SessionClaim session_claim;
  std::map<ledger::LogName, Log> logs;
  std::map<SpaceId, Space> spaces;
  std::vector<std::pair<SpaceId, Bytes>> unsealed;
  std::map<RunHash, SealedRun> outbox;
  std::map<ChunkHash, Chunk> chunks_waiting;
  std::map<ChunkHash, Chunk> chunks_wanted;
  std::map<ChunkHash, Bytes> chunks;
  std::set<SpaceId> withdrawn;
  std::map<SpaceId, Bytes> heads;  // the newest of each
  std::vector<std::pair<ledger::LogName, ledger::LogHead>> differences;
  std::vector<ErrorCode> refusals;
  std::uint64_t repeated_runs = 0;  // received although held
  std::uint64_t unavailable_chunks = 0;
  bool expects_other_server = false;  // no proof satisfies it
  std::optional<ErrorCode> store_fails;
  bool is_barred = false;  // as it reads in the organisation's log

  explicit MemoryReplica(std::uint8_t number);
  DeviceId device() const { return DeviceId{session_claim.subject.bytes}; }

  // What the application does. A record's text becomes a waiting record of that log.
  void add_record(const ledger::LogName& log, std::string_view text);
  void write(const SpaceId& space, std::string_view text);
  void attach(const SpaceId& space, Bytes bytes);
  void want(const SpaceId& space, const ChunkHash& chunk);
  bool has_unsent() const;

  OrganisationId organisation() override { return organisation_id; }
  ledger::SessionClaim claim() override { return session_claim; }
  Result<void> check_server(const ledger::SessionTranscript& transcript,
                            const crypto::Signature& proof) override;
  Result<crypto::Signature> prove(const ledger::SessionTranscript& transcript) override;
  Result<ledger::Holdings> holdings(const ServerIncarnation& incarnation) override;
  Result<void> store_records(const ledger::LogName& log, std::uint64_t first,
                             std::span<const ledger::RecordItem> items) override;
  Result<void> store_runs(const SpaceId& space, const ServerIncarnation& incarnation,
                          std::span<const ledger::RunItem> runs, std::uint64_t position) override;
  Result<void> store_head(const SpaceId& space, const ServerIncarnation& incarnation,
                          BytesView head) override;
  Result<void> server_differs(const ledger::LogName& log, const ledger::LogHead& server) override;
  Result<void> space_withdrawn(const SpaceId& space) override;
  Result<ledger::Amount> waiting_to_send() override;
  Result<std::vector<ledger::OutgoingRecord>> records_to_send(std::size_t bytes_max) override;
  Result<void> record_accepted(const ledger::LogName& log, std::uint64_t sequence) override;
  Result<void> record_refused(const ledger::LogName& log, std::uint64_t sequence,
                              ErrorCode code) override;
  Result<std::vector<ledger::OutgoingRun>> runs_to_send(std::size_t bytes_max,
                                                        std::uint64_t after) override;
  Result<void> runs_receipted(const SpaceId& space, std::span<const RunHash> runs,
                              BytesView receipt) override;
  Result<void> run_refused(const SpaceId& space, const RunHash& run, ErrorCode code) override;
  Result<std::vector<ledger::ChunkName>> chunks_to_send(std::size_t count_max,
                                                        std::uint64_t after) override;
  Result<std::vector<ledger::ChunkName>> chunks_to_fetch(std::size_t count_max,
                                                         std::uint64_t after) override;
  Result<Bytes> chunk_bytes(const SpaceId& space, const ChunkHash& chunk) override;
  Result<void> chunks_receipted(const SpaceId& space, std::span<const ChunkHash> chunks,
                                BytesView receipt) override;
  Result<void> chunk_refused(const SpaceId& space, const ChunkHash& chunk, ErrorCode code) override;
  Result<void> store_chunk(const SpaceId& space, const ChunkHash& chunk, BytesView bytes) override;
  Result<void> chunk_unavailable(const SpaceId& space, const ChunkHash& chunk) override;
  Result<bool> barred() override { return is_barred; }

 private:
  void rebase(Log& log);
  std::uint64_t next_place_ = 1;
};

}  // namespace feltbog::tests
