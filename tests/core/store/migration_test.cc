// SPDX-License-Identifier: Apache-2.0
#include "core/store/migration.h"

#include <doctest/doctest.h>

#include "tests/core/store/support.h"

using namespace feltbog;
using namespace feltbog::store;
using namespace feltbog::testing;

namespace {

std::vector<Migration> steps_up_to(std::size_t count) {
  std::vector<Migration> steps = {
      {.sql = "CREATE TABLE t(a); INSERT INTO t VALUES (1)"},
      {.sql = "ALTER TABLE t ADD COLUMN b; CREATE INDEX by_a ON t(a)"},
      {.sql = {},
       .apply = [](Database& database) { return database.run("UPDATE t SET b = a + 1"); }},
      {.sql = "CREATE TABLE u AS SELECT * FROM t"}};
  steps.resize(count);
  return steps;
}

}  // namespace

TEST_CASE("steps are applied once, in order, from whatever version is found") {
  for (std::size_t from = 0; from <= 4; ++from) {
    MemoryDisk disk;
    SeededRandom random(31);
    auto database = open_store(disk, random).value();
    REQUIRE(migrate(*database, steps_up_to(from)));
    std::vector<std::size_t> seen;
    REQUIRE(migrate(*database, steps_up_to(4), [&](const MigrationPoint& point) {
      CHECK(point.count == 4);
      seen.push_back(point.step);
      return true;
    }));
    CHECK(seen.size() == 4 - from);
    CHECK(schema_version(*database).value() == 4);
    CHECK(integer_of(*database, "SELECT b FROM u") == 2);
  }
}

TEST_CASE("a database of a newer version is refused and not changed") {
  MemoryDisk disk;
  SeededRandom random(32);
  auto database = open_store(disk, random).value();
  REQUIRE(migrate(*database, steps_up_to(4)));
  CHECK(migrate(*database, steps_up_to(3)).error().code == ErrorCode::unsupported_version);
  CHECK(schema_version(*database).value() == 4);
}

TEST_CASE("a step that fails leaves the version before it, and can be tried again") {
  MemoryDisk disk;
  SeededRandom random(33);
  auto database = open_store(disk, random).value();
  auto steps = steps_up_to(4);
  steps[2].apply = [](Database& db) -> Result<void> {
    FELTBOG_CHECK(db.run("UPDATE t SET b = 99"));
    return ErrorCode::cancelled;
  };
  CHECK(migrate(*database, steps).error().code == ErrorCode::cancelled);
  CHECK(schema_version(*database).value() == 2);
  CHECK(integer_of(*database, "SELECT b IS NULL FROM t") == 1);
  REQUIRE(migrate(*database, steps_up_to(4)));
  CHECK(integer_of(*database, "SELECT b FROM u") == 2);
}

TEST_CASE("a migration cut short by a power cut goes on where it stopped") {
  MemoryDisk disk;
  SeededRandom random(34);
  { REQUIRE(open_store(disk, random)); }
  disk.start_recording();
  { REQUIRE(migrate(*open_store(disk, random).value(), steps_up_to(4))); }
  for (std::uint64_t changes = 0; changes <= disk.change_count(); ++changes) {
    for (const CrashPolicy policy : {CrashPolicy::lose_unsynced, CrashPolicy::random_sectors}) {
      auto image = disk.image_at(changes, policy, changes);
      auto database = open_store(*image, random).value();
      REQUIRE(migrate(*database, steps_up_to(4)));
      CHECK(integer_of(*database, "SELECT b FROM u") == 2);
      CHECK(integer_of(*database, "SELECT count(*) FROM t") == 1);
    }
  }
}

namespace {

// A second step that fills a column of 40 rows, seven at a time.
std::vector<Migration> steps_with_portions(int* calls) {
  return {
      {.sql = "CREATE TABLE t(id INTEGER PRIMARY KEY, b); INSERT INTO t(id) WITH RECURSIVE n(i) "
              "AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40) SELECT i FROM n"},
      {.sql = {},
       .portion = [calls](Database& database) -> Result<bool> {
         if (calls != nullptr) ++*calls;
         FELTBOG_CHECK(database.exec(
             "UPDATE t SET b = id * 2 WHERE id IN (SELECT id FROM t WHERE b IS NULL LIMIT 7)"));
         return integer_of(database, "SELECT count(*) FROM t WHERE b IS NULL") != 0;
       }},
      {.sql = "CREATE TABLE u AS SELECT sum(b) AS b FROM t"}};
}

}  // namespace

TEST_CASE("a step in portions commits each of them, and its version with the last") {
  MemoryDisk disk;
  SeededRandom random(35);
  auto database = open_store(disk, random).value();
  int calls = 0;
  std::vector<std::pair<std::size_t, std::size_t>> seen;
  const auto steps = steps_with_portions(&calls);
  const auto cancelled = migrate(*database, steps, [&](const MigrationPoint& point) {
    seen.emplace_back(point.step, point.portions);
    return !(point.step == 1 && point.portions == 3);
  });
  CHECK(cancelled.error().code == ErrorCode::cancelled);
  CHECK(calls == 3);
  CHECK(seen ==
        std::vector<std::pair<std::size_t, std::size_t>>{{0, 0}, {1, 0}, {1, 1}, {1, 2}, {1, 3}});
  CHECK(schema_version(*database).value() == 1);
  CHECK(integer_of(*database, "SELECT count(*) FROM t WHERE b IS NULL") == 19);
  REQUIRE(migrate(*database, steps));
  CHECK(calls == 6);
  CHECK(schema_version(*database).value() == 3);
  CHECK(integer_of(*database, "SELECT b FROM u") == 40 * 41);
}

TEST_CASE("a long statement of a migration asks whether to go on, and can be cancelled") {
  MemoryDisk disk;
  SeededRandom random(36);
  auto database = open_store(disk, random).value();
  const std::vector<Migration> steps = {
      {.sql = "CREATE TABLE t(a)"},
      {.sql = "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE "
              "i < 200000) SELECT i FROM n"}};
  int asked = 0;
  const auto cancelled =
      migrate(*database, steps, [&](const MigrationPoint&) { return ++asked < 6; });
  CHECK(cancelled.error().code == ErrorCode::cancelled);
  CHECK(asked == 6);
  CHECK(schema_version(*database).value() == 1);
  CHECK(integer_of(*database, "SELECT count(*) FROM t") == 0);
  CHECK_FALSE(database->in_transaction());
  // Nobody is asked once the migration is over.
  REQUIRE(database->exec(steps[1].sql));
  CHECK(asked == 6);
  CHECK(migrate(*database, steps, [](const MigrationPoint&) { return false; }).error().code ==
        ErrorCode::cancelled);
  CHECK(schema_version(*database).value() == 1);
}

TEST_CASE("portions cut short by a power cut are not done twice, nor left out") {
  MemoryDisk disk;
  SeededRandom random(37);
  { REQUIRE(open_store(disk, random)); }
  disk.start_recording();
  { REQUIRE(migrate(*open_store(disk, random).value(), steps_with_portions(nullptr))); }
  for (std::uint64_t changes = 0; changes <= disk.change_count(); ++changes) {
    for (const CrashPolicy policy : {CrashPolicy::lose_unsynced, CrashPolicy::random_sectors}) {
      auto image = disk.image_at(changes, policy, changes);
      auto database = open_store(*image, random).value();
      const auto before = integer_of(*database, "SELECT count(*) FROM t WHERE b IS NOT NULL");
      CHECK((before <= 0 || before == 40 || before % 7 == 0));
      REQUIRE(migrate(*database, steps_with_portions(nullptr)));
      CHECK(integer_of(*database, "SELECT b FROM u") == 40 * 41);
    }
  }
}
