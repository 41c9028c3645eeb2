// SPDX-License-Identifier: Apache-2.0
// Mandates, devices on duty and teams: who may give them, and what they make of a space.
#include "core/ledger/mandate.h"

#include <doctest/doctest.h>

#include "tests/core/ledger/fixture.h"

using namespace feltbog;
using namespace feltbog::ledger;
using namespace feltbog::ledger::test;

namespace {

constexpr WallTime kNoon{1800000000000};
constexpr std::int64_t kHour = 3'600'000;

WallTime after(std::int64_t hours) { return {kNoon.milliseconds + hours * kHour}; }

// Anna's file, read by Ida; Bo is not in it. The founder's device is at the desk.
struct Team : Office {
  Phone& anna = add_person({Role::worker});
  Phone& ida = add_person({Role::worker});
  Phone& bo = add_person({Role::worker});
  Phone& supervisor = add_person({Role::supervisor});
  Phone& auditor = add_person({Role::auditor});
  Room room{*this, anna, {{ida.user, SpaceRole::reader}}};

  Mandate emergency(const UserId& holder, std::int64_t hours = 8) {
    return {random.make<MandateId>(),    holder, room.state.id(),
            MandateGround::life_at_risk, kNoon,  after(hours)};
  }
  Mandate absence(const UserId& from, const UserId& holder) {
    return {random.make<MandateId>(), holder, from, MandateGround::absence, kNoon, after(240)};
  }
  Mandate for_good(const UserId& from, const UserId& holder) {
    return {random.make<MandateId>(), holder, from, MandateGround::hand_over, kNoon, {}};
  }
  MandateId give(const Phone& author, const Mandate& mandate) {
    append(author, MandateGive{mandate});
    return mandate.id;
  }
  ErrorCode gives(const Phone& author, const Mandate& mandate) {
    return code_of(attempt(author, MandateGive{mandate}));
  }
  Result<SpaceStep> joins(const Phone& author, const MandateId& mandate) {
    return join_mandates(room.state, state, room.ring(author), {mandate}, author.identity, random);
  }
  void join(const Phone& author, const MandateId& mandate) { room.take(joins(author, mandate)); }
  Result<RotationStep> leaves(const Phone& author, const UserId& user) {
    return leave_mandates(room.state, state, room.ring(author), {user}, {}, author.identity,
                          random);
  }
  void leave(const Phone& author, const UserId& user) {
    auto made = leaves(author, user);
    REQUIRE(made.has_value());
    room.take(made->step);
  }
  bool reads(const Phone& phone) { return holds_all_keys(room.ring(phone), room.state); }
  void set_duty(std::vector<DeviceId> devices) {
    std::sort(devices.begin(), devices.end());
    append(founder(), DutySet{std::move(devices)});
  }
};

}  // namespace

TEST_CASE("a mandate's ground, scope and times fit each other, or nobody accepts it") {
  Team office;
  const Mandate good = office.emergency(office.bo.user);
  CHECK(check_mandate(good).has_value());
  for (const std::int64_t hours : {-1, 0, 73}) {
    CHECK(code_of(check_mandate(office.emergency(office.bo.user, hours))) == ErrorCode::malformed);
  }
  CHECK(check_mandate(office.emergency(office.bo.user, 72)).has_value());
  Mandate wrong = good;
  wrong.until = {};
  CHECK(code_of(check_mandate(wrong)) == ErrorCode::malformed);
  wrong = good;
  wrong.ground = MandateGround::absence;
  CHECK(code_of(check_mandate(wrong)) == ErrorCode::malformed);
  wrong = office.absence(office.anna.user, office.bo.user);
  wrong.until = {};
  CHECK(code_of(check_mandate(wrong)) == ErrorCode::malformed);
  wrong = office.for_good(office.anna.user, office.bo.user);
  wrong.until = after(1);
  CHECK(code_of(check_mandate(wrong)) == ErrorCode::malformed);
  wrong = office.for_good(office.anna.user, office.bo.user);
  wrong.ground = MandateGround::urgent_visit;
  CHECK(code_of(check_mandate(wrong)) == ErrorCode::malformed);
}

TEST_CASE(
    "everybody opens a file for themselves in an emergency, and for others who manages them") {
  Team office;
  CHECK(office.gives(office.bo, office.emergency(office.bo.user)) == ErrorCode::internal);
  CHECK(office.gives(office.supervisor, office.emergency(office.bo.user)) == ErrorCode::internal);
  CHECK(office.gives(office.anna, office.emergency(office.bo.user)) == ErrorCode::not_authorised);
  CHECK(office.gives(office.auditor, office.emergency(office.auditor.user)) ==
        ErrorCode::not_authorised);
  CHECK(office.gives(office.founder(), office.emergency(office.auditor.user)) ==
        ErrorCode::not_authorised);
  // A device on duty acts for whoever calls.
  Phone& duty = office.add_person({Role::caseworker});
  CHECK(office.gives(duty, office.emergency(office.bo.user)) == ErrorCode::not_authorised);
  office.set_duty({duty.id()});
  CHECK(office.gives(duty, office.emergency(office.bo.user)) == ErrorCode::internal);
  const Mandate mandate = office.emergency(office.bo.user);
  office.give(office.bo, mandate);
  CHECK(office.gives(office.bo, mandate) == ErrorCode::already_exists);
}

TEST_CASE("a caseload is handed on by whose it is, or by who manages them") {
  Team office;
  const auto given = [&] { return office.absence(office.anna.user, office.bo.user); };
  CHECK(office.gives(office.anna, given()) == ErrorCode::internal);
  CHECK(office.gives(office.supervisor, given()) == ErrorCode::internal);
  CHECK(office.gives(office.bo, given()) == ErrorCode::not_authorised);
  CHECK(office.gives(office.ida, given()) == ErrorCode::not_authorised);
  CHECK(office.gives(office.anna, office.absence(office.anna.user, office.anna.user)) ==
        ErrorCode::malformed);
  CHECK(office.gives(office.anna, office.absence(office.anna.user, office.auditor.user)) ==
        ErrorCode::not_authorised);
  CHECK(
      office.gives(office.anna, office.for_good(office.anna.user, office.random.make<UserId>())) ==
      ErrorCode::not_found);
  office.append(office.founder(), UserSuspend{office.bo.user, {}});
  CHECK(office.gives(office.anna, given()) == ErrorCode::not_authorised);
}

TEST_CASE("any member carries a mandate out, and its holder is given the key as what it says") {
  Team office;
  const auto emergency = office.give(office.bo, office.emergency(office.bo.user));
  CHECK(code_of(office.joins(office.bo, emergency)) == ErrorCode::missing_key);
  office.join(office.ida, emergency);
  CHECK(office.room.state.role(office.bo.user) == SpaceRole::writer);
  CHECK(office.reads(office.bo));
  CHECK(office.room.state.mandate_of(office.bo.user, office.state)->mandate.id == emergency);
  CHECK(office.room.state.mandate_of(office.anna.user, office.state) == nullptr);
  // As what Ida is: a reader.
  const auto absence =
      office.give(office.ida, office.absence(office.ida.user, office.supervisor.user));
  office.join(office.anna, absence);
  CHECK(office.room.state.role(office.supervisor.user) == SpaceRole::reader);
}

TEST_CASE("a mandate is carried out once in a space, while it stands, and where it applies") {
  Team office;
  const auto ended = office.give(office.bo, office.emergency(office.bo.user));
  office.append(office.bo, MandateEnd{ended});
  CHECK(code_of(office.joins(office.anna, ended)) == ErrorCode::not_found);
  CHECK(code_of(office.joins(office.anna, office.random.make<MandateId>())) ==
        ErrorCode::not_found);
  Mandate elsewhere = office.emergency(office.bo.user);
  elsewhere.scope = office.random.make<SpaceId>();
  CHECK(code_of(office.joins(office.anna, office.give(office.bo, elsewhere))) ==
        ErrorCode::wrong_state);
  const auto once = office.give(office.bo, office.emergency(office.bo.user));
  office.join(office.anna, once);
  CHECK(code_of(office.joins(office.anna, once)) == ErrorCode::wrong_state);
  office.leave(office.anna, office.bo.user);
  CHECK(code_of(office.joins(office.anna, once)) == ErrorCode::wrong_state);
  // What somebody looks after for others is not theirs to hand on.
  const auto first = office.give(office.anna, office.absence(office.anna.user, office.bo.user));
  office.join(office.anna, first);
  const auto second =
      office.give(office.bo, office.absence(office.bo.user, office.supervisor.user));
  CHECK(code_of(office.joins(office.anna, second)) == ErrorCode::wrong_state);
}

TEST_CASE("nobody is let in by a mandate after they were suspended") {
  Team office;
  const auto mandate = office.give(office.bo, office.emergency(office.bo.user));
  office.append(office.founder(), UserSuspend{office.bo.user, {}});
  CHECK(office.room.state.mandates_due(office.state, kNoon).empty());
  CHECK(code_of(office.joins(office.anna, mandate)) == ErrorCode::wrong_state);
}

TEST_CASE("whose mandate is over is taken out by a member, and cannot open the next key") {
  Team office;
  office.join(office.anna, office.give(office.bo, office.emergency(office.bo.user)));
  CHECK(office.room.state.mandates_over(office.state, after(7)).empty());
  CHECK(office.room.state.mandates_over(office.state, after(8)) ==
        std::vector<UserId>{office.bo.user});
  CHECK(code_of(office.leaves(office.bo, office.bo.user)) == ErrorCode::not_authorised);
  CHECK(code_of(office.leaves(office.ida, office.anna.user)) == ErrorCode::not_found);
  office.leave(office.ida, office.bo.user);
  CHECK_FALSE(office.room.state.role(office.bo.user).has_value());
  CHECK(office.room.state.epoch().number == 2);
  CHECK_FALSE(office.reads(office.bo));
  CHECK(office.reads(office.anna));
}

TEST_CASE("a hand-over for good ends only when somebody ends it") {
  Team office;
  const auto mandate = office.give(office.anna, office.for_good(office.anna.user, office.bo.user));
  office.join(office.anna, mandate);
  CHECK(code_of(office.leaves(office.anna, office.bo.user)) == ErrorCode::wrong_state);
  CHECK(code_of(office.attempt(office.ida, MandateEnd{mandate})) == ErrorCode::not_authorised);
  office.append(office.supervisor, MandateEnd{mandate});
  CHECK(code_of(office.attempt(office.supervisor, MandateEnd{mandate})) == ErrorCode::wrong_state);
  CHECK(office.room.state.mandates_over(office.state, kNoon) ==
        std::vector<UserId>{office.bo.user});
  office.leave(office.anna, office.bo.user);
}

TEST_CASE("who is in a file by a mandate can be made a member of it for good") {
  Team office;
  office.join(office.anna, office.give(office.bo, office.emergency(office.bo.user)));
  CHECK(code_of(add_members(office.room.state, office.state, office.room.ring(office.anna),
                            {{office.bo.user, SpaceRole::reader}}, office.anna.identity,
                            office.random)) == ErrorCode::already_exists);
  office.room.add(office.anna, {{office.bo.user, SpaceRole::writer}});
  CHECK(office.room.state.mandate_of(office.bo.user, office.state) == nullptr);
  CHECK(office.room.state.memberships(office.bo.user).size() == 1);
  CHECK(code_of(office.leaves(office.anna, office.bo.user)) == ErrorCode::not_found);
}

TEST_CASE("the server's clock ends a mandate, and an act of the organisation's log") {
  Team office;
  const auto mandate = office.give(office.bo, office.emergency(office.bo.user));
  office.join(office.anna, mandate);
  CHECK(office.room.state.admits(office.bo.id(), office.state, after(7)));
  CHECK_FALSE(office.room.state.admits(office.bo.id(), office.state, after(8)));
  CHECK(office.room.state.admits(office.anna.id(), office.state, after(8)));
  office.append(office.bo, MandateEnd{mandate});
  CHECK_FALSE(office.room.state.admits(office.bo.id(), office.state, after(1)));
  CHECK(office.room.state.admits(office.bo.id(), office.state));
}

TEST_CASE("devices of the office are on duty, and are given every file's key from then on") {
  Team office;
  const std::vector<DeviceId> desk{office.founder().id()};
  CHECK(code_of(office.attempt(office.supervisor, DutySet{desk})) == ErrorCode::not_authorised);
  CHECK(code_of(office.attempt(office.founder(), DutySet{{office.bo.id()}})) ==
        ErrorCode::not_authorised);
  CHECK(code_of(office.attempt(office.founder(), DutySet{{office.random.make<DeviceId>()}})) ==
        ErrorCode::not_found);
  office.set_duty(desk);
  CHECK(office.room.state.devices_without_key(office.state) == desk);
  CHECK_FALSE(office.room.state.served_by(desk.front(), office.state));
  office.room.join(office.ida, desk);
  CHECK(office.room.state.served_by(desk.front(), office.state));
  CHECK_FALSE(office.room.state.admits(desk.front(), office.state));
  office.room.rotate(office.anna);
  CHECK(office.reads(office.founder()));
  Room next(office, office.anna, {});
  CHECK(next.state.served_by(desk.front(), office.state));
  const Room directory(office, office.founder(), {}, SpaceKind::directory);
  CHECK_FALSE(directory.state.served_by(desk.front(), office.state));
}

TEST_CASE("a device on duty carries mandates out, and can neither write nor make a key") {
  Team office;
  office.set_duty({office.supervisor.id()});
  office.room.join(office.anna, {office.supervisor.id()});
  const auto mandate = office.give(office.bo, office.emergency(office.bo.user));
  office.join(office.supervisor, mandate);
  CHECK(office.reads(office.bo));
  CHECK(code_of(office.leaves(office.supervisor, office.bo.user)) == ErrorCode::not_authorised);
  CHECK(code_of(rotate_epoch(office.room.state, office.state, office.room.ring(office.supervisor),
                             {}, office.supervisor.identity, office.random)) ==
        ErrorCode::not_authorised);
  Chain chain{office.room, office.supervisor, 1, {}};
  CHECK(code_of(chain.seal(1, as_bytes("a change"))) == ErrorCode::not_authorised);
}

TEST_CASE("a device that is no longer on duty makes the next to write rotate first") {
  Team office;
  office.set_duty({office.supervisor.id()});
  office.room.join(office.anna, {office.supervisor.id()});
  CHECK_FALSE(office.room.state.needs_rotation(office.state));
  office.set_duty({});
  CHECK(office.room.state.needs_rotation(office.state));
  office.room.rotate(office.anna);
  CHECK_FALSE(office.reads(office.supervisor));
  CHECK_FALSE(office.room.state.needs_rotation(office.state));
}

TEST_CASE("teams are set by supervisors and administrators, of people there are") {
  Team office;
  const TeamSet team{office.random.make<TeamId>(), {office.bo.user}};
  CHECK(code_of(office.attempt(office.anna, team)) == ErrorCode::not_authorised);
  office.append(office.supervisor, team);
  CHECK(office.state.teams().at(team.team) == team.users);
  CHECK(code_of(office.attempt(office.supervisor, TeamSet{team.team, {UserId{}}})) ==
        ErrorCode::not_found);
  office.append(office.founder(), TeamSet{team.team, {}});
  CHECK(office.state.teams().at(team.team).empty());
}

TEST_CASE("records of mandates, duty and teams have one encoding each") {
  Team office;
  const auto check = [](const OrganisationPayload& payload) {
    const std::uint16_t kind = kind_of(payload);
    check_strict(encode_payload(payload), [kind](BytesView bytes) -> Result<Bytes> {
      FELTBOG_TRY(decoded, decode_organisation_payload(kind, bytes));
      return encode_payload(decoded);
    });
  };
  check(MandateGive{office.emergency(office.bo.user)});
  check(MandateGive{office.absence(office.anna.user, office.bo.user)});
  check(MandateEnd{office.random.make<MandateId>()});
  check(DutySet{{office.anna.id()}});
  check(TeamSet{office.random.make<TeamId>(), {office.anna.user}});
}
