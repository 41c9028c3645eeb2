// SPDX-License-Identifier: Apache-2.0
// Readers on snapshots, while the writer commits, checkpoints, starts the log anew and closes.
#include "core/store/reader.h"

#include <doctest/doctest.h>

#include "tests/core/store/reader_support.h"

using namespace feltbog;
using namespace feltbog::store;
using namespace feltbog::testing;

namespace {

const DatabaseOptions kSpilling{
    .durability = Durability::normal, .cache_kibibytes = 16, .spill_large_transactions = true};

struct Store {
  explicit Store(DatabaseOptions options = {}, std::uint64_t seed = 1) : random(seed) {
    database = open_store(disk, random, options).value();
    REQUIRE(prepare_rounds(*database));
  }
  Reader reader() { return database->open_reader().value(); }
  // Moves of the log what readers allow; the error of a database, not that of a busy reader.
  Result<void> move_some() { return database->run("PRAGMA wal_checkpoint(PASSIVE)"); }

  MemoryDisk disk;
  SeededRandom random;
  std::unique_ptr<Database> database;
};

}  // namespace

TEST_CASE("a reader sees what was committed when it took its snapshot, until it takes another") {
  for (const bool spill : {false, true}) {
    CAPTURE(spill);
    Store store(spill ? kSpilling : DatabaseOptions{});
    Reader reader = store.reader();
    CHECK(round_of(reader) == 0);
    for (int round = 1; round <= 5; ++round) {
      REQUIRE(commit_round(*store.database, round));
      CHECK(round_of(reader) == round - 1);
      REQUIRE(reader.snapshot());
      CHECK(round_of(reader) == round);
    }
  }
}

TEST_CASE("without a snapshot each statement sees the newest commit") {
  Store store;
  Reader reader = store.reader();
  reader.release();
  CHECK_FALSE(reader.has_snapshot());
  REQUIRE(commit_round(*store.database, 1));
  CHECK(round_of(reader) == 1);
  REQUIRE(reader.snapshot());
  CHECK(reader.has_snapshot());
}

TEST_CASE("a transaction is invisible until it is committed, wherever its pages are by then") {
  for (const bool spill : {false, true}) {
    CAPTURE(spill);
    Store store(spill ? kSpilling : DatabaseOptions{});
    Reader reader = store.reader();
    {
      auto transaction = store.database->begin().value();
      REQUIRE(write_round(*store.database, 1));
      REQUIRE(reader.snapshot());
      CHECK(round_of(reader) == 0);
      // A reader can also be opened now.
      Reader other = store.reader();
      CHECK(round_of(other) == 0);
      transaction.rollback();
      REQUIRE(other.snapshot());
      CHECK(round_of(other) == 0);
    }
    REQUIRE(commit_round(*store.database, 2));
    REQUIRE(reader.snapshot());
    CHECK(round_of(reader) == 2);
  }
}

TEST_CASE("a reader runs nothing that could change anything") {
  Store store;
  Reader reader = store.reader();
  for (const std::string sql : {"INSERT INTO state VALUES (9)",
                                "UPDATE state SET round = 9",
                                "DELETE FROM state",
                                "CREATE TABLE u(a)",
                                "CREATE TEMP TABLE u(a)",
                                "DROP TABLE t",
                                "ATTACH 'x' AS y",
                                "VACUUM",
                                "BEGIN",
                                "BEGIN IMMEDIATE",
                                "COMMIT",
                                "ROLLBACK",
                                "SAVEPOINT a",
                                "REINDEX",
                                "ANALYZE",
                                "PRAGMA user_version = 3",
                                "PRAGMA wal_checkpoint",
                                "PRAGMA query_only = 0",
                                "PRAGMA journal_mode = DELETE",
                                "PRAGMA optimize"}) {
    CAPTURE(sql);
    auto statement = reader.prepare(sql);
    REQUIRE_FALSE(statement);
    CHECK(statement.error().code == ErrorCode::not_permitted);
  }
  for (const char* sql :
       {"SELEC", "SELECT load_extension('x')", "UPDATE sqlite_master SET sql = ''"}) {
    CHECK(reader.prepare(sql).error().code == ErrorCode::internal);
  }
  CHECK(round_of(reader) == 0);
}

TEST_CASE("a reader searches, sorts and recurses") {
  Store store;
  REQUIRE(
      store.database->exec("CREATE VIRTUAL TABLE f USING fts5(body);"
                           "INSERT INTO f VALUES ('besøg hjemme'), ('aftale om besøg')"));
  Reader reader = store.reader();
  auto statement = reader.prepare("SELECT count(*) FROM f WHERE f MATCH ?");
  REQUIRE_MESSAGE(statement, (statement ? "" : statement.error().detail));
  REQUIRE(statement->bind_all("besøg").step());
  CHECK(statement->integer(0) == 2);
  auto recursion = reader.prepare(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
      "WHERE i < 9) SELECT sum(i) FROM n");
  REQUIRE_MESSAGE(recursion, (recursion ? "" : recursion.error().detail));
  REQUIRE(recursion->step());
  CHECK(recursion->integer(0) == 45);
  REQUIRE(reader.prepare("SELECT id FROM t ORDER BY length(body) DESC, random()")->run());
}

TEST_CASE("a snapshot stays as it is through checkpoints, which go as far as they can") {
  Store store;
  REQUIRE(commit_round(*store.database, 1));
  Reader old = store.reader();
  REQUIRE(commit_round(*store.database, 2));
  Reader newer = store.reader();
  REQUIRE(commit_round(*store.database, 3));
  REQUIRE(store.move_some());
  CHECK(store.database->checkpoint().error().code == ErrorCode::busy);
  CHECK(round_of(old) == 1);
  old.release();
  REQUIRE(store.move_some());
  CHECK(round_of(newer) == 2);
  CHECK(store.database->checkpoint().error().code == ErrorCode::busy);
  CHECK(round_of(newer) == 2);
  newer.release();
  REQUIRE(store.database->checkpoint());
  CHECK(store.disk.content(kLogPath).empty());
  CHECK(round_of(newer) == 3);
  CHECK(round_of(old) == 3);
}

TEST_CASE("statements in the middle of their rows begin anew with the next snapshot") {
  Store store;
  Reader reader = store.reader();
  auto statement = reader.prepare("SELECT round FROM t ORDER BY id").value();
  REQUIRE(statement.step());
  CHECK(statement.integer(0) == 0);
  REQUIRE(commit_round(*store.database, 1));
  REQUIRE(statement.step());
  CHECK(statement.integer(0) == 0);
  REQUIRE(reader.snapshot());
  REQUIRE(statement.step());
  CHECK(statement.integer(0) == 1);
}

TEST_CASE("a statement that is interrupted ends, and the reader goes on") {
  Store store;
  Reader reader = store.reader();
  auto statement = reader.prepare("SELECT id FROM t").value();
  REQUIRE(statement.step());
  reader.interrupt();
  CHECK(statement.step().error().code == ErrorCode::cancelled);
  reader.interrupt();
  CHECK(round_of(reader) == 0);
  CHECK(reader.has_snapshot());
}

TEST_CASE("readers outlive their database, which stays claimed and then opens whole") {
  Store store;
  REQUIRE(commit_round(*store.database, 1));
  Reader first = store.reader();
  Reader second = store.reader();
  REQUIRE(commit_round(*store.database, 2));
  auto statement = first.prepare("SELECT count(*) FROM t");
  store.database.reset();
  CHECK(round_of(first) == 1);
  REQUIRE(second.snapshot());
  CHECK(round_of(second) == 2);
  CHECK(open_store(store.disk, store.random).error().code == ErrorCode::busy);
  { Reader gone = std::move(first); }
  CHECK(statement->step().error().code == ErrorCode::closed_handle);
  // NOLINTBEGIN(bugprone-use-after-move): a reader that was moved from answers all the same.
  CHECK(first.prepare("SELECT 1").error().code == ErrorCode::closed_handle);
  CHECK(first.snapshot().error().code == ErrorCode::closed_handle);
  CHECK_FALSE(first.has_snapshot());
  first.interrupt();
  CHECK(first.health().pages_rejected == 0);
  // NOLINTEND(bugprone-use-after-move)
  { Reader gone = std::move(second); }
  auto reopened = open_store(store.disk, store.random);
  REQUIRE(reopened);
  CHECK(round_of(**reopened) == 2);
}

TEST_CASE("a database whose readers are gone moves its log when it closes") {
  Store store;
  { Reader reader = store.reader(); }
  REQUIRE(commit_round(*store.database, 1));
  store.database.reset();
  CHECK_FALSE(store.disk.has(kLogPath));
}

TEST_CASE("a schema changed behind a snapshot is seen with the next one") {
  Store store;
  Reader reader = store.reader();
  auto statement = reader.prepare("SELECT * FROM state").value();
  REQUIRE(statement.step());
  REQUIRE(store.database->exec("ALTER TABLE state ADD COLUMN more DEFAULT 7"));
  REQUIRE(statement.step());
  CHECK_FALSE(reader.prepare("SELECT more FROM state"));
  REQUIRE(reader.snapshot());
  auto more = reader.prepare("SELECT more FROM state");
  REQUIRE(more);
  REQUIRE(more->step());
  CHECK(more->integer(0) == 7);
}

TEST_CASE("changed bytes are an error of the reader that meets them, and of nobody else") {
  Store store;
  REQUIRE(store.database->checkpoint());
  Reader reader = store.reader();
  Bytes main = store.disk.content(kPath);
  const Bytes before = main;
  for (std::size_t page = 2; page * 4096 < main.size(); ++page) main[page * 4096 + 9] ^= 1;
  store.disk.set_content(kPath, main);
  CHECK(round_seen(reader).error().code == ErrorCode::corrupt);
  CHECK(reader.health().pages_rejected > 0);
  CHECK(store.database->health().pages_rejected == 0);
  store.disk.set_content(kPath, before);
  CHECK(round_of(reader) == 0);
}

// What each step leaves is compared with what was committed when the snapshot was taken.
TEST_CASE("whatever the order of commits, checkpoints and snapshots, every reader sees one round") {
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    CAPTURE(seed);
    Store store(seed % 3 == 0 ? kSpilling : DatabaseOptions{}, seed);
    SeededRandom choice(seed * 77);
    std::vector<std::pair<Reader, std::int64_t>> readers;  // the round each has to see, -1: newest
    std::int64_t round = 0;
    for (int step = 0; step < 160; ++step) {
      CAPTURE(step);
      const std::size_t at = readers.empty() ? 0 : choice.below(readers.size());
      switch (choice.below(9)) {
        case 0:
        case 1:
        case 2: REQUIRE(commit_round(*store.database, ++round)); break;
        case 3: REQUIRE(store.move_some()); break;
        case 4: (void)store.database->checkpoint(); break;
        case 5:
          if (readers.size() < 9) readers.emplace_back(store.reader(), round);
          break;
        case 6:
          if (readers.empty()) break;
          REQUIRE(readers[at].first.snapshot());
          readers[at].second = round;
          break;
        case 7:
          if (readers.empty()) break;
          readers[at].first.release();
          readers[at].second = -1;
          break;
        default:
          if (readers.size() > 5) readers.erase(readers.begin() + static_cast<std::ptrdiff_t>(at));
      }
      for (auto& [reader, expected] : readers) {
        if (choice.below(3) != 0) continue;
        CHECK(round_of(reader) == (expected < 0 ? round : expected));
      }
    }
    readers.clear();
    REQUIRE(store.database->check_integrity());
    CHECK(round_of(*store.database) == round);
  }
}
