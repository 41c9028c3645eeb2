// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/tables.h"

#include "core/ledger/writer.h"

namespace feltbog::workspace {
namespace {

// Version 1. Ids and hashes are BLOBs of fixed length, times are milliseconds, `accepted` and
// `receipt` tell what the server has confirmed.
constexpr std::string_view kVersion1 = R"sql(
CREATE TABLE setting(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

-- Results of named requests, so that a repeated one is answered and not done again.
CREATE TABLE request(
  place INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, result BLOB NOT NULL);

CREATE TABLE organisation_record(
  sequence INTEGER PRIMARY KEY, record BLOB NOT NULL, accepted INTEGER NOT NULL);

-- `refused`: the server will not have this space as it was created; the file lives on here alone.
CREATE TABLE space_record(
  space BLOB NOT NULL, sequence INTEGER NOT NULL, record BLOB NOT NULL, wraps BLOB NOT NULL,
  accepted INTEGER NOT NULL, refused INTEGER, PRIMARY KEY(space, sequence)) WITHOUT ROWID;

CREATE TABLE cursor(
  space BLOB NOT NULL, incarnation BLOB NOT NULL, position INTEGER NOT NULL,
  PRIMARY KEY(space, incarnation)) WITHOUT ROWID;

CREATE TABLE writer(
  writer BLOB PRIMARY KEY, space BLOB NOT NULL, device BLOB NOT NULL) WITHOUT ROWID;

-- Sealed runs, one's own and others'. `place` orders the outbox. A run set aside has a reason, and
-- its `hash` is that of its bytes, so that it never stands in the way of a genuine run.
CREATE TABLE run(
  place INTEGER PRIMARY KEY AUTOINCREMENT, space BLOB NOT NULL, writer BLOB NOT NULL,
  sequence INTEGER NOT NULL, hash BLOB NOT NULL UNIQUE, run BLOB NOT NULL, own INTEGER NOT NULL,
  sealed_at INTEGER NOT NULL, receipt BLOB, refused INTEGER, set_aside INTEGER);
CREATE UNIQUE INDEX run_chain ON run(space, writer, sequence) WHERE set_aside IS NULL;
CREATE INDEX run_outbox ON run(place) WHERE own = 1 AND receipt IS NULL;
CREATE INDEX run_set_aside ON run(space, writer, sequence) WHERE set_aside IS NOT NULL;

-- Opened changes: what merges. `run` is the place of the run they travel in, null until sealed.
CREATE TABLE batch(
  space BLOB NOT NULL, writer BLOB NOT NULL, first_counter INTEGER NOT NULL,
  change_count INTEGER NOT NULL, recorded_at INTEGER NOT NULL, run INTEGER, body BLOB NOT NULL,
  PRIMARY KEY(space, writer, first_counter)) WITHOUT ROWID;
CREATE INDEX batch_unsealed ON batch(space, writer, first_counter) WHERE run IS NULL;

-- Sealed attachment chunks: held (bytes), wanted (no bytes), and whether the server has them. An
-- empty receipt: of an attachment still being written, not offered to anybody.
CREATE TABLE chunk(
  place INTEGER PRIMARY KEY AUTOINCREMENT, space BLOB NOT NULL, hash BLOB NOT NULL, bytes BLOB,
  own INTEGER NOT NULL, receipt BLOB, refused INTEGER, UNIQUE(space, hash));

CREATE TABLE search_row(
  id INTEGER PRIMARY KEY, space BLOB NOT NULL, document TEXT NOT NULL, kind TEXT NOT NULL,
  UNIQUE(space, document));
CREATE VIRTUAL TABLE search_text USING fts5(
  body, tokenize = "unicode61 remove_diacritics 0", prefix = '2 3');
)sql";

// Version 2. `standing`: ledger::RunStanding, as the logs here say.
constexpr std::string_view kVersion2 = R"sql(
ALTER TABLE run ADD COLUMN standing INTEGER NOT NULL DEFAULT 0;
CREATE INDEX run_judged ON run(space) WHERE standing != 0;
)sql";

// Version 3. What a file's batches amount to, to open it quickly; gone when they are.
constexpr std::string_view kVersion3 = R"sql(
CREATE TABLE saved_history(
  space BLOB PRIMARY KEY, rules INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TRIGGER saved_history_goes AFTER DELETE ON batch
WHEN NOT EXISTS(SELECT 1 FROM batch WHERE space = OLD.space) BEGIN
  DELETE FROM saved_history WHERE space = OLD.space;
END;
)sql";

// Version 4. Of the server last met: which run it put where, and its order up to there as worked
// out here (null: not known); the newest head it signed. evidence: evidence.h. erased: how much was
// destroyed here of a file, and how much of that had reached nobody.
constexpr std::string_view kVersion4 = R"sql(
CREATE TABLE run_order(
  space BLOB NOT NULL, position INTEGER NOT NULL, run BLOB NOT NULL, order_hash BLOB,
  PRIMARY KEY(space, position)) WITHOUT ROWID;
CREATE TABLE space_head(space BLOB PRIMARY KEY, head BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE evidence(
  id INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, space BLOB NOT NULL,
  found_at INTEGER NOT NULL, first BLOB NOT NULL, second BLOB NOT NULL,
  UNIQUE(kind, space, first, second));
CREATE TABLE erased(
  space BLOB PRIMARY KEY, changes INTEGER NOT NULL, unsent INTEGER NOT NULL) WITHOUT ROWID;
)sql";

// Version 5. Entries of the access log that are in no run yet, each sealed under a key that is
// wrapped for others (docs/access-log.md).
constexpr std::string_view kVersion5 = R"sql(
CREATE TABLE access_key(id INTEGER PRIMARY KEY, wraps BLOB NOT NULL);
CREATE TABLE access_entry(
  number INTEGER PRIMARY KEY, key INTEGER NOT NULL, sealed BLOB NOT NULL);
)sql";

// Version 6. Notes taken down without seeing a case, sealed to this device's own key until they are
// filed (dropped_notes.h).
constexpr std::string_view kVersion6 = R"sql(
CREATE TABLE dropped_note(id INTEGER PRIMARY KEY AUTOINCREMENT, sealed BLOB NOT NULL);
)sql";

}  // namespace

std::span<const store::Migration> workspace_migrations() {
  static const store::Migration kSteps[] = {{kVersion1}, {kVersion2}, {kVersion3},
                                            {kVersion4}, {kVersion5}, {kVersion6}};
  return kSteps;
}

Result<std::optional<Bytes>> read_setting(store::Database& database, std::string_view name) {
  FELTBOG_TRY(statement, database.prepare("SELECT value FROM setting WHERE name = ?1"));
  statement.bind(1, name);
  FELTBOG_TRY(found, statement.step());
  if (!found) return std::optional<Bytes>();
  return std::optional<Bytes>(to_bytes(statement.bytes(0)));
}

Result<void> write_setting(store::Database& database, std::string_view name, BytesView value) {
  return database.run("INSERT OR REPLACE INTO setting(name, value) VALUES(?1, ?2)", name, value);
}

Result<void> remove_setting(store::Database& database, std::string_view name) {
  return database.run("DELETE FROM setting WHERE name = ?1", name);
}

Result<std::uint64_t> read_number(store::Database& database, std::string_view name,
                                  std::uint64_t otherwise) {
  FELTBOG_TRY(stored, read_setting(database, name));
  if (!stored) return otherwise;
  std::uint64_t number = 0;
  for (const std::uint8_t digit : *stored) {
    if (digit < '0' || digit > '9' || number > UINT64_MAX / 10 - 1) {
      return Error{ErrorCode::corrupt, std::string(name)};
    }
    number = number * 10 + (digit - '0');
  }
  return number;
}

Result<std::uint32_t> read_incarnation(store::Database& database) {
  FELTBOG_TRY(number, read_number(database, setting::kIncarnation, 1));
  if (number == 0 || number > ledger::kIncarnationMax) {
    return Error{ErrorCode::corrupt, std::string(setting::kIncarnation)};
  }
  return static_cast<std::uint32_t>(number);
}

Result<void> write_number(store::Database& database, std::string_view name, std::uint64_t number) {
  return write_setting(database, name, as_bytes(std::to_string(number)));
}

}  // namespace feltbog::workspace
