// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/saved_histories.h"

#include "core/document/saved_history.h"
#include "core/workspace/schema.h"

namespace feltbog::workspace {
namespace {

Result<document::History> read(store::Database& database, const SpaceId& space) {
  FELTBOG_TRY(row, database.prepare("SELECT rules, body FROM saved_history WHERE space = ?1"));
  row.bind(1, space);
  FELTBOG_TRY(found, row.step());
  if (!found) return ErrorCode::not_found;
  if (row.integer(0) != static_cast<std::int64_t>(document::kMergingRules)) {
    return ErrorCode::unsupported_version;
  }
  FELTBOG_TRY(saved, document::SavedHistory::open(to_bytes(row.bytes(1))));
  return saved.load(file_schema());
}

}  // namespace

std::optional<document::History> read_saved_history(store::Database& database,
                                                    const SpaceId& space) {
  // Whatever is wrong with it, the batches have everything.
  auto history = read(database, space);
  if (!history) return std::nullopt;
  return std::move(history).value();
}

Result<void> write_saved_history(store::Database& database, const SpaceId& space,
                                 const document::History& history) {
  return database.run("INSERT OR REPLACE INTO saved_history VALUES(?1, ?2, ?3)", space,
                      document::kMergingRules, history.save());
}

}  // namespace feltbog::workspace
