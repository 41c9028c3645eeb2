// SPDX-License-Identifier: Apache-2.0
// The office's store behind sync::Relay, on an encrypted SQLite database: membership logs, runs,
// chunks. Everything is checked with the functions clients use before it is stored, and nothing in
// it can be read with what the server holds. relay_records.cc and relay_runs.cc have the two
// halves.
#pragma once

#include <memory>
#include <string>

#include "core/crypto/sign.h"
#include "server/relay_state.h"
#include "sync/relay.h"

namespace feltbog::server {

struct RelayQuotas {
  std::uint64_t space_run_bytes_max = std::uint64_t{1} << 30;
  std::uint64_t space_chunk_bytes_max = std::uint64_t{8} << 30;
};

struct RelayCounts {
  std::uint64_t organisation_records = 0;
  std::uint64_t devices_active = 0;
  std::uint64_t spaces = 0;
  std::uint64_t runs = 0;
  std::uint64_t run_bytes = 0;
  std::uint64_t chunks = 0;
  std::uint64_t chunk_bytes = 0;
};

// One thread at a time. clock and random must outlive it. Positions of a space are allocated
// without gaps in the transaction that inserts the run.
class RelayStore final : public sync::Relay {
 public:
  // `identity` signs receipts and sessions. Errors: those of Database::open, corrupt.
  static Result<std::unique_ptr<RelayStore>> open(std::unique_ptr<store::Database> database,
                                                  crypto::SigningSecret identity, Clock& clock,
                                                  Random& random, RelayQuotas quotas = {});

  const crypto::SigningPublic& identity() const { return identity_public_; }
  // Whoever proves this key's secret may found the organisation, as long as there is none. Durable.
  Result<void> allow_founding(const crypto::SigningPublic& founding_key);
  // False for a device that is unknown or barred.
  bool device_active(const DeviceId& device) const;
  Result<RelayCounts> counts();

  // See RelayState::group_commits. With it, "durably" in sync/relay.h means: once commit()
  // returned, before which the caller lets no byte out.
  void group_commits(bool grouped) { state_->group_commits(grouped); }
  bool uncommitted() const { return state_->uncommitted(); }
  Result<void> commit() { return state_->commit(); }
  // A sync failed: what the disk holds is unknown until the database is opened again.
  bool poisoned() { return database().health().poisoned; }

  ServerIncarnation incarnation() override { return state_->incarnation(); }
  WallTime time() override { return clock_.wall_time(); }
  Result<crypto::Signature> prove(const ledger::SessionTranscript& transcript) override;
  Result<sync::Admission> admit(const ledger::SessionTranscript& transcript,
                                const crypto::Signature& proof) override;
  Result<ledger::LogHead> organisation_head() override;
  Result<std::vector<SpaceId>> spaces_of(const DeviceId& device) override;
  Result<std::vector<SpaceId>> log_only_spaces(const DeviceId& device) override;
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
  struct PendingRun;
  struct RunBatchInHand;
  RelayStore(std::unique_ptr<RelayState> state, crypto::SigningSecret identity, Clock& clock,
             RelayQuotas quotas);

  store::Database& database() { return state_->database(); }
  ledger::OrganisationState& organisation() const { return state_->organisation(); }
  // The space, when the device is a member of it now. Errors: not_permitted (also for a space that
  // does not exist: nobody learns which ids do), revoked.
  Result<SpaceEntry*> member_space(const DeviceId& device, const SpaceId& space);
  // The space, when the device may bring runs and chunks: a member, or one that was given one of
  // its keys, barred or removed since. Error: not_permitted.
  Result<SpaceEntry*> receiving_space(const DeviceId& device, const SpaceId& space);
  Result<void> require_active(const DeviceId& device);
  // Whether an active device's user has put the recovery key to use, which holds the space's key.
  // A member, and by the server's clock not under a mandate that is over.
  bool admits(const DeviceId& device, const SpaceEntry& entry) const;
  // SpaceStanding::log_only
  bool reads_log_only(const DeviceId& device, const SpaceEntry& entry) const;
  Result<void> check_mandate_time(const ledger::OrganisationPayload& payload) const;
  Result<void> check_leaving_time(const ledger::SpacePayload& payload,
                                  const ledger::SpaceState& space) const;

  Result<sync::Admission> admit_device(ledger::SessionTranscript transcript,
                                       const crypto::Signature& proof);
  Result<sync::Admission> admit_invite(ledger::SessionTranscript transcript,
                                       const crypto::Signature& proof);
  Result<sync::Admission> admit_founder(ledger::SessionTranscript transcript,
                                        const crypto::Signature& proof);
  Result<std::optional<crypto::SigningPublic>> founding_key();

  Result<void> append_to_organisation(const sync::Admission& author, const ledger::Record& record,
                                      BytesView wraps);
  Result<void> check_enrolment(const sync::Admission& author, const ledger::DeviceAdd& payload);
  Result<void> check_founder(const sync::Admission& author, const ledger::Record& record,
                             const ledger::OrganisationCreate& payload, BytesView signature);
  Result<void> append_to_space(const sync::Admission& author, const SpaceId& space,
                               const ledger::Record& record, BytesView wraps);
  Result<void> store_record(const ledger::Record& record, BytesView wraps);
  Result<void> destroy_content(const SpaceId& space, SpaceEntry& entry);
  Result<void> store_space(const SpaceId& space, const SpaceEntry& entry, bool is_new);
  Result<std::uint64_t> readable_through(const sync::Admission& reader, const SpaceId& space);

  Result<std::optional<std::uint64_t>> position_of(const SpaceId& space, const RunHash& run);
  Result<ledger::WriterTip> tip_of(const WriterId& writer);
  // What becomes of one pushed run. Refusals are outcomes; an error is the database's.
  Result<sync::RunOutcome> judge_run(const SpaceId& space, const SpaceEntry& entry,
                                     BytesView encoded, RunBatchInHand& batch);
  Result<void> store_runs(const SpaceId& space, SpaceEntry& entry,
                          std::span<const PendingRun> runs);
  Result<void> store_chunk(const SpaceId& space, const ChunkHash& chunk, BytesView bytes,
                           std::uint64_t chunk_bytes);
  Result<void> store_run(const SpaceId& space, SpaceEntry& entry, const PendingRun& run);
  Bytes receipt_for(const SpaceId& space, const std::vector<sync::RunOutcome>& outcomes);
  Bytes receipt_for(const SpaceId& space, std::vector<ChunkHash> chunks);
  Result<bool> holds_chunk(const SpaceId& space, const ChunkHash& chunk);

  std::unique_ptr<RelayState> state_;
  crypto::SigningSecret identity_;
  crypto::SigningPublic identity_public_;
  Clock& clock_;
  RelayQuotas quotas_;
};

}  // namespace feltbog::server
