// SPDX-License-Identifier: Apache-2.0
// The two files of a database when the disk fails in the middle of what they do, and logs made by
// hand that recovery has to judge.
#include <doctest/doctest.h>

#include <cstring>

#include "core/store/log_file.h"
#include "core/store/log_scan.h"
#include "core/store/page_file.h"
#include "tests/core/store/support.h"

using namespace feltbog;
using namespace feltbog::store;
using namespace feltbog::testing;

namespace {

constexpr std::uint8_t kSalt = 9;

std::uint64_t frame_at(std::uint64_t index) { return kLogHeaderSize + index * kFrameSize; }

Bytes page_of(std::uint8_t fill) {
  Bytes out(kPageSize, fill);
  std::fill(out.begin() + kContentSize, out.end(), std::uint8_t{0});
  return out;
}

void put_big(std::uint8_t* to, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) to[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

struct Fixture {
  MemoryDisk disk;
  SeededRandom random{61};
  VfsState state{disk, kPath,
                 PageCipher(DatabaseId{}, test_key(), Suite::xchacha20_poly1305, 1, random),
                 random};
  std::unique_ptr<File> main_file = disk.open(kPath, OpenMode::create_or_open).value();
  PageFile pages{state, *main_file};
  std::unique_ptr<LogFile> log = LogFile::open(state).value();

  Fixture() { state.gathered_max = kGatheredMax; }

  // The disk refuses the call that comes after `later` others, once.
  void fail(std::uint64_t later = 0, FaultKind kind = FaultKind::io_error) {
    disk.inject({.at_call = disk.call_count() + later, .kind = kind});
  }
  // `call` gives `expected` with the next disk call refused.
  template <class Call>
  void check_fails(int expected, Call call, std::uint64_t later = 0) {
    fail(later);
    CHECK(call() == expected);
    CHECK(disk.fault_hit());
    disk.clear_faults();
  }
  int head(std::uint64_t index, std::uint8_t fill) {
    return log->write(frame_at(index), Bytes(kFrameHeaderSize, fill));
  }
  int body(std::uint64_t index, std::uint8_t fill) {
    return log->write(frame_at(index) + kFrameHeaderSize, page_of(fill));
  }
  // A frame of the middle of a transaction, which waits for its neighbours.
  void gather(std::uint64_t index) {
    Bytes header(kFrameHeaderSize, std::uint8_t{1});
    std::memset(header.data() + kCommitSizeAt, 0, 4);
    REQUIRE(log->write(frame_at(index), header) == SQLITE_OK);
    REQUIRE(body(index, 1) == SQLITE_OK);
  }
  void commit(std::uint64_t index) {
    REQUIRE(head(index, 1) == SQLITE_OK);
    REQUIRE(body(index, 1) == SQLITE_OK);
  }
  int read_frame(std::uint64_t index) {
    Bytes out(kFrameSize);
    return log->read(frame_at(index), out);
  }
  int read_page_of_frame(std::uint64_t index) {
    Bytes out(kPageSize);
    return log->read(frame_at(index) + kFrameHeaderSize, out);
  }
  int read_page(std::uint64_t index) {
    Bytes out(kPageSize);
    return pages.read(index * kPageSize, out);
  }
  int write_page(std::uint64_t index) { return pages.write(index * kPageSize, page_of(3)); }
};

// A log as SQLite writes it: salts, and a checksum that runs through all frames.
struct ChainFixture : Fixture {
  std::uint32_t sum[2] = {0, 0};
  bool big_endian = false;

  void add(BytesView bytes) {
    const auto word = [&](std::size_t at) {
      return big_endian ? get_big32(bytes.data() + at)
                        : static_cast<std::uint32_t>(get_little(bytes.data() + at, 4));
    };
    for (std::size_t at = 0; at < bytes.size(); at += 8) {
      sum[0] += word(at) + sum[1];
      sum[1] += word(at + 4) + sum[0];
    }
  }
  void start() {
    Bytes header(kLogHeaderSize, kSalt);
    header[3] = big_endian ? 0x83 : 0x82;
    REQUIRE(log->write(0, header) == SQLITE_OK);
  }
  // A transaction of one frame.
  void commit_one(std::uint64_t index, bool continues = true) {
    Bytes header(kFrameHeaderSize, kSalt);
    put_big(header.data(), static_cast<std::uint32_t>(index) + 1);
    put_big(header.data() + kCommitSizeAt, 1);
    const Bytes page = page_of(static_cast<std::uint8_t>(index + 1));
    add(BytesView(header).first(8));
    add(page);
    put_big(header.data() + 16, continues ? sum[0] : sum[0] + 1);
    put_big(header.data() + 20, sum[1]);
    REQUIRE(log->write(frame_at(index), header) == SQLITE_OK);
    REQUIRE(log->write(frame_at(index) + kFrameHeaderSize, page) == SQLITE_OK);
  }
  void damage_frame(std::uint64_t index) {
    Bytes bytes = disk.content(kLogPath);
    bytes[frame_place(index) + 100] ^= 1;
    disk.set_content(kLogPath, bytes);
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "frames that cannot be written when they must be are an error at once") {
  const auto refused = [&](auto call) { check_fails(SQLITE_IOERR_WRITE, call); };
  gather(0);
  refused([&] { return read_frame(0); });
  gather(0);
  refused([&] { return log->sync(); });
  gather(0);
  refused([&] {
    std::uint64_t size = 0;
    return log->size(size);
  });
  gather(0);
  refused([&] { return body(9, 2); });
  // Another place in the log: what was gathered goes first.
  gather(0);
  REQUIRE(head(5, 1) == SQLITE_OK);
  refused([&] { return body(5, 1); });
}

TEST_CASE_FIXTURE(Fixture, "a header or page that changes a frame needs the frame") {
  commit(0);
  commit(1);
  REQUIRE(head(0, 4) == SQLITE_OK);
  check_fails(SQLITE_IOERR_READ, [&] { return head(1, 4); });
  // The frame is read, but cannot be written again.
  REQUIRE(head(0, 4) == SQLITE_OK);
  check_fails(
      SQLITE_IOERR_WRITE, [&] { return log->sync(); }, 1);
  check_fails(SQLITE_IOERR_READ, [&] { return body(1, 5); });
  // The same header twice is one header.
  REQUIRE(head(0, 6) == SQLITE_OK);
  REQUIRE(head(0, 7) == SQLITE_OK);
  REQUIRE(body(0, 7) == SQLITE_OK);
  CHECK(read_frame(0) == SQLITE_OK);
}

TEST_CASE_FIXTURE(Fixture, "a log that cannot be read is an error and not the end of the log") {
  commit(0);
  Bytes header(kLogHeaderSize);
  check_fails(SQLITE_IOERR_READ, [&] { return log->read(0, header); });
  check_fails(SQLITE_IOERR_READ, [&] { return read_frame(0); });
  check_fails(SQLITE_IOERR_READ, [&] { return read_page_of_frame(0); });
  // Behind the end: the size decides, and then what stands behind it.
  check_fails(
      SQLITE_IOERR_READ, [&] { return read_frame(1); }, 1);
  check_fails(
      SQLITE_IOERR_READ, [&] { return read_frame(1); }, 2);
  fail(0, FaultKind::short_read);
  CHECK(read_frame(0) == SQLITE_IOERR_READ);
  disk.clear_faults();
  CHECK(read_frame(0) == SQLITE_OK);
}

TEST_CASE_FIXTURE(Fixture, "a log is cut behind its prefix, and not at all by a disk that fails") {
  commit(0);
  commit(1);
  REQUIRE(log->truncate(frame_at(1)) == SQLITE_OK);
  std::uint64_t size = 0;
  CHECK(log->size(size) == SQLITE_OK);
  CHECK(size == frame_at(1));
  check_fails(SQLITE_IOERR_TRUNCATE, [&] { return log->truncate(0); });
  check_fails(SQLITE_IOERR_FSTAT, [&] { return log->size(size); });
}

TEST_CASE_FIXTURE(Fixture, "pages that cannot be written when they must be are an error at once") {
  const auto refused = [&](auto call) { check_fails(SQLITE_IOERR_WRITE, call); };
  REQUIRE(write_page(0) == SQLITE_OK);
  refused([&] { return read_page(0); });
  REQUIRE(write_page(0) == SQLITE_OK);
  refused([&] { return pages.sync(); });
  REQUIRE(write_page(0) == SQLITE_OK);
  refused([&] { return pages.truncate(kPageSize); });
  REQUIRE(write_page(0) == SQLITE_OK);
  refused([&] { return write_page(7); });
  REQUIRE(write_page(0) == SQLITE_OK);
  std::uint64_t size = 1;
  refused([&] { return pages.size(size); });
  // Nothing is there, not even the header block.
  disk.set_content(kPath, {});
  pages.truncate(0);
  CHECK(pages.size(size) == SQLITE_OK);
}

TEST_CASE_FIXTURE(Fixture, "the size of a file shorter than its header block is nothing") {
  std::uint64_t size = 1;
  CHECK(pages.size(size) == SQLITE_OK);
  CHECK(size == 0);
}

TEST_CASE_FIXTURE(Fixture, "reading ahead that fails leaves the page itself to be read") {
  for (std::uint64_t index = 0; index < 8; ++index) REQUIRE(write_page(index) == SQLITE_OK);
  REQUIRE(pages.sync() == SQLITE_OK);
  REQUIRE(read_page(0) == SQLITE_OK);
  check_fails(SQLITE_OK, [&] { return read_page(1); });
  CHECK(read_page(2) == SQLITE_OK);
}

TEST_CASE_FIXTURE(Fixture, "a first page that cannot be read counts as changed") {
  REQUIRE(write_page(0) == SQLITE_OK);
  REQUIRE(pages.sync() == SQLITE_OK);
  const auto change_counter = [&] {
    Bytes out(16, 0xee);
    CHECK(pages.read(24, out) == SQLITE_OK);
    return out;
  };
  CHECK(change_counter() == Bytes(16, 3));
  fail();
  CHECK(change_counter() == Bytes(16, 0));
  disk.clear_faults();
  Bytes bytes = disk.content(kPath);
  bytes[kHeaderBlockSize] ^= 1;
  disk.set_content(kPath, bytes);
  CHECK(change_counter() == Bytes(16, 0));
}

TEST_CASE_FIXTURE(Fixture, "after a failed sync neither file takes anything more") {
  commit(0);
  REQUIRE(write_page(0) == SQLITE_OK);
  check_fails(SQLITE_IOERR_FSYNC, [&] { return log->sync(); });
  CHECK(state.health.poisoned);
  CHECK(write_page(0) == SQLITE_IOERR_WRITE);
  CHECK(pages.truncate(kPageSize) == SQLITE_IOERR_TRUNCATE);
  CHECK(pages.sync() == SQLITE_IOERR_FSYNC);
  CHECK(head(1, 1) == SQLITE_IOERR_WRITE);
  CHECK(log->truncate(0) == SQLITE_IOERR_TRUNCATE);
  CHECK(log->sync() == SQLITE_IOERR_FSYNC);
  CHECK(read_frame(0) == SQLITE_OK);
}

TEST_CASE_FIXTURE(Fixture, "what the disk says is passed on in SQLite's words") {
  CHECK(state.fail({ErrorCode::disk_full, {}}, SQLITE_IOERR_WRITE) == SQLITE_FULL);
  CHECK(state.fail({ErrorCode::out_of_memory, {}}, SQLITE_IOERR_WRITE) == SQLITE_IOERR_NOMEM);
  CHECK(state.fail({ErrorCode::io_error, {}}, SQLITE_IOERR_WRITE) == SQLITE_IOERR_WRITE);
}

TEST_CASE("a damaged frame before a durable transaction is an error, in either byte order") {
  for (const bool big_endian : {false, true}) {
    ChainFixture chain;
    chain.big_endian = big_endian;
    chain.start();
    for (std::uint64_t index = 0; index < 4; ++index) chain.commit_one(index);
    chain.damage_frame(1);
    CHECK(chain.read_frame(1) == SQLITE_IOERR_DATA);
    // The last but one is followed by one frame only, which proves nothing.
    chain.damage_frame(2);
    CHECK(chain.read_frame(2) == SQLITE_OK);
    // A disk that fails while looking behind a damaged frame has proven nothing either.
    for (const std::uint64_t later : {1U, 2U}) {
      chain.check_fails(
          SQLITE_IOERR_READ, [&] { return chain.read_frame(1); }, later);
    }
  }
}

TEST_CASE_FIXTURE(ChainFixture, "frames whose checksums do not run on prove nothing") {
  start();
  commit_one(0);
  commit_one(1);
  commit_one(2, false);
  commit_one(3, false);
  damage_frame(0);
  CHECK(read_frame(0) == SQLITE_OK);
  CHECK(state.health.log_frames_ignored == 1);
}

TEST_CASE_FIXTURE(ChainFixture, "a log without a header ends where it begins") {
  disk.set_content(kLogPath, Bytes(40));
  log = LogFile::open(state).value();
  CHECK(read_frame(0) == SQLITE_OK);
  CHECK(state.health.log_frames_ignored == 1);
}
