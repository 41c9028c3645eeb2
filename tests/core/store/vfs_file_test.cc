// SPDX-License-Identifier: Apache-2.0
// The two files as SQLite calls them: every pattern it is known to use, and refusal of every other.
#include <doctest/doctest.h>

#include <cstring>

#include "core/store/encrypting_vfs.h"
#include "core/store/header_block.h"
#include "core/store/log_file.h"
#include "core/store/page_file.h"
#include "tests/core/store/support.h"

using namespace feltbog;
using namespace feltbog::store;
using namespace feltbog::testing;

namespace {

struct Fixture {
  MemoryDisk disk;
  SeededRandom random{51};
  VfsState state{disk, kPath,
                 PageCipher(DatabaseId{}, test_key(), Suite::xchacha20_poly1305, 1, random),
                 random};
  std::unique_ptr<File> main_file = disk.open(kPath, OpenMode::create_or_open).value();
  PageFile pages{state, *main_file};
  std::unique_ptr<LogFile> log = LogFile::open(state).value();

  static Bytes page(std::uint8_t fill) {
    Bytes out(kPageSize, fill);
    std::fill(out.begin() + kContentSize, out.end(), std::uint8_t{0});
    return out;
  }
  static Bytes header(std::uint8_t fill) { return Bytes(kFrameHeaderSize, fill); }
  static std::uint64_t frame_at(std::uint64_t index) { return kLogHeaderSize + index * kFrameSize; }

  void write_frame(std::uint64_t index, std::uint8_t fill) {
    REQUIRE(log->write(frame_at(index), header(fill)) == SQLITE_OK);
    REQUIRE(log->write(frame_at(index) + kFrameHeaderSize, page(fill)) == SQLITE_OK);
  }
  // The frame as recovery reads it: header and page in one piece.
  Bytes whole_frame(std::uint64_t index) {
    Bytes out(kFrameSize, 0xee);
    REQUIRE(log->read(frame_at(index), out) == SQLITE_OK);
    return out;
  }
  static Bytes frame_of(std::uint8_t header_fill, std::uint8_t page_fill) {
    Bytes out = header(header_fill);
    append(out, page(page_fill));
    return out;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture,
                  "a page is written and read whole, and lies sealed behind the header block") {
  REQUIRE(pages.write(2 * kPageSize, page(7)) == SQLITE_OK);
  Bytes out(kPageSize, 0xee);
  CHECK(pages.read(2 * kPageSize, out) == SQLITE_OK);
  CHECK(out == page(7));
  const Bytes physical = disk.content(kPath);
  CHECK(physical.size() == kHeaderBlockSize + 3 * kPageSize);
  CHECK_FALSE(contains(physical, "\7\7\7\7"));
  std::uint64_t size = 0;
  CHECK(pages.size(size) == SQLITE_OK);
  CHECK(size == 3 * kPageSize);
}

TEST_CASE_FIXTURE(Fixture,
                  "pages that are zero, missing or changed are errors, and read as zeros") {
  REQUIRE(pages.write(2 * kPageSize, page(7)) == SQLITE_OK);
  for (const std::uint64_t missing : {0U, 1U, 3U, 1000U}) {
    Bytes out(kPageSize, 0xee);
    CHECK(pages.read(missing * kPageSize, out) == SQLITE_IOERR_DATA);
    CHECK(out == Bytes(kPageSize));
  }
  CHECK(state.health.pages_rejected == 4);
}

TEST_CASE_FIXTURE(Fixture,
                  "the parts of page 1 SQLite asks for are answered, other parts refused") {
  const auto first = make_empty_first_page();
  Bytes head(100);
  // Before there is a page 1 that opens: the geometry is known all the same.
  CHECK(pages.read(0, head) == SQLITE_OK);
  CHECK(std::equal(head.begin(), head.end(), first.begin()));
  Bytes counter(16, 0xee);
  CHECK(pages.read(24, counter) == SQLITE_OK);
  CHECK(counter == Bytes(16));
  REQUIRE(pages.write(0, page(9)) == SQLITE_OK);
  CHECK(pages.read(24, counter) == SQLITE_OK);
  CHECK(counter == Bytes(16, 9));
  for (const auto& [offset, size] : {std::pair{0, 16}, {1, 4096}, {24, 8}, {100, 100}, {0, 8192}}) {
    Bytes out(static_cast<std::size_t>(size));
    CHECK(pages.read(static_cast<std::uint64_t>(offset), out) == SQLITE_IOERR_READ);
  }
  CHECK(pages.write(1, page(1)) == SQLITE_IOERR_WRITE);
  CHECK(pages.write(0, Bytes(100)) == SQLITE_IOERR_WRITE);
  CHECK(pages.truncate(100) == SQLITE_IOERR_TRUNCATE);
  CHECK(pages.truncate(0) == SQLITE_IOERR_TRUNCATE);
  CHECK(pages.truncate(kPageSize) == SQLITE_OK);
}

TEST_CASE_FIXTURE(Fixture, "a frame is one write, and comes back whole, by page and by checksum") {
  const std::uint64_t before = disk.call_count();
  write_frame(0, 5);
  CHECK(disk.call_count() == before + 1);
  CHECK(whole_frame(0) == frame_of(5, 5));
  Bytes out(kPageSize);
  CHECK(log->read(frame_at(0) + kFrameHeaderSize, out) == SQLITE_OK);
  CHECK(out == page(5));
  Bytes checksum(8);
  CHECK(log->read(frame_at(0) + 16, checksum) == SQLITE_OK);
  CHECK(checksum == Bytes(8, 5));
  CHECK_FALSE(contains(disk.content(kLogPath), std::string(17, '\5')));
}

TEST_CASE_FIXTURE(Fixture, "a page alone replaces the page of its frame and keeps the header") {
  write_frame(0, 1);
  write_frame(1, 2);
  REQUIRE(log->write(frame_at(0) + kFrameHeaderSize, page(3)) == SQLITE_OK);
  CHECK(whole_frame(0) == frame_of(1, 3));
  CHECK(whole_frame(1) == frame_of(2, 2));
  // There is no frame 2 to replace the page of.
  CHECK(log->write(frame_at(2) + kFrameHeaderSize, page(3)) == SQLITE_IOERR_DATA);
}

TEST_CASE_FIXTURE(Fixture, "headers alone replace the headers of their frames and keep the pages") {
  for (std::uint8_t i = 0; i < 3; ++i) write_frame(i, i);
  for (std::uint8_t i = 0; i < 3; ++i) {
    REQUIRE(log->write(frame_at(i), header(static_cast<std::uint8_t>(i + 10))) == SQLITE_OK);
  }
  REQUIRE(log->sync() == SQLITE_OK);
  for (std::uint8_t i = 0; i < 3; ++i) {
    CHECK(whole_frame(i) == frame_of(static_cast<std::uint8_t>(i + 10), i));
  }
  // Then one whose page follows after all, and one for which there is no frame.
  REQUIRE(log->write(frame_at(1), header(20)) == SQLITE_OK);
  REQUIRE(log->write(frame_at(2), header(21)) == SQLITE_OK);
  REQUIRE(log->write(frame_at(2) + kFrameHeaderSize, page(22)) == SQLITE_OK);
  REQUIRE(log->write(frame_at(9), header(23)) == SQLITE_OK);
  CHECK(whole_frame(1) == frame_of(20, 1));
  CHECK(whole_frame(2) == frame_of(21, 22));
  CHECK(disk.content(kLogPath).size() == kLogPrefixSize + frame_at(3));
}

TEST_CASE_FIXTURE(Fixture, "a frame that does not open ends recovery but is an error to a reader") {
  write_frame(0, 1);
  Bytes bytes = disk.content(kLogPath);
  bytes[kLogPrefixSize + frame_at(0) + 500] ^= 1;
  disk.set_content(kLogPath, bytes);
  CHECK(whole_frame(0) == Bytes(kFrameSize));
  CHECK(state.health.log_frames_ignored == 1);
  Bytes out(kPageSize, 0xee);
  CHECK(log->read(frame_at(0) + kFrameHeaderSize, out) == SQLITE_IOERR_DATA);
  CHECK(out == Bytes(kPageSize));
  Bytes checksum(8);
  CHECK(log->read(frame_at(0) + 16, checksum) == SQLITE_IOERR_DATA);
  CHECK(log->write(frame_at(0) + kFrameHeaderSize, page(3)) == SQLITE_IOERR_DATA);
}

TEST_CASE_FIXTURE(Fixture, "the log header lies behind a prefix, without which the log is empty") {
  Bytes out(32, 0xee);
  CHECK(log->read(0, out) == SQLITE_IOERR_SHORT_READ);
  REQUIRE(log->write(0, Bytes(32, 8)) == SQLITE_OK);
  CHECK(log->read(0, out) == SQLITE_OK);
  CHECK(out == Bytes(32, 8));
  Bytes part(8);
  CHECK(log->read(24, part) == SQLITE_OK);
  CHECK(part == Bytes(8, 8));
  Bytes bytes = disk.content(kLogPath);
  bytes[0] ^= 1;
  disk.set_content(kLogPath, bytes);
  CHECK(log->read(0, out) == SQLITE_OK);
  CHECK(out == Bytes(32));
  CHECK(log->truncate(0) == SQLITE_OK);
  CHECK(disk.content(kLogPath).empty());
}

TEST_CASE_FIXTURE(Fixture, "the frames of a transaction are written together, and not after it") {
  state.gathered_max = kGatheredMax;
  const auto physical = [&] { return disk.content(kLogPath).size(); };
  REQUIRE(log->write(0, Bytes(kLogHeaderSize, 1)) == SQLITE_OK);
  const std::size_t empty = physical();
  Bytes inner = header(3);
  std::fill(inner.begin() + 4, inner.begin() + 8, std::uint8_t{0});
  for (std::uint64_t index = 0; index < 3; ++index) {
    REQUIRE(log->write(frame_at(index), inner) == SQLITE_OK);
    REQUIRE(log->write(frame_at(index) + kFrameHeaderSize, page(3)) == SQLITE_OK);
    CHECK(physical() == empty);
  }
  write_frame(3, 4);  // its header says that it ends the transaction
  CHECK(physical() == empty + 4 * kFrameSize);
  // The salts lie in the clear, and are eight bytes.
  CHECK_FALSE(contains(disk.content(kLogPath), "\3\3\3\3\3\3\3\3\3"));
  for (std::uint64_t index = 0; index < 3; ++index) {
    Bytes expected = inner;
    append(expected, page(3));
    CHECK(whole_frame(index) == expected);
  }
  CHECK(whole_frame(3) == frame_of(4, 4));
}

TEST_CASE_FIXTURE(Fixture,
                  "gathered frames are seen by every read, sync and size before they end") {
  state.gathered_max = kGatheredMax;
  REQUIRE(log->write(0, Bytes(kLogHeaderSize, 1)) == SQLITE_OK);
  Bytes inner = header(3);
  std::fill(inner.begin() + 4, inner.begin() + 8, std::uint8_t{0});
  const auto gather = [&](std::uint64_t index, std::uint8_t fill) {
    REQUIRE(log->write(frame_at(index), inner) == SQLITE_OK);
    REQUIRE(log->write(frame_at(index) + kFrameHeaderSize, page(fill)) == SQLITE_OK);
  };
  const auto page_of = [&](std::uint64_t index) {
    Bytes out(kPageSize);
    REQUIRE(log->read(frame_at(index) + kFrameHeaderSize, out) == SQLITE_OK);
    return out;
  };
  gather(0, 5);
  CHECK(page_of(0) == page(5));
  gather(1, 6);
  std::uint64_t size = 0;
  REQUIRE(log->size(size) == SQLITE_OK);
  CHECK(size == frame_at(2));
  gather(2, 7);
  REQUIRE(log->sync() == SQLITE_OK);
  CHECK(disk.content(kLogPath).size() == kLogPrefixSize + frame_at(3));
  // One that follows no other, one written twice, and a page that changes one still gathered.
  gather(3, 8);
  gather(1, 9);
  gather(1, 10);
  REQUIRE(log->write(frame_at(1) + kFrameHeaderSize, page(11)) == SQLITE_OK);
  CHECK(page_of(0) == page(5));
  CHECK(page_of(1) == page(11));
  CHECK(page_of(2) == page(7));
  CHECK(page_of(3) == page(8));
  // As many as are held at most, and some more.
  for (std::uint64_t index = 4; index < 4 + 2 * kGatheredMax + 3; ++index) {
    gather(index, static_cast<std::uint8_t>(index));
  }
  for (std::uint64_t index = 4; index < 4 + 2 * kGatheredMax + 3; ++index) {
    CHECK(page_of(index) == page(static_cast<std::uint8_t>(index)));
  }
}

TEST_CASE_FIXTURE(Fixture, "gathered pages of the main file and pages read ahead are never stale") {
  state.gathered_max = kGatheredMax;
  constexpr std::uint64_t kPages = 100;
  Bytes kept(kPages, 0);
  const auto write = [&](std::uint64_t index, std::uint8_t fill) {
    kept[index] = fill;
    REQUIRE(pages.write(index * kPageSize, page(fill)) == SQLITE_OK);
  };
  const auto same = [&](std::uint64_t index) {
    Bytes out(kPageSize);
    return pages.read(index * kPageSize, out) == SQLITE_OK && out == page(kept[index]);
  };
  for (std::uint64_t index = 0; index < kPages; ++index) write(index, 1);
  REQUIRE(pages.sync() == SQLITE_OK);
  std::uint64_t at = 0;
  for (int step = 0; step < 4000; ++step) {
    const std::uint64_t draw = random.below(10);
    if (draw == 0) write(random.below(kPages), static_cast<std::uint8_t>(1 + random.below(255)));
    at = draw == 1 ? random.below(kPages) : (at + 1) % kPages;
    CHECK(same(at));
  }
  // The file ends within what would be read ahead.
  REQUIRE(pages.truncate(50 * kPageSize) == SQLITE_OK);
  for (std::uint64_t index = 40; index < 50; ++index) CHECK(same(index));
  Bytes out(kPageSize);
  CHECK(pages.read(50 * kPageSize, out) == SQLITE_IOERR_DATA);
  std::uint64_t size = 0;
  CHECK(pages.size(size) == SQLITE_OK);
  CHECK(size == 50 * kPageSize);
}

TEST_CASE_FIXTURE(Fixture, "other reads and writes of the log are refused") {
  write_frame(0, 1);
  for (const auto& [offset, size] :
       {std::pair{0, 33}, {8, 32}, {32, 24}, {32, 4096}, {33, 4120}, {56, 100}, {48, 16}}) {
    Bytes out(static_cast<std::size_t>(size));
    CHECK(log->read(static_cast<std::uint64_t>(offset), out) == SQLITE_IOERR_READ);
  }
  for (const auto& [offset, size] : {std::pair{0, 24},
                                     {0, 31},
                                     {16, 16},
                                     {32, 4120},
                                     {33, 24},
                                     {56, 100},
                                     {48, 8},
                                     {100, 512}}) {
    const Bytes bytes(static_cast<std::size_t>(size));
    CHECK(log->write(static_cast<std::uint64_t>(offset), bytes) == SQLITE_IOERR_WRITE);
  }
  CHECK(whole_frame(0) == frame_of(1, 1));
}

TEST_CASE_FIXTURE(Fixture, "nothing but database and log can be opened or removed") {
  auto vfs = EncryptingVfs::make(state, *main_file).value();
  sqlite3_vfs* table = sqlite3_vfs_find(vfs->name());
  REQUIRE(table != nullptr);
  CHECK(table->iVersion == 1);
  CHECK(sqlite3_vfs_find(nullptr) != table);
  std::vector<std::uint64_t> memory(static_cast<std::size_t>(table->szOsFile) / 8 + 1);
  auto* file = reinterpret_cast<sqlite3_file*>(memory.data());
  int flags_out = 0;
  const auto paths_before = disk.paths();
  for (const int kind : {SQLITE_OPEN_TEMP_DB, SQLITE_OPEN_TRANSIENT_DB, SQLITE_OPEN_MAIN_JOURNAL,
                         SQLITE_OPEN_TEMP_JOURNAL, SQLITE_OPEN_SUBJOURNAL,
                         SQLITE_OPEN_SUPER_JOURNAL, SQLITE_OPEN_MAIN_DB, SQLITE_OPEN_WAL}) {
    for (const char* name :
         {static_cast<const char*>(nullptr), "", "other.db", "main.db-journal"}) {
      const int flags = kind | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
      CHECK(table->xOpen(table, name, file, flags, &flags_out) == SQLITE_CANTOPEN);
      CHECK((file->pMethods == nullptr));
    }
  }
  CHECK(state.health.files_refused == 32);
  CHECK(disk.paths() == paths_before);
  int there = -1;
  disk.set_content("device/store.db-journal", Bytes(512));
  CHECK(table->xAccess(table, "main.db-journal", SQLITE_ACCESS_EXISTS, &there) == SQLITE_OK);
  CHECK(there == 0);
  CHECK(table->xDelete(table, "main.db", 1) == SQLITE_IOERR_DELETE);
  CHECK(disk.has(kPath));

  REQUIRE(table->xOpen(table, "main.db", file, SQLITE_OPEN_MAIN_DB, &flags_out) == SQLITE_OK);
  // With an index of the log, without a memory map.
  CHECK(file->pMethods->iVersion == 2);
  CHECK((file->pMethods->xFetch == nullptr));
  sqlite3_int64 mapped = 1 << 28;
  CHECK(file->pMethods->xFileControl(file, SQLITE_FCNTL_MMAP_SIZE, &mapped) == SQLITE_OK);
  CHECK(mapped == 0);
  CHECK(file->pMethods->xFileControl(file, SQLITE_FCNTL_BEGIN_ATOMIC_WRITE, nullptr) ==
        SQLITE_NOTFOUND);
  CHECK(file->pMethods->xClose(file) == SQLITE_OK);
}
