// SPDX-License-Identifier: Apache-2.0
// What one device typed, sealed into runs: what the ledger's benchmarks verify, open and weigh.
#pragma once

#include <vector>

#include "core/document/change.h"
#include "tests/core/ledger/fixture.h"

namespace feltbog::bench {

struct TypedRuns {
  // `changes` keystrokes in a note, `each` of them to a run.
  TypedRuns(std::size_t changes, std::size_t each);
  TypedRuns(const TypedRuns&) = delete;
  TypedRuns& operator=(const TypedRuns&) = delete;

  ledger::test::Office office;
  ledger::test::Phone& author = office.add_person({ledger::Role::worker});
  ledger::test::Room room{office, author, {}};
  WriterId writer;                      // of the changes
  std::vector<Bytes> payloads;          // of each run, as encoded changes
  std::vector<ledger::SealedRun> runs;  // in order

  const ledger::Keyring& ring() { return room.ring(author); }
};

}  // namespace feltbog::bench
