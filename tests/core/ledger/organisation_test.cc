// SPDX-License-Identifier: Apache-2.0
// Each case breaks one rule of the organisation's log and nothing else.
#include "core/ledger/organisation.h"

#include <doctest/doctest.h>

#include "core/ledger/domains.h"
#include "tests/core/ledger/fixture.h"

using namespace feltbog;
using namespace feltbog::ledger;
using namespace feltbog::ledger::test;

namespace {

// An office with one person of each kind.
struct Staffed : Office {
  Phone& worker = add_person({Role::worker});
  Phone& supervisor = add_person({Role::supervisor});
  Phone& auditor = add_person({Role::auditor});
  Phone& second_administrator = add_person({Role::administrator});

  ErrorCode says(const Phone& author, const OrganisationPayload& payload) const {
    return code_of(attempt(author, payload));
  }
  bool takes(const Phone& author, const OrganisationPayload& payload) const {
    return attempt(author, payload).has_value();
  }
  InviteCreate invite_for(const UserId& user) {
    return {random.make<InviteId>(), random.make<crypto::SigningPublic>(), user, WallTime{1}};
  }
  // The device_add a new device would write, for the test to change before it is signed.
  DeviceAdd addition(const DeviceIdentity& device, const Invited& invited, const UserId& user) {
    const Bytes statement = device_addition_statement(log_id(state.id()), state.head(), invited.id,
                                                      user, device.publics);
    return {invited.id, user, device.publics,
            crypto::sign(invited.secret, domains::kDeviceAddition, statement)};
  }
  ErrorCode says(const DeviceIdentity& author, const DeviceAdd& add) const {
    return code_of(attempt(Phone{add.user, author.copy()}, add));
  }
};

Record next(const Office& office, const DeviceIdentity& author,
            const OrganisationPayload& payload) {
  return sign_record(LogKind::organisation, log_id(office.state.id()), office.state.head(), {},
                     author, kind_of(payload), encode_payload(payload));
}

}  // namespace

TEST_CASE("a log begins with organisation_create and has only one") {
  Staffed office;
  OrganisationState none;
  Record record = next(office, office.founder().identity, UserAdd{UserId{}, {Role::worker}});
  record = sign_record(LogKind::organisation, record.log, {}, {}, office.founder().identity,
                       record.kind, record.payload);
  CHECK(code_of(none.apply(record)) == ErrorCode::not_authorised);
  CHECK(office.says(office.founder(), OrganisationCreate{office.state.server_key(),
                                                         office.founder().user,
                                                         {Role::administrator},
                                                         office.founder().identity.publics}) ==
        ErrorCode::wrong_state);
}

TEST_CASE("the founder administers") {
  SeededRandom random(4);
  const auto device = DeviceIdentity::make(random);
  CHECK(code_of(found_organisation(random.make<OrganisationId>(), device, {}, random.make<UserId>(),
                                   {Role::supervisor})) == ErrorCode::not_authorised);
}

TEST_CASE("a record stands at its place or nowhere") {
  Staffed office;
  const auto& founder = office.founder().identity;
  const UserAdd add{office.random.make<UserId>(), {Role::worker}};
  const auto at = [&](const LogHead& previous) {
    OrganisationState trial = office.state;
    return code_of(trial.apply(sign_record(LogKind::organisation, log_id(office.state.id()),
                                           previous, {}, founder, 2, encode_payload(add))));
  };
  const LogHead head = office.state.head();
  CHECK(at({head.sequence + 1, head.hash}) == ErrorCode::broken_chain);
  CHECK(at({head.sequence, office.random.make<RecordHash>()}) == ErrorCode::broken_chain);
  CHECK(at({head.sequence - 1, *office.state.hash_at(head.sequence - 1)}) ==
        ErrorCode::fork_detected);
  OrganisationState trial = office.state;
  CHECK(code_of(trial.apply(office.records.back())) == ErrorCode::already_exists);
  CHECK(code_of(trial.apply(office.records.front())) == ErrorCode::already_exists);
}

TEST_CASE("a record of another organisation or of a space does not enter") {
  Staffed office;
  const auto& founder = office.founder().identity;
  const Bytes payload = encode_payload(UserAdd{office.random.make<UserId>(), {Role::worker}});
  OrganisationState trial = office.state;
  CHECK(code_of(trial.apply(sign_record(LogKind::organisation, office.random.make<LogId>(),
                                        office.state.head(), {}, founder, 2, payload))) ==
        ErrorCode::malformed);
  CHECK(code_of(trial.apply(sign_record(LogKind::space, log_id(office.state.id()),
                                        office.state.head(), office.state.head(), founder, 2,
                                        payload))) == ErrorCode::malformed);
}

TEST_CASE("a record signed by another member's key is refused, and the state stays as it was") {
  Staffed office;
  Record record = next(office, office.supervisor.identity,
                       UserAdd{office.random.make<UserId>(), {Role::worker}});
  record.author = office.founder().id();
  OrganisationState trial = office.state;
  CHECK(code_of(trial.apply(record)) == ErrorCode::bad_signature);
  CHECK(trial.head() == office.state.head());
  CHECK(trial.users().size() == office.state.users().size());
  CHECK(trial.apply_verified(record).has_value());  // what trusting the own database leaves out
}

TEST_CASE("an unknown kind stops the log") {
  Staffed office;
  const int after_last = static_cast<int>(std::variant_size_v<OrganisationPayload>) + 1;
  for (const int kind : {0, after_last, 0xffff}) {
    const Record record =
        sign_record(LogKind::organisation, log_id(office.state.id()), office.state.head(), {},
                    office.founder().identity, static_cast<std::uint16_t>(kind), {0});
    OrganisationState trial = office.state;
    CHECK(code_of(trial.apply(record)) == ErrorCode::unknown_kind);
  }
  Record record = next(office, office.founder().identity, UserAdd{UserId{}, {Role::worker}});
  Bytes payload = record.payload;
  payload.back() = 0x18;  // roles 0x1840: a bit this version does not know
  payload.push_back(0x40);
  record = sign_record(LogKind::organisation, record.log, office.state.head(), {},
                       office.founder().identity, 2, payload);
  OrganisationState trial = office.state;
  CHECK(code_of(trial.apply(record)) == ErrorCode::unknown_kind);
}

TEST_CASE("only an active device of the organisation writes") {
  Staffed office;
  const Phone stranger{office.founder().user, DeviceIdentity::make(office.random)};
  const UserAdd add{office.random.make<UserId>(), {Role::worker}};
  CHECK(office.says(stranger, add) == ErrorCode::not_authorised);
  CHECK(office.takes(office.second_administrator, add));
  office.append(office.founder(), DeviceRevoke{office.second_administrator.id(), {}});
  CHECK(office.says(office.second_administrator, add) == ErrorCode::not_authorised);
}

TEST_CASE(
    "administrators alone add users, set roles, suspend, reinstate and set the server's key") {
  Staffed office;
  const UserId user = office.add_user({Role::worker});
  const UserId suspended = office.add_user({Role::worker});
  office.append(office.founder(), UserSuspend{suspended, {}});
  const std::vector<OrganisationPayload> reserved{
      UserAdd{office.random.make<UserId>(), {Role::worker}}, RolesSet{user, {Role::caseworker}},
      UserSuspend{user, {}}, UserReinstate{suspended},
      ServerKeySet{office.random.make<crypto::SigningPublic>()}};
  for (const auto& payload : reserved) {
    CAPTURE(organisation_kind_name(kind_of(payload)));
    CHECK(office.takes(office.founder(), payload));
    for (const Phone* author : {&office.worker, &office.supervisor, &office.auditor}) {
      CHECK(office.says(*author, payload) == ErrorCode::not_authorised);
    }
  }
}

TEST_CASE("records about users who do not exist, or exist already, are refused") {
  Staffed office;
  const Phone& founder = office.founder();
  const auto nobody = office.random.make<UserId>();
  CHECK(office.says(founder, UserAdd{office.worker.user, {Role::worker}}) ==
        ErrorCode::already_exists);
  CHECK(office.says(founder, RolesSet{nobody, {Role::worker}}) == ErrorCode::not_found);
  CHECK(office.says(founder, UserSuspend{nobody, {}}) == ErrorCode::not_found);
  CHECK(office.says(founder, UserReinstate{nobody}) == ErrorCode::not_found);
  CHECK(office.says(founder, office.invite_for(nobody)) == ErrorCode::not_found);
  CHECK(office.says(founder, ServerKeySet{office.state.server_key()}) == ErrorCode::already_exists);
}

TEST_CASE("supervisors invite devices of those below them, and nobody else's") {
  Staffed office;
  CHECK(office.takes(office.supervisor, office.invite_for(office.worker.user)));
  for (const Phone* user : {&office.founder(), &office.supervisor, &office.auditor}) {
    CHECK(office.says(office.supervisor, office.invite_for(user->user)) ==
          ErrorCode::not_authorised);
  }
  CHECK(office.says(office.worker, office.invite_for(office.worker.user)) ==
        ErrorCode::not_authorised);
  CHECK(office.takes(office.founder(), office.invite_for(office.auditor.user)));
}

TEST_CASE("an invite has an id and a key of its own, and its user is not suspended") {
  Staffed office;
  const auto invited = office.invite(office.worker.user);
  InviteCreate again = office.invite_for(office.worker.user);
  again.invite = invited.id;
  CHECK(office.says(office.founder(), again) == ErrorCode::already_exists);
  again = office.invite_for(office.worker.user);
  again.invite_key = crypto::signing_public(invited.secret);
  CHECK(office.says(office.founder(), again) == ErrorCode::already_exists);
  office.append(office.founder(), UserSuspend{office.worker.user, {}});
  CHECK(office.says(office.founder(), office.invite_for(office.worker.user)) ==
        ErrorCode::wrong_state);
}

TEST_CASE("an invite is revoked by whoever may give it, while it is open") {
  Staffed office;
  const auto open = office.invite(office.worker.user, office.supervisor);
  CHECK(office.says(office.worker, InviteRevoke{open.id}) == ErrorCode::not_authorised);
  CHECK(office.says(office.founder(), InviteRevoke{office.random.make<InviteId>()}) ==
        ErrorCode::not_found);
  CHECK(office.takes(office.founder(), InviteRevoke{open.id}));
  office.append(office.founder(), RolesSet{office.worker.user, {Role::auditor}});
  CHECK(
      office.takes(office.supervisor, InviteRevoke{open.id}));  // its own, whatever happened since
  office.append(office.supervisor, InviteRevoke{open.id});
  CHECK(office.says(office.founder(), InviteRevoke{open.id}) == ErrorCode::wrong_state);
}

TEST_CASE("an invite enrols one device, once") {
  Staffed office;
  const auto invited = office.invite(office.worker.user);
  const auto device = DeviceIdentity::make(office.random);
  const auto record = make_device_add(office.state, device, invited.id, invited.secret);
  REQUIRE(record.has_value());
  office.append(*record);
  CHECK(office.state.device_active(device.id));
  CHECK(office.state.active_devices(office.worker.user).size() == 2);

  const auto late = DeviceIdentity::make(office.random);
  CHECK(code_of(make_device_add(office.state, late, invited.id, invited.secret)) ==
        ErrorCode::invite_used);
  const auto fresh = office.invite(office.worker.user);
  CHECK(code_of(make_device_add(office.state, device, fresh.id, fresh.secret)) ==
        ErrorCode::already_exists);
}

TEST_CASE("a revoked device does not come back under its old keys") {
  Staffed office;
  office.append(office.founder(), DeviceRevoke{office.worker.id(), {}});
  const auto fresh = office.invite(office.worker.user);
  CHECK(code_of(make_device_add(office.state, office.worker.identity, fresh.id, fresh.secret)) ==
        ErrorCode::already_exists);
}

TEST_CASE("an invite that is unknown, revoked, for another user or for a suspended one is no use") {
  Staffed office;
  const auto device = DeviceIdentity::make(office.random);
  const auto invited = office.invite(office.worker.user);
  const Office::Invited unknown{office.random.make<InviteId>(), invited.secret.copy()};
  CHECK(office.says(device, office.addition(device, unknown, office.worker.user)) ==
        ErrorCode::invite_unknown);
  CHECK(office.says(device, office.addition(device, invited, office.founder().user)) ==
        ErrorCode::not_authorised);
  office.append(office.founder(), UserSuspend{office.worker.user, {}});
  CHECK(office.says(device, office.addition(device, invited, office.worker.user)) ==
        ErrorCode::wrong_state);
  office.append(office.founder(), InviteRevoke{invited.id});
  CHECK(office.says(device, office.addition(device, invited, office.worker.user)) ==
        ErrorCode::invite_unknown);
}

TEST_CASE("the invite's signature is good for this device at this place only") {
  Staffed office;
  const auto device = DeviceIdentity::make(office.random);
  const auto ghost = DeviceIdentity::make(office.random);
  const auto invited = office.invite(office.worker.user);
  const DeviceAdd add = office.addition(device, invited, office.worker.user);
  DeviceAdd swapped = add;
  swapped.device = ghost.publics;
  CHECK(office.says(ghost, swapped) == ErrorCode::bad_signature);  // the server swaps the key
  CHECK(office.says(ghost, add) == ErrorCode::not_authorised);     // another device writes it
  const Office::Invited forged{invited.id, crypto::SigningSecret::random(office.random)};
  CHECK(office.says(device, office.addition(device, forged, office.worker.user)) ==
        ErrorCode::bad_signature);
  CHECK(office.attempt(Phone{add.user, device.copy()}, add).has_value());
  office.add_user({Role::worker});  // the log goes on
  CHECK(office.says(device, add) == ErrorCode::bad_signature);
}

TEST_CASE("a device with an agreement key of small order is not enrolled") {
  Staffed office;
  auto device = DeviceIdentity::make(office.random);
  device.publics.agreement = {};
  device.id = device_id(device.publics);
  const auto invited = office.invite(office.worker.user);
  CHECK(office.says(device, office.addition(device, invited, office.worker.user)) ==
        ErrorCode::malformed);
}

TEST_CASE("an open invite dies with its author's device or right to give it") {
  Staffed office;
  const auto device = DeviceIdentity::make(office.random);
  const auto invited = office.invite(office.worker.user, office.supervisor);
  CHECK(make_device_add(office.state, device, invited.id, invited.secret).has_value());
  SUBCASE("the supervisor's device is revoked") {
    office.append(office.founder(), DeviceRevoke{office.supervisor.id(), {}});
  }
  SUBCASE("the supervisor is one no longer") {
    office.append(office.founder(), RolesSet{office.supervisor.user, {Role::worker}});
  }
  SUBCASE("the worker has become an administrator") {
    office.append(office.founder(), RolesSet{office.worker.user, {Role::administrator}});
  }
  CHECK(code_of(make_device_add(office.state, device, invited.id, invited.secret)) ==
        ErrorCode::not_authorised);
}

TEST_CASE("a device is revoked by an administrator, a supervisor above it or its own user") {
  Staffed office;
  Phone& tablet = office.enrol(office.worker.user);
  CHECK(office.takes(office.worker, DeviceRevoke{tablet.id(), {}}));
  CHECK(office.takes(office.supervisor, DeviceRevoke{tablet.id(), {}}));
  CHECK(office.takes(office.founder(), DeviceRevoke{tablet.id(), {}}));
  CHECK(office.says(office.auditor, DeviceRevoke{tablet.id(), {}}) == ErrorCode::not_authorised);
  CHECK(office.says(office.supervisor, DeviceRevoke{office.founder().id(), {}}) ==
        ErrorCode::not_authorised);
  CHECK(office.says(office.founder(), DeviceRevoke{office.random.make<DeviceId>(), {}}) ==
        ErrorCode::not_found);
  office.append(office.worker, DeviceRevoke{tablet.id(), {}});
  CHECK(office.says(office.founder(), DeviceRevoke{tablet.id(), {}}) == ErrorCode::wrong_state);
}

TEST_CASE("only an administrator orders a wipe, once, and of a device that is barred") {
  Staffed office;
  CHECK(office.says(office.founder(), WipeOrder{office.worker.id()}) == ErrorCode::wrong_state);
  CHECK(office.says(office.founder(), WipeOrder{office.random.make<DeviceId>()}) ==
        ErrorCode::not_found);
  office.append(office.founder(), DeviceRevoke{office.worker.id(), {}, WallTime{1800000000000}});
  CHECK(office.state.device(office.worker.id())->lost_at == WallTime{1800000000000});
  CHECK(office.says(office.supervisor, WipeOrder{office.worker.id()}) == ErrorCode::not_authorised);
  office.append(office.founder(), WipeOrder{office.worker.id()});
  CHECK(office.state.device(office.worker.id())->wipe_ordered_at == office.state.head().sequence);
  CHECK(office.says(office.founder(), WipeOrder{office.worker.id()}) == ErrorCode::already_exists);
}

TEST_CASE("a revocation cuts the chains of the revoked device only") {
  Staffed office;
  const auto space = office.random.make<SpaceId>();
  const Cut own{space, office.worker.id(), 1, 3, office.random.make<RunHash>()};
  const Cut foreign{space, office.founder().id(), 1, 0, {}};
  CHECK(office.says(office.founder(), DeviceRevoke{office.worker.id(), {foreign}}) ==
        ErrorCode::malformed);
  CHECK(office.says(office.founder(), UserSuspend{office.worker.user, {foreign}}) ==
        ErrorCode::malformed);
  CHECK(office.takes(office.founder(), UserSuspend{office.worker.user, {own}}));
  Cut inconsistent = own;
  inconsistent.sequence = 0;
  CHECK(office.says(office.founder(), DeviceRevoke{office.worker.id(), {inconsistent}}) ==
        ErrorCode::malformed);
  CHECK(office.says(office.founder(), DeviceRevoke{office.worker.id(), {own, own}}) ==
        ErrorCode::malformed);
  office.append(office.founder(), DeviceRevoke{office.worker.id(), {own}});
  REQUIRE(office.state.cut(space, office.worker.id(), 1) != nullptr);
  CHECK(*office.state.cut(space, office.worker.id(), 1) == own);
  CHECK(office.state.cut(space, office.worker.id(), 2) == nullptr);
  CHECK(office.says(office.founder(), UserSuspend{office.worker.user, {own}}) ==
        ErrorCode::malformed);
}

TEST_CASE("somebody can always administer") {
  Staffed office;
  office.append(office.founder(), RolesSet{office.second_administrator.user, {Role::worker}});
  const Phone& founder = office.founder();
  CHECK(office.says(founder, RolesSet{founder.user, {Role::worker}}) == ErrorCode::wrong_state);
  CHECK(office.says(founder, UserSuspend{founder.user, {}}) == ErrorCode::wrong_state);
  CHECK(office.says(founder, DeviceRevoke{founder.id(), {}}) == ErrorCode::wrong_state);
  CHECK(office.takes(founder, RolesSet{founder.user, {Role::administrator, Role::auditor}}));
  office.append(founder, UserAdd{office.random.make<UserId>(), {Role::administrator}});
  // An administrator without a device administers nothing.
  CHECK(office.says(founder, UserSuspend{founder.user, {}}) == ErrorCode::wrong_state);
  Phone& desk = office.enrol(founder.user);
  CHECK(office.takes(desk, DeviceRevoke{founder.id(), {}}));
}

TEST_CASE("a suspension bars all devices for good, and a reinstated user enrols anew") {
  Staffed office;
  Phone& tablet = office.enrol(office.worker.user);
  office.append(office.founder(), UserSuspend{office.worker.user, {}});
  CHECK_FALSE(office.state.device_active(tablet.id()));
  CHECK_FALSE(office.state.device_active(office.worker.id()));
  CHECK(office.state.roles(office.worker.user).empty());
  CHECK(office.says(office.founder(), UserSuspend{office.worker.user, {}}) ==
        ErrorCode::wrong_state);
  office.append(office.founder(), UserReinstate{office.worker.user});
  CHECK(office.says(office.founder(), UserReinstate{office.worker.user}) == ErrorCode::wrong_state);
  CHECK(office.state.roles(office.worker.user).has(Role::worker));
  CHECK_FALSE(office.state.device_active(tablet.id()));
  CHECK(office.state.device_active(office.enrol(office.worker.user).id()));
}

TEST_CASE("the past can be asked for: roles, devices, suspension and server key at any sequence") {
  Staffed office;
  const UserId user = office.worker.user;
  const auto first_key = office.state.server_key();
  const std::uint64_t before = office.state.head().sequence;
  office.append(office.founder(), RolesSet{user, {Role::caseworker}});
  office.append(office.founder(), ServerKeySet{office.random.make<crypto::SigningPublic>()});
  office.append(office.founder(), UserSuspend{user, {}});
  const std::uint64_t after = office.state.head().sequence;
  CHECK(office.state.roles(user, before) == RoleSet{Role::worker});
  CHECK(office.state.roles(user, before + 1) == RoleSet{Role::caseworker});
  CHECK(office.state.roles(user, after).empty());
  CHECK(office.state.roles(user, 1).empty());
  CHECK(office.state.device_active(office.worker.id(), before));
  CHECK_FALSE(office.state.device_active(office.worker.id(), after));
  CHECK_FALSE(office.state.device_active(office.worker.id(), 1));
  CHECK_FALSE(office.state.user_exists(user, 1));
  CHECK(office.state.user_suspended(user, after));
  CHECK_FALSE(office.state.user_suspended(user, before));
  CHECK(office.state.server_key(before) == first_key);
  CHECK(office.state.server_key() != first_key);
  CHECK(office.state.active_devices(user, before).size() == 1);
  CHECK(office.state.active_devices(user).empty());
  CHECK(office.state.contains({before, *office.state.hash_at(before)}));
  CHECK_FALSE(office.state.contains({before, *office.state.hash_at(after)}));
  CHECK_FALSE(office.state.hash_at(0).has_value());
  CHECK_FALSE(office.state.hash_at(after + 1).has_value());
}

TEST_CASE("folding the same records gives the same state, whether or not signatures are checked") {
  Staffed office;
  OrganisationState trusted;
  for (const Record& record : office.records) {
    const auto read = Record::decode(record.encode());
    REQUIRE(read.has_value());
    REQUIRE(trusted.apply_verified(*read).has_value());
  }
  CHECK(trusted.head() == office.state.head());
  CHECK(trusted.users().size() == office.state.users().size());
  CHECK(trusted.devices().size() == office.state.devices().size());
}
