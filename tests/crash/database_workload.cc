// SPDX-License-Identifier: Apache-2.0
// Playing and reading back a database.
#include "tests/crash/database_workload.h"

#include "core/crypto/hash.h"

namespace feltbog::crash {
namespace {

void add_text(Bytes& out, BytesView text) {
  append(out, as_bytes(std::to_string(text.size()) + ":"));
  append(out, text);
}

Result<void> add_rows(store::Database& database, const std::string& sql, Bytes& out) {
  FELTBOG_TRY(statement, database.prepare(sql));
  while (true) {
    FELTBOG_TRY(row, statement.step());
    if (!row) return {};
    for (int column = 0; column < statement.column_count(); ++column) {
      out.push_back(statement.is_null(column) ? 1 : 0);
      append(out, as_bytes(std::to_string(statement.integer(column)) + ","));
      add_text(out, statement.bytes(column));
    }
  }
}

Result<std::vector<std::string>> names(store::Database& database, std::string_view condition) {
  FELTBOG_TRY(statement,
              database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND " +
                               std::string(condition) + " ORDER BY name"));
  std::vector<std::string> out;
  while (true) {
    FELTBOG_TRY(row, statement.step());
    if (!row) return out;
    out.emplace_back(statement.text(0));
  }
}

constexpr std::string_view kVirtual = "sql LIKE 'CREATE VIRTUAL%'";

// SQLite's own check does not look into a full-text index.
Result<void> check_search(store::Database& database) {
  FELTBOG_TRY(tables, names(database, kVirtual));
  for (const std::string& table : tables) {
    FELTBOG_CHECK(
        database.exec("INSERT INTO " + table + "(" + table + ") VALUES ('integrity-check')"));
  }
  return {};
}

}  // namespace

Result<State> state_of(store::Database& database) {
  Bytes all;
  FELTBOG_CHECK(
      add_rows(database, "SELECT type, name, sql FROM sqlite_schema ORDER BY type, name", all));
  FELTBOG_CHECK(add_rows(database, "PRAGMA user_version", all));
  FELTBOG_TRY(tables, names(database, "NOT " + std::string(kVirtual)));
  for (const std::string& table : tables) {
    add_text(all, as_bytes(table));
    FELTBOG_CHECK(add_rows(database, "SELECT * FROM \"" + table + "\"", all));
  }
  return crypto::hash<State>("test.state.v1", all);
}

Result<void> Bench::open() {
  FELTBOG_TRY(opened, store::open_store(disk, random, options));
  database = std::move(opened);
  witness.acknowledge([this] { return state_of(*database); }, true);
  return {};
}

void Bench::promise() {
  witness.acknowledge([this] { return state_of(*database); },
                      options.durability == store::Durability::full);
}

Result<void> Bench::checkpoint() {
  FELTBOG_CHECK(database->checkpoint());
  witness.acknowledge([this] { return state_of(*database); }, true);
  return {};
}

Result<void> Bench::exec(std::string_view sql) {
  FELTBOG_CHECK(database->exec(sql));
  promise();
  return {};
}

std::string Bench::words(std::size_t size) {
  static constexpr const char* kWords[] = {"besøg ", "hjemme ", "aftale ", "ringede ", "bror ",
                                           "søvn ",  "mad ",    "vejen ",  "igen ",    "i går "};
  std::string out;
  while (out.size() < size) out += kWords[rows.below(std::size(kWords))];
  return out;
}

Result<void> DatabaseWorkload::play(Disk& disk, Random& random, Witness& witness) {
  Bench bench{disk, random, witness, options_, store::SeededRandom(seed_)};
  FELTBOG_CHECK(bench.open());
  return steps_(bench);
}

Result<State> DatabaseWorkload::examine(Disk& disk, Random& random) {
  FELTBOG_TRY(database, store::open_store(disk, random, options_));
  FELTBOG_CHECK(database->check_integrity());
  // Left by an examination that a second power cut interrupted.
  FELTBOG_CHECK(database->exec("DROP TABLE IF EXISTS goes_on"));
  FELTBOG_CHECK(check_search(*database));
  FELTBOG_TRY(state, state_of(*database));
  // And work can go on, which the state does not include.
  FELTBOG_CHECK(database->exec("CREATE TABLE goes_on(a); INSERT INTO goes_on VALUES (1)"));
  FELTBOG_CHECK(database->exec("DROP TABLE goes_on"));
  return state;
}

}  // namespace feltbog::crash
