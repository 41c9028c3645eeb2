// SPDX-License-Identifier: Apache-2.0
// Group commit and readers, on the operating system's files and randomness.
#include "tests/bench/store_concurrency.h"

#include <atomic>
#include <thread>

#include "core/base/platform/posix_disk.h"
#include "core/crypto/system_random.h"
#include "core/store/group_commit.h"
#include "core/store/reader.h"

namespace feltbog::bench {
namespace {

constexpr int kUnits = 8;
constexpr int kGroupsPerRound = 20;
constexpr int kLooksPerRound = 400;
constexpr int kRowsThere = 2000;

template <class T>
T must(Result<T> result) {
  if (!result) give_up("our store: " + result.error().detail);
  return std::move(result).value();
}
void must(const Result<void>& result) {
  if (!result) give_up("our store: " + result.error().detail);
}

struct Notes {
  explicit Notes(const std::string& folder) {
    crypto::Key key;
    for (auto& byte : key.bytes()) byte = 7;
    database = must(store::Database::open(disk, folder + "/store.db", key, random));
    must(database->exec("CREATE TABLE notes(id INTEGER PRIMARY KEY, body TEXT)"));
  }
  Result<void> add() { return database->run("INSERT INTO notes(body) VALUES (?)", body); }

  PosixDisk disk;
  crypto::SystemRandom random;
  std::unique_ptr<store::Database> database;
  std::string body = std::string(1024, 'n');
};

// Seconds for a snapshot and the newest twenty notes, the median of many.
double look_time(store::Reader& reader) {
  std::vector<double> seconds;
  for (int i = 0; i < kLooksPerRound; ++i) {
    const Span span = time_of([&] {
      must(reader.snapshot());
      auto statement = must(reader.prepare("SELECT body FROM notes ORDER BY id DESC LIMIT 20"));
      must(statement.run());
    });
    seconds.push_back(span.wall);
  }
  reader.release();
  return median(seconds);
}

}  // namespace

Row measure_group_commit(const std::string& folder, int rounds) {
  Notes notes(folder);
  std::vector<double> grouped;
  std::vector<double> alone;
  std::vector<double> ratios;
  for (int round = 0; round < rounds; ++round) {
    grouped.push_back(time_of([&] {
                        for (int i = 0; i < kGroupsPerRound; ++i) {
                          auto group = must(store::GroupCommit::begin(*notes.database));
                          for (int unit = 0; unit < kUnits; ++unit) {
                            must(group.add([&](store::Database&) { return notes.add(); }));
                          }
                          must(group.commit());
                        }
                      }).wall);
    alone.push_back(time_of([&] {
                      for (int i = 0; i < kGroupsPerRound * kUnits; ++i) must(notes.add());
                    }).wall);
    ratios.push_back(grouped.back() / alone.back());
  }
  Row row;
  row.name = "8 notes of 1 KiB in one group, durable";
  row.unit = "ms wall";
  row.ours = 1e3 * median(grouped) / kGroupsPerRound;
  row.peer = "one by one";
  row.theirs = 1e3 * median(alone) / kGroupsPerRound;
  row.ratio = median(ratios);
  return row;
}

Row measure_reader(const std::string& folder, int rounds) {
  Notes notes(folder);
  {
    auto transaction = must(notes.database->begin());
    for (int i = 0; i < kRowsThere; ++i) must(notes.add());
    must(transaction.commit());
  }
  store::Reader reader = must(notes.database->open_reader());
  std::vector<double> quiet;
  std::vector<double> busy;
  std::vector<double> ratios;
  for (int round = 0; round < rounds; ++round) {
    quiet.push_back(look_time(reader));
    std::atomic<bool> over{false};
    std::thread writer([&] {
      while (!over.load()) must(notes.add());
    });
    busy.push_back(look_time(reader));
    over = true;
    writer.join();
    ratios.push_back(busy.back() / quiet.back());
  }
  Row row;
  row.name = "reader: snapshot and 20 notes, beside a writer";
  row.unit = "ms wall";
  row.ours = 1e3 * median(busy);
  row.peer = "no writer";
  row.theirs = 1e3 * median(quiet);
  row.ratio = median(ratios);
  return row;
}

}  // namespace feltbog::bench
