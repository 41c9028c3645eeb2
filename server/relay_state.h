// SPDX-License-Identifier: Apache-2.0
// What a relay store holds in memory of its database, and the one transaction they change in. The
// rules of what may be stored are relay_store.h's.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

#include "core/ledger/receipt.h"
#include "core/ledger/run.h"
#include "core/store/database.h"

namespace feltbog::server {

// Spaces kept in memory; others are read from the database when asked for.
constexpr std::size_t kSpacesCachedMax = 512;

// A space as of the newest change, committed or not.
struct SpaceEntry {
  ledger::SpaceState state;
  std::uint64_t last_position = 0;
  ledger::PositionHash order;
  std::uint64_t run_bytes = 0;    // of all runs ever taken
  std::uint64_t chunk_bytes = 0;  // of all chunks held
  std::uint64_t last_used = 0;
  // What was signed last about its order, good as long as neither has moved.
  struct Signed {
    std::uint64_t position = 0;
    ledger::LogHead log;
    Bytes head;
  };
  Signed signed_head;
};

class RelayState {
 public:
  // Brings the schema up to date and reads the organisation's log. A new database gets an
  // incarnation. Errors: those of the database; corrupt, when a stored record no longer fits its
  // log.
  static Result<std::unique_ptr<RelayState>> open(std::unique_ptr<store::Database> database,
                                                  Random& random);

  store::Database& database() { return *database_; }
  const ServerIncarnation& incarnation() const { return incarnation_; }
  // To be called before the organisation is looked at: after a failed write memory may have to be
  // read again. Errors: those of the database.
  Result<void> refresh();
  // Apply records to it only together with a write() that stores them.
  ledger::OrganisationState& organisation() { return organisation_; }
  // Null when there is no such space. Valid until the next call.
  Result<SpaceEntry*> space(const SpaceId& space);
  // Takes a space that is new. Valid until the next call of space or put.
  SpaceEntry* put_space(const SpaceId& space, SpaceEntry entry);

  // Runs `change`, which writes what the state in memory already says, in a transaction. If it
  // fails, all that was not committed is undone, in memory too.
  Result<void> write(const std::function<Result<void>()>& change);

  // With grouping, write() leaves the transaction open for those that follow, and nobody may hear
  // of anything before commit() has returned.
  void group_commits(bool grouped) { grouped_ = grouped; }
  bool uncommitted() const { return transaction_.has_value() || lost_.has_value(); }
  // After an error nothing since the last commit exists, and whoever was promised it must be cut
  // off.
  Result<void> commit();

 private:
  RelayState() = default;
  Result<void> load_incarnation(Random& random);
  Result<void> load_organisation();
  Result<std::optional<SpaceEntry>> load_space(const SpaceId& space);
  Result<void> lose(Error error);
  void evict();

  std::unique_ptr<store::Database> database_;
  std::optional<store::Transaction> transaction_;
  std::optional<Error> lost_;  // the group that failed, until commit() has said so
  ServerIncarnation incarnation_;
  ledger::OrganisationState organisation_;
  std::unordered_map<SpaceId, SpaceEntry> spaces_;
  std::uint64_t uses_ = 0;
  bool grouped_ = false;
  bool stale_ = false;  // memory could not be read back after an undo
};

}  // namespace feltbog::server
