// SPDX-License-Identifier: Apache-2.0
// Readers when the power is cut, the disk fails or the memory is full.
#include <doctest/doctest.h>

#include "core/store/wal_index.h"
#include "tests/core/store/reader_support.h"

using namespace feltbog;
using namespace feltbog::store;
using namespace feltbog::testing;

namespace {

struct Step {
  std::uint64_t changes = 0;  // on the disk when the commit was acknowledged
};

// Commits and checkpoints that readers cut short at different places; the log starts anew in the
// middle.
std::vector<Step> play(MemoryDisk& disk, Random& random, DatabaseOptions options) {
  std::vector<Step> out;
  auto database = open_store(disk, random, options).value();
  REQUIRE(prepare_rounds(*database));
  out.push_back({disk.change_count()});
  std::vector<Reader> readers;
  for (int round = 1; round <= 8; ++round) {
    if (round % 4 != 0) readers.push_back(database->open_reader().value());
    REQUIRE(commit_round(*database, round));
    out.push_back({disk.change_count()});
    if (round % 4 == 0) readers.clear();
    if (readers.size() == 3) readers.erase(readers.begin());
    REQUIRE(database->run("PRAGMA wal_checkpoint(PASSIVE)"));
  }
  return out;
}

}  // namespace

TEST_CASE("a power cut after any change loses nothing to a checkpoint that a reader cut short") {
  for (const bool spill : {false, true}) {
    const DatabaseOptions options{.cache_kibibytes = spill ? 16U : 2048U,
                                  .spill_large_transactions = spill};
    MemoryDisk disk;
    SeededRandom random(41);
    { REQUIRE(open_store(disk, random, options)); }
    disk.start_recording();
    const auto steps = play(disk, random, options);
    for (std::uint64_t changes = 0; changes <= disk.change_count(); ++changes) {
      std::int64_t least = -1;
      for (const Step& step : steps) least += step.changes <= changes ? 1 : 0;
      for (const CrashPolicy policy : kCrashPolicies) {
        CAPTURE(changes);
        CAPTURE(crash_policy_name(policy));
        auto image = disk.image_at(changes, policy, changes);
        auto database = open_store(*image, random, options);
        REQUIRE(database);
        REQUIRE((*database)->check_integrity());
        if (least < 0) continue;
        const std::int64_t round = round_of(**database);
        CHECK(round >= least);
        CHECK(round <= least + 1);
        auto reader = (*database)->open_reader();
        REQUIRE(reader);
        CHECK(round_of(*reader) == round);
      }
    }
  }
}

TEST_CASE("a disk that fails while a reader is opened or used leaves the writer as it was") {
  for (const FaultKind kind : {FaultKind::io_error, FaultKind::short_read}) {
    for (std::uint64_t call = 0;; ++call) {
      CAPTURE(call);
      MemoryDisk disk;
      SeededRandom random(42);
      auto database = open_store(disk, random).value();
      REQUIRE(prepare_rounds(*database));
      REQUIRE(database->checkpoint());
      REQUIRE(commit_round(*database, 1));
      disk.inject({.at_call = disk.call_count() + call, .kind = kind});
      {
        auto reader = database->open_reader();
        if (reader) (void)round_seen(*reader);
      }
      const bool hit = disk.fault_hit();
      disk.clear_faults();
      auto reader = database->open_reader();
      REQUIRE(reader);
      CHECK(round_of(*reader) == 1);
      REQUIRE(commit_round(*database, 2));
      CHECK(round_of(*reader) == 1);
      { Reader gone = std::move(*reader); }
      REQUIRE(database->checkpoint());
      if (!hit) break;
    }
  }
}

TEST_CASE("a disk that fails while a checkpoint is cut short shows no reader an old page") {
  for (const FaultKind kind : {FaultKind::io_error, FaultKind::disk_full, FaultKind::short_read}) {
    for (std::uint64_t call = 0;; ++call) {
      CAPTURE(call);
      MemoryDisk disk;
      SeededRandom random(43);
      auto database = open_store(disk, random).value();
      REQUIRE(prepare_rounds(*database));
      REQUIRE(commit_round(*database, 1));
      Reader old = database->open_reader().value();
      REQUIRE(commit_round(*database, 2));
      disk.inject({.at_call = disk.call_count() + call, .kind = kind});
      (void)database->run("PRAGMA wal_checkpoint(PASSIVE)");
      const bool hit = disk.fault_hit();
      disk.clear_faults();
      CHECK(round_of(old) == 1);
      Reader newer = database->open_reader().value();
      CHECK(round_of(newer) == 2);
      { Reader gone = std::move(old); }
      { Reader gone = std::move(newer); }
      database.reset();
      database = open_store(disk, random).value();
      REQUIRE(database->check_integrity());
      CHECK(round_of(*database) == 2);
      if (!hit) break;
    }
  }
}

TEST_CASE("after a failed sync readers still see what was committed before it") {
  MemoryDisk disk;
  SeededRandom random(44);
  auto database = open_store(disk, random).value();
  REQUIRE(prepare_rounds(*database));
  Reader reader = database->open_reader().value();
  auto transaction = database->begin().value();
  REQUIRE(write_round(*database, 1));
  // Reads come first; from some call on it is the sync that fails.
  disk.inject({.at_call = disk.call_count() + 1, .kind = FaultKind::io_error, .persistent = true});
  CHECK_FALSE(transaction.commit());
  disk.clear_faults();
  REQUIRE(reader.snapshot());
  CHECK(round_of(reader) == 0);
}

TEST_CASE("slots of the index have many shared holders or one exclusive one") {
  WalIndex index;
  WalIndexUser writer(index, false);
  WalIndexUser first(index, true);
  WalIndexUser second(index, true);
  constexpr int kShared = SQLITE_SHM_LOCK | SQLITE_SHM_SHARED;
  constexpr int kExclusive = SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE;
  constexpr int kUnlockShared = SQLITE_SHM_UNLOCK | SQLITE_SHM_SHARED;
  constexpr int kUnlockExclusive = SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE;
  CHECK(first.lock(4, 1, kShared) == SQLITE_OK);
  CHECK(first.lock(4, 1, kShared) == SQLITE_OK);
  CHECK(second.lock(4, 1, kShared) == SQLITE_OK);
  CHECK(writer.lock(4, 1, kExclusive) == SQLITE_BUSY);
  CHECK(writer.lock(4, 4, kExclusive) == SQLITE_BUSY);
  CHECK(writer.lock(5, 3, kExclusive) == SQLITE_OK);
  CHECK(first.lock(6, 1, kShared) == SQLITE_BUSY);
  CHECK(writer.lock(5, 3, kUnlockExclusive) == SQLITE_OK);
  CHECK(first.lock(4, 1, kUnlockShared) == SQLITE_OK);
  CHECK(first.lock(4, 1, kUnlockShared) == SQLITE_OK);
  CHECK(writer.lock(4, 1, kExclusive) == SQLITE_BUSY);
  second.release();
  CHECK(writer.lock(4, 1, kExclusive) == SQLITE_OK);
  CHECK(writer.lock(5, 1, kUnlockExclusive) == SQLITE_OK);
  writer.release();
  // What belongs to the writer, to checkpoints and to recovery is never a reader's.
  for (int slot = 0; slot < 3; ++slot) CHECK(first.lock(slot, 1, kExclusive) == SQLITE_BUSY);
  CHECK(first.lock(7, 2, kExclusive) == SQLITE_IOERR_SHMLOCK);
  CHECK(first.lock(-1, 1, kExclusive) == SQLITE_IOERR_SHMLOCK);
}

TEST_CASE("a checkpoint knows that a reader cut it short, and forgets it with its lock") {
  WalIndex index;
  WalIndexUser writer(index, false);
  WalIndexUser reader(index, true);
  constexpr int kExclusive = SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE;
  REQUIRE(reader.lock(5, 1, SQLITE_SHM_LOCK | SQLITE_SHM_SHARED) == SQLITE_OK);
  CHECK(writer.lock(5, 1, kExclusive) == SQLITE_BUSY);
  CHECK_FALSE(writer.checkpoint_cut_short());
  REQUIRE(writer.lock(1, 1, kExclusive) == SQLITE_OK);
  CHECK(writer.lock(5, 1, kExclusive) == SQLITE_BUSY);
  CHECK(writer.checkpoint_cut_short());
  REQUIRE(writer.lock(1, 1, SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE) == SQLITE_OK);
  CHECK_FALSE(writer.checkpoint_cut_short());
}

TEST_CASE("regions of the index are made on demand, stay where they are, and have a limit") {
  WalIndex index;
  WalIndexUser user(index, false);
  volatile void* at = nullptr;
  constexpr int kSize = static_cast<int>(WalIndex::kRegionSize);
  CHECK(user.map(0, kSize, false, &at) == SQLITE_OK);
  CHECK((at == nullptr));
  CHECK(user.map(2, kSize, true, &at) == SQLITE_OK);
  REQUIRE((at != nullptr));
  volatile void* again = nullptr;
  CHECK(user.map(40, kSize, true, &again) == SQLITE_OK);
  CHECK(user.map(2, kSize, false, &again) == SQLITE_OK);
  CHECK((again == at));
  CHECK(user.map(0, 4096, true, &at) == SQLITE_IOERR_SHMMAP);
  CHECK(user.map(-1, kSize, true, &at) == SQLITE_IOERR_SHMMAP);
  CHECK(user.map(static_cast<int>(WalIndex::kRegionsMax), kSize, true, &at) == SQLITE_FULL);
}
