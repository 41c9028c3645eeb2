// SPDX-License-Identifier: Apache-2.0
// Runs that arrive: checked against the ledger, opened, merged and indexed in one transaction. What
// cannot be used now is set aside with its reason, never dropped. Data path: from
// sync/client_session.h; next: core/document/history.h, then watch.h.
#pragma once

#include <vector>

#include "core/ledger/run.h"
#include "core/workspace/core.h"
#include "core/workspace/server_order.h"

namespace feltbog::workspace {

class Inbox {
 public:
  // `order` must outlive it.
  Inbox(Core& core, ServerOrder& order) : core_(&core), order_(&order) {}

  // Durable when they return; see ledger::Replica::store_runs and store_head.
  Result<void> store_head(const SpaceId& space, const ServerIncarnation& incarnation,
                          BytesView head);
  Result<void> store(const SpaceId& space, const ServerIncarnation& incarnation,
                     std::span<const ledger::RunItem> runs, std::uint64_t position);
  // Tries again what was set aside for want of something that may be here now: in one space, or in
  // all. Within the caller's transaction, after which comes announce() or, if it failed, forget().
  // True when something was merged.
  Result<bool> retry(const SpaceId& space);
  Result<bool> retry_all();
  // When a log grew: what barred and removed authors wrote is judged anew (held_runs.h). As
  // retry().
  Result<void> judge(const SpaceId& space);
  Result<void> judge_all();
  void announce();
  void forget() { effects_.clear(); }

 private:
  // A run that holds by the ledger, and the changes that were in it.
  struct Opened {
    ledger::RunHeader header;
    ledger::RunStanding standing = ledger::RunStanding::in_force;
    std::vector<document::Change> changes;
  };
  struct ChainPlace {
    WriterId writer;
    std::uint64_t sequence = 0;
  };
  Result<bool> retry(const SpaceId& space, const std::string& reasons);
  Result<void> take_chain(const SpaceId& space, Bytes encoded);
  Result<std::optional<ChainPlace>> take(const SpaceId& space, BytesView encoded);
  Result<bool> is_merged(const RunHash& run);
  Result<bool> has_rival(const ledger::RunHeader& header);
  Result<void> keep_fork(const ledger::SealedRun& run);
  Result<void> leave_to_copy(const ledger::SealedRun& run);
  Result<Opened> check_and_open(const ledger::SealedRun& run, const ledger::WriterTip& tip,
                                const ledger::Keyring& keys) const;
  Result<bool> merge(const ledger::SealedRun& run, BytesView encoded, Opened opened);
  Result<std::int64_t> keep_run(const Opened& opened, BytesView encoded);
  Result<void> set_aside(const SpaceId& space, BytesView encoded, ErrorCode reason);
  Result<std::vector<Bytes>> waiting_at(const SpaceId& space, const ChainPlace& place);
  Result<void> want_chunks(const SpaceFile& file, const document::AddEffect& effect);
  Result<void> keep_evidence_of(EvidenceKind kind, const SpaceId& space, Bytes first, Bytes second);

  Core* core_;
  ServerOrder* order_;
  std::vector<SpaceEffect> effects_;
  bool merged_ = false;   // in the present transaction
  bool visible_ = false;  // also: something was set aside
};

}  // namespace feltbog::workspace
