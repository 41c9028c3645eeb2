// SPDX-License-Identifier: Apache-2.0
// What this device wrote and the server has not receipted: changes are sealed into runs at the
// moment of leaving, under the newest membership, and stay here until a signed receipt. Data path:
// from unit_of_work.h; next: core/ledger/run.h, then sync/client_session.h.
#pragma once

#include <vector>

#include "core/ledger/rescue.h"
#include "core/workspace/core.h"
#include "core/workspace/server_order.h"

namespace feltbog::workspace {

class Outbox {
 public:
  // `order` must outlive it.
  Outbox(Core& core, ServerOrder& order) : core_(&core), order_(&order) {}

  // Seals everything that may be sealed now. Left unsealed: files whose creation, or whose
  // membership records, still wait, and files whose key must be rotated first. A barred device
  // seals as of before it was barred. Durable when it returns.
  Result<void> seal();
  // A session begins: entries of the access log are sealed once more.
  void begin_session() { entries_sealed_at_.reset(); }
  Result<std::vector<ledger::OutgoingRun>> runs(std::size_t bytes_max, std::uint64_t after);
  // Runs that are not in the outbox, or not of this device, are passed over.
  Result<void> receipted(const SpaceId& space, std::span<const RunHash> runs, BytesView receipt);
  Result<void> refused(const SpaceId& space, const RunHash& run, ErrorCode code);
  // Runs without a receipt, unsealed changes counting as one, and their bytes.
  Result<ledger::Amount> waiting();

 private:
  struct Unsealed;
  Result<void> begin_owed_chain();
  Result<bool> may_seal(const SpaceId& space);
  bool has_left(const SpaceId& space) const;
  Result<bool> may_rescue(const SpaceId& space);
  // What the next run cites. Error: not_authorised (a barred device could not write there).
  Result<ledger::RunHeads> heads_after(const SpaceId& space, const ledger::WriterTip& tip) const;
  static std::size_t group_end(const std::vector<Unsealed>& unsealed, std::size_t begin);
  Result<void> seal_space(const SpaceId& space);
  Result<std::vector<Unsealed>> read_unsealed(const SpaceId& space);
  Result<void> seal_group(const SpaceId& space, std::span<const Unsealed> group);
  Result<void> seal_access_entries();
  // The place of the new run.
  Result<std::int64_t> seal_payload(const SpaceId& space, std::size_t count, Bytes payload);
  bool entries_are_due() const;
  Core* core_;
  ServerOrder* order_;
  std::optional<Instant> entries_sealed_at_;  // in this session
};

// The server may have lost what it gave receipts for, in one space or in all: this device's runs
// and chunks are offered again. Within the caller's transaction; true when there were any.
Result<bool> offer_again(store::Database& database, const std::optional<SpaceId>& space);

// How far a writer's chain of runs is known here.
Result<ledger::WriterTip> read_tip(store::Database& database, const SpaceId& space,
                                   const WriterId& writer);

}  // namespace feltbog::workspace
