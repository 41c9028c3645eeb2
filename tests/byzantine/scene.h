// SPDX-License-Identifier: Apache-2.0
// What every script is played on: a desk and two phones that share a file, and what has to hold
// once the liar is gone.
#pragma once

#include "core/ledger/organisation_record.h"
#include "core/ledger/space_record.h"
#include "tests/byzantine/liar.h"

namespace feltbog::testing {

struct Scene {
  explicit Scene(std::uint64_t seed = 1);

  TestOffice office;
  TestDevice& desk = office.desk();
  TestDevice& anna = office.add("Anna");
  TestDevice& bo = office.add("Bo");
  std::string id = office.refer({"Anna", "Bo"});
  SpaceId space;
  // The desk first. Take out who lies, or is barred.
  std::vector<TestDevice*> honest{&desk, &anna, &bo};
  // Those who must not come by any key of a space they do not belong to.
  std::vector<const ledger::DeviceIdentity*> outsiders;

  // A note in the file that from now on has to be on every honest device in the end.
  void write(TestDevice& device, const std::string& title);
  bool shows(TestDevice& device, const std::string& title);
  // A session with that server: what ended it before it caught up; `internal` when nothing did.
  ErrorCode meet(TestDevice& device, sync::Relay& relay);
  // Sessions of all honest devices with the honest server.
  void sync_honest(int rounds = 2);

  // The logs, and the documents of the directory and the file, as bytes.
  Bytes state_of(TestDevice& device);
  ledger::LogHead organisation_head();
  sync::SpaceStanding standing();
  std::vector<std::string> evidence(TestDevice& device);
  std::int64_t set_aside(TestDevice& device, std::string_view reason);

  // The liar is gone: everybody writes once more, and nothing was lost, all honest devices are
  // alike, nobody holds a key that its logs do not name, and none reached an outsider.
  void check_unharmed();

 private:
  void check_keys(TestDevice& device);
  void check_secrets();
  std::vector<std::string> written_;
};

const ledger::DeviceIdentity& identity_of(TestDevice& device);

// The next record of a log, as far as `knows` knows it, signed by `author`, entitled or not.
ledger::RecordItem next_record(TestDevice& knows, const ledger::DeviceIdentity& author,
                               const ledger::OrganisationPayload& payload);
ledger::RecordItem next_record(TestDevice& knows, const SpaceId& space,
                               const ledger::DeviceIdentity& author,
                               const ledger::SpacePayload& payload, Bytes wraps = {});

}  // namespace feltbog::testing
