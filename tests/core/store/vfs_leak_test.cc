// SPDX-License-Identifier: Apache-2.0
// Nothing of what is written may be readable on any file, and no nonce may be used twice.
#include <doctest/doctest.h>

#include <filesystem>
#include <set>

#include "core/base/platform/posix_disk.h"
#include "core/store/geometry.h"
#include "tests/core/store/support.h"

using namespace feltbog;
using namespace feltbog::store;
using feltbog::testing::MemoryDisk;

namespace {

constexpr const char* kCanary = "0101801234-KANARIE";

void check_no_canary(const MemoryDisk& disk) {
  for (const std::string& path : disk.paths()) {
    CAPTURE(path);
    CHECK_FALSE(contains(disk.content(path), kCanary));
    CHECK_FALSE(contains(disk.content(path), "SQLite format"));
    CHECK_FALSE(contains(disk.content(path), "CREATE TABLE"));
  }
}

// Where SQLite's own VFS would put temporary files, if it were asked.
std::set<std::string> temporary_files() {
  std::set<std::string> out;
  for (const char* folder : {"/tmp", "/var/tmp", "."}) {
    std::error_code error;
    for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error)) {
      if (at->path().filename().string().find("etilqs") != std::string::npos) {
        out.insert(at->path().string());
      }
    }
  }
  return out;
}

// Everything that makes SQLite want more than a database and a log.
void work_hard(Database& database, SeededRandom& random) {
  REQUIRE(database.exec("CREATE TABLE t(id INTEGER PRIMARY KEY, body TEXT, n INTEGER)"));
  {
    auto transaction = database.begin();
    REQUIRE(transaction);
    for (int i = 0; i < 3000; ++i) {
      const std::string body = std::string(kCanary) + std::to_string(random.next());
      REQUIRE(database.run("INSERT INTO t(body, n) VALUES (?, ?)", body, random.below(1000)));
    }
    REQUIRE(transaction->commit());
  }
  REQUIRE(database.exec("CREATE INDEX by_body ON t(body)"));
  CHECK(integer_of(database, "SELECT count(*) FROM (SELECT * FROM t ORDER BY body || n, n)") ==
        3000);
  CHECK(integer_of(database, "SELECT count(DISTINCT substr(body, 1, 22)) FROM t") > 0);
  REQUIRE(database.exec("CREATE TEMP TABLE u AS SELECT * FROM t ORDER BY n"));
  REQUIRE(database.exec("CREATE VIRTUAL TABLE f USING fts5(body)"));
  REQUIRE(database.exec("INSERT INTO f SELECT body FROM t"));
  REQUIRE(database.exec("UPDATE t SET body = body || '!' WHERE n % 3 = 0"));
  REQUIRE(database.exec("UPDATE OR IGNORE t SET id = id + 1 WHERE n % 7 = 0"));
  REQUIRE(
      database.exec("BEGIN; SAVEPOINT s; DELETE FROM t WHERE n % 2 = 0; ROLLBACK TO s; COMMIT"));
  REQUIRE(database.exec("DELETE FROM t WHERE n % 5 = 0"));
  REQUIRE(database.exec("VACUUM"));
  REQUIRE(database.checkpoint());
  REQUIRE(database.check_integrity());
}

}  // namespace

TEST_CASE("sorting, indexing, searching, vacuuming and large transactions leave no readable byte") {
  for (const bool spill : {false, true}) {
    CAPTURE(spill);
    const auto temporary_before = temporary_files();
    MemoryDisk disk;
    SeededRandom random(3);
    auto database =
        open_store(disk, random, {.cache_kibibytes = 64, .spill_large_transactions = spill})
            .value();
    work_hard(*database, random);
    check_no_canary(disk);
    CHECK(database->health().pages_rejected == 0);
    CHECK(database->health().files_refused == 0);
    database.reset();
    check_no_canary(disk);
    CHECK(temporary_files() == temporary_before);
    auto reopened = open_store(disk, random);
    REQUIRE(reopened);
    REQUIRE((*reopened)->check_integrity());
  }
}

TEST_CASE("a log that was not moved yet is as unreadable as the main file") {
  MemoryDisk disk;
  SeededRandom random(4);
  auto database = open_store(disk, random).value();
  REQUIRE(database->exec("CREATE TABLE t(a)"));
  REQUIRE(database->run("INSERT INTO t VALUES (?)", std::string(kCanary)));
  REQUIRE(disk.content(kLogPath).size() > 2 * kFrameSize);
  check_no_canary(disk);
}

TEST_CASE("frame checksums are not in the clear, where they would confirm a guess of the page") {
  // The same statements give the same plaintext frames up to SQLite's salts; were the checksum
  // outside the ciphertext it would be SQLite's, a sum of the page.
  MemoryDisk disk;
  SeededRandom random(5);
  auto database = open_store(disk, random).value();
  REQUIRE(database->exec("CREATE TABLE t(a)"));
  const Bytes log = disk.content(kLogPath);
  std::set<std::uint64_t> seen;
  constexpr std::size_t kFirst = kLogPrefixSize + kLogHeaderSize;
  for (int round = 0; round < 50; ++round) {
    // A page written again unchanged: only nonce and checksum field may differ, and both must.
    REQUIRE(database->checkpoint());
    REQUIRE(database->exec("PRAGMA user_version = 1"));
    const Bytes content = disk.content(kLogPath);
    REQUIRE(content.size() >= kFirst + kFrameSize);
    seen.insert(get_little(content.data() + kFirst + kFrameClearSize, kFrameChecksumSize));
  }
  CHECK(seen.size() == 50);
}

namespace {

// Collects the nonce of every page and frame that is written.
class NonceWatch final : public Disk {
 public:
  explicit NonceWatch(Disk& inner) : inner_(inner) {}
  Result<std::unique_ptr<File>> open(std::string_view path, OpenMode mode) override {
    FELTBOG_TRY(file, inner_.open(path, mode));
    return std::unique_ptr<File>(std::make_unique<Watched>(*this, std::move(file)));
  }
  Result<bool> exists(std::string_view path) override { return inner_.exists(path); }
  Result<void> remove(std::string_view path) override { return inner_.remove(path); }
  Result<void> rename(std::string_view from, std::string_view to) override {
    return inner_.rename(from, to);
  }
  Result<void> sync_directory(std::string_view path) override {
    return inner_.sync_directory(path);
  }
  Result<void> make_directories(std::string_view path) override {
    return inner_.make_directories(path);
  }
  Result<std::vector<std::string>> list(std::string_view path) override {
    return inner_.list(path);
  }
  Result<std::unique_ptr<File>> lock(std::string_view path) override { return inner_.lock(path); }

  std::set<Bytes> nonces;
  std::uint64_t sealed = 0;

 private:
  class Watched final : public File {
   public:
    Watched(NonceWatch& watch, std::unique_ptr<File> file)
        : watch_(watch), file_(std::move(file)) {}
    Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out) override {
      return file_->read(offset, out);
    }
    Result<void> write(std::uint64_t offset, BytesView bytes) override {
      if (bytes.size() >= kPageSize) {
        const BytesView nonce = bytes.subspan(bytes.size() - kReserveSize, 24);
        watch_.nonces.insert(to_bytes(nonce));
        ++watch_.sealed;
      }
      return file_->write(offset, bytes);
    }
    Result<void> truncate(std::uint64_t size) override { return file_->truncate(size); }
    Result<void> sync() override { return file_->sync(); }
    Result<std::uint64_t> size() override { return file_->size(); }

   private:
    NonceWatch& watch_;
    std::unique_ptr<File> file_;
  };
  Disk& inner_;
};

}  // namespace

TEST_CASE("no nonce is used twice, not even by two clones of one disk") {
  MemoryDisk disk;
  NonceWatch watch(disk);
  SeededRandom random(6);
  {
    auto database = Database::open(watch, kPath, test_key(), random).value();
    work_hard(*database, random);
  }
  auto clone = disk.clone();
  NonceWatch other_watch(*clone);
  SeededRandom other_random(7);
  auto database = Database::open(watch, kPath, test_key(), random).value();
  auto other = Database::open(other_watch, kPath, test_key(), other_random).value();
  for (Database* each : {database.get(), other.get()}) {
    REQUIRE(each->exec("UPDATE t SET n = n + 1"));
    REQUIRE(each->checkpoint());
  }
  CHECK(watch.nonces.size() == watch.sealed);
  CHECK(other_watch.nonces.size() == other_watch.sealed);
  for (const Bytes& nonce : other_watch.nonces) CHECK(watch.nonces.count(nonce) == 0);
}

TEST_CASE("SQLite's page cache is not encrypted in place") {
  MemoryDisk disk;
  SeededRandom random(8);
  auto database = open_store(disk, random).value();
  REQUIRE(database->exec("CREATE TABLE t(a)"));
  REQUIRE(database->run("INSERT INTO t VALUES (?)", std::string(2000, 'x')));
  REQUIRE(database->checkpoint());
  disk.inject(
      {.at_call = disk.call_count(), .kind = testing::FaultKind::io_error, .persistent = true});
  // Answered from the cache, which a write has just passed through.
  CHECK(integer_of(*database, "SELECT length(a) FROM t WHERE a = printf('%.2000c', 'x')") == 2000);
}

TEST_CASE("on a real disk nothing readable is written either") {
  const std::filesystem::path place = std::filesystem::temp_directory_path() / "feltbog-store-test";
  std::filesystem::remove_all(place);
  PosixDisk disk;
  SeededRandom random(9);
  REQUIRE(disk.make_directories(place.string()));
  const std::string path = (place / "store.db").string();
  const auto scan = [&] {
    int files = 0;
    const auto names = disk.list(place.string()).value();
    for (const std::string& name : names) {
      CAPTURE(name);
      const Bytes content = read_file(disk, (place / name).string(), 1U << 26).value();
      CHECK_FALSE(contains(content, kCanary));
      ++files;
    }
    return files;
  };
  {
    auto database = Database::open(disk, path, test_key(), random).value();
    work_hard(*database, random);
    REQUIRE(database->run("UPDATE t SET n = 0"));
    CHECK(scan() == 3);
    CHECK(Database::open(disk, path, test_key(), random).error().code == ErrorCode::busy);
  }
  CHECK(scan() == 2);
  auto database = Database::open(disk, path, test_key(), random).value();
  CHECK(integer_of(*database, "SELECT sum(n) FROM t") == 0);
  REQUIRE(database->check_integrity());
  database.reset();
  std::filesystem::remove_all(place);
}
