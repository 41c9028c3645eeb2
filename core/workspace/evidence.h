// SPDX-License-Identifier: Apache-2.0
// Signed statements that contradict each other, kept so that somebody can be shown them. What is
// found never stops the sync: the words that came with it are checked by themselves.
#pragma once

#include <vector>

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/ledger/run.h"
#include "core/store/database.h"

namespace feltbog::workspace {

// The numbers are stored: never reused.
enum class EvidenceKind : std::uint8_t {
  // Two heads the server signed in one life of its database, the later one with less in it: it was
  // put back to an older state.
  server_went_back = 1,
  // The server signed an order of runs other than the one it delivered or signed before.
  server_changed_order = 2,
  // The server signed a membership log other than the one that is here.
  server_changed_log = 3,
  // The server went past a run without delivering it.
  run_withheld = 4,
  // Another device was shown another order: its run says so.
  other_order_seen = 5,
  // A device signed two runs for one place of its chain.
  device_forked = 6,
  // A run under this device's own name that it did not seal: it was put back to an older state, or
  // copied.
  device_copied = 7,
};
std::string_view name_of(EvidenceKind kind);

struct Evidence {
  std::int64_t id = 0;
  EvidenceKind kind = EvidenceKind::server_went_back;
  SpaceId space;
  WallTime found_at;
  // What was signed first, and what contradicts it: a SpaceHead, a Record or a run without its
  // body, as stored. Either is empty where there is no signed statement, only what was seen.
  Bytes first;
  Bytes second;
  // Whether the two prove it to somebody who saw neither come.
  bool proves() const { return !first.empty() && !second.empty(); }
};

// What a run's author signed, without the words.
Bytes without_body(ledger::SealedRun run);

// Within the caller's transaction. Nothing happens when the same is kept already, or when so much
// is kept of this kind and space that more would say nothing new. True when it was kept.
Result<bool> keep_evidence(store::Database& database, const Evidence& evidence);
// Oldest first.
Result<std::vector<Evidence>> read_evidence(store::Database& database);

}  // namespace feltbog::workspace
