// SPDX-License-Identifier: Apache-2.0
// Our store behind the face of bench_store, on the operating system's files and randomness.
#include <optional>

#include "core/base/platform/posix_disk.h"
#include "core/crypto/system_random.h"
#include "core/store/connection.h"
#include "core/store/geometry.h"
#include "core/store/header_block.h"
#include "tests/bench/measure.h"
#include "tests/bench/store_engine.h"

namespace feltbog::bench {
namespace {

// Counts the bytes that pass, all of which are sealed pages but for a few headers.
class CountingFile final : public File {
 public:
  CountingFile(std::unique_ptr<File> file, std::uint64_t& bytes)
      : file_(std::move(file)), bytes_(bytes) {}
  Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out) override {
    bytes_ += out.size();
    return file_->read(offset, out);
  }
  Result<void> write(std::uint64_t offset, BytesView bytes) override {
    bytes_ += bytes.size();
    return file_->write(offset, bytes);
  }
  Result<void> truncate(std::uint64_t size) override { return file_->truncate(size); }
  Result<void> sync() override { return file_->sync(); }
  Result<std::uint64_t> size() override { return file_->size(); }

 private:
  std::unique_ptr<File> file_;
  std::uint64_t& bytes_;
};

class CountingDisk final : public Disk {
 public:
  std::uint64_t bytes = 0;

  Result<std::unique_ptr<File>> open(std::string_view path, OpenMode mode) override {
    FELTBOG_TRY(file, disk_.open(path, mode));
    return std::unique_ptr<File>(std::make_unique<CountingFile>(std::move(file), bytes));
  }
  Result<bool> exists(std::string_view path) override { return disk_.exists(path); }
  Result<void> remove(std::string_view path) override { return disk_.remove(path); }
  Result<void> rename(std::string_view from, std::string_view to) override {
    return disk_.rename(from, to);
  }
  Result<void> sync_directory(std::string_view path) override { return disk_.sync_directory(path); }
  Result<void> make_directories(std::string_view path) override {
    return disk_.make_directories(path);
  }
  Result<std::vector<std::string>> list(std::string_view directory) override {
    return disk_.list(directory);
  }
  Result<std::unique_ptr<File>> lock(std::string_view path) override { return disk_.lock(path); }

 private:
  PosixDisk disk_;
};

template <class T>
T must(Result<T> result) {
  if (!result) give_up("our store: " + result.error().detail);
  return std::move(result).value();
}
void must(const Result<void>& result) {
  if (!result) give_up("our store: " + result.error().detail);
}

// Takes the statement from the database's cache for every run, as programs do.
class OurQuery final : public Query {
 public:
  OurQuery(store::Database& database, std::string sql)
      : database_(database), sql_(std::move(sql)) {}
  void bind(int index, std::int64_t value) override { statement().bind(index, value); }
  void bind(int index, std::string_view text) override { statement().bind(index, text); }
  bool step() override { return must(statement().step()); }
  std::int64_t integer(int column) override { return statement_->integer(column); }
  void reset() override { statement_.reset(); }

 private:
  store::Statement& statement() {
    if (!statement_) statement_.emplace(must(database_.prepare(sql_)));
    return *statement_;
  }
  store::Database& database_;
  std::string sql_;
  std::optional<store::Statement> statement_;
};

class OurSession final : public Session {
 public:
  OurSession(const std::string& folder, store::DatabaseOptions options) {
    crypto::Key key;
    for (auto& byte : key.bytes()) byte = 7;
    database_ = must(store::Database::open(disk_, folder + "/store.db", key, random_, options));
  }
  void exec(const std::string& sql) override { must(database_->exec(sql)); }
  std::unique_ptr<Query> query(const std::string& sql) override {
    return std::make_unique<OurQuery>(*database_, sql);
  }
  void begin() override { transaction_.emplace(must(database_->begin())); }
  void commit() override {
    must(transaction_->commit());
    transaction_.reset();
  }
  std::uint64_t pages_ciphered() const override { return disk_.bytes / store::kPageSize; }

 private:
  CountingDisk disk_;
  crypto::SystemRandom random_;
  std::unique_ptr<store::Database> database_;
  std::optional<store::Transaction> transaction_;
};

class OurEngine final : public Engine {
 public:
  OurEngine(std::string name, crypto::AeadProvider provider)
      : name_(std::move(name)), provider_(provider) {}
  const std::string& name() const override { return name_; }
  std::unique_ptr<Session> open(const std::string& folder, const SessionOptions& options) override {
    store::DatabaseOptions ours;
    ours.durability = options.durable ? store::Durability::full : store::Durability::normal;
    ours.cipher_provider = provider_;
    ours.cache_kibibytes = static_cast<std::uint32_t>(options.cache_kibibytes);
    return std::make_unique<OurSession>(folder, ours);
  }
  sqlite3* open_for_speedtest(const std::string& folder) override;
  std::string speedtest() const override { return "plain"; }

 private:
  std::string name_;
  crypto::AeadProvider provider_;
};

// What Database::open does, without the bars it puts before PRAGMAs. Lives as long as the process.
sqlite3* OurEngine::open_for_speedtest(const std::string& folder) {
  (void)open(folder, {});
  auto* disk = new PosixDisk;
  auto* random = new crypto::SystemRandom;
  crypto::Key key;
  for (auto& byte : key.bytes()) byte = 7;
  const std::string path = folder + "/store.db";
  auto file = must(disk->open(path, OpenMode::read_write));
  Bytes block(store::kHeaderBlockSize);
  must(file->read(0, block));
  const auto header = must(store::decode_header_block(block, key));
  store::PageCipher cipher(header.database, key, header.suite, header.key_generation, *random,
                           provider_);
  auto* connection = new store::Database::Connection(
      std::make_shared<store::DatabaseShare>(must(disk->lock(path + ".lock"))), std::move(file),
      *disk, path, std::move(cipher), *random);
  store::DatabaseOptions options;
  options.durability = store::Durability::normal;
  connection->state.durability = options.durability;
  connection->state.gathered_max = store::kGatheredMax;
  must(connection->connect(SQLITE_OPEN_READWRITE));
  must(store::configure(*connection, options));
  sqlite3_set_authorizer(connection->handle, nullptr, nullptr);
  return connection->handle;
}

}  // namespace

std::vector<std::unique_ptr<Engine>> make_our_engines() {
  std::vector<std::unique_ptr<Engine>> engines;
  engines.push_back(std::make_unique<OurEngine>("libsodium", crypto::AeadProvider::sodium));
  if (crypto::is_built_in(crypto::AeadProvider::openssl)) {
    engines.push_back(std::make_unique<OurEngine>("OpenSSL", crypto::AeadProvider::openssl));
  }
  return engines;
}

}  // namespace feltbog::bench
