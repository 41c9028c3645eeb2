// SPDX-License-Identifier: Apache-2.0
// A savepoint for each unit, one commit for all.
#include "core/store/group_commit.h"

namespace feltbog::store {

GroupCommit::GroupCommit(Database& database, Transaction transaction)
    : database_(&database), transaction_(std::move(transaction)) {}

Result<GroupCommit> GroupCommit::begin(Database& database) {
  FELTBOG_TRY(transaction, database.begin());
  return GroupCommit(database, std::move(transaction));
}

GroupCommit::~GroupCommit() {
  if (transaction_.has_value()) (void)end(Error{ErrorCode::cancelled, "group not committed"});
}

Result<void> GroupCommit::end(Result<void> outcome) {
  transaction_.reset();
  // A unit that is told may begin another group.
  for (const Acknowledge& acknowledge : std::exchange(waiting_, {})) {
    if (acknowledge) acknowledge(outcome);
  }
  return outcome;
}

Result<void> GroupCommit::run(const Work& work, bool& whole) {
  whole = false;
  FELTBOG_CHECK(database_->run("SAVEPOINT unit"));
  auto done = work(*database_);
  if (!database_->in_transaction()) {
    if (!done) return done;
    return Error{ErrorCode::wrong_state, "a unit ended the transaction"};
  }
  // What cannot be undone must not be committed with the rest.
  if (!done) FELTBOG_CHECK(database_->run("ROLLBACK TO unit"));
  FELTBOG_CHECK(database_->run("RELEASE unit"));
  whole = true;
  return done;
}

Result<void> GroupCommit::add(const Work& work, Acknowledge acknowledge) {
  if (!transaction_.has_value()) return Error{ErrorCode::wrong_state, "the group has ended"};
  if (waiting_.size() >= kUnitsMax) {
    return Error{ErrorCode::limit_exceeded, "units " + std::to_string(waiting_.size())};
  }
  // Kept before the work is done, so that nothing can be done without being told of.
  waiting_.push_back(std::move(acknowledge));
  bool whole = false;
  auto done = run(work, whole);
  if (!whole) return end(std::move(done));
  if (done) return done;
  const Acknowledge failed = std::move(waiting_.back());
  waiting_.pop_back();
  if (failed) failed(done);
  return done;
}

Result<void> GroupCommit::commit() {
  if (!transaction_.has_value()) return Error{ErrorCode::wrong_state, "the group has ended"};
  if (waiting_.empty()) return end({});
  return end(transaction_->commit());
}

}  // namespace feltbog::store
