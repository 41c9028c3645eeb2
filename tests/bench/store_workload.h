// SPDX-License-Identifier: Apache-2.0
// The work bench_store gives to every engine: the same statements in the same order.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/bench/measure.h"
#include "tests/bench/store_engine.h"

namespace feltbog::bench {

struct Measured {
  Span span;
  std::uint64_t pages_ciphered = 0;  // 0 where nobody counts
};

struct Workload {
  std::string key;    // for --only
  std::string name;   // for people
  bool wall = false;  // judged by wall time, otherwise by processor time
  bool durable = false;
  bool on_archive = false;    // reads the big database; otherwise starts in an empty one
  double goal_libsodium = 0;  // times plain SQLite
  double goal_faster = 0;
  std::function<void(Session&)> prepare;  // not measured
  std::function<void(Session&)> work;
  int rounds_factor = 1;  // more and shorter rounds, for what a busy disk disturbs
};

std::vector<Workload> make_workloads();

// Fills the database that the reading workloads read: 139 MB of notes.
void fill_archive(Session& session);
// Reads something from the first and the last page of it.
void touch_archive(Session& session);

}  // namespace feltbog::bench
