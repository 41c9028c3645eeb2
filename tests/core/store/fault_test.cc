// SPDX-License-Identifier: Apache-2.0
// Disk errors at every call, once and from then on: an error is reported, nothing acknowledged is
// lost, and after the fault is gone the database opens and goes on.
#include <doctest/doctest.h>

#include "tests/core/store/support.h"

using namespace feltbog;
using namespace feltbog::store;
using namespace feltbog::testing;

namespace {

// Opens, makes a table, commits three rows one by one, moves the log. Returns the rows
// acknowledged, and the first error.
struct Outcome {
  int rows = 0;
  std::optional<Error> error;
};

Result<void> commit_rows(Database& database, int& rows) {
  FELTBOG_CHECK(database.exec("CREATE TABLE IF NOT EXISTS t(a, body)"));
  for (int i = 0; i < 3; ++i) {
    FELTBOG_TRY(transaction, database.begin());
    FELTBOG_CHECK(database.run("INSERT INTO t VALUES (?, ?)", i, std::string(5000, 'x')));
    FELTBOG_CHECK(transaction.commit());
    ++rows;
  }
  return database.checkpoint();
}

Outcome work(Disk& disk, Random& random) {
  Outcome out;
  auto database = open_store(disk, random);
  if (!database) return {0, database.error()};
  if (auto done = commit_rows(**database, out.rows); !done) out.error = done.error();
  return out;
}

void check_recovers(MemoryDisk& disk, Random& random, int rows) {
  disk.clear_faults();
  auto database = open_store(disk, random);
  REQUIRE_MESSAGE(database.has_value(), (database ? ""
                                                  : std::string(error_name(database.error().code)) +
                                                        " " + database.error().detail));
  CHECK((*database)->check_integrity());
  const auto there = integer_of(**database, "SELECT count(*) FROM t");
  if (rows > 0) CHECK(there >= rows);
  if (there >= 0) CHECK(there <= rows + 1);
  int more = 0;
  CHECK(commit_rows(**database, more));
}

void try_every_call(FaultKind kind, ErrorCode expected) {
  SeededRandom random(21);
  for (const bool persistent : {false, true}) {
    for (std::uint64_t call = 0;; ++call) {
      MemoryDisk disk;
      disk.inject({.at_call = call, .kind = kind, .persistent = persistent});
      const Outcome outcome = work(disk, random);
      INFO("call ", call, " persistent ", persistent);
      // Errors of tidying up while closing are not errors of the work.
      if (outcome.error) CHECK(outcome.error->code == expected);
      const bool past_the_end = call > disk.call_count();
      check_recovers(disk, random, outcome.rows);
      // The same with the power cut on top of it.
      if (!past_the_end) {
        disk.crash(CrashPolicy::random_sectors, call);
        CHECK(open_store(disk, random).value()->check_integrity());
      }
      if (past_the_end) break;
    }
  }
}

}  // namespace

TEST_CASE("an I/O error at any call is reported and survived") {
  try_every_call(FaultKind::io_error, ErrorCode::io_error);
}

TEST_CASE("a full disk at any call is reported and survived") {
  try_every_call(FaultKind::disk_full, ErrorCode::disk_full);
}

TEST_CASE("a short read never shows other data") {
  SeededRandom random(22);
  MemoryDisk original;
  REQUIRE_FALSE(work(original, random).error);
  auto probe = original.clone();
  {
    auto database = open_store(*probe, random).value();
    integer_of(*database, "SELECT sum(length(body)) FROM t");
  }
  for (std::uint64_t call = 0; call <= probe->call_count(); ++call) {
    auto disk = original.clone();
    disk->inject({.at_call = call, .kind = FaultKind::short_read});
    auto database = open_store(*disk, random);
    if (!database) continue;
    auto statement = (*database)->prepare("SELECT sum(length(body)) FROM t");
    if (!statement) continue;
    auto row = statement->step();
    if (row) CHECK(statement->integer(0) == 15000);
  }
}

TEST_CASE("a failed sync stops all writing until the database is opened again") {
  SeededRandom random(23);
  MemoryDisk disk;
  auto database = open_store(disk, random).value();
  int rows = 0;
  REQUIRE(commit_rows(*database, rows));
  bool poisoned = false;
  for (std::uint64_t offset = 0; offset < 12 && !poisoned; ++offset) {
    disk.inject({.at_call = disk.call_count() + offset, .kind = FaultKind::io_error});
    auto done = database->run("INSERT INTO t VALUES (9, 'x')");
    poisoned = database->health().poisoned;
    if (!poisoned) continue;
    CHECK(done.error().code == ErrorCode::io_error);
  }
  REQUIRE(poisoned);
  disk.clear_faults();
  CHECK(database->run("INSERT INTO t VALUES (10, 'x')").error().code == ErrorCode::io_error);
  CHECK_FALSE(database->checkpoint());
  CHECK(integer_of(*database, "SELECT count(*) FROM t") >= 3);
  database.reset();
  disk.crash(CrashPolicy::lose_unsynced, 0);
  database = open_store(disk, random).value();
  CHECK(integer_of(*database, "SELECT count(*) FROM t") >= 3);
  CHECK(database->run("INSERT INTO t VALUES (11, 'x')"));
}

TEST_CASE("a database on a full disk still opens and reads, and writes again once there is room") {
  SeededRandom random(24);
  MemoryDisk disk;
  std::uint64_t used = 0;
  {
    auto database = open_store(disk, random).value();
    int rows = 0;
    REQUIRE(commit_rows(*database, rows));
    REQUIRE(database->run("INSERT INTO t VALUES (3, ?)", std::string(50000, 'y')));
    // The process dies here: the log is not moved.
    auto left = disk.clone();
    for (const auto& path : left->paths()) used += left->content(path).size();
    left->limit_capacity(used);
    auto full = open_store(*left, random);
    REQUIRE(full);
    CHECK(integer_of(**full, "SELECT count(*) FROM t") == 4);
    const auto refused = (*full)->run("INSERT INTO t VALUES (4, ?)", std::string(90000, 'y'));
    CHECK(refused.error().code == ErrorCode::disk_full);
    CHECK(integer_of(**full, "SELECT count(*) FROM t") == 4);
    left->limit_capacity(used + 1000000);
    CHECK((*full)->run("INSERT INTO t VALUES (4, ?)", std::string(90000, 'y')));
    CHECK((*full)->check_integrity());
  }
}
