// SPDX-License-Identifier: Apache-2.0
// Opening and creating databases, transactions.
#include "core/store/database.h"

#include "core/store/connection.h"
#include "core/store/header_block.h"

namespace feltbog::store {
namespace {

// Of SQLite's virtual machine, between two questions: some milliseconds of work.
constexpr int kWatchedOperations = 50'000;

// The header block and an empty first page, put in place by one rename.
Result<void> create(Disk& disk, const std::string& path, const crypto::Key& master, Random& random,
                    Suite suite) {
  FELTBOG_CHECK(check_suite(suite));
  FELTBOG_TRY(log_there, disk.exists(path + "-wal"));
  if (log_there) return Error{ErrorCode::corrupt, "a log without its database"};
  StoreHeader header;
  header.database = random.make<DatabaseId>();
  header.suite = suite;
  Bytes content = encode_header_block(header, master);
  content.resize(kHeaderBlockSize + kPageSize);
  PageCipher cipher(header.database, master, header.suite, header.key_generation, random);
  const auto page = make_empty_first_page(suite);
  cipher.seal_page(1, page, PageSpan(content.data() + kHeaderBlockSize, kPageSize));
  return replace_file(disk, path, content);
}

Result<StoreHeader> read_header(File& file, const crypto::Key& master) {
  Bytes block(kHeaderBlockSize);
  FELTBOG_TRY(count, file.read(0, block));
  FELTBOG_TRY(header, decode_header_block(BytesView(block).first(count), master));
  FELTBOG_TRY(size, file.size());
  // Creation puts the first page there too, and nothing ever removes it.
  if (size < kHeaderBlockSize + kPageSize) {
    return Error{ErrorCode::corrupt, "main file of " + std::to_string(size) + " bytes"};
  }
  return header;
}

}  // namespace

Database::Database(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {
  connection_->link->connection = connection_.get();
}
Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::open(Disk& disk, std::string_view path,
                                                 const crypto::Key& master, Random& random,
                                                 DatabaseOptions options) {
  const std::string main_path(path);
  FELTBOG_TRY(lock, disk.lock(main_path + ".lock"));
  FELTBOG_TRY(there, disk.exists(main_path));
  if (!there) {
    FELTBOG_CHECK(create(disk, main_path, master, random, options.new_database_suite));
  }
  FELTBOG_TRY(file, disk.open(main_path, OpenMode::read_write));
  FELTBOG_TRY(header, read_header(*file, master));

  PageCipher cipher(header.database, master, header.suite, header.key_generation, random,
                    options.cipher_provider);
  auto connection =
      std::make_unique<Connection>(std::make_shared<DatabaseShare>(std::move(lock)),
                                   std::move(file), disk, main_path, std::move(cipher), random);
  connection->state.durability = options.durability;
  connection->state.gathered_max = options.spill_large_transactions ? 1 : kGatheredMax;
  FELTBOG_CHECK(connection->connect(SQLITE_OPEN_READWRITE));
  FELTBOG_CHECK(configure(*connection, options));
  return std::unique_ptr<Database>(new Database(std::move(connection)));
}

Result<void> Database::exec(std::string_view sql) { return connection_->exec(std::string(sql)); }

void Database::watch(std::function<bool()> go_on) {
  connection_->go_on = std::move(go_on);
  const auto ask = [](void* connection) noexcept {
    return static_cast<Connection*>(connection)->go_on() ? 0 : 1;
  };
  const bool asks = static_cast<bool>(connection_->go_on);
  sqlite3_progress_handler(connection_->handle, asks ? kWatchedOperations : 0,
                           asks ? +ask : nullptr, connection_.get());
}

Result<Statement> Database::prepare(std::string_view sql) {
  FELTBOG_TRY(compiled, connection_->lend(sql));
  return Statement(std::move(compiled));
}

Result<Transaction> Database::begin() {
  if (in_transaction()) return Error{ErrorCode::wrong_state, "a transaction is open"};
  FELTBOG_CHECK(run("BEGIN IMMEDIATE"));
  return Transaction(connection_->link);
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(connection_->handle) == 0; }

std::int64_t Database::last_insert_id() const {
  return sqlite3_last_insert_rowid(connection_->handle);
}

std::int64_t Database::changes() const { return sqlite3_changes64(connection_->handle); }

Result<void> Database::checkpoint() {
  if (in_transaction()) return Error{ErrorCode::wrong_state, "a transaction is open"};
  const int code = sqlite3_wal_checkpoint_v2(connection_->handle, nullptr,
                                             SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (code == SQLITE_OK) return {};
  if (code == SQLITE_BUSY) return Error{ErrorCode::busy, "a reader needs the log"};
  return connection_->error_of(sqlite3_extended_errcode(connection_->handle));
}

Result<void> Database::check_integrity() {
  FELTBOG_TRY(statement, prepare("PRAGMA integrity_check(1)"));
  FELTBOG_TRY(row, statement.step());
  if (!row || statement.text(0) != "ok") return Error{ErrorCode::corrupt, "integrity check"};
  return {};
}

const DatabaseId& Database::id() const { return connection_->state.cipher.database(); }

StoreHealth Database::health() const { return connection_->state.health; }

Transaction::Transaction(std::shared_ptr<detail::ConnectionLink> link) : link_(std::move(link)) {}

Transaction::Transaction(Transaction&& other) noexcept
    : link_(std::move(other.link_)), open_(std::exchange(other.open_, false)) {}

Transaction::~Transaction() { rollback(); }

Result<void> Transaction::commit() {
  if (link_ == nullptr || link_->connection == nullptr) return ErrorCode::closed_handle;
  if (!open_) return ErrorCode::wrong_state;
  Database::Connection& connection = *link_->connection;
  // Some errors make SQLite roll back at once; a COMMIT would then fail with a code that hides
  // them.
  if (sqlite3_get_autocommit(connection.handle) != 0) {
    open_ = false;
    return Error{ErrorCode::wrong_state, "rolled back by an earlier error"};
  }
  auto done = connection.run("COMMIT");
  if (done) {
    open_ = false;
  } else {
    rollback();
  }
  return done;
}

void Transaction::rollback() {
  if (!std::exchange(open_, false) || link_->connection == nullptr) return;
  sqlite3* handle = link_->connection->handle;
  if (sqlite3_get_autocommit(handle) == 0) {
    sqlite3_exec(handle, "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

}  // namespace feltbog::store
