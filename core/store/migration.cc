// SPDX-License-Identifier: Apache-2.0
// Applying schema steps.
#include "core/store/migration.h"

namespace feltbog::store {
namespace {

// The statements of a migration ask their observer for as long as this lives.
class Watched {
 public:
  Watched(Database& database, std::function<bool()> go_on) : database_(database) {
    database_.watch(std::move(go_on));
  }
  ~Watched() { database_.watch({}); }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

 private:
  Database& database_;
};

// One transaction. True when the step is complete, and its version written with it.
Result<bool> apply_some(Database& database, const Migration& step, std::size_t version_after) {
  FELTBOG_TRY(transaction, database.begin());
  bool left = false;
  if (step.portion) {
    FELTBOG_TRY(more, step.portion(database));
    left = more;
  }
  if (!step.sql.empty()) FELTBOG_CHECK(database.exec(step.sql));
  if (step.apply) FELTBOG_CHECK(step.apply(database));
  if (!left) {
    FELTBOG_CHECK(database.exec("PRAGMA user_version = " + std::to_string(version_after)));
  }
  FELTBOG_CHECK(transaction.commit());
  return !left;
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
  MigrationPoint point{.step = static_cast<std::size_t>(version), .count = steps.size()};
  std::function<bool()> go_on;
  if (progress) go_on = [&] { return progress(point); };
  const Watched watched(database, std::move(go_on));
  while (point.step < steps.size()) {
    const Migration& step = steps[point.step];
    FELTBOG_ASSERT(!step.portion || (step.sql.empty() && !step.apply));
    if (progress && !progress(point)) {
      return Error{ErrorCode::cancelled, "before schema step " + std::to_string(point.step)};
    }
    FELTBOG_TRY(complete, apply_some(database, step, point.step + 1));
    ++point.portions;
    if (complete) point = {.step = point.step + 1, .count = steps.size()};
  }
  return {};
}

}  // namespace feltbog::store
