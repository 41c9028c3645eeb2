// SPDX-License-Identifier: Apache-2.0
// Who is let in, who is not, and what each is told; enrolment and founding.
#include <doctest/doctest.h>

#include "tests/sync/samples.h"
#include "tests/sync/world.h"

using namespace feltbog;
using namespace feltbog::tests;
using ledger::SessionParty;

namespace {

MemoryReplica newcomer(SessionParty party, std::uint8_t subject) {
  MemoryReplica out(subject);
  out.session_claim.party = party;
  if (party == SessionParty::founding) {
    out.session_claim.subject = {};
    out.organisation_id = {};
  }
  return out;
}

ledger::ChannelBinding binding_of(std::uint8_t number) {
  ledger::ChannelBinding out;
  out.bytes.fill(number);
  return out;
}

}  // namespace

TEST_CASE("a server that is not the one expected is left before it learns anything") {
  World world(1);
  MemoryReplica& phone = world.add_device(1);
  phone.expects_other_server = true;
  Connection& connection = world.connect(phone);
  world.settle();
  CHECK(connection.client_end() == ErrorCode::wrong_server);
  CHECK_FALSE(connection.server->admission().has_value());
}

TEST_CASE("an unknown device, a wrong proof and a wrong organisation get one and the same answer") {
  World world(2);
  MemoryReplica stranger(99);
  MemoryReplica& impostor = world.add_device(3);
  MemoryReplica& lost = world.add_device(4);
  lost.organisation_id.bytes.fill(8);
  class Forger : public MemoryReplica {
   public:
    using MemoryReplica::MemoryReplica;
    Result<crypto::Signature> prove(const ledger::SessionTranscript&) override {
      return crypto::Signature{};
    }
  } forger(3);
  (void)impostor;
  std::vector<std::uint64_t> sizes;
  for (MemoryReplica* replica : {&stranger, static_cast<MemoryReplica*>(&forger), &lost}) {
    Connection& connection = world.connect(*replica);
    world.settle();
    CHECK(connection.client_end() == ErrorCode::authentication_failed);
    CHECK(connection.server_end() == ErrorCode::authentication_failed);
    sizes.push_back(connection.bytes_to_client);
  }
  CHECK(sizes[0] == sizes[1]);
  CHECK(sizes[0] == sizes[2]);
}

TEST_CASE("a revoked device is told so, and one revoked while online is put out") {
  World world(3);
  MemoryReplica& phone = world.add_device(1);
  Connection& connection = world.connect(phone);
  world.settle();
  world.relay.revoked.insert(phone.device());
  world.notify({});
  CHECK(connection.client_end() == ErrorCode::revoked);
  phone.is_barred = true;
  Connection& again = world.connect(phone);
  world.settle();
  CHECK(again.client_end() == ErrorCode::revoked);
  CHECK(again.bytes_to_client < 300);
}

namespace {

// A phone that wrote without network and was barred meanwhile, when others wrote on.
struct LostPhone {
  World world{31};
  MemoryReplica& desk = world.add_device(1);
  MemoryReplica& phone = world.add_device(2);
  SpaceId space = space_number(50);

  LostPhone() {
    world.add_space(space, {&desk, &phone});
    world.sync_once(desk);
    world.sync_once(phone);
    phone.write(space, "unsent");
    phone.attach(space, Bytes(10, 1));
    desk.write(space, "news");
    desk.add_record({}, "the phone is barred");
    world.sync_once(desk);
    world.relay.revoked.insert(phone.device());
  }
  Connection& connect() {
    Connection& connection = world.connect(phone);
    world.settle();
    return connection;
  }
};

}  // namespace

TEST_CASE("a barred device is brought the organisation's log alone, hands in its own, and leaves") {
  LostPhone lost;
  lost.phone.is_barred = true;
  const auto runs = lost.world.relay.spaces[lost.space].runs.size();
  const Connection& connection = lost.connect();
  CHECK(connection.client_end() == ErrorCode::revoked);
  CHECK_FALSE(lost.phone.has_unsent());
  CHECK(lost.world.relay.spaces[lost.space].runs.size() == runs + 1);
  CHECK(lost.world.relay.spaces[lost.space].chunks.size() == 1);
  CHECK(lost.phone.logs[{}].accepted.head() == lost.world.relay.organisation_log.head());
  CHECK(connection.client->progress().runs_received == 0);
  CHECK(lost.phone.withdrawn.empty());
}

TEST_CASE("a barred device that stays is told of the organisation alone, and no record is taken") {
  LostPhone lost;
  const Connection& connection = lost.connect();
  CHECK(connection.client_end() == ErrorCode::internal);
  lost.desk.write(lost.space, "more news");
  lost.desk.add_record({}, "another");
  lost.world.sync_once(lost.desk);
  lost.world.notify({});
  lost.world.notify(lost.space);
  lost.world.settle();
  CHECK(connection.client_end() == ErrorCode::internal);
  CHECK(lost.phone.logs[{}].accepted.head() == lost.world.relay.organisation_log.head());
  CHECK(connection.client->progress().runs_received == 0);
  lost.phone.add_record({}, "from the phone");
  lost.world.local_work(*lost.world.connections.back());
  CHECK(lost.phone.refusals == std::vector<ErrorCode>{ErrorCode::not_permitted});
}

TEST_CASE("the channel binding is part of the proof where both ends have one") {
  World world(4);
  MemoryReplica& phone = world.add_device(1);
  const auto outcome = [&](sync::ClientOptions client, sync::ServerOptions server) {
    Connection& connection = world.connect(phone, client, server);
    world.settle();
    return connection.client_end();
  };
  constexpr ErrorCode kOpen = ErrorCode::internal;
  CHECK(outcome({binding_of(1), false, true}, {binding_of(1), false}) == kOpen);
  CHECK(outcome({binding_of(1), false, true}, {binding_of(2), false}) == ErrorCode::wrong_server);
  CHECK(outcome({binding_of(1), false, true}, {}) == kOpen);
  CHECK(outcome({binding_of(1), true, true}, {}) == ErrorCode::authentication_failed);
  CHECK(outcome({}, {binding_of(1), false}) == kOpen);
  CHECK(outcome({}, {binding_of(1), true}) == ErrorCode::authentication_failed);
}

TEST_CASE("an invite lets one device read the organisation's log and append itself") {
  World world(5);
  MemoryReplica& member = world.add_device(1);
  const SpaceId space = space_number(50);
  world.add_space(space, {&member});
  MemoryReplica phone = newcomer(SessionParty::invite, 20);
  const InviteId invite{phone.session_claim.subject.bytes};
  world.relay.invites[invite] = MemoryRelay::InviteState::open;
  Connection& connection = world.connect(phone);
  world.settle();
  REQUIRE(connection.count(sync::ClientEventKind::caught_up) == 1);
  REQUIRE(phone.logs[{}].accepted.items.size() == 1);
  CHECK(phone.logs.size() == 1);
  // Meanwhile somebody else appends: the newcomer's record is rebased.
  member.add_record({}, "somebody else");
  world.sync_once(member);
  const std::size_t before = connection.count(sync::ClientEventKind::caught_up);
  phone.add_record({}, "device_add");
  world.local_work(connection);
  CHECK(connection.count(sync::ClientEventKind::caught_up) == before + 1);
  CHECK(world.relay.organisation_log.items.size() == 3);
  CHECK(world.relay.invites[invite] == MemoryRelay::InviteState::used);
  connection.client->finish(world.now);
  world.settle();
  // The application makes itself the member it now is.
  phone.session_claim.party = SessionParty::device;
  world.relay.devices.insert(phone.device());
  world.sync_once(phone);
  CHECK(phone.logs[{}].accepted.head() == world.relay.organisation_log.head());
}

TEST_CASE("an invite that is unknown, used or expired is refused by name") {
  World world(6);
  const auto outcome = [&](std::uint8_t subject) {
    MemoryReplica phone = newcomer(SessionParty::invite, subject);
    Connection& connection = world.connect(phone);
    world.settle();
    const ErrorCode code = connection.client_end();
    world.connections.clear();
    return code;
  };
  InviteId used;
  used.bytes.fill(21);
  InviteId expired;
  expired.bytes.fill(22);
  world.relay.invites[used] = MemoryRelay::InviteState::used;
  world.relay.invites[expired] = MemoryRelay::InviteState::expired;
  CHECK(outcome(20) == ErrorCode::invite_unknown);
  CHECK(outcome(21) == ErrorCode::invite_used);
  CHECK(outcome(22) == ErrorCode::invite_expired);
}

TEST_CASE("two devices with one invite: the second is told that it is used") {
  World world(7);
  InviteId invite;
  invite.bytes.fill(20);
  world.relay.invites[invite] = MemoryRelay::InviteState::open;
  MemoryReplica first = newcomer(SessionParty::invite, 20);
  MemoryReplica second = newcomer(SessionParty::invite, 20);
  Connection& one = world.connect(first);
  Connection& two = world.connect(second);
  world.settle();
  first.add_record({}, "first device");
  world.local_work(one);
  second.add_record({}, "second device");
  world.local_work(two);
  CHECK_FALSE(first.has_unsent());
  CHECK(second.refusals.back() == ErrorCode::invite_used);
  CHECK(two.saw(sync::ClientEventKind::refused));
  CHECK(world.relay.organisation_log.items.size() == 2);
}

TEST_CASE("a founder creates the organisation, once") {
  World world(8);
  world.relay.organisation_log.items.clear();
  MemoryReplica founder = newcomer(SessionParty::founding, 0);
  MemoryReplica late = newcomer(SessionParty::founding, 0);
  founder.add_record({}, "organisation_create");
  world.sync_once(founder);
  CHECK_FALSE(founder.has_unsent());
  CHECK(world.relay.organisation_log.items.size() == 1);
  Connection& connection = world.connect(late);
  world.settle();
  CHECK(connection.client_end() == ErrorCode::already_exists);
}

TEST_CASE("a newcomer sends the one record it came for and keeps the rest until it is a device") {
  World world(9);
  world.relay.organisation_log.items.clear();
  MemoryReplica founder = newcomer(SessionParty::founding, 0);
  const SpaceId space = space_number(60);
  founder.add_record({}, "organisation_create");
  founder.add_record({}, "user_add");
  founder.add_record(space, "a space of its own");
  founder.write(space, "a note");
  Connection& connection = world.connect(founder);
  world.settle();
  CHECK(connection.count(sync::ClientEventKind::caught_up) == 1);
  CHECK(world.relay.organisation_log.items.size() == 1);
  CHECK(world.relay.spaces.empty());
  CHECK(founder.refusals.empty());
  world.connections.clear();
  founder.session_claim.party = SessionParty::device;
  founder.session_claim.subject.bytes.fill(1);
  founder.organisation_id = world.relay.organisation_id;
  world.relay.devices.insert(founder.device());
  world.sync_once(founder);
  CHECK_FALSE(founder.has_unsent());
  CHECK(world.relay.organisation_log.items.size() == 2);
  CHECK(world.relay.spaces[space].runs.size() == 1);
}

TEST_CASE("who is not enrolled and asks for more than its one record is put out") {
  const SpaceId space = space_number(50);
  const std::vector<Bytes> requests{
      encode_message(sync::AppendRecord{space, 1, {{1}, {}}}),
      encode_message(sync::PushRuns{space, {{1}}}),
      encode_message(sync::OfferChunks{space, {}}),
      encode_message(sync::PutChunk{space, {}, {1}}),
      encode_message(sync::GetChunks{space, {}}),
      encode_message(sync::Have{0, {}, {{space, 0, {}, 0}}, false}),
  };
  for (const Bytes& request : requests) {
    World world(10);
    InviteId invite;
    invite.bytes.fill(20);
    world.relay.invites[invite] = MemoryRelay::InviteState::open;
    MemoryReplica phone = newcomer(SessionParty::invite, 20);
    Connection& connection = world.connect(phone);
    world.settle();
    connection.server->handle_bytes(frame(request), world.now);
    world.settle();
    CHECK(connection.server_end() == ErrorCode::protocol_error);
    CHECK(connection.client_end() == ErrorCode::protocol_error);
    CHECK(world.relay.spaces.empty());
  }
}
