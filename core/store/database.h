// SPDX-License-Identifier: Apache-2.0
// One encrypted SQLite database: opening, statements, transactions. Not a query builder; the schema
// belongs to the caller (core/store/migration.h). Next on the data path:
// core/store/encrypting_vfs.h.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "core/base/disk.h"
#include "core/base/random.h"
#include "core/crypto/aead_key.h"
#include "core/store/geometry.h"
#include "core/store/statement.h"

namespace feltbog::store {

// Random, chosen when the database is created; bound into every page.
using DatabaseId = FixedBytes<16, struct DatabaseIdTag>;

enum class Durability {
  full,    // a commit that returned survives a power cut
  normal,  // the last commits may be lost in a power cut, never torn, never out of order
};

struct DatabaseOptions {
  Durability durability = Durability::full;
  std::uint32_t cache_kibibytes = 2048;
  // Lets a transaction larger than the cache write ahead into the log instead of growing in memory.
  bool spill_large_transactions = false;
  // Of a database that is made now; one that is there keeps its own.
  Suite new_database_suite = Suite::xchacha20_poly1305;
  // Who computes the cipher; the files are the same.
  crypto::AeadProvider cipher_provider = crypto::fastest_aead_provider();
};

// What the files told while they were opened and read, for status displays.
struct StoreHealth {
  std::uint64_t log_frames_ignored = 0;  // a torn end of the log after a power cut
  std::uint64_t pages_rejected = 0;      // reads that failed authentication
  std::uint64_t files_refused = 0;       // temporary files and journals SQLite was denied
  bool poisoned = false;                 // a sync failed: nothing more is written until reopened
};

struct ReaderOptions {
  std::uint32_t cache_kibibytes = 1024;
};

class Transaction;
class Reader;

// The connection that writes; there is one. One thread at a time. Statements and transactions taken
// from it answer closed_handle once it is gone.
class Database {
 public:
  // Opens the database at `path`, and creates it if nothing is there. `path` + "-wal" is its log
  // and `path` + ".lock" its lock file. The disk and the random source must outlive it; the key is
  // not kept. Errors: busy (open elsewhere), decryption_failed (wrong key), corrupt (changed bytes,
  // or not a database of ours), unsupported_version, disk_full, io_error, out_of_memory.
  static Result<std::unique_ptr<Database>> open(Disk& disk, std::string_view path,
                                                const crypto::Key& master, Random& random,
                                                DatabaseOptions options = {});
  // Moves the log into the main file, unless readers are left, in which case the next opening does.
  // Errors there are not reported: everything committed is in the log already. Rolls back an open
  // transaction.
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Runs one or several statements without parameters or rows wanted. Stops at the first error.
  //
  // Errors here and everywhere below: already_exists (UNIQUE or PRIMARY KEY), invalid_argument
  // (another constraint, a parameter out of range), not_permitted (ATTACH, PRAGMA and the like),
  // corrupt, disk_full, io_error, out_of_memory, limit_exceeded, wrong_state (a transaction within
  // a transaction), internal (SQL that does not compile). The detail is SQLite's extended code.
  Result<void> exec(std::string_view sql);

  // Asks `go_on` every so often while a statement runs, on this thread; false ends the statement
  // with `cancelled`, and a transaction that it wrote in is rolled back. `go_on` must not touch the
  // database. Empty: nobody is asked.
  void watch(std::function<bool()> go_on);

  // Compiles one statement, or takes it from the cache. Give it back by letting it go out of scope.
  Result<Statement> prepare(std::string_view sql);

  // prepare, bind_all, run: for statements that give no rows.
  template <class... Values>
  Result<void> run(std::string_view sql, const Values&... values) {
    FELTBOG_TRY(statement, prepare(sql));
    return statement.bind_all(values...).run();
  }

  // BEGIN IMMEDIATE. Error: wrong_state, when one is open already.
  Result<Transaction> begin();
  bool in_transaction() const;

  std::int64_t last_insert_id() const;
  // Rows changed by the last INSERT, UPDATE or DELETE.
  std::int64_t changes() const;

  // A reader beside this connection (core/store/reader.h), on what is committed now; also while a
  // transaction is open. To be called on this database's thread. Errors: as open.
  Result<Reader> open_reader(ReaderOptions options = {});

  // Moves the log into the main file and empties it. Errors also: wrong_state inside a transaction;
  // busy where a reader's snapshot needs the log, which is then moved as far as it can be.
  Result<void> checkpoint();
  // Authenticates and checks the whole database. Error: corrupt.
  Result<void> check_integrity();

  const DatabaseId& id() const;
  StoreHealth health() const;

  struct Connection;

 private:
  explicit Database(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

// An open transaction. Rolled back when destroyed without a commit that succeeded.
class Transaction {
 public:
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  ~Transaction();

  // Once it returns, the transaction is durable (Durability::full). After an error it is rolled
  // back, or, where a sync failed, its fate is open until the database is opened again.
  Result<void> commit();
  // Errors are not reported: what was not committed never is.
  void rollback();

 private:
  friend class Database;
  explicit Transaction(std::shared_ptr<detail::ConnectionLink> link);
  std::shared_ptr<detail::ConnectionLink> link_;
  bool open_ = true;
};

}  // namespace feltbog::store
