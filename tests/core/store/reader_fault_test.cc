// SPDX-License-Identifier: Apache-2.0
// Readers when the power is cut, the disk fails or the memory is full.
#include <doctest/doctest.h>

#include "core/store/log_file.h"
#include "core/store/page_file.h"
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
  CHECK(first.lock(3, 0, kExclusive) == SQLITE_IOERR_SHMLOCK);
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

namespace {

// The files of a writer and of a reader of one database.
struct Files {
  MemoryDisk disk;
  SeededRandom random{61};
  VfsState writing{disk, kPath,
                   PageCipher(DatabaseId{}, test_key(), Suite::xchacha20_poly1305, 1, random),
                   random};
  std::unique_ptr<File> written = disk.open(kPath, OpenMode::create_or_open).value();
  PageFile writer{writing, *written};
  std::unique_ptr<LogFile> writer_log = LogFile::open(writing).value();
  VfsState reading = make_reading();
  std::unique_ptr<File> read = disk.open(kPath, OpenMode::read_only).value();
  PageFile reader{reading, *read};
  std::unique_ptr<LogFile> reader_log = LogFile::open(reading).value();

  VfsState make_reading() {
    VfsState out(disk, kPath, writing.cipher.clone(), random, writing.share);
    out.reads_only = true;
    return out;
  }
  static Bytes page(std::uint8_t fill) {
    Bytes out(kPageSize, fill);
    std::fill(out.begin() + kContentSize, out.end(), std::uint8_t{0});
    return out;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Files, "what a reader read ahead does not outlast a change by the writer") {
  for (std::uint8_t i = 0; i < 8; ++i) {
    REQUIRE(writer.write(i * kPageSize, page(i)) == SQLITE_OK);
  }
  Bytes out(kPageSize);
  for (std::uint8_t i = 0; i < 4; ++i) {
    REQUIRE(reader.read(i * kPageSize, out) == SQLITE_OK);
    CHECK(out == page(i));
  }
  std::uint64_t size = 0;
  CHECK(reader.size(size) == SQLITE_OK);
  CHECK(size == 8 * kPageSize);
  REQUIRE(writer.write(4 * kPageSize, page(44)) == SQLITE_OK);
  REQUIRE(reader.read(4 * kPageSize, out) == SQLITE_OK);
  CHECK(out == page(44));
  REQUIRE(writer.truncate(6 * kPageSize) == SQLITE_OK);
  CHECK(reader.size(size) == SQLITE_OK);
  CHECK(size == 6 * kPageSize);
  CHECK(reader.read(6 * kPageSize, out) == SQLITE_IOERR_DATA);
}

TEST_CASE_FIXTURE(Files, "a reader's files refuse every change") {
  const Bytes frame_header(kFrameHeaderSize, 1);
  CHECK(reader.write(0, page(1)) == SQLITE_IOERR_WRITE);
  CHECK(reader.truncate(kPageSize) == SQLITE_IOERR_TRUNCATE);
  CHECK(reader.sync() == SQLITE_IOERR_FSYNC);
  CHECK(reader_log->write(kLogHeaderSize, frame_header) == SQLITE_IOERR_WRITE);
  CHECK(reader_log->truncate(0) == SQLITE_IOERR_TRUNCATE);
  CHECK(reader_log->sync() == SQLITE_IOERR_FSYNC);
}

TEST_CASE_FIXTURE(Files, "only the writer gets the main file for itself, and only when alone") {
  REQUIRE(writer.lock(SQLITE_LOCK_SHARED) == SQLITE_OK);
  CHECK(writer.lock(SQLITE_LOCK_EXCLUSIVE) == SQLITE_OK);
  CHECK(writer.unlock(SQLITE_LOCK_SHARED) == SQLITE_OK);
  REQUIRE(reader.lock(SQLITE_LOCK_SHARED) == SQLITE_OK);
  REQUIRE(reader.lock(SQLITE_LOCK_SHARED) == SQLITE_OK);
  CHECK(writer.lock(SQLITE_LOCK_RESERVED) == SQLITE_OK);
  CHECK(writer.lock(SQLITE_LOCK_EXCLUSIVE) == SQLITE_BUSY);
  CHECK(writer.unlock(SQLITE_LOCK_NONE) == SQLITE_OK);
  CHECK(writer.unlock(SQLITE_LOCK_NONE) == SQLITE_OK);
  CHECK(reader.lock(SQLITE_LOCK_EXCLUSIVE) == SQLITE_BUSY);
  CHECK(reader.unlock(SQLITE_LOCK_NONE) == SQLITE_OK);
  CHECK(writing.share->main_file_holders == 0);
}

TEST_CASE_FIXTURE(Files, "pages of a checkpoint that is cut short are written one by one") {
  constexpr int kExclusive = SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE;
  writing.gathered_max = kGatheredMax;
  const auto written_by = [&](std::uint64_t index) {
    const std::uint64_t before = disk.bytes_written();
    REQUIRE(writer.write(index * kPageSize, page(5)) == SQLITE_OK);
    return disk.bytes_written() - before;
  };
  CHECK(written_by(0) == 0);
  REQUIRE(reader.index_user().lock(4, 1, SQLITE_SHM_LOCK | SQLITE_SHM_SHARED) == SQLITE_OK);
  REQUIRE(writer.index_user().lock(1, 1, kExclusive) == SQLITE_OK);
  REQUIRE(writer.index_user().lock(4, 1, kExclusive) == SQLITE_BUSY);
  CHECK(written_by(1) == 2 * kPageSize);
  CHECK(written_by(2) == kPageSize);
  writer.index_user().release();
  CHECK(written_by(3) == 0);
}

TEST_CASE_FIXTURE(Files, "a header that corrects a frame just read is in the file at once") {
  const auto at = [](std::uint64_t index) { return kLogHeaderSize + index * kFrameSize; };
  REQUIRE(writer_log->write(0, Bytes(kLogHeaderSize, 3)) == SQLITE_OK);
  REQUIRE(writer_log->write(at(0), Bytes(kFrameHeaderSize, 1)) == SQLITE_OK);
  REQUIRE(writer_log->write(at(0) + kFrameHeaderSize, page(1)) == SQLITE_OK);
  Bytes out(kFrameSize);
  REQUIRE(writer_log->read(at(0), out) == SQLITE_OK);
  const std::uint64_t before = disk.bytes_written();
  REQUIRE(writer_log->write(at(0), Bytes(kFrameHeaderSize, 2)) == SQLITE_OK);
  CHECK(disk.bytes_written() == before + kFrameSize);
  REQUIRE(reader_log->read(at(0), out) == SQLITE_OK);
  CHECK(Bytes(out.begin(), out.begin() + kFrameHeaderSize) == Bytes(kFrameHeaderSize, 2));
  // Where recovery found the end of the log, a header waits for its page as ever.
  REQUIRE(writer_log->read(at(1), out) == SQLITE_OK);
  REQUIRE(writer_log->write(at(1), Bytes(kFrameHeaderSize, 4)) == SQLITE_OK);
  CHECK(disk.bytes_written() == before + kFrameSize);
  REQUIRE(writer_log->write(at(1) + kFrameHeaderSize, page(4)) == SQLITE_OK);
  CHECK(disk.bytes_written() == before + 2 * kFrameSize);
}
