// SPDX-License-Identifier: Apache-2.0
// Runs that arrive: checked against the ledger, opened, merged and indexed in one transaction. What
// cannot be used now is set aside with its reason, never dropped. Data path: from
// sync/client_session.h; next: core/document/history.h, then watch.h.
#pragma once

#include <vector>

#include "core/workspace/core.h"

namespace feltbog::workspace {

class Inbox {
 public:
  explicit Inbox(Core& core) : core_(&core) {}

  // Durable when it returns; see ledger::Replica::store_runs.
  Result<void> store(const SpaceId& space, const ServerIncarnation& incarnation,
                     std::span<const ledger::RunItem> runs, std::uint64_t position);
  // Tries again what was set aside for want of records or keys. Within the caller's transaction.
  Result<void> retry(const SpaceId& space);
  // To be called once the transaction around retry() is committed.
  void announce();

 private:
  Result<void> take(const SpaceId& space, BytesView encoded);
  Result<void> merge(const SpaceId& space, BytesView encoded);
  Result<void> apply(const SpaceId& space, std::vector<document::Change> changes,
                     std::int64_t place);
  Result<void> set_aside(const SpaceId& space, BytesView encoded, ErrorCode reason);
  Result<void> want_chunks(const SpaceFile& file, const document::AddEffect& effect);
  Core* core_;
  std::vector<SpaceEffect> effects_;
};

}  // namespace feltbog::workspace
