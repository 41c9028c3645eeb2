// SPDX-License-Identifier: Apache-2.0
// Binding, stepping and reading rows.
#include "core/store/statement.h"

#include <new>

#include "core/store/connection.h"

namespace feltbog::store {
namespace {

void give_back(std::unique_ptr<detail::CompiledStatement> compiled) {
  if (compiled == nullptr || compiled->link->connection == nullptr) return;
  Database::Connection& connection = *compiled->link->connection;
  try {
    connection.take_back(std::move(compiled));
  } catch (const std::bad_alloc&) {
    // No memory to keep it compiled; it is finalised, and compiled again when it is needed.
  }
}

// A pointer that is not null even for no bytes: SQLite binds NULL for a null pointer.
const void* address(const void* data) { return data != nullptr ? data : ""; }

// The handle, or null when the statement was moved from or its database is closed.
sqlite3_stmt* handle_of(const std::unique_ptr<detail::CompiledStatement>& compiled) {
  return compiled == nullptr ? nullptr : compiled->handle;
}

// Makes the statement ready for binding, and keeps the first error for the next step.
template <class Bind>
void bind_value(const std::unique_ptr<detail::CompiledStatement>& compiled, Bind bind) {
  sqlite3_stmt* handle = handle_of(compiled);
  if (handle == nullptr) return;
  if (sqlite3_stmt_busy(handle) != 0) sqlite3_reset(handle);
  const int code = bind(handle);
  if (code != SQLITE_OK && !compiled->error.has_value()) {
    compiled->error = compiled->link->connection->error_of(code);
  }
}

}  // namespace

Statement::Statement(std::unique_ptr<detail::CompiledStatement> compiled)
    : compiled_(std::move(compiled)) {}
Statement::Statement(Statement&& other) noexcept = default;
Statement& Statement::operator=(Statement&& other) noexcept {
  if (this != &other) {
    give_back(std::move(compiled_));
    compiled_ = std::move(other.compiled_);
  }
  return *this;
}
Statement::~Statement() { give_back(std::move(compiled_)); }

Statement& Statement::bind(int index, std::int64_t value) {
  bind_value(compiled_,
             [&](sqlite3_stmt* handle) { return sqlite3_bind_int64(handle, index, value); });
  return *this;
}

Statement& Statement::bind(int index, std::string_view text) {
  bind_value(compiled_, [&](sqlite3_stmt* handle) {
    return sqlite3_bind_text64(handle, index, static_cast<const char*>(address(text.data())),
                               text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  });
  return *this;
}

Statement& Statement::bind(int index, BytesView bytes) {
  bind_value(compiled_, [&](sqlite3_stmt* handle) {
    return sqlite3_bind_blob64(handle, index, address(bytes.data()), bytes.size(),
                               SQLITE_TRANSIENT);
  });
  return *this;
}

Statement& Statement::bind(int index, std::nullptr_t) {
  bind_value(compiled_, [&](sqlite3_stmt* handle) { return sqlite3_bind_null(handle, index); });
  return *this;
}

Statement& Statement::refuse(int /*index*/) {
  bind_value(compiled_, [](sqlite3_stmt*) { return SQLITE_RANGE; });
  return *this;
}

Result<bool> Statement::step() {
  sqlite3_stmt* handle = handle_of(compiled_);
  if (handle == nullptr) return ErrorCode::closed_handle;
  if (compiled_->error.has_value()) {
    Error error = std::move(*compiled_->error);
    compiled_->error.reset();
    return error;
  }
  Database::Connection& connection = *compiled_->link->connection;
  connection.state.cause.reset();
  const int code = sqlite3_step(handle);
  if (code == SQLITE_ROW) return true;
  sqlite3_reset(handle);
  if (code == SQLITE_DONE) return false;
  return connection.error_of(code);
}

Result<void> Statement::run() {
  while (true) {
    FELTBOG_TRY(row, step());
    if (!row) return {};
  }
}

void Statement::reset() {
  if (sqlite3_stmt* handle = handle_of(compiled_); handle != nullptr) sqlite3_reset(handle);
}

std::int64_t Statement::integer(int column) const {
  sqlite3_stmt* handle = handle_of(compiled_);
  return handle == nullptr ? 0 : sqlite3_column_int64(handle, column);
}

BytesView Statement::bytes(int column) const {
  sqlite3_stmt* handle = handle_of(compiled_);
  if (handle == nullptr) return {};
  const int type = sqlite3_column_type(handle, column);
  if (type != SQLITE_TEXT && type != SQLITE_BLOB) return {};
  // For both kinds without a conversion, hence without an allocation that could fail.
  const void* data = sqlite3_column_blob(handle, column);
  const int size = sqlite3_column_bytes(handle, column);
  return {static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size)};
}

std::string_view Statement::text(int column) const { return as_text(bytes(column)); }

bool Statement::is_null(int column) const {
  sqlite3_stmt* handle = handle_of(compiled_);
  return handle == nullptr || sqlite3_column_type(handle, column) == SQLITE_NULL;
}

int Statement::column_count() const {
  sqlite3_stmt* handle = handle_of(compiled_);
  return handle == nullptr ? 0 : sqlite3_column_count(handle);
}

}  // namespace feltbog::store
