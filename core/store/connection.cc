// SPDX-License-Identifier: Apache-2.0
// The life of a connection: closing, errors, and the statements it keeps compiled.
#include "core/store/connection.h"

namespace feltbog::store {

Database::Connection::~Connection() {
  link->connection = nullptr;
  for (detail::CompiledStatement* statement : lent) {
    sqlite3_finalize(statement->handle);
    statement->handle = nullptr;
  }
  idle.clear();
  if (handle != nullptr) {
    if (sqlite3_get_autocommit(handle) == 0) {
      sqlite3_exec(handle, "ROLLBACK", nullptr, nullptr, nullptr);
    }
    // Every statement is finalised, so this closes; it also moves the log into the main file.
    const int code = sqlite3_close(handle);
    FELTBOG_ASSERT(code == SQLITE_OK);
  }
}

Result<void> Database::Connection::connect(int access) {
  FELTBOG_TRY(made, EncryptingVfs::make(state, *main_file));
  vfs = std::move(made);
  const int code = sqlite3_open_v2(
      EncryptingVfs::file_name(), &handle,
      access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE, vfs->name());
  if (code != SQLITE_OK) return error_of(code);
  return {};
}

Error Database::Connection::error_of(int code) {
  std::string detail = "sqlite " + std::to_string(code);
  std::optional<Error> cause = std::move(state.cause);
  state.cause.reset();
  const int primary = code & 0xff;
  const bool from_disk =
      primary == SQLITE_IOERR || primary == SQLITE_FULL || primary == SQLITE_CANTOPEN;
  if (from_disk && cause.has_value()) {
    if (!cause->detail.empty()) detail += ", " + cause->detail;
    return Error{cause->code == ErrorCode::not_found ? ErrorCode::io_error : cause->code, detail};
  }
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID: return Error{ErrorCode::already_exists, detail};
    case SQLITE_IOERR_DATA: return Error{ErrorCode::corrupt, detail};
    case SQLITE_IOERR_NOMEM: return Error{ErrorCode::out_of_memory, detail};
    default: break;
  }
  switch (primary) {
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE: return Error{ErrorCode::invalid_argument, detail};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return Error{ErrorCode::corrupt, detail};
    case SQLITE_FULL: return Error{ErrorCode::disk_full, detail};
    case SQLITE_NOMEM: return Error{ErrorCode::out_of_memory, detail};
    case SQLITE_TOOBIG: return Error{ErrorCode::limit_exceeded, detail};
    case SQLITE_AUTH:
    case SQLITE_READONLY:
    case SQLITE_PERM: return Error{ErrorCode::not_permitted, detail};
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return Error{ErrorCode::wrong_state, detail};
    case SQLITE_PROTOCOL: return Error{ErrorCode::busy, detail};
    case SQLITE_INTERRUPT: return Error{ErrorCode::cancelled, detail};
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN: return Error{ErrorCode::io_error, detail};
    default: return Error{ErrorCode::internal, detail};
  }
}

Result<std::unique_ptr<detail::CompiledStatement>> Database::Connection::compile(
    std::string_view sql) {
  auto statement = std::make_unique<detail::CompiledStatement>();
  statement->sql = sql;
  statement->link = link;
  const char* rest = nullptr;
  const int code = sqlite3_prepare_v3(handle, statement->sql.c_str(),
                                      static_cast<int>(statement->sql.size()) + 1,
                                      SQLITE_PREPARE_PERSISTENT, &statement->handle, &rest);
  if (code != SQLITE_OK) {
    Error error = error_of(code);
    const int offset = sqlite3_error_offset(handle);
    if (offset >= 0) error.detail += " at " + std::to_string(offset);
    return error;
  }
  if (statement->handle == nullptr ||
      std::string_view(rest).find_first_not_of(" \t\r\n;") != std::string_view::npos) {
    return Error{ErrorCode::invalid_argument, "not exactly one statement"};
  }
  return statement;
}

Result<std::unique_ptr<detail::CompiledStatement>> Database::Connection::lend(
    std::string_view sql) {
  std::unique_ptr<detail::CompiledStatement> statement;
  if (auto kept = idle.find(sql); kept != idle.end()) statement = std::move(kept->second);
  if (statement == nullptr) {
    FELTBOG_TRY(compiled, compile(sql));
    statement = std::move(compiled);
  }
  statement->lent_at = lent.size();
  lent.push_back(statement.get());
  return statement;
}

void Database::Connection::take_back(std::unique_ptr<detail::CompiledStatement> statement) {
  lent[statement->lent_at] = lent.back();
  lent[statement->lent_at]->lent_at = statement->lent_at;
  lent.pop_back();
  sqlite3_reset(statement->handle);
  sqlite3_clear_bindings(statement->handle);
  statement->error.reset();
  auto place = idle.find(statement->sql);
  if (place == idle.end()) {
    // A program has a fixed set of statements; one that makes them up as it goes loses the cache.
    if (idle.size() >= kIdleStatementsMax) idle.clear();
    place = idle.try_emplace(statement->sql).first;
  }
  if (place->second == nullptr) place->second = std::move(statement);
}

Result<void> Database::Connection::run(std::string_view sql) {
  state.cause.reset();
  FELTBOG_TRY(statement, lend(sql));
  const int code = sqlite3_step(statement->handle);
  std::optional<Error> error;
  if (code != SQLITE_DONE) error = error_of(code);
  take_back(std::move(statement));
  if (error) return std::move(*error);
  return {};
}

Result<void> Database::Connection::exec(const std::string& sql) {
  state.cause.reset();
  const int code = sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error_of(sqlite3_extended_errcode(handle));
  return {};
}

}  // namespace feltbog::store
