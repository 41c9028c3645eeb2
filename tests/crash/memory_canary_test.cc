// SPDX-License-Identifier: Apache-2.0
// After a database is closed and its keys are gone, neither the keys nor what was written are left
// in the memory of the process, freed or not. A child process does the work and looks at itself.
#include <doctest/doctest.h>
#include <unistd.h>

#include <array>

#include "core/crypto/hash.h"
#include "core/store/wiping_memory.h"
#include "tests/core/store/support.h"
#include "tests/crash/child_scan.h"

using namespace feltbog;
using namespace feltbog::store;
using feltbog::crash::findings_of;
using feltbog::crash::MemoryScan;
using feltbog::testing::MemoryDisk;

namespace {

// Letters nobody else uses, made when they are needed so that the program does not contain them.
void make_canary(SeededRandom& random, std::span<std::uint8_t> out) {
  for (auto& byte : out) byte = static_cast<std::uint8_t>('a' + random.below(26));
}

constexpr std::size_t kCanarySize = 24;
using Canary = std::array<std::uint8_t, kCanarySize>;

void write_and_search(Database& database, const Canary& canary) {
  const BytesView view(canary);
  database.exec("CREATE TABLE notes(id INTEGER PRIMARY KEY, body TEXT)").has_value();
  database.exec("CREATE INDEX by_body ON notes(body)").has_value();
  database.exec("CREATE VIRTUAL TABLE search USING fts5(body)").has_value();
  for (int i = 0; i < 300; ++i) {
    database.run("INSERT INTO notes(body) VALUES (?)", as_text(view)).has_value();
    database.run("INSERT INTO search(body) VALUES (?)", as_text(view)).has_value();
  }
  integer_of(database, "SELECT count(*) FROM notes ORDER BY body || id");
  integer_of(database, "SELECT count(DISTINCT upper(body)) FROM notes");
  database.run("SELECT rowid FROM search WHERE search MATCH ?", as_text(view)).has_value();
  database.exec("VACUUM").has_value();
}

// The keys under which pages and frames are sealed, as docs/store-format.md derives them.
void look_for_page_keys(MemoryScan& scan, const crypto::Key& master, const DatabaseId& id) {
  Bytes context = to_bytes(id.view());
  append(context, std::array<std::uint8_t, 4>{1, 0, 0, 0});
  crypto::Key page_key = crypto::derive_key("store.page.v1", master, context);
  scan.look_for("page key", page_key.bytes());
  crypto::Key frame_key = crypto::derive_key("store.log.v1", master, context);
  scan.look_for("frame key", frame_key.bytes());
}

void open_use_and_close(MemoryScan& scan) {
  SeededRandom random(77);
  MemoryDisk disk;
  Canary canary{};
  make_canary(random, canary);
  {
    crypto::Key master = crypto::Key::random(random);
    {
      auto database = Database::open(disk, kPath, master, random).value();
      write_and_search(*database, canary);
      look_for_page_keys(scan, master, database->id());
    }
    scan.look_for("master key", master.bytes());
  }
  scan.look_for("note", canary);
}

}  // namespace

TEST_CASE("the search for secrets finds one that is there") {
  const std::string found = findings_of([](MemoryScan& scan) {
    SeededRandom random(76);
    static Canary kept{};
    make_canary(random, kept);
    Canary copy = kept;
    scan.look_for("note", copy);
  });
  CHECK(found.find("note in") != std::string::npos);
}

TEST_CASE("after closing, neither keys nor notes are left in memory") {
  const std::string found = findings_of([](MemoryScan& scan) {
    if (!wipe_freed_sqlite_memory()) ::_exit(3);
    open_use_and_close(scan);
  });
  CHECK(found == "looked\n");
}

TEST_CASE("without wiping, SQLite leaves notes behind, so that the search is worth something") {
  const std::string found = findings_of(open_use_and_close);
  CHECK(found.find("note in") != std::string::npos);
  CHECK(found.find("key in") == std::string::npos);
}
