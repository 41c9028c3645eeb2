// SPDX-License-Identifier: Apache-2.0
// One face for everything bench_store compares: our Database, plain SQLite, and other encryptions
// of SQLite loaded as shared libraries. The cost of the face is the same for all.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;

namespace feltbog::bench {

// A statement run many times. After reset it can be bound and stepped again.
class Query {
 public:
  virtual ~Query() = default;
  virtual void bind(int index, std::int64_t value) = 0;
  virtual void bind(int index, std::string_view text) = 0;
  // True when there is a row.
  virtual bool step() = 0;
  virtual std::int64_t integer(int column) = 0;
  virtual void reset() = 0;
};

// An open database.
class Session {
 public:
  virtual ~Session() = default;
  virtual void exec(const std::string& sql) = 0;
  virtual std::unique_ptr<Query> query(const std::string& sql) = 0;
  virtual void begin() = 0;
  virtual void commit() = 0;
  // Pages opened and sealed so far; 0 where nobody counts.
  virtual std::uint64_t pages_ciphered() const { return 0; }
};

struct SessionOptions {
  bool durable = false;  // synchronous FULL, otherwise NORMAL
  int cache_kibibytes = 2048;
};

class Engine {
 public:
  virtual ~Engine() = default;
  virtual const std::string& name() const = 0;
  // Opens or creates the database in `folder`, which exists.
  virtual std::unique_ptr<Session> open(const std::string& folder, const SessionOptions&) = 0;
  // For SQLite's own speedtest1: a connection that is never closed by us, and which build of
  // speedtest1 speaks to its library.
  virtual sqlite3* open_for_speedtest(const std::string& folder) = 0;
  virtual std::string speedtest() const = 0;
};

// Debian's SQLite with its own VFS: what ratios are over.
std::unique_ptr<Engine> make_plain_engine();
// SQLCipher and SQLite3MultipleCiphers, those that stand built in `folder`; says on standard error
// which do not.
std::vector<std::unique_ptr<Engine>> make_peer_engines(const std::string& folder);
// Our store, once for each provider of the cipher.
std::vector<std::unique_ptr<Engine>> make_our_engines();

}  // namespace feltbog::bench
