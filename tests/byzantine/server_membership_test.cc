// SPDX-License-Identifier: Apache-2.0
// A server that wants somebody of its own among those who hold the keys.
#include <doctest/doctest.h>

#include "core/ledger/domains.h"
#include "core/workspace/core.h"
#include "tests/byzantine/scene.h"
#include "tests/core/workspace/forger.h"

using namespace feltbog;
using namespace feltbog::testing;
using ledger::DeviceIdentity;

namespace {

const UserId& user_of(TestDevice& device) { return device.workspace().core().user(); }

const ledger::SpaceState& space_at(TestDevice& device, const SpaceId& space) {
  return device.workspace().core().membership.space(space)->state;
}

// Bo's phone, as the server would like to have it: under an invite, but not with its secret.
ledger::DeviceAdd enrolment(Scene& scene, const DeviceIdentity& device, const InviteId& invite) {
  const auto& organisation = scene.anna.workspace().core().membership.organisation();
  ledger::DeviceAdd out{invite, user_of(scene.bo), device.publics, {}};
  out.invite_signature = crypto::sign(
      scene.office.server_identity(), ledger::domains::kDeviceAddition,
      ledger::device_addition_statement(ledger::log_id(organisation.id()), organisation.head(),
                                        invite, out.user, out.device));
  return out;
}

// The key of a file, as a member has it, sealed to somebody else.
ledger::KeyWraps key_for(TestDevice& member, const SpaceId& space, const DeviceIdentity& recipient,
                         Random& random, const crypto::Key& key) {
  const ledger::SpaceState& state = space_at(member, space);
  const ledger::Recipient to{recipient.id, recipient.publics.agreement};
  const std::uint32_t epoch = state.epoch().number;
  const ledger::WrapContext context{state.organisation(), space, epoch,
                                    ledger::key_id(key, space, epoch), identity_of(member).id};
  auto wraps = ledger::wrap_key(key, context, {&to, 1}, random);
  REQUIRE(wraps.has_value());
  return std::move(wraps).value();
}

}  // namespace

TEST_CASE("ghost device: a phone the server made up is believed by nobody and given no key") {
  Scene scene;
  const ledger::Invite open = scene.office.invite("Bo");  // nobody has used it yet
  scene.sync_honest();
  scene.write(scene.anna, "før");
  const auto ghost = DeviceIdentity::make(scene.office.random());
  scene.outsiders.push_back(&ghost);
  const auto made_up = scene.office.random().make<InviteId>();
  const std::uint64_t next = scene.organisation_head().sequence + 1;
  for (const bool known_invite : {true, false}) {
    CAPTURE(known_invite);
    Liar server(scene.office);
    const ledger::DeviceAdd add = enrolment(scene, ghost, known_invite ? open.id : made_up);
    server.append({}, next, next_record(scene.anna, ghost, add));
    for (TestDevice* device : scene.honest) {
      const Bytes before = scene.state_of(*device);
      CHECK(scene.meet(*device, server) ==
            (known_invite ? ErrorCode::bad_signature : ErrorCode::invite_unknown));
      CHECK(scene.state_of(*device) == before);
      CHECK(device->workspace().core().membership.organisation().device(ghost.id) == nullptr);
    }
  }
  scene.check_unharmed();
}

TEST_CASE("ghost member: nobody joins a file but by somebody entitled, whoever helps the server") {
  Scene scene;
  TestDevice& carl = scene.office.add("Carl");  // of the organisation, not of the file
  scene.sync_honest();
  scene.write(scene.anna, "før");
  const auto keys = scene.bo.workspace().core().membership.keys(scene.space);
  REQUIRE(keys.has_value());
  const auto wraps =
      key_for(scene.bo, scene.space, identity_of(carl), scene.office.random(), *(*keys)->find(1));
  const ledger::SpacePayload joins =
      ledger::MemberAdd{{{user_of(carl), ledger::SpaceRole::writer}}, wraps.commitment()};
  const ledger::OrganisationPayload promotion =
      ledger::RolesSet{user_of(carl), ledger::RoleSet{ledger::Role::administrator}};
  auto server_as_desk = DeviceIdentity::make(scene.office.random());
  server_as_desk.id = device_id(scene.desk);
  const std::uint64_t next = scene.standing().records.sequence + 1;
  struct Author {
    const DeviceIdentity& identity;
    ErrorCode told;
  };
  // The server in the desk's name, and with a worker's genuine key.
  for (const Author& author : {Author{server_as_desk, ErrorCode::bad_signature},
                               Author{identity_of(scene.bo), ErrorCode::not_authorised}}) {
    Liar in_file(scene.office);
    in_file.append(scene.space, next,
                   next_record(scene.anna, scene.space, author.identity, joins, wraps.encode()));
    Liar in_organisation(scene.office);
    in_organisation.append({}, scene.organisation_head().sequence + 1,
                           next_record(scene.anna, author.identity, promotion));
    for (TestDevice* device : {&scene.desk, &scene.anna}) {
      const Bytes before = scene.state_of(*device);
      CHECK(scene.meet(*device, in_file) == author.told);
      CHECK(scene.meet(*device, in_organisation) == author.told);
      CHECK(scene.state_of(*device) == before);
    }
  }
  CHECK_FALSE(space_at(scene.anna, scene.space).role(user_of(carl)).has_value());
  scene.outsiders.push_back(&identity_of(carl));
  scene.check_unharmed();
}

TEST_CASE("key swap in join: a key that was exchanged on the way is given nothing") {
  Scene scene;
  scene.write(scene.anna, "før");
  TestDevice& second = scene.office.add_stranger();  // Bo's tablet
  REQUIRE(second.workspace().accept_invite(scene.office.invite("Bo")).has_value());
  scene.office.sync(second);
  const std::uint64_t place = scene.organisation_head().sequence;
  const auto ghost = DeviceIdentity::make(scene.office.random());
  scene.outsiders.push_back(&ghost);
  const auto swapped = [&](bool under_its_own_name) {
    return [&, under_its_own_name](const ledger::LogName& log, std::uint64_t first, auto& records) {
      if (log || records.empty() || first + records.size() <= place) return;
      ledger::Record record = ledger::Record::decode(records[place - first].record).value();
      auto payload = ledger::decode_organisation_payload(record.kind, record.payload).value();
      auto& add = std::get<ledger::DeviceAdd>(payload);
      add.device = under_its_own_name
                       ? ghost.publics
                       : ledger::DevicePublic{add.device.signing, ghost.publics.agreement};
      record.payload = ledger::encode_payload(payload);
      if (under_its_own_name) {
        record = ledger::sign_record(record.log_kind, record.log, {place - 1, record.previous}, {},
                                     ghost, record.kind, record.payload);
      }
      records[place - first].record = record.encode();
    };
  };
  for (const bool under_its_own_name : {false, true}) {
    CAPTURE(under_its_own_name);
    Liar server(scene.office);
    server.on_records = swapped(under_its_own_name);
    for (TestDevice* device : scene.honest) {
      const Bytes before = scene.state_of(*device);
      CHECK(scene.meet(*device, server) ==
            (under_its_own_name ? ErrorCode::bad_signature : ErrorCode::not_authorised));
      CHECK(scene.state_of(*device) == before);
    }
  }
  scene.sync_honest();
  scene.office.sync(second);
  CHECK(scene.shows(second, "før"));
  scene.honest.push_back(&second);
  scene.check_unharmed();
}

TEST_CASE("unrequested key share: a key that no record announces is not taken") {
  Scene scene;
  scene.write(scene.anna, "før");
  scene.sync_honest();
  const crypto::Key own = crypto::Key::random(scene.office.random());  // the server's
  TestDevice& carl = scene.office.add("Carl");
  scene.office.sync(scene.desk);
  // One record that announces no keys, and one that does, for somebody else.
  scene.desk.call("case.hold", parameters("case", scene.id));
  scene.desk.call("case.add-member", parameters("case", scene.id, "user", "Carl"));
  scene.office.sync(scene.desk);
  const std::uint64_t last = scene.standing().records.sequence;
  for (const std::uint64_t beside : {last - 1, last}) {
    CAPTURE(beside);
    Liar server(scene.office);
    server.on_records = [&](const ledger::LogName& log, std::uint64_t first, auto& records) {
      if (log != scene.space || first + records.size() <= beside || first > beside) return;
      const auto key =
          key_for(scene.desk, scene.space, identity_of(scene.anna), scene.office.random(), own);
      records[beside - first].wraps = key.encode();
    };
    const ledger::LogHead before = space_at(scene.anna, scene.space).head();
    CHECK(scene.meet(scene.anna, server) == ErrorCode::malformed);
    scene.anna.reopen();
    CHECK(space_at(scene.anna, scene.space).head() == before);
    const auto ring = scene.anna.workspace().core().membership.keys(scene.space);
    REQUIRE(ring.has_value());
    CHECK((*ring)->size() == 1);
  }
  scene.office.sync(carl);
  scene.honest.push_back(&carl);
  scene.check_unharmed();
}

TEST_CASE("withheld key: a key the server left out of its record is asked for until it comes") {
  Scene scene;
  scene.desk.call("case.remove-member", parameters("case", scene.id, "user", "Bo"));
  scene.office.sync(scene.desk);
  scene.honest = {&scene.desk, &scene.anna};
  scene.write(scene.desk, "under den nye nøgle");
  scene.office.sync(scene.desk);
  Liar server(scene.office);
  server.on_records = [](const ledger::LogName&, std::uint64_t, auto& records) {
    for (ledger::RecordItem& item : records) item.wraps.clear();
  };
  scene.write(scene.anna, "låst ude");
  for (int times = 0; times < 2; ++times) {
    CHECK(scene.meet(scene.anna, server) == ErrorCode::internal);
    CHECK(scene.set_aside(scene.anna, "missing_key") == 1);
    CHECK(scene.anna.call("status")["all_sent"] == Value(false));
  }
  scene.office.sync(scene.anna);
  CHECK(scene.shows(scene.anna, "under den nye nøgle"));
  CHECK(scene.set_aside(scene.anna, "missing_key") == 0);
  scene.check_unharmed();
}
