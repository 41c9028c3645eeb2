// SPDX-License-Identifier: Apache-2.0
// Setting up a relay store for tests.
#include "tests/server/relay_fixture.h"

#include <doctest/doctest.h>

#include "core/ledger/invite.h"

namespace feltbog::testing {

RelayWorld::RelayWorld(std::uint64_t seed, server::RelayQuotas quotas)
    : office(seed),
      founding(crypto::SigningSecret::random(office.random)),
      quotas_(quotas),
      key_(crypto::Key::random(office.random)) {
  REQUIRE(reopen().has_value());
  REQUIRE(store->allow_founding(crypto::signing_public(founding)).has_value());
}

Result<void> RelayWorld::reopen() {
  store.reset();
  FELTBOG_TRY(database, store::Database::open(disk, "/office.db", key_, office.random));
  FELTBOG_TRY(opened, server::RelayStore::open(std::move(database), office.server.copy(), clock,
                                               office.random, quotas_));
  store = std::move(opened);
  return {};
}

sync::Admission RelayWorld::as(const ledger::test::Phone& phone) const {
  return {ledger::SessionParty::device, phone.id(), {}};
}

Bytes RelayWorld::founding_signature() const {
  return to_bytes(ledger::sign_founding(founding, office.records.front()).view());
}

Result<void> RelayWorld::append(const sync::Admission& by, const ledger::LogName& log,
                                const ledger::Record& record, Bytes wraps) {
  return store->append_record(by, log, record.sequence, {record.encode(), std::move(wraps)});
}

void RelayWorld::push_organisation() {
  const auto head = store->organisation_head();
  REQUIRE(head.has_value());
  for (std::size_t i = head->sequence; i < office.records.size(); ++i) {
    const bool first = i == 0;
    const auto done = append(first ? as_founder() : as(office.founder()), std::nullopt,
                             office.records[i], first ? founding_signature() : Bytes{});
    if (!done) FAIL(error_name(done.error().code) << " " << done.error().detail);
  }
}

void RelayWorld::push_space(const ledger::test::Room& room, const ledger::test::Phone& author) {
  push_organisation();
  const auto standing = store->standing(author.id(), room.state.id());
  REQUIRE(standing.has_value());
  for (std::size_t i = standing->records.sequence; i < room.records.size(); ++i) {
    const auto done = append(as(author), room.state.id(), room.records[i], room.wraps[i]);
    if (!done) FAIL(error_name(done.error().code) << " " << done.error().detail);
  }
}

sync::AppendedRuns RelayWorld::push(const ledger::test::Phone& phone,
                                    const ledger::test::Room& room,
                                    const std::vector<ledger::SealedRun>& runs) {
  std::vector<Bytes> encoded;
  for (const auto& run : runs) encoded.push_back(run.encode());
  auto pushed = store->append_runs(phone.id(), room.state.id(), encoded);
  REQUIRE(pushed.has_value());
  return std::move(pushed).value();
}

}  // namespace feltbog::testing
