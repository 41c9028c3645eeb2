// SPDX-License-Identifier: Apache-2.0
// The order in which the server says it took a space's runs, as far as this device has checked it.
// Signed heads (core/ledger/receipt.h) and the witnesses in others' runs are held against it, so
// that a server which goes back, leaves out, or tells two stories is found out.
#pragma once

#include <set>
#include <span>

#include "core/ledger/replica.h"
#include "core/ledger/run.h"
#include "core/workspace/core.h"
#include "core/workspace/evidence.h"

namespace feltbog::workspace {

// Calls that write stand within the caller's transaction.
class ServerOrder {
 public:
  explicit ServerOrder(Core& core) : core_(&core) {}

  // A session begins: `incarnation` is whose order is followed from now on. What was followed of
  // another is forgotten.
  Result<void> meet(const ServerIncarnation& incarnation);

  struct Followed {
    std::uint64_t position = 0;  // up to which every run was delivered: the cursor
    bool went_back = false;      // the server lost runs: it began again below the cursor, or
                                 // another run stands where a receipt put one of this device's
    bool found = false;          // evidence
  };
  // Runs that were delivered, with the position they lead to. Errors: those of the database.
  Result<Followed> follow(const SpaceId& space, const ServerIncarnation& incarnation,
                          std::span<const ledger::RunItem> runs, std::uint64_t position);
  // Where the server put runs of this device, which are not delivered to it. A verified receipt.
  Result<void> note(const ledger::Receipt& receipt);
  // True when evidence was found. After server_changed_order the space has no cursor any more, and
  // is fetched anew. Errors: those of verify_space_head(), malformed (of another space).
  Result<bool> check_head(const SpaceId& space, const ServerIncarnation& incarnation,
                          BytesView encoded);
  // What a run that holds by the ledger says its author saw. True when evidence was found.
  Result<bool> check_witness(const ledger::SealedRun& run);
  // What this device can say in its own runs; none before the first head.
  Result<std::optional<ledger::OrderWitness>> witness(const SpaceId& space);

 private:
  Result<bool> keep(EvidenceKind kind, const SpaceId& space, Bytes first, Bytes second);
  Result<std::uint64_t> cursor(const SpaceId& space, const ServerIncarnation& incarnation);
  Result<std::optional<RunHash>> noted_run(const SpaceId& space, std::uint64_t position);
  Result<std::optional<ledger::PositionHash>> order_at(const SpaceId& space,
                                                       std::uint64_t position);
  Result<std::optional<Bytes>> newest_head(const SpaceId& space);
  Result<bool> receipt_broken(const SpaceId& space);
  Result<bool> check_log(const SpaceId& space, const ledger::SpaceHead& head, BytesView encoded);
  Result<void> start_over(const SpaceId& space, const ServerIncarnation& incarnation);

  Core* core_;
  std::optional<ServerIncarnation> met_;  // in this process
  std::set<SpaceId> starting_over_;       // until the next session
};

}  // namespace feltbog::workspace
