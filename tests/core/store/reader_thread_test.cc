// SPDX-License-Identifier: Apache-2.0
// Readers in threads of their own while the writer commits, moves the log and starts it anew. Made
// for ThreadSanitizer as much as for its own checks.
#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "core/base/platform/posix_disk.h"
#include "tests/core/store/reader_support.h"

using namespace feltbog;
using namespace feltbog::store;

namespace {

constexpr int kReaders = 3;
constexpr int kRounds = 240;

// What a reader's thread found. Read by the others only after it was joined.
struct Findings {
  std::int64_t looks = 0;
  std::int64_t newest = -1;
  std::string wrong;
};

void note_error(Findings& findings, const Error& error) {
  if (findings.wrong.empty())
    findings.wrong = std::string(error_name(error.code)) + " " + error.detail;
}

// Twice the same within a snapshot, and never an older one later.
void look(Reader& reader, Findings& findings, bool keep) {
  if (auto taken = reader.snapshot(); !taken) return note_error(findings, taken.error());
  const auto first = round_seen(reader);
  if (!first) return note_error(findings, first.error());
  const auto second = round_seen(reader);
  if (!second) return note_error(findings, second.error());
  if (*first != *second) findings.wrong = "a snapshot that moved";
  if (*first < findings.newest) findings.wrong = "an older snapshot";
  findings.newest = *first;
  ++findings.looks;
  if (!keep) reader.release();
}

Result<void> write_rounds(Database& database, std::atomic<std::int64_t>& looks_wanted) {
  for (int round = 1; round <= kRounds; ++round) {
    FELTBOG_CHECK(commit_round(database, round));
    if (round % 3 == 0) FELTBOG_CHECK(database.run("PRAGMA wal_checkpoint(PASSIVE)"));
    if (round % 40 == 0) (void)database.checkpoint();
    // So that threads meet however few processors there are.
    while (round % 10 == 0 && looks_wanted.load() < round) std::this_thread::yield();
  }
  return {};
}

void play(const DatabaseOptions& options, const std::string& name) {
  const auto folder = std::filesystem::temp_directory_path() / ("feltbog-readers-" + name);
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  PosixDisk disk;
  SeededRandom random(71);
  const std::string path = (folder / "store.db").string();
  auto database = Database::open(disk, path, test_key(), random, options).value();
  REQUIRE(prepare_rounds(*database));
  std::atomic<bool> over{false};
  std::atomic<std::int64_t> looks{0};
  std::vector<Findings> findings(kReaders);
  std::vector<std::thread> threads;
  for (int i = 0; i < kReaders; ++i) {
    threads.emplace_back([&over, &looks, &mine = findings[static_cast<std::size_t>(i)], i,
                          reader = database->open_reader().value()]() mutable {
      while (!over.load()) {
        look(reader, mine, i == 0);
        looks.fetch_add(1);
      }
    });
  }
  const auto written = write_rounds(*database, looks);
  CHECK_MESSAGE(written, (written ? "" : written.error().detail));
  // The readers that are left close later, each in its own thread.
  const bool closes_first = options.durability == Durability::full;
  if (closes_first) database.reset();
  over = true;
  for (std::thread& thread : threads) thread.join();
  for (const Findings& found : findings) {
    CHECK(found.wrong == "");
    CHECK(found.looks > 0);
  }
  threads.clear();
  database.reset();
  database = Database::open(disk, path, test_key(), random, options).value();
  CHECK(round_of(*database) == kRounds);
  REQUIRE(database->check_integrity());
  database.reset();
  std::filesystem::remove_all(folder);
}

}  // namespace

TEST_CASE("readers in threads see whole rounds in order while the writer works") {
  play({}, "full");
}

TEST_CASE("so they do where transactions are written ahead and commits are not synced") {
  play({.durability = Durability::normal, .cache_kibibytes = 16, .spill_large_transactions = true},
       "spilling");
}
