// SPDX-License-Identifier: Apache-2.0
// The store's files, frozen: those under tests/vectors/store still open and hold the same rows,
// here and in a reader that shares no code with the store. FELTBOG_WRITE_VECTORS=1 makes them anew,
// for a format that is changed on purpose.
#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "core/store/key_slot.h"
#include "tests/core/store/support.h"

using namespace feltbog;
using namespace feltbog::store;
using feltbog::testing::MemoryDisk;

namespace {

constexpr const char* kPassphrase = "rødgrød med fløde på";
constexpr WallTime kNow{1'760'000'000'000};
constexpr const char* kFiles[] = {"notes.db", "notes.db-wal", "keys.a", "keys.b", "hardware"};
const std::string kFolder = std::string(FELTBOG_SOURCE_DIR) + "/tests/vectors/store/";

std::string stored(const std::string& name) {
  std::ifstream in(kFolder + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// What stands in a text file after its first line, which is the licence.
std::string stored_text(const std::string& name) {
  const std::string all = stored(name);
  return all.substr(std::min(all.find('\n') + 1, all.size()));
}

void store_file(const std::string& name, std::string_view content) {
  std::ofstream(kFolder + name, std::ios::binary) << content;
}

void store_text(const std::string& name, const std::string& text) {
  store_file(name, "# SPDX-License-Identifier: Apache-2.0\n" + text);
}

Result<std::string> rows_of(Database& database) {
  FELTBOG_TRY(statement, database.prepare("SELECT id, day, body FROM notes ORDER BY id"));
  std::string out;
  while (true) {
    FELTBOG_TRY(row, statement.step());
    if (!row) return out;
    out += std::to_string(statement.integer(0)) + " " + std::to_string(statement.integer(1)) + " " +
           std::string(statement.text(2)) + "\n";
  }
}

// Notes in the main file, notes and changes in the log, and behind them a transaction that was cut
// off after it had written ahead. Stores what is on the disk at that moment.
void write_vectors() {
  MemoryDisk disk;
  SeededRandom random(2026);
  auto hardware = FileHardwareKey::open_or_create(disk, "hardware", random).value();
  auto slots = KeySlots::create(disk, "keys", *hardware, random, SlotKind::passphrase, kPassphrase,
                                crypto::kPassphraseCostFloor)
                   .value();
  const auto master = slots.unlock(SlotKind::passphrase, kPassphrase, kNow).value();
  const std::string code = slots.add_recovery(master).value();
  auto database = Database::open(disk, "notes.db", master, random,
                                 {.cache_kibibytes = 16, .spill_large_transactions = true})
                      .value();
  REQUIRE(database->exec("CREATE TABLE notes(id INTEGER PRIMARY KEY, day INTEGER, body TEXT)"));
  const char* sql = "INSERT INTO notes(day, body) VALUES (?, ?)";
  REQUIRE(database->run(sql, 1, "første besøg 🏠"));
  REQUIRE(database->run(sql, 2, std::string(6000, 'x')));
  REQUIRE(database->checkpoint());
  REQUIRE(database->run(sql, 3, "i loggen"));
  REQUIRE(database->run("UPDATE notes SET body = 'rettet' WHERE id = 1"));
  const std::string rows = rows_of(*database).value();
  auto transaction = database->begin();
  for (int i = 0; i < 30; ++i) REQUIRE(database->run(sql, 9, std::string(1000, 'y')));
  for (const char* name : kFiles) store_file(name, as_text(disk.content(name)));
  store_text("recovery-code.txt", code + "\n");
  store_text("rows.txt", rows);
}

void load(MemoryDisk& disk) {
  for (const char* name : kFiles) disk.set_content(name, as_bytes(stored(name)));
}

// The output of a program, and whether it ended well.
std::pair<std::string, bool> output_of(const std::string& command) {
  std::FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string out;
  std::array<char, 4096> part;
  while (const std::size_t size = std::fread(part.data(), 1, part.size(), pipe)) {
    out.append(part.data(), size);
  }
  return {out, ::pclose(pipe) == 0};
}

}  // namespace

TEST_CASE("the frozen store opens with its passphrase and with its recovery code") {
  if (std::getenv("FELTBOG_WRITE_VECTORS") != nullptr) write_vectors();
  MemoryDisk disk;
  load(disk);
  SeededRandom random(1);
  auto hardware = FileHardwareKey::open_or_create(disk, "hardware", random).value();
  auto slots = KeySlots::open(disk, "keys", *hardware, random).value();
  const auto code = stored_text("recovery-code.txt");
  const auto master =
      slots.unlock(SlotKind::recovery, code.substr(0, code.find('\n')), kNow).value();
  CHECK(slots.unlock(SlotKind::passphrase, kPassphrase, kNow).value() == master);
  auto database = Database::open(disk, "notes.db", master, random).value();
  REQUIRE(database->check_integrity());
  CHECK(rows_of(*database).value() == stored_text("rows.txt"));
}

TEST_CASE("a reader written from the format document alone reads the same rows") {
  if (!output_of("python3 -c 'import sqlite3, hashlib' 2>&1").second) {
    MESSAGE("skipped: python3 is not installed");
    return;
  }
  const auto [rows, good] = output_of("python3 " + kFolder + "reader.py " + kFolder + " 2>&1");
  CHECK(good);
  CHECK(rows == stored_text("rows.txt"));
}
