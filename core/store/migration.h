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
};

// Called before each step with its number (from 0) and the number of all steps.
using MigrationProgress = std::function<void(std::size_t step, std::size_t count)>;

// Brings the database to the version steps.size(), one transaction per step, so that an interrupted
// migration goes on where it stopped. Errors: unsupported_version (the database is newer), those of
// Database::exec, and those of a step's code.
Result<void> migrate(Database& database, std::span<const Migration> steps,
                     const MigrationProgress& progress = {});

// The number of steps applied so far; 0 for a new database.
Result<std::int64_t> schema_version(Database& database);

}  // namespace feltbog::store
