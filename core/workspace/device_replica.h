// SPDX-License-Identifier: Apache-2.0
// The workspace as a sync session sees it: ledger::Replica over the device's database.
#pragma once

#include <utility>

#include "core/ledger/replica.h"
#include "core/workspace/core.h"
#include "core/workspace/inbox.h"
#include "core/workspace/outbox.h"

namespace feltbog::workspace {

class DeviceReplica final : public ledger::Replica {
 public:
  explicit DeviceReplica(Core& core)
      : core_(&core), order_(core), inbox_(core, order_), outbox_(core, order_) {}

  // After opening: tries again what an older program could not read, and removes the chunks of
  // attachments nobody finished.
  // What fails of this is tried again the next time.
  void resume();
  // Whether changes or chunks wait to be sent.
  Result<bool> content_waits();
  // Of a barred device: whether nothing waits, or all of it was offered once.
  Result<bool> rescue_is_over();

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

  Result<void> store_head(const SpaceId& space, const ServerIncarnation& incarnation,
                          BytesView head) override;

  Result<void> server_differs(const ledger::LogName& log, const ledger::LogHead& server) override;

  Result<void> space_withdrawn(const SpaceId& space) override;

  Result<ledger::Amount> waiting_to_send() override;
  Result<std::vector<ledger::OutgoingRecord>> records_to_send(std::size_t bytes_max) override;
  Result<void> record_accepted(const ledger::LogName& log, std::uint64_t sequence) override;
  bool reads_more() override { return std::exchange(reads_more_, false); }
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

  Result<void> caught_up(WallTime server_time) override;
  Result<bool> barred() override;

 private:
  // Whom the next session will speak for.
  ledger::SessionParty next_party() const;
  Result<crypto::SigningPublic> server_key();
  Result<void> meet(const ServerIncarnation& incarnation);
  bool parts_from(const SpaceId& space, std::uint64_t first, const Error& error) const;
  Result<void> keep_other_record(const SpaceId& space, const ledger::RecordItem& item);
  Result<bool> take_organisation_log();
  Result<bool> take_space_log(const SpaceId& space);
  Result<void> erase_if_due(const SpaceId& space);
  Result<void> settle_erasures();
  Result<void> make_due_records();
  Result<void> enrol_if_invited();
  Result<void> remember_offer();
  bool lets_in(const ledger::LogName& log, std::uint64_t sequence) const;
  Result<void> finish_joining();
  Result<std::vector<ledger::ChunkName>> chunk_names(std::string_view sql, std::size_t count_max,
                                                     std::uint64_t after);

  // Whom the present session speaks for. A session that founds or enrols carries that record alone,
  // also once it is accepted.
  bool as_member() const { return party_ == ledger::SessionParty::device; }

  Core* core_;
  ledger::SessionParty party_ = ledger::SessionParty::device;
  std::uint64_t claims_since_offer_ = 0;
  bool rescue_tried_ = false;  // also where the disk is too full to remember it
  bool erasure_to_settle_ = false;
  WallTime receipted_at_;  // as the server signed last in this session
  ServerOrder order_;
  bool reads_more_ = false;
  Inbox inbox_;
  Outbox outbox_;
};

}  // namespace feltbog::workspace
