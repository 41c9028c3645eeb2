// SPDX-License-Identifier: Apache-2.0
// The workspace as a sync session sees it: ledger::Replica over the device's database.
#pragma once

#include "core/ledger/replica.h"
#include "core/workspace/core.h"
#include "core/workspace/inbox.h"
#include "core/workspace/outbox.h"

namespace feltbog::workspace {

class DeviceReplica final : public ledger::Replica {
 public:
  explicit DeviceReplica(Core& core) : core_(&core), inbox_(core), outbox_(core) {}

  OrganisationId organisation() override;
  ledger::SessionClaim claim() override;
  Result<void> check_server(const ledger::SessionTranscript& transcript,
                            const crypto::Signature& proof) override;
  Result<crypto::Signature> prove(const ledger::SessionTranscript& transcript) override;

  Result<ledger::Holdings> holdings(const ServerIncarnation& incarnation) override;
  Result<void> store_records(const ledger::LogName& log, std::uint64_t first,
                             std::span<const ledger::RecordItem> items) override;
  Result<void> store_runs(const SpaceId& space, const ServerIncarnation& incarnation,
                          std::span<const ledger::RunItem> runs, std::uint64_t position) override;

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

 private:
  Result<crypto::SigningPublic> server_key();
  // Runs `work` in one transaction that raises the revision; reads memory anew when it fails.
  template <class Work>
  Result<void> durably(Work work);
  Result<void> enrol_if_invited();
  Result<void> finish_joining();
  Result<std::vector<ledger::ChunkName>> chunk_names(std::string_view sql, std::size_t count_max,
                                                     std::uint64_t after);

  // Whom the present session speaks for. A session that founds or enrols carries that record alone,
  // also once it is accepted.
  bool as_member() const { return party_ == ledger::SessionParty::device; }

  Core* core_;
  ledger::SessionParty party_ = ledger::SessionParty::device;
  Inbox inbox_;
  Outbox outbox_;
};

}  // namespace feltbog::workspace
