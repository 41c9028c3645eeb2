// SPDX-License-Identifier: Apache-2.0
// The rarer calls of SQLite's function table, headers of another version, and the errors a
// connection tells of.
#include <doctest/doctest.h>
#include <sqlite3.h>

#include <cstring>

#include "core/crypto/hash.h"
#include "core/store/connection.h"
#include "core/store/header_block.h"
#include "core/store/migration.h"
#include "tests/core/store/support.h"

using namespace feltbog;
using namespace feltbog::store;
using namespace feltbog::testing;

namespace {

struct Fixture {
  MemoryDisk disk;
  SeededRandom random{62};
  VfsState state{disk, kPath,
                 PageCipher(DatabaseId{}, test_key(), Suite::xchacha20_poly1305, 1, random),
                 random};
  std::unique_ptr<File> main_file = disk.open(kPath, OpenMode::create_or_open).value();
  std::unique_ptr<EncryptingVfs> vfs = EncryptingVfs::make(state, *main_file).value();
  sqlite3_vfs* table = sqlite3_vfs_find(vfs->name());

  void fail(std::uint64_t later = 0) { disk.inject({.at_call = disk.call_count() + later}); }
};

// SQLite without memory from the very start.
int no_start(void*) noexcept { return SQLITE_NOMEM; }
void no_end(void*) noexcept {}

// A header block with one byte changed and checksums that hold.
Bytes header_with(std::size_t at, std::uint8_t value) {
  Bytes block = encode_header_block({}, test_key());
  for (const std::size_t start : {std::size_t{0}, kHeaderBlockSize / 2}) {
    block[start + at] = value;
    const auto sum = crypto::hash<FixedBytes<32, struct HeaderSumTag>>(
        "store.header.v1", BytesView(block).subspan(start, 2016));
    std::memcpy(block.data() + start + 2016, sum.bytes.data(), 32);
  }
  return block;
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a removed log is gone durably, or the caller is told") {
  const auto remove = [&](int sync) { return table->xDelete(table, "main.db-wal", sync); };
  disk.set_content(kLogPath, Bytes(10));
  REQUIRE(remove(1) == SQLITE_OK);
  CHECK_FALSE(disk.has(kLogPath));
  fail();
  CHECK(remove(0) == SQLITE_IOERR_DELETE);
  fail(1);
  CHECK(remove(1) == SQLITE_IOERR_DIR_FSYNC);
  disk.clear_faults();
  CHECK(remove(0) == SQLITE_OK);
}

TEST_CASE_FIXTURE(Fixture, "SQLite is told which of the two files are there") {
  int there = -1;
  const auto access = [&](const char* name) {
    there = -1;
    return table->xAccess(table, name, SQLITE_ACCESS_EXISTS, &there);
  };
  CHECK(access("main.db") == SQLITE_OK);
  CHECK(there == 1);
  CHECK(access("main.db-wal") == SQLITE_OK);
  CHECK(there == 0);
  fail();
  CHECK(access("main.db-wal") == SQLITE_IOERR_ACCESS);
}

TEST_CASE_FIXTURE(Fixture, "SQLite is let wait, and is not told the time") {
  CHECK(table->xSleep(table, 1) >= 1);
  double now = 1;
  CHECK(table->xCurrentTime(table, &now) == SQLITE_ERROR);
  CHECK(now == 0);
}

TEST_CASE_FIXTURE(Fixture, "a file is opened without asking for the flags, or not at all") {
  std::vector<std::uint64_t> memory(static_cast<std::size_t>(table->szOsFile) / 8 + 1);
  auto* file = reinterpret_cast<sqlite3_file*>(memory.data());
  REQUIRE(table->xOpen(table, "main.db", file, SQLITE_OPEN_MAIN_DB, nullptr) == SQLITE_OK);
  CHECK(file->pMethods->xClose(file) == SQLITE_OK);
  fail();
  CHECK(table->xOpen(table, "main.db-wal", file, SQLITE_OPEN_WAL, nullptr) == SQLITE_CANTOPEN);
}

TEST_CASE("without memory for SQLite there is no database") {
  MemoryDisk disk;
  SeededRandom random(63);
  sqlite3_mem_methods usual{};
  sqlite3_shutdown();
  REQUIRE(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &usual) == SQLITE_OK);
  sqlite3_mem_methods without = usual;
  without.xInit = no_start;
  without.xShutdown = no_end;
  REQUIRE(sqlite3_config(SQLITE_CONFIG_MALLOC, &without) == SQLITE_OK);
  const auto opened = open_store(disk, random);
  sqlite3_shutdown();
  REQUIRE(sqlite3_config(SQLITE_CONFIG_MALLOC, &usual) == SQLITE_OK);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == ErrorCode::out_of_memory);
  CHECK(open_store(disk, random));
}

TEST_CASE("a header of another version is refused by name, even with the right key") {
  const auto code_of = [](std::size_t at, std::uint8_t value) {
    const auto header = decode_header_block(header_with(at, value), test_key());
    return header ? ErrorCode::internal : header.error().code;
  };
  CHECK(code_of(8, 2) == ErrorCode::unsupported_version);    // format
  CHECK(code_of(10, 99) == ErrorCode::unsupported_version);  // suite
  CHECK(code_of(11, 13) == ErrorCode::unsupported_version);  // page size
  CHECK(code_of(12, 64) == ErrorCode::unsupported_version);  // reserved bytes
  CHECK(code_of(33, 1) == ErrorCode::decryption_failed);     // the key check covers all of it
}

TEST_CASE_FIXTURE(Fixture, "every code of SQLite has one meaning") {
  Database::Connection connection(
      nullptr, nullptr, disk, kPath,
      PageCipher(DatabaseId{}, test_key(), Suite::xchacha20_poly1305, 1, random), random);
  const std::pair<int, ErrorCode> expected[] = {
      {SQLITE_CONSTRAINT_UNIQUE, ErrorCode::already_exists},
      {SQLITE_CONSTRAINT_PRIMARYKEY, ErrorCode::already_exists},
      {SQLITE_CONSTRAINT_ROWID, ErrorCode::already_exists},
      {SQLITE_CONSTRAINT_NOTNULL, ErrorCode::invalid_argument},
      {SQLITE_MISMATCH, ErrorCode::invalid_argument},
      {SQLITE_RANGE, ErrorCode::invalid_argument},
      {SQLITE_IOERR_DATA, ErrorCode::corrupt},
      {SQLITE_IOERR_NOMEM, ErrorCode::out_of_memory},
      {SQLITE_CORRUPT, ErrorCode::corrupt},
      {SQLITE_NOTADB, ErrorCode::corrupt},
      {SQLITE_FULL, ErrorCode::disk_full},
      {SQLITE_NOMEM, ErrorCode::out_of_memory},
      {SQLITE_TOOBIG, ErrorCode::limit_exceeded},
      {SQLITE_AUTH, ErrorCode::not_permitted},
      {SQLITE_READONLY, ErrorCode::not_permitted},
      {SQLITE_PERM, ErrorCode::not_permitted},
      {SQLITE_BUSY, ErrorCode::wrong_state},
      {SQLITE_LOCKED, ErrorCode::wrong_state},
      {SQLITE_INTERRUPT, ErrorCode::cancelled},
      {SQLITE_IOERR, ErrorCode::io_error},
      {SQLITE_CANTOPEN, ErrorCode::io_error},
      {SQLITE_ERROR, ErrorCode::internal}};
  for (const auto& [code, meaning] : expected) {
    const std::string name = std::to_string(code);
    CHECK_MESSAGE(connection.error_of(code).code == meaning, name);
  }
  // What the disk said says more than SQLite's code.
  connection.state.cause = Error{ErrorCode::not_found, "gone"};
  CHECK(connection.error_of(SQLITE_IOERR) == Error{ErrorCode::io_error, "sqlite 10, gone"});
  connection.state.cause = Error{ErrorCode::disk_full, {}};
  CHECK(connection.error_of(SQLITE_FULL) == Error{ErrorCode::disk_full, "sqlite 13"});
}
