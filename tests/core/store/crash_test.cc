// SPDX-License-Identifier: Apache-2.0
// Power cuts after every change of a workload, under every policy: the state is one that was
// committed, at least as new as the last commit acknowledged, and whole.
#include <doctest/doctest.h>

#include "tests/core/store/support.h"

using namespace feltbog;
using namespace feltbog::store;
using namespace feltbog::testing;

namespace {

// The workload writes rounds 1, 2, ...; round n leaves the same number n in several places, in
// pages far apart. Returns the change count of the disk at which each round was acknowledged.
constexpr int kRounds = 6;

Result<void> write_round(Database& database, int round) {
  FELTBOG_TRY(transaction, database.begin());
  FELTBOG_CHECK(database.run("UPDATE state SET round = ?", round));
  FELTBOG_CHECK(database.run("INSERT INTO t(round, body) VALUES (?, ?)", round,
                             std::string(static_cast<std::size_t>(1000 * round), 'x')));
  FELTBOG_CHECK(database.run("UPDATE t SET round = ?", round));
  FELTBOG_CHECK(transaction.commit());
  return {};
}

Result<void> prepare(Database& database) {
  return database.exec(
      "CREATE TABLE state(round); INSERT INTO state VALUES (0);"
      "CREATE TABLE t(id INTEGER PRIMARY KEY, round, body); CREATE INDEX by_round ON t(round)");
}

struct Acknowledged {
  std::vector<std::uint64_t> at;  // [n]: changes on the disk when round n returned
};

// Creation, rounds with a checkpoint between, a close and a reopening, more rounds.
Acknowledged run_workload(MemoryDisk& disk, Random& random, DatabaseOptions options) {
  Acknowledged done;
  disk.start_recording();
  for (const auto& [from, to] : {std::pair{1, kRounds / 2}, std::pair{kRounds / 2 + 1, kRounds}}) {
    auto database = open_store(disk, random, options).value();
    if (from == 1) {
      REQUIRE(prepare(*database));
      done.at.push_back(disk.change_count());
    }
    for (int round = from; round <= to; ++round) {
      REQUIRE(write_round(*database, round));
      done.at.push_back(disk.change_count());
      if (round % 2 == 0) REQUIRE(database->checkpoint());
    }
  }
  return done;
}

// The round an image is at, -1 before the tables exist; fails the test when it is inconsistent.
int round_of(MemoryDisk& image, Random& random, DatabaseOptions options) {
  auto database = open_store(image, random, options);
  if (!database) {
    FAIL_CHECK("open: " << error_name(database.error().code) << " " << database.error().detail);
    return -2;
  }
  const auto whole = (*database)->check_integrity();
  CHECK_MESSAGE(whole.has_value(), (whole ? "" : whole.error().detail));
  if (integer_of(**database, "SELECT count(*) FROM sqlite_schema WHERE name='by_round'") != 1)
    return -1;
  const auto round = integer_of(**database, "SELECT round FROM state");
  CHECK(integer_of(**database, "SELECT count(*) FROM t") == round);
  if (round > 0) {
    CHECK(integer_of(**database,
                     "SELECT count(*) FROM t WHERE round <> (SELECT round FROM state)") == 0);
    CHECK(integer_of(**database, "SELECT max(length(body)) FROM t") == 1000 * round);
  }
  // And it can go on.
  CHECK((*database)->run("INSERT INTO t(round) VALUES (0)").has_value());
  return static_cast<int>(round);
}

int acknowledged_by(const Acknowledged& done, std::uint64_t changes) {
  int round = -1;
  for (std::size_t n = 0; n < done.at.size(); ++n) {
    if (done.at[n] <= changes) round = static_cast<int>(n);
  }
  return round;
}

}  // namespace

TEST_CASE("a power cut after any change leaves the last acknowledged commit or the one after it") {
  for (const bool spill : {false, true}) {
    const DatabaseOptions options{.cache_kibibytes = spill ? 16U : 2048U,
                                  .spill_large_transactions = spill};
    MemoryDisk disk;
    SeededRandom random(11);
    const Acknowledged done = run_workload(disk, random, options);
    for (std::uint64_t changes = 0; changes <= disk.change_count(); ++changes) {
      const int least = acknowledged_by(done, changes);
      for (const CrashPolicy policy : kCrashPolicies) {
        const bool varied = policy == CrashPolicy::random_sectors ||
                            policy == CrashPolicy::garbage_sectors ||
                            policy == CrashPolicy::keep_prefix;
        for (std::uint64_t seed = 0; seed < (varied ? 3U : 1U); ++seed) {
          auto image = disk.image_at(changes, policy, seed * 1000 + changes);
          INFO("changes ", changes, " policy ", crash_policy_name(policy), " seed ", seed);
          const int round = round_of(*image, random, options);
          CHECK(round >= least);
          CHECK(round <= least + 1);
        }
      }
    }
  }
}

TEST_CASE("with durability normal a power cut may lose the last commits, and nothing is torn") {
  const DatabaseOptions options{.durability = Durability::normal};
  MemoryDisk disk;
  SeededRandom random(12);
  const Acknowledged done = run_workload(disk, random, options);
  for (std::uint64_t changes = 0; changes <= disk.change_count(); ++changes) {
    for (const CrashPolicy policy : {CrashPolicy::random_sectors, CrashPolicy::garbage_sectors}) {
      auto image = disk.image_at(changes, policy, changes);
      INFO("changes ", changes, " policy ", crash_policy_name(policy));
      CHECK(round_of(*image, random, options) <= acknowledged_by(done, changes) + 1);
    }
  }
}

TEST_CASE("a second power cut during recovery loses nothing more") {
  MemoryDisk disk;
  SeededRandom random(13);
  const Acknowledged done = run_workload(disk, random, {});
  int images = 0;
  for (std::uint64_t changes = 3; changes <= disk.change_count(); changes += 5) {
    const int least = acknowledged_by(done, changes);
    for (const CrashPolicy policy : {CrashPolicy::random_sectors, CrashPolicy::keep_all}) {
      auto first = disk.image_at(changes, policy, changes);
      first->start_recording();
      {
        auto database = open_store(*first, random);
        REQUIRE(database);
      }
      for (std::uint64_t again = 0; again <= first->change_count(); ++again) {
        auto second = first->image_at(again, policy, again);
        INFO("changes ", changes, " then ", again, " policy ", crash_policy_name(policy));
        const int round = round_of(*second, random, {});
        CHECK(round >= least);
        CHECK(round <= least + 1);
        ++images;
      }
    }
  }
  CHECK(images > 100);
}

TEST_CASE("what a person saw after a crash is still there after the next power cut") {
  MemoryDisk disk;
  SeededRandom random(14);
  auto database = open_store(disk, random).value();
  REQUIRE(prepare(*database));
  disk.start_recording();
  REQUIRE(write_round(*database, 1));
  // The commit reached the disk's cache only, and the process died.
  const std::uint64_t changes = disk.change_count();
  for (std::uint64_t at = 0; at <= changes; ++at) {
    auto image = disk.image_at(at, CrashPolicy::keep_all, 0);
    std::int64_t seen = -1;
    {
      auto reopened = open_store(*image, random).value();
      seen = integer_of(*reopened, "SELECT round FROM state");
      image->crash(CrashPolicy::lose_unsynced, 0);
    }
    CHECK(integer_of(*open_store(*image, random).value(), "SELECT round FROM state") == seen);
  }
}
