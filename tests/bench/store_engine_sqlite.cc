// SPDX-License-Identifier: Apache-2.0
// SQLite and its kin behind the face of bench_store. Each is loaded as a library of its own,
// because all of them define the same names.
#include <dlfcn.h>
#include <sqlite3.h>

#include <cstdio>

#include "tests/bench/measure.h"
#include "tests/bench/store_engine.h"

namespace feltbog::bench {
namespace {

// The functions used, as found in one library.
struct Library {
  decltype(&sqlite3_open_v2) open_v2;
  decltype(&sqlite3_close) close;
  decltype(&sqlite3_exec) exec;
  decltype(&sqlite3_errmsg) errmsg;
  decltype(&sqlite3_prepare_v3) prepare_v3;
  decltype(&sqlite3_finalize) finalize;
  decltype(&sqlite3_reset) reset;
  decltype(&sqlite3_step) step;
  decltype(&sqlite3_bind_int64) bind_int64;
  decltype(&sqlite3_bind_text64) bind_text64;
  decltype(&sqlite3_column_int64) column_int64;
};

template <class Function>
bool find(void* handle, const char* name, Function& out) {
  out = reinterpret_cast<Function>(dlsym(handle, name));
  return out != nullptr;
}

bool load(const std::string& file, Library& out) {
  void* handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
  return handle != nullptr && find(handle, "sqlite3_open_v2", out.open_v2) &&
         find(handle, "sqlite3_close", out.close) && find(handle, "sqlite3_exec", out.exec) &&
         find(handle, "sqlite3_errmsg", out.errmsg) &&
         find(handle, "sqlite3_prepare_v3", out.prepare_v3) &&
         find(handle, "sqlite3_finalize", out.finalize) &&
         find(handle, "sqlite3_reset", out.reset) && find(handle, "sqlite3_step", out.step) &&
         find(handle, "sqlite3_bind_int64", out.bind_int64) &&
         find(handle, "sqlite3_bind_text64", out.bind_text64) &&
         find(handle, "sqlite3_column_int64", out.column_int64);
}

class SqliteQuery final : public Query {
 public:
  SqliteQuery(const Library& library, sqlite3* database, const std::string& sql)
      : library_(library), database_(database) {
    check(library_.prepare_v3(database, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement_,
                              nullptr));
  }
  ~SqliteQuery() override { library_.finalize(statement_); }
  void bind(int index, std::int64_t value) override {
    check(library_.bind_int64(statement_, index, value));
  }
  void bind(int index, std::string_view text) override {
    check(library_.bind_text64(statement_, index, text.data(), text.size(), SQLITE_TRANSIENT,
                               SQLITE_UTF8));
  }
  bool step() override {
    const int code = library_.step(statement_);
    if (code != SQLITE_ROW && code != SQLITE_DONE) check(code);
    return code == SQLITE_ROW;
  }
  std::int64_t integer(int column) override { return library_.column_int64(statement_, column); }
  void reset() override { library_.reset(statement_); }

 private:
  void check(int code) {
    if (code != SQLITE_OK) give_up(library_.errmsg(database_));
  }
  const Library& library_;
  sqlite3* database_;
  sqlite3_stmt* statement_ = nullptr;
};

class SqliteSession final : public Session {
 public:
  SqliteSession(const Library& library, const std::string& path) : library_(library) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (library_.open_v2(path.c_str(), &database_, flags, nullptr) != SQLITE_OK) {
      give_up("cannot open " + path);
    }
  }
  ~SqliteSession() override {
    begin_.reset();
    commit_.reset();
    library_.close(database_);
  }
  void exec(const std::string& sql) override {
    if (library_.exec(database_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
      give_up(sql + ": " + library_.errmsg(database_));
    }
  }
  std::unique_ptr<Query> query(const std::string& sql) override {
    return std::make_unique<SqliteQuery>(library_, database_, sql);
  }
  sqlite3* handle() { return database_; }
  void begin() override { run(begin_, "BEGIN IMMEDIATE"); }
  void commit() override { run(commit_, "COMMIT"); }

 private:
  void run(std::unique_ptr<Query>& kept, const char* sql) {
    if (kept == nullptr) kept = query(sql);
    kept->step();
    kept->reset();
  }
  const Library& library_;
  sqlite3* database_ = nullptr;
  std::unique_ptr<Query> begin_;
  std::unique_ptr<Query> commit_;
};

class SqliteEngine final : public Engine {
 public:
  // `keying`: the PRAGMAs that turn encryption on.
  SqliteEngine(std::string name, Library library, std::string keying, std::string speedtest)
      : name_(std::move(name)),
        library_(library),
        keying_(std::move(keying)),
        speedtest_(std::move(speedtest)) {}
  const std::string& name() const override { return name_; }
  std::unique_ptr<Session> open(const std::string& folder, const SessionOptions& options) override {
    return open_session(folder, options);
  }
  sqlite3* open_for_speedtest(const std::string& folder) override {
    return open_session(folder, {}).release()->handle();
  }
  std::string speedtest() const override { return speedtest_; }

 private:
  std::unique_ptr<SqliteSession> open_session(const std::string& folder,
                                              const SessionOptions& options) {
    auto session = std::make_unique<SqliteSession>(library_, folder + "/store.db");
    if (!keying_.empty()) session->exec(keying_);
    // The settings our store makes, so that only the encryption differs.
    session->exec(
        "PRAGMA locking_mode=EXCLUSIVE; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0;"
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=" +
        std::string(options.durable ? "FULL" : "NORMAL") + "; PRAGMA cache_size=-" +
        std::to_string(options.cache_kibibytes) +
        "; PRAGMA cache_spill=0; PRAGMA secure_delete=1; PRAGMA trusted_schema=0;"
        "PRAGMA cell_size_check=1; PRAGMA foreign_keys=1; PRAGMA journal_size_limit=16777216;"
        "SELECT count(*) FROM sqlite_schema");
    return session;
  }

  std::string name_;
  Library library_;
  std::string keying_;
  std::string speedtest_;
};

constexpr const char* kHexKey = "0707070707070707070707070707070707070707070707070707070707070707";

}  // namespace

std::unique_ptr<Engine> make_plain_engine() {
  Library library{};
  if (!load("libsqlite3.so.0", library)) give_up("no libsqlite3.so.0");
  return std::make_unique<SqliteEngine>("plain SQLite", library, "", "plain");
}

std::vector<std::unique_ptr<Engine>> make_peer_engines(const std::string& folder) {
  std::vector<std::unique_ptr<Engine>> engines;
  Library library{};
  const std::string raw = "PRAGMA key=\"x'" + std::string(kHexKey) + "'\";";
  if (load(folder + "/sqlcipher.so", library)) {
    engines.push_back(std::make_unique<SqliteEngine>("SQLCipher 4", library, raw, "sqlcipher"));
  } else {
    std::fprintf(stderr, "bench: no SQLCipher in %s, its rows are left out\n", folder.c_str());
  }
  if (load(folder + "/sqlite3mc.so", library)) {
    const std::string key = "PRAGMA key='raw:" + std::string(kHexKey) + "';";
    engines.push_back(std::make_unique<SqliteEngine>(
        "SQLite3MC ChaCha20", library, "PRAGMA cipher='chacha20';" + key, "sqlite3mc"));
    engines.push_back(std::make_unique<SqliteEngine>("SQLite3MC AEGIS", library,
                                                     "PRAGMA cipher='aegis';" + key, "sqlite3mc"));
  } else {
    std::fprintf(stderr, "bench: no SQLite3MultipleCiphers in %s, its rows are left out\n",
                 folder.c_str());
  }
  return engines;
}

}  // namespace feltbog::bench
