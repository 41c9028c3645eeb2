// SPDX-License-Identifier: Apache-2.0
// Opening readers, and moving them from snapshot to snapshot.
#include "core/store/reader.h"

#include "core/store/connection.h"

namespace feltbog::store {
namespace {

// Begins or ends the transaction that is the snapshot, which only the reader itself may: compiled
// each time, so that nobody finds the statement in the cache.
int run_own(Database::Connection& connection, const char* sql) {
  connection.may_begin = true;
  const int code = sqlite3_exec(connection.handle, sql, nullptr, nullptr, nullptr);
  connection.may_begin = false;
  return code;
}

Result<void> take_snapshot(Database::Connection& connection) {
  if (const int code = run_own(connection, "BEGIN"); code != SQLITE_OK) {
    return connection.error_of(code);
  }
  // BEGIN alone takes nothing; the first read does.
  connection.state.cause.reset();
  FELTBOG_TRY(statement, connection.lend("SELECT 1 FROM sqlite_schema LIMIT 1"));
  const int code = sqlite3_step(statement->handle);
  std::optional<Error> error;
  if (code != SQLITE_ROW && code != SQLITE_DONE) error = connection.error_of(code);
  connection.take_back(std::move(statement));
  if (error) return std::move(*error);
  return {};
}

}  // namespace

Result<Reader> Database::open_reader(ReaderOptions options) {
  if (sqlite3_threadsafe() == 0) {
    return Error{ErrorCode::internal, "this SQLite is for one thread"};
  }
  const VfsState& state = connection_->state;
  FELTBOG_TRY(file, state.disk.open(state.path, OpenMode::read_only));
  auto connection = std::make_unique<Connection>(connection_->share, std::move(file), state.disk,
                                                 state.path, state.cipher.clone(), state.random);
  connection->state.reads_only = true;
  FELTBOG_CHECK(connection->connect(SQLITE_OPEN_READONLY));
  FELTBOG_CHECK(configure_reader(*connection, options));
  Reader reader(std::move(connection));
  FELTBOG_CHECK(reader.snapshot());
  return reader;
}

Reader::Reader(std::unique_ptr<Database::Connection> connection)
    : connection_(std::move(connection)) {
  connection_->link->connection = connection_.get();
}
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;
Reader::~Reader() = default;

Result<void> Reader::snapshot() {
  if (connection_ == nullptr) return ErrorCode::closed_handle;
  release();
  auto taken = take_snapshot(*connection_);
  if (!taken) release();
  return taken;
}

void Reader::release() {
  if (connection_ == nullptr) return;
  // A statement in the middle of its rows would keep the old snapshot.
  for (detail::CompiledStatement* statement : connection_->lent) sqlite3_reset(statement->handle);
  if (!has_snapshot()) return;
  run_own(*connection_, "ROLLBACK");
}

bool Reader::has_snapshot() const {
  return connection_ != nullptr && sqlite3_get_autocommit(connection_->handle) == 0;
}

Result<Statement> Reader::prepare(std::string_view sql) {
  if (connection_ == nullptr) return ErrorCode::closed_handle;
  FELTBOG_TRY(compiled, connection_->lend(sql));
  const bool reads = sqlite3_stmt_readonly(compiled->handle) != 0;
  Statement statement(std::move(compiled));
  if (!reads) return Error{ErrorCode::not_permitted, "a reader changes nothing"};
  return statement;
}

void Reader::interrupt() {
  if (connection_ != nullptr) sqlite3_interrupt(connection_->handle);
}

StoreHealth Reader::health() const {
  return connection_ == nullptr ? StoreHealth{} : connection_->state.health;
}

}  // namespace feltbog::store
