// SPDX-License-Identifier: Apache-2.0
// What the server judges of mandates: their time, by its own clock, and who reads meanwhile.
#include <doctest/doctest.h>

#include "tests/server/relay_fixture.h"

using namespace feltbog;
using namespace feltbog::testing;
using ledger::Mandate;
using ledger::MandateGround;
using ledger::Role;
using ledger::test::Chain;
using ledger::test::code_of;
using ledger::test::Phone;
using ledger::test::Room;

namespace {

constexpr sync::ReadLimits kAll{1000, std::size_t{1} << 30};
constexpr std::int64_t kHour = 3'600'000;

// Anna's file, which Bo is let into by a mandate.
struct Visit {
  RelayWorld world;
  Phone& anna = world.office.add_person({Role::worker});
  Phone& bo = world.office.add_person({Role::worker});
  Room room{world.office, anna, {}};
  Chain chain{room, anna, 1, {}};

  Visit() {
    world.push_space(room, anna);
    world.push(anna, room, {chain.write()});
  }
  WallTime after(std::int64_t hours) {
    return {world.clock.wall_time().milliseconds + hours * kHour};
  }
  Mandate mandate(std::int64_t from, std::int64_t until) {
    return {world.office.random.make<ledger::MandateId>(),
            bo.user,
            room.state.id(),
            MandateGround::urgent_visit,
            after(from),
            after(until)};
  }
  Result<void> give(const Mandate& mandate) {
    const auto record =
        ledger::make_record(world.office.state, bo.identity, ledger::MandateGive{mandate});
    REQUIRE(record.has_value());
    auto appended = world.append(world.as(bo), std::nullopt, *record);
    if (appended) world.office.append(*record);
    return appended;
  }
  void let_in(const ledger::MandateId& id) {
    auto step = ledger::join_mandates(room.state, world.office.state, room.ring(anna), {id},
                                      anna.identity, world.office.random);
    REQUIRE(step.has_value());
    room.take(*step);
    world.push_space(room, anna);
  }
  Result<void> take_out() {
    const auto step = ledger::leave_mandates(room.state, world.office.state, room.ring(anna),
                                             {bo.user}, {}, anna.identity, world.office.random);
    REQUIRE(step.has_value());
    return world.append(world.as(anna), room.state.id(), step->step.record, step->step.wraps);
  }
  sync::SpaceStanding standing(const Phone& phone) {
    const auto found = world.store->standing(phone.id(), room.state.id());
    REQUIRE(found.has_value());
    return *found;
  }
};

}  // namespace

TEST_CASE("a mandate that is over by the server's clock, or would last too long, is not taken") {
  Visit visit;
  CHECK(code_of(visit.give(visit.mandate(-9, -1))) == ErrorCode::wrong_state);
  CHECK(code_of(visit.give(visit.mandate(40, 100))) == ErrorCode::wrong_state);
  CHECK(visit.give(visit.mandate(-1, 8)).has_value());
}

TEST_CASE("who is let in for a time reads the file until the server's clock says that it is over") {
  Visit visit;
  const Mandate mandate = visit.mandate(0, 8);
  REQUIRE(visit.give(mandate).has_value());
  visit.let_in(mandate.id);
  CHECK(visit.standing(visit.bo).member);
  CHECK(visit.world.store->read_runs(visit.bo.id(), visit.room.state.id(), 0, kAll)->runs.size() ==
        1);
  Chain bo{visit.room, visit.bo, 1, {}};
  const auto late = bo.write();
  visit.world.clock.wall.milliseconds += 8 * kHour;
  CHECK_FALSE(visit.standing(visit.bo).member);
  CHECK(visit.standing(visit.bo).log_only);
  CHECK(visit.standing(visit.anna).member);
  CHECK(code_of(visit.world.store->read_runs(visit.bo.id(), visit.room.state.id(), 0, kAll)) ==
        ErrorCode::not_permitted);
  // What was written in that time still arrives.
  CHECK_FALSE(visit.world.push(visit.bo, visit.room, {late}).runs.front().refused.has_value());
}

TEST_CASE("nobody is taken out before the time of their mandate, whatever a device's clock says") {
  Visit visit;
  const Mandate mandate = visit.mandate(0, 8);
  REQUIRE(visit.give(mandate).has_value());
  visit.let_in(mandate.id);
  CHECK(code_of(visit.take_out()) == ErrorCode::wrong_state);
  visit.world.clock.wall.milliseconds += 8 * kHour;
  CHECK(visit.take_out().has_value());
}

TEST_CASE("a mandate that was ended lets the next take its holder out at once") {
  Visit visit;
  const Mandate mandate = visit.mandate(0, 8);
  REQUIRE(visit.give(mandate).has_value());
  visit.let_in(mandate.id);
  visit.world.office.append(visit.bo, ledger::MandateEnd{mandate.id});
  visit.world.push_organisation();
  CHECK(visit.standing(visit.bo).log_only);
  CHECK(visit.take_out().has_value());
}

TEST_CASE("a device on duty is given the logs of files it serves, and none of their content") {
  Visit visit;
  Phone& duty = visit.world.office.add_person({Role::caseworker});
  visit.world.office.append(visit.world.office.founder(), ledger::DutySet{{duty.id()}});
  visit.world.push_organisation();
  CHECK(visit.world.store->log_only_spaces(duty.id())->empty());
  visit.room.join(visit.anna, {duty.id()});
  visit.world.push_space(visit.room, visit.anna);
  CHECK(visit.world.store->log_only_spaces(duty.id()).value() ==
        std::vector<SpaceId>{visit.room.state.id()});
  CHECK(visit.standing(duty).log_only);
  CHECK(visit.world.store->read_records(visit.world.as(duty), visit.room.state.id(), 1, kAll)
            ->size() == 2);
  CHECK(code_of(visit.world.store->read_runs(duty.id(), visit.room.state.id(), 0, kAll)) ==
        ErrorCode::not_permitted);
  CHECK(code_of(visit.world.store->signed_head(duty.id(), visit.room.state.id())) ==
        ErrorCode::not_permitted);
}
