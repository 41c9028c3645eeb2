// SPDX-License-Identifier: Apache-2.0
// The same random statements here and on SQLite's own database in memory: equal results.
#include <doctest/doctest.h>
#include <sqlite3.h>

#include "tests/core/store/support.h"

using namespace feltbog;
using namespace feltbog::store;
using feltbog::testing::MemoryDisk;

namespace {

// SQLite as it comes.
class Plain {
 public:
  Plain() { REQUIRE(sqlite3_open(":memory:", &handle_) == SQLITE_OK); }
  ~Plain() { sqlite3_close(handle_); }
  Plain(const Plain&) = delete;
  Plain& operator=(const Plain&) = delete;
  bool exec(const std::string& sql) {
    return sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
  }
  std::string rows(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    std::string out;
    if (sqlite3_prepare_v2(handle_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK)
      return "error";
    while (sqlite3_step(statement) == SQLITE_ROW) {
      for (int i = 0; i < sqlite3_column_count(statement); ++i) {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, i));
        out += std::string(text == nullptr ? "-" : text) + "|";
      }
      out += "\n";
    }
    sqlite3_finalize(statement);
    return out;
  }

 private:
  sqlite3* handle_ = nullptr;
};

std::string rows(Database& database, const std::string& sql) {
  auto statement = database.prepare(sql);
  if (!statement) return "error";
  std::string out;
  while (true) {
    auto row = statement->step();
    if (!row) return "error";
    if (!*row) return out;
    for (int i = 0; i < statement->column_count(); ++i) {
      // text() is for text; no query here gives an empty one.
      std::string value(statement->text(i));
      if (value.empty()) value = std::to_string(statement->integer(i));
      out += (statement->is_null(i) ? "-" : value) + "|";
    }
    out += "\n";
  }
}

std::string random_statement(SeededRandom& random) {
  const auto number = [&](std::uint64_t bound) { return std::to_string(random.below(bound)); };
  const auto text = [&] {
    return "printf('%.*c', " + number(random.below(20) == 0 ? 12000 : 300) + ", 'abcdef')||" +
           number(50);
  };
  switch (random.below(14)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return "INSERT OR REPLACE INTO t VALUES (" + number(400) + "," + text() + "," + number(100) +
             ")";
    case 4: return "INSERT INTO u SELECT id, body FROM t WHERE n = " + number(100);
    case 5: return "UPDATE t SET body = " + text() + " WHERE id % 17 = " + number(17);
    case 6: return "UPDATE t SET n = n + 1 WHERE id BETWEEN " + number(200) + " AND " + number(400);
    case 7: return "DELETE FROM t WHERE id % 31 = " + number(31);
    case 8: return "DELETE FROM u WHERE rowid % 5 = " + number(5);
    case 9:
      return "INSERT INTO f(body) SELECT substr(body, 1, 40) FROM t WHERE id = " + number(400);
    case 10: return "INSERT INTO t VALUES (" + number(400) + ", 'clash', 1)";
    case 11: return "SAVEPOINT s; DELETE FROM t WHERE n > 50; ROLLBACK TO s; RELEASE s";
    case 12: return random.below(10) == 0 ? "VACUUM" : "UPDATE u SET body = upper(body)";
    default: return random.below(4) == 0 ? "REINDEX" : "DELETE FROM f WHERE rowid = " + number(30);
  }
}

const char* const kQueries[] = {
    "SELECT count(*), sum(length(body)), sum(n), max(id) FROM t",
    "SELECT id, n, length(body) FROM t ORDER BY body, id LIMIT 20",
    "SELECT n, count(*) FROM t GROUP BY n ORDER BY 2 DESC, 1 LIMIT 10",
    "SELECT count(*), sum(length(body)) FROM u",
    "SELECT count(*) FROM f WHERE f MATCH 'aaa*'",
    "SELECT count(*) FROM t JOIN u ON u.id = t.id",
};

}  // namespace

TEST_CASE("random statements give the same results as on plain SQLite") {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    CAPTURE(seed);
    SeededRandom random(seed);
    MemoryDisk disk;
    const DatabaseOptions options{.cache_kibibytes = seed % 2 == 0 ? 40U : 2048U,
                                  .spill_large_transactions = seed % 2 == 0};
    auto database = open_store(disk, random, options).value();
    Plain plain;
    for (const char* sql : {"CREATE TABLE t(id INTEGER PRIMARY KEY, body TEXT, n INTEGER)",
                            "CREATE INDEX by_body ON t(body)", "CREATE TABLE u(id, body)",
                            "CREATE VIRTUAL TABLE f USING fts5(body)"}) {
      REQUIRE(database->exec(sql));
      REQUIRE(plain.exec(sql));
    }
    bool in_transaction = false;
    for (int step = 0; step < 700; ++step) {
      std::string sql = random_statement(random);
      if (random.below(12) == 0) {
        sql = in_transaction ? (random.below(3) == 0 ? "ROLLBACK" : "COMMIT") : "BEGIN";
        in_transaction = !in_transaction;
      }
      INFO("step ", step, " ", sql);
      CHECK(database->exec(sql).has_value() == plain.exec(sql));
      if (step % 20 == 0) {
        for (const char* query : kQueries) CHECK(rows(*database, query) == plain.rows(query));
      }
      if (!in_transaction && random.below(60) == 0) {
        database.reset();
        database = open_store(disk, random, options).value();
      }
      if (!in_transaction && random.below(40) == 0) CHECK(database->checkpoint());
    }
    if (in_transaction) {
      REQUIRE(database->exec("COMMIT"));
      REQUIRE(plain.exec("COMMIT"));
    }
    for (const char* query : kQueries) CHECK(rows(*database, query) == plain.rows(query));
    CHECK(database->check_integrity());
    CHECK(database->health().pages_rejected == 0);
  }
}
