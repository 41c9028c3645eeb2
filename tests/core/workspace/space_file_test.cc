// SPDX-License-Identifier: Apache-2.0
// Files opened from their saved histories and from the batches behind them, which must never make
// a difference to what is read.
#include "core/workspace/space_file.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "core/document/saved_history.h"
#include "core/ledger/writer.h"
#include "core/workspace/saved_histories.h"
#include "core/workspace/tables.h"
#include "tests/core/document/generator.h"
#include "tests/support/memory_disk.h"
#include "tests/support/seeded_random.h"

namespace feltbog::workspace {
namespace {

using document::Change;
using document::History;
using document::generator::Dice;
using testing::CrashPolicy;
using testing::MemoryDisk;

const SpaceId kSpace = [] {
  SpaceId out;
  out.bytes[0] = 9;
  return out;
}();

// A database and the files in it, as a workspace has them.
class Shelf {
 public:
  explicit Shelf(std::unique_ptr<MemoryDisk> disk = std::make_unique<MemoryDisk>())
      : disk_(std::move(disk)) {
    start();
  }

  // As after the end of the process.
  void restart() {
    files_.reset();
    database_.reset();
    start();
  }

  SpaceFile& file() {
    const auto opened = files_->open(kSpace);
    REQUIRE(opened);
    return **opened;
  }
  // What came from others, or was written here.
  void take(const std::vector<Change>& changes) {
    SpaceFile& open = file();
    for (const Change& change : changes) {
      const auto added = open.history.add(change);
      if (!added) open.refused.push_back(change.id);
      if (added) {
        open.refused.insert(open.refused.end(), added->rejected.begin(), added->rejected.end());
      }
    }
    REQUIRE(files_->store(kSpace, changes, std::nullopt));
  }
  // One after another by one person.
  void write(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      Change change = file().history.begin_change(file().writer, WallTime{1000});
      change.ops = {{{}, "body", document::Insert{0, "ord "}}};
      take({change});
    }
  }
  void save() { REQUIRE(write_saved_history(database(), kSpace, file().history)); }

  SpaceFiles& files() { return *files_; }
  store::Database& database() { return *database_; }
  MemoryDisk& disk() { return *disk_; }
  std::int64_t count(std::string_view sql) {
    auto row = database().prepare(sql).value();
    REQUIRE(row.step().value());
    return row.integer(0);
  }
  bool has_saved() { return count("SELECT count(*) FROM saved_history") == 1; }

 private:
  void start() {
    crypto::Key key;
    database_ = store::Database::open(*disk_, "device.db", key, random_).value();
    REQUIRE(store::migrate(*database_, workspace_migrations()));
    files_ = std::make_unique<SpaceFiles>(*database_, DeviceId{}, 1);
  }

  std::unique_ptr<MemoryDisk> disk_;
  testing::SeededRandom random_{1};
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<SpaceFiles> files_;
};

struct Reading {
  Bytes state;
  std::vector<document::ChangeId> refused;
  std::vector<document::ChangeId> missing;
  std::size_t held = 0;
  friend bool operator==(const Reading&, const Reading&) = default;
};

Reading reading(Shelf& shelf) {
  SpaceFile& file = shelf.file();
  Reading out{file.history.canonical_state(), file.refused, file.history.missing(),
              file.history.held_count()};
  std::sort(out.refused.begin(), out.refused.end());
  return out;
}

// What is read when nothing was ever saved.
Reading without_saved(Shelf& shelf) {
  REQUIRE(shelf.database().exec("DELETE FROM saved_history"));
  shelf.restart();
  return reading(shelf);
}

}  // namespace

TEST_CASE("a file is opened from its saved history, and only what came after it is decoded") {
  Shelf shelf;
  shelf.write(40);
  REQUIRE(shelf.files().rest());
  shelf.write(3);
  const Reading before = reading(shelf);
  // Nobody looks at the batches whose changes are saved.
  REQUIRE(shelf.database().exec("UPDATE batch SET body = x'00' WHERE first_counter <= 40"));
  shelf.restart();
  CHECK(reading(shelf) == before);
  CHECK(shelf.file().saved_changes == 40);
  REQUIRE(shelf.database().exec("DELETE FROM saved_history"));
  shelf.restart();
  CHECK(shelf.files().open(kSpace).error().code == ErrorCode::corrupt);
}

TEST_CASE("a history is saved when enough is new, and not before") {
  Shelf shelf;
  shelf.write(31);
  REQUIRE(shelf.files().rest());
  CHECK_FALSE(shelf.has_saved());
  shelf.write(1);
  REQUIRE(shelf.files().rest());
  CHECK(shelf.has_saved());
  const std::int64_t changes = shelf.count("SELECT total_changes()");
  shelf.write(31);
  const std::int64_t written = shelf.count("SELECT total_changes()");
  CHECK(written == changes + 31);
  REQUIRE(shelf.files().rest());
  CHECK(shelf.count("SELECT total_changes()") == written);
  shelf.restart();
  CHECK(shelf.file().saved_changes == 32);
  shelf.write(1);
  REQUIRE(shelf.files().rest());
  CHECK(shelf.file().saved_changes == 64);
}

TEST_CASE("a saved history this program cannot rely on makes no difference") {
  Shelf shelf;
  shelf.write(40);
  shelf.save();
  const Reading whole = reading(shelf);
  const auto spoil = [&](std::string_view sql) {
    shelf.save();
    REQUIRE(shelf.database().exec(sql));
    shelf.restart();
    CHECK(reading(shelf) == whole);
    CHECK(shelf.file().saved_changes == 0);
  };
  spoil("UPDATE saved_history SET body = x''");
  spoil("UPDATE saved_history SET body = x'8801'");
  spoil("UPDATE saved_history SET body = substr(body, 1, length(body) - 1)");
  // Another version of the bytes; rules of merging older or newer than this program's.
  spoil("UPDATE saved_history SET body = x'8802' || substr(body, 3)");
  spoil("UPDATE saved_history SET rules = rules - 1");
  spoil("UPDATE saved_history SET rules = rules + 1");
}

TEST_CASE("a saved history with changes that are not stored is not believed") {
  Shelf shelf;
  shelf.write(40);
  const Reading whole = reading(shelf);
  SUBCASE("more of a writer's changes") {
    shelf.write(1);
    shelf.save();
    REQUIRE(shelf.database().exec("DELETE FROM batch WHERE first_counter = 41"));
  }
  SUBCASE("those of another writer") {
    History other = shelf.file().history.clone();
    Change change = other.begin_change(document::generator::writer(3), WallTime{1});
    REQUIRE(other.add(change));
    REQUIRE(write_saved_history(shelf.database(), kSpace, other));
  }
  shelf.restart();
  CHECK(reading(shelf) == whole);
  CHECK(shelf.file().saved_changes == 0);
}

TEST_CASE("where the batches of a file go, its saved history goes") {
  Shelf shelf;
  shelf.write(40);
  shelf.save();
  REQUIRE(shelf.database().exec("DELETE FROM batch WHERE first_counter > 1"));
  CHECK(shelf.has_saved());
  REQUIRE(shelf.database().exec("DELETE FROM batch"));
  CHECK_FALSE(shelf.has_saved());
}

TEST_CASE("changes that wait, fill gaps or are refused are the same with a saved history") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    Shelf shelf;
    Dice dice(seed);
    std::vector<Change> changes =
        document::generator::changes(seed, {.authors = 3, .steps = 40, .hostile = true});
    // Some that do not tell the truth, and what rests on them.
    for (Change& change : changes) {
      if (dice.one_in(12)) change.lamport += 1 + dice.roll(2);
    }
    // Each writer's come in order, those of different writers in any.
    std::map<WriterId, std::vector<Change>> by_writer;
    for (const Change& change : changes) by_writer[change.id.writer].push_back(change);
    while (!by_writer.empty()) {
      auto row = by_writer.begin();
      std::advance(row, dice.roll(by_writer.size()));
      auto end = row->second.begin() + 1;
      // A batch cannot hold lamports that go back.
      while (end != row->second.end() && end->lamport > (end - 1)->lamport && dice.one_in(2)) ++end;
      shelf.take({row->second.begin(), end});
      row->second.erase(row->second.begin(), end);
      if (row->second.empty()) by_writer.erase(row);
      if (dice.one_in(4)) shelf.save();
      if (!dice.one_in(3)) continue;
      const Reading before = reading(shelf);
      shelf.restart();
      CHECK(reading(shelf) == before);
    }
    const Reading before = reading(shelf);
    CHECK(without_saved(shelf) == before);
  }
}

TEST_CASE("the power cut at any moment of saving loses nothing") {
  Shelf shelf;
  shelf.write(40);
  const Reading before = reading(shelf);
  shelf.disk().start_recording();
  REQUIRE(shelf.files().rest());
  for (std::uint64_t changes = 0; changes <= shelf.disk().change_count(); ++changes) {
    for (const CrashPolicy policy : testing::kCrashPolicies) {
      Shelf left(shelf.disk().image_at(changes, policy, changes));
      CHECK(reading(left) == before);
    }
  }
}

TEST_CASE("a disk that fails while saving leaves the file as it was, and it is saved later") {
  Shelf shelf;
  shelf.write(40);
  const Reading before = reading(shelf);
  shelf.disk().inject({shelf.disk().call_count(), testing::FaultKind::disk_full, true});
  CHECK(shelf.files().rest().error().code == ErrorCode::disk_full);
  shelf.disk().clear_faults();
  CHECK(reading(shelf) == before);
  REQUIRE(shelf.files().rest());
  CHECK(shelf.has_saved());
}

}  // namespace feltbog::workspace
