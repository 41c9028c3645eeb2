// SPDX-License-Identifier: Apache-2.0
// The settings of a connection. SQLite ignores a PRAGMA it cannot obey, so every one is read back.
#include <cstring>

#include "core/store/connection.h"

namespace feltbog::store {
namespace {

constexpr std::int64_t kLogSizeKeptMax = 16 * 1024 * 1024;
constexpr int kAttachedMax = 1;  // VACUUM attaches a database in memory

// Runs a PRAGMA and returns the first column of its first row; empty when it gives none.
Result<std::string> ask(Database::Connection& connection, const std::string& pragma) {
  FELTBOG_TRY(statement, connection.compile("PRAGMA " + pragma));
  const int code = sqlite3_step(statement->handle);
  std::string out;
  if (code == SQLITE_ROW) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement->handle, 0));
    if (text != nullptr) {
      out = text;
    } else if (sqlite3_errcode(connection.handle) == SQLITE_NOMEM) {
      return connection.error_of(SQLITE_NOMEM);
    }
  } else if (code != SQLITE_DONE) {
    return connection.error_of(sqlite3_extended_errcode(connection.handle));
  }
  return out;
}

Result<void> set(Database::Connection& connection, const std::string& name,
                 const std::string& value, const std::string& expected) {
  FELTBOG_TRY(answer, ask(connection, name + " = " + value));
  FELTBOG_TRY(found, ask(connection, name));
  if (found != expected) return Error{ErrorCode::internal, "setting " + name + " is " + found};
  return {};
}

Result<void> switch_option(Database::Connection& connection, int option, int value) {
  int found = -1;
  const int code = sqlite3_db_config(connection.handle, option, value, &found);
  if (code != SQLITE_OK || found != value) {
    return Error{ErrorCode::internal, "option " + std::to_string(option)};
  }
  return {};
}

bool is_allowed_pragma(const char* name) {
  // Reading only, or without effect on where and how bytes are written.
  static constexpr const char* kAllowed[] = {
      "data_version", "foreign_key_check", "foreign_key_list", "freelist_count",
      "index_info",   "index_list",        "index_xinfo",      "integrity_check",
      "optimize",     "page_count",        "quick_check",      "table_info",
      "table_list",   "table_xinfo",       "user_version",     "wal_checkpoint"};
  for (const char* allowed : kAllowed) {
    if (sqlite3_stricmp(name, allowed) == 0) return true;
  }
  return false;
}

// Asked about every action while a statement is compiled.
int authorise(void*, int action, const char* first, const char* second, const char*,
              const char*) noexcept {
  switch (action) {
    case SQLITE_ATTACH:
      // VACUUM works in an attached database without a name, which lives in memory.
      return first != nullptr && *first == 0 ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_PRAGMA: return is_allowed_pragma(first) ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_FUNCTION:
      return sqlite3_stricmp(second, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
    default: return SQLITE_OK;
  }
}

Result<void> switch_options(Database::Connection& connection) {
  FELTBOG_CHECK(switch_option(connection, SQLITE_DBCONFIG_DEFENSIVE, 1));
  FELTBOG_CHECK(switch_option(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0));
  FELTBOG_CHECK(switch_option(connection, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0));
  FELTBOG_CHECK(switch_option(connection, SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0));
  FELTBOG_CHECK(switch_option(connection, SQLITE_DBCONFIG_DQS_DDL, 0));
  FELTBOG_CHECK(switch_option(connection, SQLITE_DBCONFIG_DQS_DML, 0));
  sqlite3_limit(connection.handle, SQLITE_LIMIT_ATTACHED, kAttachedMax);
  return {};
}

// What a reader runs: SELECTs, and PRAGMAs that tell something.
int authorise_reader(void* connection, int action, const char* first, const char* second,
                     const char* third, const char* fourth) noexcept {
  switch (action) {
    case SQLITE_TRANSACTION:
      return static_cast<Database::Connection*>(connection)->may_begin ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_PRAGMA:
      return sqlite3_stricmp(first, "wal_checkpoint") == 0 ||
                     sqlite3_stricmp(first, "optimize") == 0
                 ? SQLITE_DENY
                 : authorise(nullptr, action, first, second, third, fourth);
    case SQLITE_UPDATE:
      // What SQLite compiles, and never runs, when it connects to a full-text table. Of a person's
      // statement it is refused as a table that must not be changed.
      return sqlite3_stricmp(first, "sqlite_master") == 0 ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_READ:
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE:
    case SQLITE_FUNCTION: return authorise(nullptr, action, first, second, third, fourth);
    default: return SQLITE_DENY;
  }
}

// In this order: the first three decide how the first read is done.
Result<void> set_pragmas(Database::Connection& connection, const DatabaseOptions& options) {
  const bool full = options.durability == Durability::full;
  const std::string cache = "-" + std::to_string(options.cache_kibibytes);
  FELTBOG_CHECK(set(connection, "locking_mode", "NORMAL", "normal"));
  FELTBOG_CHECK(set(connection, "temp_store", "MEMORY", "2"));
  FELTBOG_CHECK(set(connection, "mmap_size", "0", "0"));
  FELTBOG_CHECK(set(connection, "journal_mode", "WAL", "wal"));
  FELTBOG_CHECK(set(connection, "synchronous", full ? "FULL" : "NORMAL", full ? "2" : "1"));
  FELTBOG_CHECK(set(connection, "cache_size", cache, cache));
  if (!options.spill_large_transactions) FELTBOG_CHECK(set(connection, "cache_spill", "0", "0"));
  FELTBOG_CHECK(set(connection, "secure_delete", "1", "1"));
  FELTBOG_CHECK(set(connection, "trusted_schema", "0", "0"));
  FELTBOG_CHECK(set(connection, "cell_size_check", "1", "1"));
  FELTBOG_CHECK(set(connection, "foreign_keys", "1", "1"));
  const std::string kept = std::to_string(kLogSizeKeptMax);
  FELTBOG_CHECK(set(connection, "journal_size_limit", kept, kept));
  return {};
}

// What recovery found in the log may never have been synced by the process that wrote it, yet
// people see it from now on. Moving it into the main file makes it durable. A full disk may refuse
// that; the log then stays and grows no worse.
Result<void> settle_log(Database::Connection& connection, const DatabaseOptions& options) {
  FELTBOG_TRY(log, connection.state.disk.open(connection.state.log_path(), OpenMode::read_only));
  FELTBOG_TRY(size, log->size());
  if (size <= kLogPrefixSize + kLogHeaderSize) return {};
  const int code = sqlite3_wal_checkpoint_v2(connection.handle, nullptr, SQLITE_CHECKPOINT_TRUNCATE,
                                             nullptr, nullptr);
  if (code == SQLITE_OK) return {};
  Error error = connection.error_of(sqlite3_extended_errcode(connection.handle));
  // A log that says "every commit was synced" must not be continued by one that does not.
  const bool may_continue = options.durability == Durability::full;
  if (error.code == ErrorCode::disk_full && may_continue) return {};
  return error;
}

}  // namespace

Result<void> configure(Database::Connection& connection, const DatabaseOptions& options) {
  sqlite3_extended_result_codes(connection.handle, 1);
  FELTBOG_CHECK(switch_options(connection));
  FELTBOG_CHECK(set_pragmas(connection, options));
  FELTBOG_CHECK(connection.exec("SELECT count(*) FROM sqlite_schema"));
  FELTBOG_CHECK(settle_log(connection, options));
  sqlite3_set_authorizer(connection.handle, authorise, nullptr);
  return {};
}

// The first read of the log comes before the authoriser, and with it the opening of the log file:
// afterwards the reader asks the disk for nothing more.
Result<void> configure_reader(Database::Connection& connection, const ReaderOptions& options) {
  const std::string cache = "-" + std::to_string(options.cache_kibibytes);
  sqlite3_extended_result_codes(connection.handle, 1);
  FELTBOG_CHECK(switch_options(connection));
  // Moving the log is the writer's.
  FELTBOG_CHECK(switch_option(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1));
  FELTBOG_CHECK(set(connection, "query_only", "1", "1"));
  FELTBOG_CHECK(set(connection, "locking_mode", "NORMAL", "normal"));
  FELTBOG_CHECK(set(connection, "temp_store", "MEMORY", "2"));
  FELTBOG_CHECK(set(connection, "mmap_size", "0", "0"));
  FELTBOG_TRY(mode, ask(connection, "journal_mode"));
  if (mode != "wal") return Error{ErrorCode::internal, "setting journal_mode is " + mode};
  FELTBOG_CHECK(set(connection, "cache_size", cache, cache));
  FELTBOG_CHECK(set(connection, "trusted_schema", "0", "0"));
  FELTBOG_CHECK(set(connection, "cell_size_check", "1", "1"));
  FELTBOG_CHECK(connection.exec("SELECT count(*) FROM sqlite_schema"));
  sqlite3_set_authorizer(connection.handle, authorise_reader, &connection);
  return {};
}

}  // namespace feltbog::store
