// SPDX-License-Identifier: Apache-2.0
// Applying schema steps.
#include "core/store/migration.h"

namespace feltbog::store {
namespace {

Result<void> apply_step(Database& database, const Migration& step, std::size_t version_after) {
  FELTBOG_TRY(transaction, database.begin());
  if (!step.sql.empty()) FELTBOG_CHECK(database.exec(step.sql));
  if (step.apply) FELTBOG_CHECK(step.apply(database));
  FELTBOG_CHECK(database.exec("PRAGMA user_version = " + std::to_string(version_after)));
  return transaction.commit();
}

}  // namespace

Result<std::int64_t> schema_version(Database& database) {
  FELTBOG_TRY(statement, database.prepare("PRAGMA user_version"));
  FELTBOG_TRY(row, statement.step());
  if (!row) return Error{ErrorCode::corrupt, "user_version"};
  return statement.integer(0);
}

Result<void> migrate(Database& database, std::span<const Migration> steps,
                     const MigrationProgress& progress) {
  FELTBOG_TRY(version, schema_version(database));
  if (version < 0) return Error{ErrorCode::corrupt, "schema version " + std::to_string(version)};
  if (static_cast<std::uint64_t>(version) > steps.size()) {
    return Error{ErrorCode::unsupported_version, "schema version " + std::to_string(version)};
  }
  for (auto step = static_cast<std::size_t>(version); step < steps.size(); ++step) {
    if (progress) progress(step, steps.size());
    FELTBOG_CHECK(apply_step(database, steps[step], step + 1));
  }
  return {};
}

}  // namespace feltbog::store
