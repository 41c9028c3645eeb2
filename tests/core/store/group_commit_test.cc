// SPDX-License-Identifier: Apache-2.0
// Units of work that share one sync: fail alone, are acknowledged together, survive together.
#include "core/store/group_commit.h"

#include <doctest/doctest.h>

#include "tests/core/store/reader_support.h"

using namespace feltbog;
using namespace feltbog::store;
using namespace feltbog::testing;

namespace {

Result<void> make_table(Database& database) {
  return database.exec("CREATE TABLE notes(id INTEGER PRIMARY KEY, body TEXT UNIQUE)");
}

GroupCommit::Work note(std::string body) {
  return [body](Database& database) {
    return database.run("INSERT INTO notes(body) VALUES (?)", body);
  };
}

// Writes a note, and then fails.
GroupCommit::Work failing_note(std::string body) {
  return [body](Database& database) -> Result<void> {
    FELTBOG_CHECK(database.run("INSERT INTO notes(body) VALUES (?)", body));
    return Error{ErrorCode::invalid_argument, "refused"};
  };
}

std::int64_t count_notes(Database& database) {
  return integer_of(database, "SELECT count(*) FROM notes");
}

// The names of what was acknowledged, in order, an error with its name behind a colon.
struct Log {
  std::vector<std::string> lines;
  GroupCommit::Acknowledge entry(std::string name) {
    return [this, name](const Result<void>& outcome) {
      lines.push_back(outcome ? name : name + ":" + std::string(error_name(outcome.error().code)));
    };
  }
};

}  // namespace

TEST_CASE("units share one sync and are acknowledged after it, in order") {
  MemoryDisk disk;
  SeededRandom random(51);
  auto database = open_store(disk, random).value();
  REQUIRE(make_table(*database));
  Log log;
  const std::uint64_t syncs = disk.sync_count();
  auto group = GroupCommit::begin(*database).value();
  for (const char* name : {"a", "b", "c"}) REQUIRE(group.add(note(name), log.entry(name)));
  CHECK(group.size() == 3);
  CHECK(log.lines.empty());
  CHECK(disk.sync_count() == syncs);
  REQUIRE(group.commit());
  CHECK(disk.sync_count() == syncs + 1);
  CHECK(log.lines == std::vector<std::string>{"a", "b", "c"});
  CHECK(count_notes(*database) == 3);
  CHECK_FALSE(database->in_transaction());
}

TEST_CASE("a unit that fails is undone alone and told at once") {
  MemoryDisk disk;
  SeededRandom random(52);
  auto database = open_store(disk, random).value();
  REQUIRE(make_table(*database));
  Log log;
  auto group = GroupCommit::begin(*database).value();
  REQUIRE(group.add(note("a"), log.entry("a")));
  CHECK(group.add(failing_note("b"), log.entry("b")).error().code == ErrorCode::invalid_argument);
  CHECK(log.lines == std::vector<std::string>{"b:invalid_argument"});
  // Also where SQLite says no.
  CHECK(group.add(note("a"), log.entry("again")).error().code == ErrorCode::already_exists);
  REQUIRE(group.add(note("b"), log.entry("c")));
  REQUIRE(group.commit());
  CHECK(log.lines ==
        std::vector<std::string>{"b:invalid_argument", "again:already_exists", "a", "c"});
  CHECK(count_notes(*database) == 2);
}

TEST_CASE("a unit may use savepoints of its own, left open or not") {
  MemoryDisk disk;
  SeededRandom random(53);
  auto database = open_store(disk, random).value();
  REQUIRE(make_table(*database));
  auto group = GroupCommit::begin(*database).value();
  REQUIRE(group.add([](Database& db) {
    return db.exec(
        "SAVEPOINT own; INSERT INTO notes(body) VALUES ('x'); ROLLBACK TO own;"
        "INSERT INTO notes(body) VALUES ('y')");
  }));
  REQUIRE(group.commit());
  CHECK(count_notes(*database) == 1);
}

TEST_CASE("a group without a commit leaves nothing, and tells every unit") {
  MemoryDisk disk;
  SeededRandom random(54);
  auto database = open_store(disk, random).value();
  REQUIRE(make_table(*database));
  Log log;
  {
    auto group = GroupCommit::begin(*database).value();
    REQUIRE(group.add(note("a"), log.entry("a")));
    REQUIRE(group.add(note("b")));
    GroupCommit moved = std::move(group);
    CHECK(moved.size() == 2);
  }
  CHECK(log.lines == std::vector<std::string>{"a:cancelled"});
  CHECK(count_notes(*database) == 0);
  CHECK_FALSE(database->in_transaction());
  const std::uint64_t syncs = disk.sync_count();
  auto empty = GroupCommit::begin(*database).value();
  REQUIRE(empty.commit());
  CHECK(disk.sync_count() == syncs);
  CHECK(empty.commit().error().code == ErrorCode::wrong_state);
  CHECK(empty.add(note("c")).error().code == ErrorCode::wrong_state);
}

TEST_CASE("groups do not nest, and have a limit") {
  MemoryDisk disk;
  SeededRandom random(55);
  auto database = open_store(disk, random).value();
  REQUIRE(make_table(*database));
  auto group = GroupCommit::begin(*database).value();
  CHECK(GroupCommit::begin(*database).error().code == ErrorCode::wrong_state);
  CHECK(group
            .add([](Database& db) -> Result<void> {
              FELTBOG_TRY(transaction, db.begin());
              return transaction.commit();
            })
            .error()
            .code == ErrorCode::wrong_state);
  const auto nothing = [](Database&) -> Result<void> { return {}; };
  for (std::size_t i = 0; i < GroupCommit::kUnitsMax; ++i) REQUIRE(group.add(nothing));
  CHECK(group.add(note("late")).error().code == ErrorCode::limit_exceeded);
  REQUIRE(group.commit());
  CHECK(count_notes(*database) == 0);
}

TEST_CASE("a unit that ends the transaction ends the group") {
  MemoryDisk disk;
  SeededRandom random(56);
  auto database = open_store(disk, random).value();
  REQUIRE(make_table(*database));
  Log log;
  auto group = GroupCommit::begin(*database).value();
  REQUIRE(group.add(note("a"), log.entry("a")));
  const auto ended = group.add([](Database& db) { return db.exec("ROLLBACK"); }, log.entry("b"));
  CHECK(ended.error().code == ErrorCode::wrong_state);
  CHECK(log.lines == std::vector<std::string>{"a:wrong_state", "b:wrong_state"});
  CHECK(group.commit().error().code == ErrorCode::wrong_state);
  CHECK(count_notes(*database) == 0);
}

TEST_CASE("a unit that acknowledges may begin the next group") {
  MemoryDisk disk;
  SeededRandom random(57);
  auto database = open_store(disk, random).value();
  REQUIRE(make_table(*database));
  auto group = GroupCommit::begin(*database).value();
  bool went_on = false;
  REQUIRE(group.add(note("a"), [&](const Result<void>& outcome) {
    REQUIRE(outcome);
    auto next = GroupCommit::begin(*database).value();
    REQUIRE(next.add(note("b")));
    went_on = next.commit().has_value();
  }));
  REQUIRE(group.commit());
  CHECK(went_on);
  CHECK(count_notes(*database) == 2);
}

TEST_CASE("readers see all units of a group or none") {
  MemoryDisk disk;
  SeededRandom random(58);
  auto database = open_store(disk, random).value();
  REQUIRE(prepare_rounds(*database));
  Reader reader = database->open_reader().value();
  auto group = GroupCommit::begin(*database).value();
  for (int round = 1; round <= 3; ++round) {
    REQUIRE(group.add([round](Database& db) { return write_round(db, round); }));
    REQUIRE(reader.snapshot());
    CHECK(round_of(reader) == 0);
  }
  REQUIRE(group.commit());
  CHECK(round_of(reader) == 0);
  REQUIRE(reader.snapshot());
  CHECK(round_of(reader) == 3);
}

namespace {

constexpr int kGroups = 4;
constexpr int kUnits = 8;

// Groups of eight notes, of which the third always fails. Returns the changes on the disk at which
// each group was acknowledged.
std::vector<std::uint64_t> play_groups(MemoryDisk& disk, Random& random) {
  std::vector<std::uint64_t> out;
  auto database = open_store(disk, random).value();
  REQUIRE(make_table(*database));
  out.push_back(disk.change_count());
  for (int at = 0; at < kGroups; ++at) {
    auto group = GroupCommit::begin(*database).value();
    int told = 0;
    for (int unit = 0; unit < kUnits; ++unit) {
      const std::string body = std::to_string(at) + "/" + std::to_string(unit) +
                               std::string(static_cast<std::size_t>(300 * unit), 'x');
      const auto tell = [&](const Result<void>& outcome) { told += outcome ? 1 : 0; };
      if (unit == 2) {
        CHECK_FALSE(group.add(failing_note(body), tell));
      } else {
        REQUIRE(group.add(note(body), tell));
      }
    }
    CHECK(told == 0);
    REQUIRE(group.commit());
    CHECK(told == kUnits - 1);
    out.push_back(disk.change_count());
    if (at == 1) REQUIRE(database->checkpoint());
  }
  return out;
}

}  // namespace

TEST_CASE("after a power cut at any change a group is there as a whole or not at all") {
  MemoryDisk disk;
  SeededRandom random(59);
  { REQUIRE(open_store(disk, random)); }
  disk.start_recording();
  const auto acknowledged = play_groups(disk, random);
  for (std::uint64_t changes = acknowledged[0]; changes <= disk.change_count(); ++changes) {
    std::int64_t least = -1;
    for (const std::uint64_t at : acknowledged) least += at <= changes ? 1 : 0;
    for (const CrashPolicy policy : kCrashPolicies) {
      CAPTURE(changes);
      CAPTURE(crash_policy_name(policy));
      auto image = disk.image_at(changes, policy, changes);
      auto database = open_store(*image, random).value();
      const std::int64_t notes = count_notes(*database);
      CHECK(notes % (kUnits - 1) == 0);
      CHECK(notes / (kUnits - 1) >= least);
      CHECK(notes / (kUnits - 1) <= least + 1);
      CHECK(integer_of(*database, "SELECT count(*) FROM notes WHERE body LIKE '%/2%'") == 0);
    }
  }
}

TEST_CASE("whatever call of the disk fails, no unit is acknowledged that is not there afterwards") {
  for (const FaultKind kind : {FaultKind::io_error, FaultKind::disk_full}) {
    for (const bool persistent : {false, true}) {
      for (std::uint64_t call = 0;; ++call) {
        CAPTURE(call);
        MemoryDisk disk;
        SeededRandom random(60);
        auto database = open_store(disk, random, {.cache_kibibytes = 16}).value();
        REQUIRE(make_table(*database));
        REQUIRE(database->checkpoint());
        disk.inject({.at_call = disk.call_count() + call, .kind = kind, .persistent = persistent});
        std::int64_t told = 0;
        std::int64_t refused = 0;
        const auto tell = [&](const Result<void>& outcome) { ++(outcome ? told : refused); };
        {
          auto group = GroupCommit::begin(*database);
          for (int unit = 0; group && unit < kUnits; ++unit) {
            (void)group->add(note(std::string(900, static_cast<char>('a' + unit))), tell);
          }
          if (group) (void)group->commit();
        }
        const bool hit = disk.fault_hit();
        disk.crash(CrashPolicy::lose_unsynced, call);
        disk.clear_faults();
        database.reset();
        auto reopened = open_store(disk, random).value();
        const std::int64_t notes = count_notes(*reopened);
        CHECK(notes >= told);
        CHECK((notes == 0 || notes == kUnits));
        CHECK((told == 0 || told == kUnits));
        if (!hit) break;
      }
    }
  }
}
