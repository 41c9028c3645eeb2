// SPDX-License-Identifier: Apache-2.0
// Several units of work in one transaction, hence under one sync. A sync costs as much as hundreds
// of rows: a server takes in the runs of many devices, a device the runs of many cases this way.
#pragma once

#include <functional>
#include <vector>

#include "core/store/database.h"

namespace feltbog::store {

// A transaction whose parts fail apart from each other and become durable together. The thread of
// the database. While it is open, nothing else may begin a transaction. Destroyed without a commit
// it is rolled back, and every unit is told so.
class GroupCommit {
 public:
  // Does the work on the database. It must neither begin nor end a transaction (savepoints of its
  // own are fine), and must promise nothing to anybody: that is for Acknowledge.
  using Work = std::function<Result<void>(Database&)>;
  // Told once what became of the unit: without an error, it is durable (Durability::full).
  using Acknowledge = std::function<void(const Result<void>&)>;

  // More units than this make the one sync late for the first of them.
  static constexpr std::size_t kUnitsMax = 1024;

  // BEGIN IMMEDIATE. The database must outlive the group. Error: wrong_state, when a transaction is
  // open already.
  static Result<GroupCommit> begin(Database& database);
  GroupCommit(GroupCommit&&) noexcept = default;
  GroupCommit& operator=(GroupCommit&&) = delete;
  GroupCommit(const GroupCommit&) = delete;
  ~GroupCommit();

  // Runs one unit in a savepoint. After an error of the work nothing of it is left and the others
  // stay; that error is returned, and `acknowledge` gets it at once. Errors also: limit_exceeded
  // (commit this group first; the work did not run, and `acknowledge` is not told), wrong_state
  // (the group has ended, or the work ended its transaction). Where an error of the disk or of
  // memory makes the whole transaction void, the group ends, and every unit is told that error.
  Result<void> add(const Work& work, Acknowledge acknowledge = {});

  // The one sync; then tells every unit that was added, in order. After an error none of them is
  // there, or, where a sync failed, their fate is open until the database is opened again. A group
  // without units is rolled back. Error also: wrong_state (committed, or ended by an error).
  Result<void> commit();

  // Units that wait for the commit.
  std::size_t size() const { return waiting_.size(); }

 private:
  GroupCommit(Database& database, Transaction transaction);
  // The error of the work, undone; sets `whole` to false where the group cannot go on.
  Result<void> run(const Work& work, bool& whole);
  // Ends the group, and tells every unit.
  Result<void> end(Result<void> outcome);

  Database* database_;
  std::optional<Transaction> transaction_;  // until the group has ended
  std::vector<Acknowledge> waiting_;
};

}  // namespace feltbog::store
