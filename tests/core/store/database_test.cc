// SPDX-License-Identifier: Apache-2.0
#include "core/store/database.h"

#include <doctest/doctest.h>

#include "core/store/geometry.h"
#include "tests/core/store/support.h"

using namespace feltbog;
using namespace feltbog::store;
using feltbog::testing::MemoryDisk;

namespace {

struct NoteIdTag;
using NoteId = FixedBytes<16, NoteIdTag>;

struct Fixture {
  MemoryDisk disk;
  SeededRandom random{1};
  std::unique_ptr<Database> database;

  Fixture() { reopen(); }
  void reopen(DatabaseOptions options = {}) {
    database.reset();
    auto opened = open_store(disk, random, options);
    REQUIRE_MESSAGE(opened.has_value(), (opened ? "" : opened.error().detail));
    database = std::move(opened).value();
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "values of every type come back as they were bound") {
  REQUIRE(database->exec("CREATE TABLE t(a,b,c,d,e,f)"));
  const auto id = random.make<NoteId>();
  const Bytes empty;
  REQUIRE(database->run("INSERT INTO t VALUES (?,?,?,?,?,?)", INT64_MIN, "blåbærgrød 🫐",
                        Bytes{0, 1, 255}, id, nullptr, empty));
  auto statement = database->prepare("SELECT a,b,c,d,e,f FROM t");
  REQUIRE(statement);
  REQUIRE(statement->step().value());
  CHECK(statement->integer(0) == INT64_MIN);
  CHECK(statement->text(1) == "blåbærgrød 🫐");
  CHECK(to_bytes(statement->bytes(2)) == Bytes{0, 1, 255});
  CHECK(statement->fixed<NoteId>(3).value() == id);
  CHECK(statement->is_null(4));
  CHECK_FALSE(statement->is_null(5));
  CHECK(statement->bytes(5).empty());
  CHECK(statement->fixed<NoteId>(2).error().code == ErrorCode::corrupt);
  CHECK(statement->column_count() == 6);
  CHECK_FALSE(statement->step().value());
}

TEST_CASE_FIXTURE(Fixture,
                  "an unsigned value that does not fit is refused, not stored as negative") {
  REQUIRE(database->exec("CREATE TABLE t(a)"));
  CHECK(database->run("INSERT INTO t VALUES (?)", UINT64_MAX).error().code ==
        ErrorCode::invalid_argument);
  CHECK(database->run("INSERT INTO t VALUES (?)", 1, 2).error().code ==
        ErrorCode::invalid_argument);
  CHECK(integer_of(*database, "SELECT count(*) FROM t") == 0);
}

TEST_CASE_FIXTURE(Fixture, "what was committed is there after closing and opening") {
  REQUIRE(database->exec("CREATE TABLE t(a)"));
  REQUIRE(database->run("INSERT INTO t VALUES (?)", 42));
  const DatabaseId id = database->id();
  reopen();
  CHECK(integer_of(*database, "SELECT a FROM t") == 42);
  CHECK(database->id() == id);
  REQUIRE(database->check_integrity());
  database.reset();
  CHECK_FALSE(disk.has(kLogPath));
}

TEST_CASE("what was committed is there after the process dies without closing") {
  MemoryDisk disk;
  SeededRandom random(1);
  auto database = open_store(disk, random).value();
  REQUIRE(database->exec("CREATE TABLE t(a)"));
  REQUIRE(database->run("INSERT INTO t VALUES (?)", 42));
  auto after = disk.clone();
  auto reopened = open_store(*after, random);
  REQUIRE(reopened);
  CHECK(integer_of(**reopened, "SELECT a FROM t") == 42);
  REQUIRE((*reopened)->check_integrity());
}

TEST_CASE_FIXTURE(Fixture, "a transaction that is not committed leaves nothing") {
  REQUIRE(database->exec("CREATE TABLE t(a)"));
  {
    auto transaction = database->begin();
    REQUIRE(transaction);
    REQUIRE(database->run("INSERT INTO t VALUES (1)"));
    CHECK(database->begin().error().code == ErrorCode::wrong_state);
    CHECK(database->checkpoint().error().code == ErrorCode::wrong_state);
  }
  CHECK_FALSE(database->in_transaction());
  CHECK(integer_of(*database, "SELECT count(*) FROM t") == 0);
  auto transaction = database->begin();
  REQUIRE(database->run("INSERT INTO t VALUES (1)"));
  CHECK(database->changes() == 1);
  CHECK(database->last_insert_id() == 1);
  REQUIRE(transaction->commit());
  CHECK(transaction->commit().error().code == ErrorCode::wrong_state);
  CHECK(integer_of(*database, "SELECT count(*) FROM t") == 1);
}

TEST_CASE_FIXTURE(Fixture, "a statement or transaction that outlives its database says so") {
  REQUIRE(database->exec("CREATE TABLE t(a)"));
  auto statement = database->prepare("SELECT a FROM t");
  auto transaction = database->begin();
  REQUIRE(transaction);
  database.reset();
  CHECK(statement->step().error().code == ErrorCode::closed_handle);
  CHECK(statement->bind(1, 2).integer(0) == 0);
  CHECK(transaction->commit().error().code == ErrorCode::closed_handle);
}

TEST_CASE_FIXTURE(Fixture,
                  "the same statement can be used twice at once, and is kept compiled after") {
  REQUIRE(database->exec("CREATE TABLE t(a); INSERT INTO t VALUES (1),(2)"));
  auto first = database->prepare("SELECT a FROM t ORDER BY a");
  auto second = database->prepare("SELECT a FROM t ORDER BY a");
  REQUIRE(first->step().value());
  REQUIRE(second->step().value());
  REQUIRE(first->step().value());
  CHECK(first->integer(0) == 2);
  CHECK(second->integer(0) == 1);
  *second = std::move(*first);
  CHECK(second->integer(0) == 2);
}

TEST_CASE_FIXTURE(Fixture, "errors of statements have their own codes and carry no values") {
  REQUIRE(database->exec("CREATE TABLE t(a PRIMARY KEY, b CHECK(b > 0))"));
  REQUIRE(database->run("INSERT INTO t VALUES ('Karen Jensen', 1)"));
  const auto doubled = database->run("INSERT INTO t VALUES (?, 1)", "Karen Jensen");
  CHECK(doubled.error().code == ErrorCode::already_exists);
  CHECK(doubled.error().detail.find("Karen") == std::string::npos);
  CHECK(database->run("INSERT INTO t VALUES (2, 0)").error().code == ErrorCode::invalid_argument);
  CHECK(database->run("SELEC").error().code == ErrorCode::internal);
  CHECK(database->run("").error().code == ErrorCode::invalid_argument);
  CHECK(database->run("SELECT 1; SELECT 2").error().code == ErrorCode::invalid_argument);
}

TEST_CASE_FIXTURE(Fixture, "nothing reaches other files or turns the settings") {
  CHECK(database->run("ATTACH 'other.db' AS o").error().code == ErrorCode::not_permitted);
  CHECK(database->run("VACUUM INTO 'other.db'").error().code == ErrorCode::not_permitted);
  CHECK_FALSE(database->run("SELECT load_extension('x')"));
  for (const char* pragma : {"journal_mode = DELETE", "locking_mode = NORMAL", "temp_store = FILE",
                             "mmap_size = 268435456", "synchronous = OFF", "secure_delete = OFF",
                             "writable_schema = ON", "page_size = 512"}) {
    CHECK(database->run(std::string("PRAGMA ") + pragma).error().code == ErrorCode::not_permitted);
  }
  CHECK(disk.paths() ==
        std::vector<std::string>{"device/store.db", "device/store.db-wal", "device/store.db.lock"});
}

TEST_CASE_FIXTURE(Fixture, "SQL has no clock") {
  auto statement = database->prepare("SELECT datetime('now')");
  REQUIRE(statement->step().value());
  CHECK(statement->is_null(0));
}

TEST_CASE_FIXTURE(Fixture, "a second opening is told that the database is in use") {
  CHECK(open_store(disk, random).error().code == ErrorCode::busy);
}

TEST_CASE("a wrong key, a foreign file and changed bytes are told apart") {
  MemoryDisk disk;
  SeededRandom random(1);
  REQUIRE(open_store(disk, random).value()->exec("CREATE TABLE t(a)"));
  CHECK(Database::open(disk, kPath, test_key(8), random).error().code ==
        ErrorCode::decryption_failed);

  const Bytes good = disk.content(kPath);
  Bytes bytes = good;
  bytes[kHeaderBlockSize + 200] ^= 1;
  disk.set_content(kPath, bytes);
  CHECK(open_store(disk, random).error().code == ErrorCode::corrupt);
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{100}, kHeaderBlockSize, kHeaderBlockSize + kPageSize - 1}) {
    disk.set_content(kPath, BytesView(good).first(size));
    CHECK(open_store(disk, random).error().code == ErrorCode::corrupt);
  }
  disk.set_content(kPath, Bytes(20000, 'x'));
  CHECK(open_store(disk, random).error().code == ErrorCode::corrupt);
  disk.set_content(kPath, good);
  CHECK(open_store(disk, random).has_value());
}

TEST_CASE("a log without its database is not taken for a new database") {
  MemoryDisk disk;
  SeededRandom random(1);
  auto database = open_store(disk, random).value();
  REQUIRE(database->exec("CREATE TABLE t(a)"));
  auto rest = disk.clone();
  REQUIRE(rest->remove(kPath));
  CHECK(open_store(*rest, random).error().code == ErrorCode::corrupt);
}

TEST_CASE(
    "two databases under one master key live side by side and do not accept each other's files") {
  MemoryDisk disk;
  SeededRandom random(1);
  auto one = Database::open(disk, "one.db", test_key(), random).value();
  auto two = Database::open(disk, "two.db", test_key(), random).value();
  CHECK(one->id() != two->id());
  REQUIRE(one->exec("CREATE TABLE t(a); INSERT INTO t VALUES (1)"));
  REQUIRE(two->exec("CREATE TABLE t(a); INSERT INTO t VALUES (2)"));
  CHECK(integer_of(*one, "SELECT a FROM t") == 1);
  CHECK(integer_of(*two, "SELECT a FROM t") == 2);
  auto swapped = disk.clone();
  swapped->set_content("one.db-wal", disk.content("two.db-wal"));
  const auto opened = Database::open(*swapped, "one.db", test_key(), random);
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().code == ErrorCode::corrupt);
}

TEST_CASE_FIXTURE(Fixture, "full-text search finds Danish words in any case") {
  REQUIRE(
      database->exec("CREATE VIRTUAL TABLE n USING fts5(body, "
                     "tokenize = 'unicode61 remove_diacritics 0')"));
  REQUIRE(database->run("INSERT INTO n VALUES (?)", "Hun spiste RØDGRØD på Ærø med Åse"));
  REQUIRE(database->run("INSERT INTO n VALUES (?)", "rodgrod"));
  const auto hits = [&](const char* word) {
    auto statement = database->prepare("SELECT count(*) FROM n WHERE n MATCH ?");
    REQUIRE(statement->bind_all(word).step().value());
    return statement->integer(0);
  };
  CHECK(hits("rødgrød") == 1);
  CHECK(hits("ærø") == 1);
  CHECK(hits("ÅSE") == 1);
  CHECK(hits("rodgrod") == 1);
  CHECK(hits("rød*") == 1);
  reopen();
  CHECK(hits("rødgrød") == 1);
}

TEST_CASE("durability normal is a setting of its own") {
  MemoryDisk disk;
  SeededRandom random(1);
  auto database = open_store(disk, random, {.durability = Durability::normal}).value();
  REQUIRE(database->exec("CREATE TABLE t(a)"));
  const std::uint64_t before = disk.sync_count();
  REQUIRE(database->run("INSERT INTO t VALUES (1)"));
  CHECK(disk.sync_count() == before);
}
