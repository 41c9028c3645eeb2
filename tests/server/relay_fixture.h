// SPDX-License-Identifier: Apache-2.0
// A relay store on a memory disk, and an office whose devices push to it.
#pragma once

#include <memory>

#include "server/relay_store.h"
#include "tests/core/ledger/fixture.h"
#include "tests/server/loopback.h"
#include "tests/support/memory_disk.h"

namespace feltbog::testing {

class RelayWorld {
 public:
  explicit RelayWorld(std::uint64_t seed = 1, server::RelayQuotas quotas = {});

  MemoryDisk disk;
  StillClock clock;
  ledger::test::Office office;
  crypto::SigningSecret founding;
  std::unique_ptr<server::RelayStore> store;

  // Closes and opens the database, as after a restart.
  Result<void> reopen();
  // Pushes what the office's log has more than the store's. The founder does it.
  void push_organisation();
  // The same for a space, pushed by one of its members.
  void push_space(const ledger::test::Room& room, const ledger::test::Phone& author);

  Result<void> append(const sync::Admission& by, const ledger::LogName& log,
                      const ledger::Record& record, Bytes wraps = {});
  sync::Admission as(const ledger::test::Phone& phone) const;
  sync::Admission as_founder() const { return {ledger::SessionParty::founding, {}, {}}; }
  Bytes founding_signature() const;
  // Pushes runs and requires that the call succeeds.
  sync::AppendedRuns push(const ledger::test::Phone& phone, const ledger::test::Room& room,
                          const std::vector<ledger::SealedRun>& runs);

 private:
  server::RelayQuotas quotas_;
  crypto::Key key_;
};

}  // namespace feltbog::testing
