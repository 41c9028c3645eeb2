// SPDX-License-Identifier: Apache-2.0
// Changed, moved, swapped and cut bytes: either the same data or an error, never other data.
#include <doctest/doctest.h>

#include "core/store/geometry.h"
#include "tests/core/store/support.h"

using namespace feltbog;
using namespace feltbog::store;
using feltbog::testing::MemoryDisk;

namespace {

constexpr std::size_t kFirstFrame = kLogPrefixSize + kLogHeaderSize;

// Everything the database holds, as one string; or the error met.
Result<std::string> read_all(Disk& disk, Random& random) {
  FELTBOG_TRY(database, Database::open(disk, kPath, test_key(), random));
  FELTBOG_CHECK(database->check_integrity());
  FELTBOG_TRY(statement, database->prepare("SELECT id, body FROM t ORDER BY id"));
  std::string out;
  while (true) {
    FELTBOG_TRY(row, statement.step());
    if (!row) return out;
    out += std::to_string(statement.integer(0)) + ":" + std::string(statement.text(1)) + ";";
  }
}

// A small database with a long value (overflow pages), an index and freed pages.
void fill(Database& database) {
  REQUIRE(database.exec("CREATE TABLE t(id INTEGER PRIMARY KEY, body TEXT)"));
  REQUIRE(database.exec("CREATE INDEX by_body ON t(body)"));
  for (int i = 0; i < 5; ++i) {
    REQUIRE(database.run("INSERT INTO t(body) VALUES (?)",
                         std::string(1500, static_cast<char>('a' + i))));
  }
  REQUIRE(database.run("INSERT INTO t(body) VALUES (?)", std::string(9000, 'z')));
  REQUIRE(database.exec("DELETE FROM t WHERE id = 2"));
}

struct Fixture {
  MemoryDisk disk;
  SeededRandom random{1};
  std::string expected;
  Fixture() {
    {
      auto database = open_store(disk, random).value();
      fill(*database);
    }
    auto all = read_all(disk, random);
    REQUIRE(all);
    expected = std::move(all).value();
  }
  // Same data, or an error of the right kind; counts which.
  void check_same_or_corrupt(MemoryDisk& changed, int& errors) {
    auto all = read_all(changed, random);
    if (all) {
      CHECK(*all == expected);
    } else {
      ++errors;
      CHECK((all.error().code == ErrorCode::corrupt ||
             all.error().code == ErrorCode::decryption_failed ||
             all.error().code == ErrorCode::unsupported_version));
    }
  }
};

// A database whose commits are all still in the log, with the log as it lies.
struct LogFixture {
  MemoryDisk disk;
  SeededRandom random{2};
  std::unique_ptr<Database> database;
  std::vector<std::size_t> log_sizes;  // after each commit
  std::vector<std::string> states;     // after each commit
  static constexpr int kCommits = 4;
  LogFixture() {
    database = open_store(disk, random).value();
    REQUIRE(database->exec("CREATE TABLE t(id INTEGER PRIMARY KEY, body TEXT)"));
    log_sizes.push_back(disk.content(kLogPath).size());
    states.emplace_back();
    for (int i = 0; i < kCommits; ++i) {
      const std::string body(3000, static_cast<char>('a' + i));
      REQUIRE(database->run("INSERT INTO t(body) VALUES (?)", body));
      log_sizes.push_back(disk.content(kLogPath).size());
      states.push_back(states.back() + std::to_string(i + 1) + ":" + body + ";");
    }
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "every changed byte of the main file is noticed, or changes nothing") {
  const Bytes good = disk.content(kPath);
  auto changed = disk.clone();
  int errors = 0;
  int tried = 0;
  // Every byte where structure lies, a stride through ciphertext; a different bit each time.
  for (std::size_t at = 0; at < good.size(); ++at) {
    const std::size_t in_page = at % kPageSize;
    const bool dense =
        in_page < 16 || in_page >= kContentSize || (at < kHeaderBlockSize && in_page % 2048 < 100);
    if (!dense && at % 61 != 0) continue;
    Bytes bytes = good;
    bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ (1U << (at % 8)));
    changed->set_content(kPath, bytes);
    ++tried;
    check_same_or_corrupt(*changed, errors);
  }
  // All but the header, which has two copies, and pages that hold nothing any more.
  CHECK(errors > tried / 2);
}

TEST_CASE_FIXTURE(Fixture, "a header both copies of which are damaged is an error") {
  Bytes bytes = disk.content(kPath);
  for (std::size_t at = 0; at < kHeaderBlockSize / 2; at += 7) {
    Bytes changed = bytes;
    changed[at] ^= 4;
    changed[at + kHeaderBlockSize / 2] ^= 4;
    disk.set_content(kPath, changed);
    CHECK(read_all(disk, random).error().code == ErrorCode::corrupt);
  }
}

TEST_CASE_FIXTURE(Fixture, "pages that change places are refused") {
  const Bytes good = disk.content(kPath);
  const std::size_t pages = (good.size() - kHeaderBlockSize) / kPageSize;
  int errors = 0;
  int tried = 0;
  for (std::size_t a = 0; a < pages; ++a) {
    for (std::size_t b = a + 1; b < pages; ++b) {
      Bytes bytes = good;
      const auto first =
          bytes.begin() + static_cast<std::ptrdiff_t>(kHeaderBlockSize + a * kPageSize);
      const auto second =
          bytes.begin() + static_cast<std::ptrdiff_t>(kHeaderBlockSize + b * kPageSize);
      std::swap_ranges(first, first + kPageSize, second);
      disk.set_content(kPath, bytes);
      ++tried;
      check_same_or_corrupt(disk, errors);
    }
  }
  CHECK(errors > tried * 3 / 4);
}

TEST_CASE_FIXTURE(Fixture, "a page of another database under the same key is refused") {
  MemoryDisk other;
  SeededRandom other_random(99);
  {
    auto database = open_store(other, other_random).value();
    fill(*database);
  }
  const Bytes foreign = other.content(kPath);
  const Bytes good = disk.content(kPath);
  REQUIRE(foreign.size() == good.size());
  int errors = 0;
  for (std::size_t at = kHeaderBlockSize; at < good.size(); at += kPageSize) {
    Bytes bytes = good;
    std::copy_n(foreign.begin() + static_cast<std::ptrdiff_t>(at), kPageSize,
                bytes.begin() + static_cast<std::ptrdiff_t>(at));
    disk.set_content(kPath, bytes);
    check_same_or_corrupt(disk, errors);
  }
  CHECK(errors > 3);
}

TEST_CASE_FIXTURE(Fixture, "zeroed pages are not taken for empty ones") {
  const Bytes good = disk.content(kPath);
  int errors = 0;
  for (std::size_t at = kHeaderBlockSize; at < good.size(); at += kPageSize) {
    Bytes bytes = good;
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), kPageSize, std::uint8_t{0});
    disk.set_content(kPath, bytes);
    check_same_or_corrupt(disk, errors);
  }
  CHECK(errors > 3);
}

TEST_CASE_FIXTURE(Fixture, "a main file cut anywhere is an error or still whole") {
  const Bytes good = disk.content(kPath);
  int errors = 0;
  for (std::size_t size = 0; size < good.size(); size += 509) {
    disk.set_content(kPath, BytesView(good).first(size));
    const int before = errors;
    check_same_or_corrupt(disk, errors);
    if (disk.content(kPath).size() < good.size() - 3 * kPageSize) CHECK(errors == before + 1);
  }
}

TEST_CASE_FIXTURE(LogFixture,
                  "a log torn anywhere in its last commit opens with the commit before") {
  const Bytes log = disk.content(kLogPath);
  const std::size_t from = log_sizes[kCommits - 1];
  auto torn = disk.clone();
  const Bytes main_file = torn->content(kPath);
  for (std::size_t size = from; size < log.size(); size += (size - from < 64 ? 1 : 97)) {
    torn->set_content(kPath, main_file);
    torn->set_content(kLogPath, BytesView(log).first(size));
    auto all = read_all(*torn, random);
    REQUIRE(all);
    CHECK(*all == states[kCommits - 1]);
  }
}

TEST_CASE_FIXTURE(LogFixture,
                  "a byte changed in an older commit of the log is an error, not a shorter log") {
  const Bytes log = disk.content(kLogPath);
  auto changed = disk.clone();
  const Bytes main_file = changed->content(kPath);
  int errors = 0;
  int tried = 0;
  for (std::size_t at = kFirstFrame; at < log.size(); at += 41) {
    Bytes bytes = log;
    bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ (1U << (at % 8)));
    changed->set_content(kPath, main_file);
    changed->set_content(kLogPath, bytes);
    auto all = read_all(*changed, random);
    ++tried;
    // Only the last transaction may be taken for torn: nothing stands behind it that proves
    // otherwise.
    if (all) {
      CHECK(at >= log_sizes[kCommits - 2]);
      CHECK((*all == states[kCommits - 1] || *all == states[kCommits - 2]));
    } else {
      ++errors;
      CHECK(all.error().code == ErrorCode::corrupt);
    }
  }
  CHECK(errors > tried / 3);
}

TEST_CASE_FIXTURE(LogFixture, "a changed log header or prefix never shows other data") {
  const Bytes log = disk.content(kLogPath);
  auto changed = disk.clone();
  const Bytes main_file = changed->content(kPath);
  for (std::size_t at = 0; at < kFirstFrame; ++at) {
    Bytes bytes = log;
    bytes[at] ^= 0x10;
    changed->set_content(kPath, main_file);
    changed->set_content(kLogPath, bytes);
    auto all = read_all(*changed, random);
    if (all) CHECK(*all == states[kCommits]);
  }
}

TEST_CASE_FIXTURE(LogFixture, "frames that change places are refused") {
  const Bytes log = disk.content(kLogPath);
  auto changed = disk.clone();
  const Bytes main_file = changed->content(kPath);
  Bytes bytes = log;
  const auto first = bytes.begin() + kFirstFrame;
  std::swap_ranges(first, first + kFrameSize, first + kFrameSize);
  changed->set_content(kLogPath, bytes);
  CHECK(read_all(*changed, random).error().code == ErrorCode::corrupt);
}

TEST_CASE_FIXTURE(LogFixture, "a committed frame changed while the database is open is an error") {
  // A second statement has to read the frame again: the cache is too small for the table.
  REQUIRE(database->exec("CREATE TABLE big(a)"));
  {
    auto transaction = database->begin();
    for (int i = 0; i < 800; ++i) {
      REQUIRE(database->run("INSERT INTO big VALUES (?)", std::string(4000, 'b')));
    }
    REQUIRE(transaction->commit());
  }
  REQUIRE(integer_of(*database, "SELECT sum(length(a)) FROM big") == 3200000);
  Bytes bytes = disk.content(kLogPath);
  for (std::size_t at = kFirstFrame + 1000; at < bytes.size(); at += kFrameSize) bytes[at] ^= 1;
  disk.set_content(kLogPath, bytes);
  auto statement = database->prepare("SELECT sum(length(a)) FROM big");
  REQUIRE(statement);
  CHECK(statement->step().error().code == ErrorCode::corrupt);
  CHECK(database->health().pages_rejected > 0);
}
