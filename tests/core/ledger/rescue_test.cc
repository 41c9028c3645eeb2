// SPDX-License-Identifier: Apache-2.0
// What a barred device had not sent: where it can still be sealed, and what becomes of it.
#include "core/ledger/rescue.h"

#include <doctest/doctest.h>

#include "tests/core/ledger/fixture.h"

using namespace feltbog;
using namespace feltbog::ledger;
using namespace feltbog::ledger::test;

namespace {

struct Barred : Office {
  Phone& caseworker = add_person({Role::caseworker});
  Phone& worker = add_person({Role::worker});
  Room room{*this, caseworker, {{worker.user, SpaceRole::writer}}};
  Chain chain{room, worker, 1, {}};

  void bar(const Phone& phone) { append(founder(), DeviceRevoke{phone.id(), {}, {}}); }
  std::uint64_t barred_at(const Phone& phone) const { return state.device(phone.id())->barred_at; }
  std::optional<RunHeads> heads() const { return heads(room.state.head().sequence); }
  std::optional<RunHeads> heads(std::uint64_t space_sequence_max) const {
    return heads_before_leaving(worker.id(), chain.tip, state, room.state, space_sequence_max);
  }
  SealedRun rescue() {
    const auto at = heads();
    REQUIRE(at.has_value());
    const RunDraft draft{1, chain.tip, 0, 1, to_bytes(as_bytes("late"))};
    auto run =
        seal_run_at(*at, draft, worker.identity, state, room.state, room.ring(worker), random);
    REQUIRE(run.has_value());
    REQUIRE(verify_run(*run, state, room.state, chain.tip).has_value());
    return std::move(run).value();
  }
};

}  // namespace

TEST_CASE("a barred device seals as of before it was barred, and that lies beyond the cut") {
  Barred office;
  office.chain.write();
  const Cut cut = office.chain.cut();
  office.bar(office.worker);
  office.room.rotate(office.caseworker, {cut});
  CHECK(code_of(office.chain.seal(1, as_bytes("as usual"))) == ErrorCode::not_authorised);
  const SealedRun run = office.rescue();
  CHECK(run.header.organisation_head.sequence == office.barred_at(office.worker) - 1);
  CHECK(run.header.space_head.sequence == office.room.state.head().sequence - 1);
  CHECK(run.header.epoch == 1);
  CHECK(run_standing(run.header, office.state, office.room.state) == RunStanding::held_back);
  office.room.settle(office.caseworker, {{run.header.hash(), true}});
  CHECK(run_standing(run.header, office.state, office.room.state) == RunStanding::adopted);
}

TEST_CASE("a device that is not barred, or was no member, has nothing to seal as of before") {
  Barred office;
  CHECK_FALSE(office.heads().has_value());
  office.bar(office.worker);
  CHECK(office.heads().has_value());
  const Room others(office, office.caseworker, {});
  CHECK_FALSE(heads_before_leaving(office.worker.id(), {}, office.state, others.state,
                                   others.state.head().sequence)
                  .has_value());
}

TEST_CASE("where another barred device held the key, the run cites what came before that too") {
  Barred office;
  Phone& second = office.enrol(office.worker.user);
  office.room.join(office.caseworker, {second.id()});
  office.chain.write();
  office.bar(second);
  office.bar(office.worker);
  const SealedRun run = office.rescue();
  CHECK(run.header.organisation_head.sequence == office.barred_at(second) - 1);
}

TEST_CASE("the run cites nothing older than the one before it, and nothing the server has not") {
  Barred office;
  const std::uint64_t first = office.room.state.head().sequence;
  const auto newcomer = office.add_user({Role::worker});
  office.room.add(office.caseworker, {{newcomer, SpaceRole::writer}});
  office.bar(office.worker);
  CHECK(office.heads()->space.sequence == first + 1);
  CHECK(office.heads(first)->space.sequence == first);
  CHECK_FALSE(office.heads(0).has_value());
  office.chain.tip.space_sequence = first + 1;
  CHECK(office.heads()->space.sequence == first + 1);
  CHECK_FALSE(office.heads(first).has_value());
  office.chain.tip.organisation_sequence = office.barred_at(office.worker);
  CHECK_FALSE(office.heads().has_value());
}

TEST_CASE("who was removed seals as of before that, and it lies beyond the cut of the removal") {
  Barred office;
  office.chain.write();
  const Cut cut = office.chain.cut();
  office.room.remove(office.caseworker, {office.worker.user}, {cut});
  office.room.rotate(office.caseworker);
  CHECK(code_of(office.chain.seal(1, as_bytes("as usual"))) == ErrorCode::not_authorised);
  const SealedRun run = office.rescue();
  CHECK(run.header.space_head.sequence == 1);
  CHECK(run.header.epoch == 1);
  CHECK(run_standing(run.header, office.state, office.room.state) == RunStanding::held_back);
  office.room.settle(office.caseworker, {{run.header.hash(), true}});
  CHECK(run_standing(run.header, office.state, office.room.state) == RunStanding::adopted);
}

TEST_CASE("who was removed and added again seals as usual") {
  Barred office;
  office.room.remove(office.caseworker, {office.worker.user}, {office.chain.cut()});
  CHECK(office.heads().has_value());
  office.room.add(office.caseworker, {{office.worker.user, SpaceRole::writer}});
  CHECK_FALSE(office.heads().has_value());
  office.chain.write();
}
