// SPDX-License-Identifier: Apache-2.0
// What is behind Database and Statement. Internal to the room.
#pragma once

#include <sqlite3.h>

#include <string>
#include <unordered_map>
#include <vector>

#include "core/store/encrypting_vfs.h"

namespace feltbog::store {

namespace detail {

// Shared by a connection and what was taken from it, so that a statement can tell that its
// connection is gone.
struct ConnectionLink {
  Database::Connection* connection = nullptr;  // null once closed
};

struct CompiledStatement {
  std::string sql;
  sqlite3_stmt* handle = nullptr;  // null once the connection is closed
  std::shared_ptr<ConnectionLink> link;
  std::size_t lent_at = 0;     // place in Connection::lent
  std::optional<Error> error;  // of a binding, until the next step

  ~CompiledStatement() { sqlite3_finalize(handle); }
};

}  // namespace detail

// Texts whose statements are kept compiled while nobody uses them.
constexpr std::size_t kIdleStatementsMax = 256;

// Lets a map of strings be searched by a view, without making a string of it.
struct TextHash {
  using is_transparent = void;  // NOLINT(readability-identifier-naming): the library asks for it
  std::size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>()(text);
  }
};

struct Database::Connection {
  Connection(std::shared_ptr<DatabaseShare> share_in, std::unique_ptr<File> main_file_in,
             Disk& disk, std::string path, PageCipher cipher, Random& random)
      : share(std::move(share_in)),
        main_file(std::move(main_file_in)),
        state(disk, std::move(path), std::move(cipher), random, share) {}
  ~Connection();

  // The order of members is the order of life: SQLite goes first, the lock (in the share) last.
  std::shared_ptr<DatabaseShare> share;
  std::unique_ptr<File> main_file;
  VfsState state;
  std::unique_ptr<EncryptingVfs> vfs;
  sqlite3* handle = nullptr;
  std::shared_ptr<detail::ConnectionLink> link = std::make_shared<detail::ConnectionLink>();
  // Null while the statement is lent, so that lending it again costs one search.
  std::unordered_map<std::string, std::unique_ptr<detail::CompiledStatement>, TextHash,
                     std::equal_to<>>
      idle;
  std::vector<detail::CompiledStatement*> lent;
  std::function<bool()> go_on;  // asked while a statement runs, where anybody is
  bool may_begin = false;       // of a reader: it compiles the statements that make its snapshot

  // Opens SQLite's handle, as SQLITE_OPEN_READWRITE or SQLITE_OPEN_READONLY.
  Result<void> connect(int access);

  Result<std::unique_ptr<detail::CompiledStatement>> compile(std::string_view sql);
  // From the cache, or compiled; goes back by take_back.
  Result<std::unique_ptr<detail::CompiledStatement>> lend(std::string_view sql);
  void take_back(std::unique_ptr<detail::CompiledStatement> statement);
  Result<void> exec(const std::string& sql);
  // One statement without parameters and rows, kept compiled.
  Result<void> run(std::string_view sql);
  // The one place where SQLite's codes become errors.
  Error error_of(int code);
};

// Puts a fresh connection into the only state this program runs in, reading every setting back.
// Errors: internal (a setting did not take), and whatever the first read of the database gives.
Result<void> configure(Database::Connection& connection, const DatabaseOptions& options);
Result<void> configure_reader(Database::Connection& connection, const ReaderOptions& options);

}  // namespace feltbog::store
