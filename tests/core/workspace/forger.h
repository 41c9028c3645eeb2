// SPDX-License-Identifier: Apache-2.0
// A member whose program is not honest: it seals whatever it likes into genuine runs.
#pragma once

#include <vector>

#include "core/document/change.h"
#include "core/ledger/run.h"
#include "tests/support/test_office.h"

namespace feltbog::testing {

class Forger {
 public:
  // Speaks for the device in that space, where the device has sealed nothing of its own.
  Forger(TestDevice& device, const SpaceId& space) : device_(device), space_(space) {}

  WriterId writer() const;
  // An entry in the file's log of events, resting on nothing but the writer's previous change.
  document::Change change(std::uint64_t counter, std::uint64_t lamport,
                          std::vector<document::ChangeId> dependencies = {}) const;
  // The next run of the chain; seal_aside makes one for the same place and does not go on.
  Bytes seal(std::vector<document::Change> changes);
  Bytes seal_payload(Bytes payload, std::uint32_t change_count);
  Bytes seal_aside(std::vector<document::Change> changes);

 private:
  Result<ledger::SealedRun> make(Bytes payload, std::uint32_t change_count);
  TestDevice& device_;
  SpaceId space_;
  ledger::WriterTip tip_;
};

// What the server has of a space from position 1 on, as a device would be given it.
std::vector<ledger::RunItem> runs_on_server(TestOffice& office, TestDevice& reader,
                                            const SpaceId& space);
// Records from `first` on.
std::vector<ledger::RecordItem> records_on_server(TestOffice& office, TestDevice& reader,
                                                  const ledger::LogName& log, std::uint64_t first);
DeviceId device_id(TestDevice& device);
// Brings a run to the server as the device's own.
void push(TestOffice& office, TestDevice& author, const SpaceId& space, const Bytes& run);

}  // namespace feltbog::testing
