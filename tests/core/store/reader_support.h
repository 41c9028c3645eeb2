// SPDX-License-Identifier: Apache-2.0
// A database whose every state can be told from a torn one, for tests of readers and of commits.
#pragma once

#include "core/store/reader.h"
#include "tests/core/store/support.h"

namespace feltbog::store {

// Round n leaves the number n in all rows, in pages far apart.
constexpr int kRoundRows = 12;

inline Result<void> prepare_rounds(Database& database) {
  return database.exec(
      "CREATE TABLE state(round); INSERT INTO state VALUES (0);"
      "CREATE TABLE t(id INTEGER PRIMARY KEY, round, body); CREATE INDEX by_round ON t(round);"
      "INSERT INTO t(round, body) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
      "WHERE i < 12) SELECT 0, zeroblob(1500) FROM n");
}

// Without a commit; the caller has begun a transaction.
inline Result<void> write_round(Database& database, std::int64_t round) {
  FELTBOG_CHECK(database.run("UPDATE state SET round = ?", round));
  return database.run("UPDATE t SET round = ?, body = zeroblob(1500 + ? % 7 * 100)", round, round);
}

inline Result<void> commit_round(Database& database, std::int64_t round) {
  FELTBOG_TRY(transaction, database.begin());
  FELTBOG_CHECK(write_round(database, round));
  return transaction.commit();
}

// The round that `source` (a Database or a Reader) sees. Error: corrupt, when it sees several.
template <class Source>
Result<std::int64_t> round_seen(Source& source) {
  FELTBOG_TRY(statement,
              source.prepare("SELECT (SELECT round FROM state), min(round), max(round), count(*), "
                             "(SELECT count(*) FROM t INDEXED BY by_round WHERE round = "
                             "(SELECT round FROM state)) FROM t NOT INDEXED"));
  FELTBOG_TRY(row, statement.step());
  const std::int64_t round = row ? statement.integer(0) : -1;
  if (!row || statement.integer(1) != round || statement.integer(2) != round ||
      statement.integer(3) != kRoundRows || statement.integer(4) != kRoundRows) {
    return Error{ErrorCode::corrupt, "torn round " + std::to_string(round)};
  }
  return round;
}

// As round_seen, -1 for an error.
template <class Source>
std::int64_t round_of(Source& source) {
  const auto round = round_seen(source);
  return round ? *round : -1;
}

}  // namespace feltbog::store
