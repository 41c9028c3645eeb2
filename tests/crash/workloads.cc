// SPDX-License-Identifier: Apache-2.0
// What devices do: write notes, import, seal and push, wipe, migrate, tidy up, search.
#include "core/store/migration.h"
#include "core/store/reader.h"
#include "tests/crash/database_workload.h"

namespace feltbog::crash {
namespace {

using store::Database;
using store::Migration;

// `body` runs in one transaction; it is promised once the commit has returned.
template <class Body>
Result<void> transact(Bench& bench, Body body) {
  {
    FELTBOG_TRY(transaction, bench.database->begin());
    FELTBOG_CHECK(body(*bench.database));
    FELTBOG_CHECK(transaction.commit());
  }
  bench.promise();
  return {};
}

Result<void> make_notes(Bench& bench) {
  return transact(bench, [](Database& database) {
    return database.exec(
        "CREATE TABLE notes(id INTEGER PRIMARY KEY, day INTEGER NOT NULL, body TEXT NOT NULL);"
        "CREATE INDEX notes_by_day ON notes(day);"
        "CREATE VIRTUAL TABLE search USING fts5(body, content='', tokenize='unicode61')");
  });
}

Result<void> add_note(Bench& bench, Database& database, std::size_t size) {
  const std::string body = bench.words(size);
  FELTBOG_CHECK(
      database.run("INSERT INTO notes(day, body) VALUES (?, ?)", bench.rows.below(400), body));
  return database.run("INSERT INTO search(rowid, body) VALUES (?, ?)", database.last_insert_id(),
                      body);
}

Result<void> write_notes(Bench& bench, int count, std::size_t size_max) {
  for (int i = 0; i < count; ++i) {
    FELTBOG_CHECK(transact(bench, [&](Database& database) {
      return add_note(bench, database, 20 + bench.rows.below(size_max));
    }));
  }
  return {};
}

Result<void> reopen(Bench& bench) {
  bench.close();
  return bench.open();
}

// One note per commit, the log moved in between, the app closed and opened.
Result<void> play_notes(Bench& bench) {
  FELTBOG_CHECK(make_notes(bench));
  FELTBOG_CHECK(write_notes(bench, 6, 3000));
  FELTBOG_CHECK(bench.checkpoint());
  FELTBOG_CHECK(write_notes(bench, 4, 200));
  FELTBOG_CHECK(reopen(bench));
  return write_notes(bench, 3, 9000);
}

Result<void> add_notes(Bench& bench, Database& database, int count) {
  for (int i = 0; i < count; ++i) FELTBOG_CHECK(add_note(bench, database, 40));
  return {};
}

// A thousand rows in one transaction, behind and before single notes.
Result<void> play_import(Bench& bench) {
  FELTBOG_CHECK(make_notes(bench));
  FELTBOG_CHECK(write_notes(bench, 2, 200));
  FELTBOG_CHECK(
      transact(bench, [&](Database& database) { return add_notes(bench, database, 1000); }));
  FELTBOG_CHECK(write_notes(bench, 2, 200));
  return bench.checkpoint();
}

Result<void> seal_run(Bench& bench, Database& database, std::int64_t run) {
  FELTBOG_CHECK(database.run("INSERT INTO runs(id, body) VALUES (?, ?)", run,
                             bench.words(500 + bench.rows.below(3000))));
  FELTBOG_CHECK(database.run("UPDATE changes SET run = ? WHERE run IS NULL", run));
  return database.run("INSERT INTO outbox(run) VALUES (?)", run);
}

Result<void> receive(Bench& bench, Database& database, std::int64_t run) {
  FELTBOG_CHECK(database.run("UPDATE runs SET receipt = ? WHERE id = ?", bench.words(64), run));
  return database.run("DELETE FROM outbox WHERE run = ?", run);
}

// Changes are made, sealed into runs, pushed, and leave the outbox with their receipt.
Result<void> play_push(Bench& bench) {
  FELTBOG_CHECK(transact(bench, [](Database& database) {
    return database.exec(
        "CREATE TABLE changes(id INTEGER PRIMARY KEY, run INTEGER, body BLOB);"
        "CREATE TABLE runs(id INTEGER PRIMARY KEY, body BLOB, receipt BLOB);"
        "CREATE TABLE outbox(run INTEGER PRIMARY KEY) WITHOUT ROWID;"
        "CREATE INDEX unsealed ON changes(run)");
  }));
  for (std::int64_t run = 1; run <= 4; ++run) {
    for (int i = 0; i < 3; ++i) {
      FELTBOG_CHECK(transact(bench, [&](Database& database) {
        return database.run("INSERT INTO changes(body) VALUES (?)", bench.words(200));
      }));
    }
    FELTBOG_CHECK(
        transact(bench, [&](Database& database) { return seal_run(bench, database, run); }));
    FELTBOG_CHECK(
        transact(bench, [&](Database& database) { return receive(bench, database, run); }));
    if (run == 2) FELTBOG_CHECK(bench.checkpoint());
  }
  return {};
}

Result<void> fill_space(Bench& bench, Database& database, int space) {
  FELTBOG_CHECK(database.run("INSERT INTO spaces VALUES (?, ?)", space, bench.words(30)));
  for (int i = 0; i < 20; ++i) {
    FELTBOG_CHECK(database.run("INSERT INTO entries(space, body) VALUES (?, ?)", space,
                               bench.words(bench.rows.below(1500))));
  }
  return {};
}

// A space leaves the device: its rows and their search entries, then the free pages.
Result<void> play_wipe(Bench& bench) {
  FELTBOG_CHECK(transact(bench, [](Database& database) {
    return database.exec(
        "CREATE TABLE spaces(id INTEGER PRIMARY KEY, title TEXT);"
        "CREATE TABLE entries(id INTEGER PRIMARY KEY, space INTEGER NOT NULL REFERENCES spaces(id) "
        "ON DELETE CASCADE, body TEXT); CREATE INDEX by_space ON entries(space)");
  }));
  for (int space = 1; space <= 3; ++space) {
    FELTBOG_CHECK(
        transact(bench, [&](Database& database) { return fill_space(bench, database, space); }));
  }
  FELTBOG_CHECK(bench.checkpoint());
  FELTBOG_CHECK(bench.exec("DELETE FROM spaces WHERE id = 2"));
  FELTBOG_CHECK(bench.exec("UPDATE entries SET body = zeroblob(length(body)) WHERE space = 1"));
  FELTBOG_CHECK(bench.exec("DELETE FROM entries"));
  return bench.checkpoint();
}

Result<void> fill_column(Database& database) {
  return database.run("UPDATE notes SET place = 'hjemme ' || id WHERE day % 2 = 0");
}

// From the first schema to the fourth; every step is promised before the next begins.
Result<void> play_migration(Bench& bench) {
  const std::vector<Migration> steps = {
      {.sql = "CREATE TABLE notes(id INTEGER PRIMARY KEY, day INTEGER, body TEXT)"},
      {.sql =
           "INSERT INTO notes(day, body) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
           "FROM n WHERE i < 60) SELECT i, printf('%.*c', i * 11, 'n') FROM n"},
      {.sql = "ALTER TABLE notes ADD COLUMN place TEXT", .apply = fill_column},
      {.sql = "CREATE TABLE notes_2(id INTEGER PRIMARY KEY, body TEXT, place TEXT) STRICT;"
              "INSERT INTO notes_2 SELECT id, body, place FROM notes; DROP TABLE notes;"
              "ALTER TABLE notes_2 RENAME TO notes; CREATE INDEX by_place ON notes(place)"}};
  for (std::size_t version = 1; version <= steps.size(); ++version) {
    FELTBOG_CHECK(store::migrate(*bench.database, std::span(steps).first(version)));
    bench.promise();
  }
  return {};
}

Result<void> play_vacuum(Bench& bench) {
  FELTBOG_CHECK(make_notes(bench));
  FELTBOG_CHECK(write_notes(bench, 8, 8000));
  FELTBOG_CHECK(bench.exec("DELETE FROM notes WHERE id % 3 <> 0"));
  FELTBOG_CHECK(bench.exec("VACUUM"));
  FELTBOG_CHECK(write_notes(bench, 2, 2000));
  FELTBOG_CHECK(reopen(bench));
  FELTBOG_CHECK(bench.exec("DELETE FROM notes"));
  FELTBOG_CHECK(bench.exec("VACUUM"));
  return bench.checkpoint();
}

Result<void> play_search(Bench& bench) {
  FELTBOG_CHECK(bench.exec("CREATE VIRTUAL TABLE search USING fts5(body)"));
  for (int i = 1; i <= 12; ++i) {
    FELTBOG_CHECK(transact(bench, [&](Database& database) {
      return database.run("INSERT INTO search(rowid, body) VALUES (?, ?)", i, bench.words(400));
    }));
    if (i % 4 != 0) continue;
    FELTBOG_CHECK(transact(bench, [&](Database& database) {
      return database.run("UPDATE search SET body = ? WHERE rowid = ?", bench.words(300), i - 2);
    }));
    FELTBOG_CHECK(transact(bench, [&](Database& database) {
      return database.run("DELETE FROM search WHERE rowid = ?", i - 1);
    }));
  }
  FELTBOG_CHECK(bench.exec("INSERT INTO search(search) VALUES ('optimize')"));
  FELTBOG_CHECK(bench.checkpoint());
  return bench.exec("INSERT INTO search(search) VALUES ('rebuild')");
}

Result<std::int64_t> count_notes(store::Reader& reader) {
  FELTBOG_TRY(statement, reader.prepare("SELECT count(body) FROM notes NOT INDEXED"));
  FELTBOG_TRY(row, statement.step());
  return row ? statement.integer(0) : -1;
}

// A reader beside the writer, and how many notes its snapshot has.
struct Look {
  store::Reader reader;
  std::int64_t notes;
};

Result<void> look(Bench& bench, std::vector<Look>& looks) {
  FELTBOG_TRY(reader, bench.database->open_reader());
  FELTBOG_TRY(notes, count_notes(reader));
  looks.push_back({std::move(reader), notes});
  return {};
}

Result<void> look_again(std::vector<Look>& looks) {
  for (Look& kept : looks) {
    FELTBOG_TRY(notes, count_notes(kept.reader));
    if (notes != kept.notes) return Error{ErrorCode::internal, "a snapshot changed"};
  }
  return {};
}

// Snapshots are kept through commits and through checkpoints that they cut short.
Result<void> play_readers(Bench& bench) {
  FELTBOG_CHECK(make_notes(bench));
  std::vector<Look> looks;
  for (int i = 0; i < 6; ++i) {
    FELTBOG_CHECK(look(bench, looks));
    FELTBOG_CHECK(write_notes(bench, 2, 3000));
    FELTBOG_CHECK(look_again(looks));
    FELTBOG_CHECK(bench.exec("PRAGMA wal_checkpoint(PASSIVE)"));
    FELTBOG_CHECK(look_again(looks));
    if (i == 3) looks.clear();
    if (looks.size() == 3) looks.erase(looks.begin());
  }
  return {};
}

Result<void> play_small_readers(Bench& bench) {
  FELTBOG_CHECK(bench.exec("CREATE TABLE notes(id INTEGER PRIMARY KEY, day INTEGER, body TEXT)"));
  FELTBOG_CHECK(bench.exec("INSERT INTO notes(day, body) VALUES (1, 'hjemme')"));
  std::vector<Look> looks;
  FELTBOG_CHECK(look(bench, looks));
  FELTBOG_CHECK(bench.exec("INSERT INTO notes(day, body) VALUES (2, printf('%.5000c', 'n'))"));
  FELTBOG_CHECK(bench.exec("PRAGMA wal_checkpoint(PASSIVE)"));
  FELTBOG_CHECK(look_again(looks));
  looks.clear();
  FELTBOG_CHECK(bench.checkpoint());
  return bench.exec("UPDATE notes SET body = 'kort'");
}

Result<void> play_small(Bench& bench) {
  FELTBOG_CHECK(bench.exec("CREATE TABLE notes(id INTEGER PRIMARY KEY, day INTEGER, body TEXT)"));
  for (int i = 0; i < 2; ++i) {
    FELTBOG_CHECK(transact(bench, [&](Database& database) {
      return database.run("INSERT INTO notes(day, body) VALUES (?, ?)", i, bench.words(5000));
    }));
  }
  FELTBOG_CHECK(bench.checkpoint());
  FELTBOG_CHECK(bench.exec("DELETE FROM notes WHERE day = 0"));
  FELTBOG_CHECK(reopen(bench));
  return bench.exec("UPDATE notes SET body = 'kort'");
}

store::DatabaseOptions full() { return {}; }
store::DatabaseOptions spilling() {
  return {.cache_kibibytes = 16, .spill_large_transactions = true};
}
store::DatabaseOptions normal() { return {.durability = store::Durability::normal}; }

std::unique_ptr<Workload> make(std::string_view name, std::uint64_t seed,
                               store::DatabaseOptions options, Steps steps) {
  return std::make_unique<DatabaseWorkload>(name, seed, options, steps);
}

}  // namespace

std::vector<std::unique_ptr<Workload>> make_workloads(std::uint64_t seed) {
  std::vector<std::unique_ptr<Workload>> out;
  out.push_back(make("notes", seed, full(), play_notes));
  out.push_back(make("notes-normal", seed, normal(), play_notes));
  out.push_back(make("notes-spilling", seed, spilling(), play_notes));
  out.push_back(make("import", seed, full(), play_import));
  out.push_back(make("import-spilling", seed, spilling(), play_import));
  out.push_back(make("push", seed, full(), play_push));
  out.push_back(make("wipe", seed, full(), play_wipe));
  out.push_back(make("migration", seed, full(), play_migration));
  out.push_back(make("vacuum", seed, full(), play_vacuum));
  out.push_back(make("vacuum-spilling", seed, spilling(), play_vacuum));
  out.push_back(make("search", seed, full(), play_search));
  out.push_back(make("readers", seed, full(), play_readers));
  out.push_back(make("readers-spilling", seed, spilling(), play_readers));
  out.push_back(make_slot_workload());
  return out;
}

std::vector<std::unique_ptr<Workload>> make_small_workloads(std::uint64_t seed) {
  std::vector<std::unique_ptr<Workload>> out;
  out.push_back(make("small", seed, full(), play_small));
  out.push_back(make("small-spilling", seed, spilling(), play_small));
  out.push_back(make("small-readers", seed, full(), play_small_readers));
  out.push_back(make_slot_workload());
  return out;
}

}  // namespace feltbog::crash
