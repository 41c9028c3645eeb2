// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/erasure.h"

#include "core/workspace/tables.h"

namespace feltbog::workspace {
namespace {

Result<Erased> count(store::Database& database, const SpaceId& space) {
  FELTBOG_TRY(row, database.prepare("SELECT total(change_count), total(CASE WHEN batch.run IS NULL "
                                    "OR (own = 1 AND receipt IS NULL) THEN change_count ELSE 0 "
                                    "END) FROM batch LEFT JOIN run ON run.place = batch.run WHERE "
                                    "batch.space = ?1"));
  row.bind(1, space);
  FELTBOG_TRY(found, row.step());
  FELTBOG_ASSERT(found);
  return Erased{static_cast<std::uint64_t>(row.integer(0)),
                static_cast<std::uint64_t>(row.integer(1))};
}

}  // namespace

Result<bool> destroy_content(Core& core, const SpaceId& space) {
  const SpaceLog* log = core.membership.space(space);
  if (log == nullptr || !log->erased()) return false;
  FELTBOG_TRY(before, what_was_erased(core, space));
  if (before) return false;
  store::Database& database = *core.database;
  FELTBOG_TRY(counted, count(database, space));
  FELTBOG_CHECK(database.run("INSERT INTO erased(space, changes, unsent) VALUES(?1, ?2, ?3)", space,
                             counted.changes, counted.unsent));
  FELTBOG_CHECK(core.membership.destroy_keys(space));
  for (const std::string_view statement :
       {"DELETE FROM search_text WHERE rowid IN (SELECT id FROM search_row WHERE space = ?1)",
        "DELETE FROM search_row WHERE space = ?1", "DELETE FROM batch WHERE space = ?1",
        "DELETE FROM saved_history WHERE space = ?1", "DELETE FROM chunk WHERE space = ?1",
        "DELETE FROM run WHERE space = ?1"}) {
    FELTBOG_CHECK(database.run(statement, space));
  }
  // Answers to earlier requests may quote it.
  FELTBOG_CHECK(database.run("DELETE FROM request"));
  core.files.put_away(space);
  return true;
}

Result<void> settle_erasure(Core& core) { return core.database->checkpoint(); }

Result<std::optional<Erased>> what_was_erased(Core& core, const SpaceId& space) {
  FELTBOG_TRY(row, core.database->prepare("SELECT changes, unsent FROM erased WHERE space = ?1"));
  row.bind(1, space);
  FELTBOG_TRY(found, row.step());
  if (!found) return std::optional<Erased>();
  return std::optional<Erased>(
      {static_cast<std::uint64_t>(row.integer(0)), static_cast<std::uint64_t>(row.integer(1))});
}

}  // namespace feltbog::workspace
