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
    REQUIRE(migrate(*database, steps_up_to(4), [&](std::size_t step, std::size_t count) {
      CHECK(count == 4);
      seen.push_back(step);
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
