// SPDX-License-Identifier: Apache-2.0
// A schema as a list of forward-only steps. The number of steps applied is kept in user_version.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "core/store/database.h"

namespace feltbog::store {

// One step from schema version n to n + 1: SQL, then code where SQL is not enough. Both run inside
// the step's transaction and must not begin one. Released steps are never changed.
struct Migration {
  std::string_view sql;
  std::function<Result<void>(Database&)> apply = {};
  // Instead of both, for a step that goes through many rows: does some of them and returns whether
  // any are left. Called until none are, in a transaction of its own each time, so that neither
  // memory nor what a power cut undoes grows with the database. It finds out from the rows
  // themselves, or from a table that an earlier step made for it, what is done already.
  std::function<Result<bool>(Database&)> portion = {};
};

// Where a migration stands.
struct MigrationPoint {
  std::size_t step = 0;      // from 0
  std::size_t count = 0;     // of all steps
  std::size_t portions = 0;  // of this step, done by this call of migrate
};

// Called before each step, before each portion, and every so often while a statement runs; it must
// not touch the database. False cancels: what runs is undone, what is done stays, and the next call
// of migrate goes on from there.
using MigrationProgress = std::function<bool(const MigrationPoint&)>;

// Brings the database to the version steps.size(), one transaction per step or portion, so that a
// migration cut short goes on where it stopped. There is no way back. Errors: unsupported_version
// (the database is newer), cancelled, those of Database::exec, and those of a step's code.
Result<void> migrate(Database& database, std::span<const Migration> steps,
                     const MigrationProgress& progress = {});

// The number of steps applied so far; 0 for a new database.
Result<std::int64_t> schema_version(Database& database);

}  // namespace feltbog::store
