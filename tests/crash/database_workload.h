// SPDX-License-Identifier: Apache-2.0
// A workload on one database, as a list of steps. The steps are in tests/crash/workloads.cc.
#pragma once

#include <string>

#include "core/store/database.h"
#include "tests/core/store/support.h"
#include "tests/crash/workload.h"

namespace feltbog::crash {

// A workload's hands: the open database, and its own source of rows.
struct Bench {
  Disk& disk;
  Random& random;  // of the store
  Witness& witness;
  store::DatabaseOptions options;
  store::SeededRandom rows;  // repeats at every play
  std::unique_ptr<store::Database> database = nullptr;

  Result<void> open();
  void close() { database.reset(); }
  // Everything committed until now was promised.
  void promise();
  // Moves the log, after which nothing can be lost whatever the durability.
  Result<void> checkpoint();
  Result<void> exec(std::string_view sql);  // one transaction of its own, then a promise
  std::string words(std::size_t size);
};

using Steps = Result<void> (*)(Bench& bench);

class DatabaseWorkload final : public Workload {
 public:
  DatabaseWorkload(std::string_view name, std::uint64_t seed, store::DatabaseOptions options,
                   Steps steps)
      : name_(name), seed_(seed), options_(options), steps_(steps) {}
  std::string_view name() const override { return name_; }
  Result<void> play(Disk& disk, Random& random, Witness& witness) override;
  Result<State> examine(Disk& disk, Random& random) override;

 private:
  std::string_view name_;
  std::uint64_t seed_;
  store::DatabaseOptions options_;
  Steps steps_;
};

// Every row of every table, the schema and its version, without what may differ between two
// databases with the same content.
Result<State> state_of(store::Database& database);

}  // namespace feltbog::crash
