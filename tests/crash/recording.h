// SPDX-License-Identifier: Apache-2.0
// A workload played once on a recording disk, with everything it was promised, and the question
// whether a state found later keeps those promises.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/core/store/support.h"
#include "tests/crash/workload.h"
#include "tests/support/memory_disk.h"

namespace feltbog::crash {

// What a check counts, and what it found wrong, as sentences with everything needed to repeat it.
struct Tally {
  std::uint64_t images = 0;  // states of a disk that were opened and read
  std::uint64_t faults = 0;  // plays in which a call or an allocation failed
  std::vector<std::string> failures;

  void add(const Tally& other);
};

// How thorough: every n-th place, counted from `first`.
struct Sampling {
  std::uint64_t every = 1;
  std::uint64_t first = 0;
  std::uint64_t seeds = 1;         // of each policy that has a choice
  std::uint64_t resume_at = 0;     // the play to go on with, where plays are numbered
  std::uint64_t second_every = 8;  // places of a second power cut, within a recovery
};

struct Recording {
  struct Promise {
    std::uint64_t changes = 0;  // on the disk when the call returned
    State state;
    bool durable = true;
  };
  std::unique_ptr<testing::MemoryDisk> before;  // prepared, nothing played
  std::unique_ptr<testing::MemoryDisk> disk;    // played, with its changes
  std::vector<Promise> promises;                // [0]: before the play
  std::uint64_t seed = 0;

  // The promises a disk cut after `changes` may show: from the last that must be kept to the one
  // whose call had not returned yet.
  struct Range {
    std::size_t first = 0;
    std::size_t last = 0;
  };
  Range range_at(std::uint64_t changes) const;
  bool holds(const State& state, Range range) const;
};

// Plays `workload` once. Error: the workload fails without any fault.
Result<Recording> record(Workload& workload, std::uint64_t seed);

std::string describe(const Error& error);

}  // namespace feltbog::crash
