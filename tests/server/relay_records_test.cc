// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>

#include "core/ledger/invite.h"
#include "core/ledger/session_proof.h"
#include "tests/server/relay_fixture.h"

using namespace feltbog;
using namespace feltbog::testing;
using ledger::Role;
using ledger::test::code_of;
using ledger::test::Room;

namespace {

ledger::SessionTranscript transcript_of(const RelayWorld& world, ledger::SessionParty party) {
  ledger::SessionTranscript transcript;
  transcript.organisation = world.office.state.id();
  transcript.party = party;
  transcript.client_nonce.bytes[0] = 1;
  transcript.server_nonce.bytes[0] = 2;
  transcript.binding.emplace();
  return transcript;
}

// How a session of `phone` is let in.
Result<sync::Admission> admit(RelayWorld& world, const ledger::test::Phone& phone) {
  auto transcript = transcript_of(world, ledger::SessionParty::device);
  transcript.subject = ledger::SessionTranscript::subject_of(phone.id());
  transcript.server_key = world.store->identity();
  const auto proof = ledger::prove_client(transcript, phone.identity.signing);
  transcript.server_key = {};
  return world.store->admit(transcript, proof);
}

Result<sync::Admission> admit(RelayWorld& world, const InviteId& invite,
                              const crypto::SigningSecret& secret) {
  auto transcript = transcript_of(world, ledger::SessionParty::invite);
  transcript.subject = ledger::SessionTranscript::subject_of(invite);
  transcript.server_key = world.store->identity();
  return world.store->admit(transcript, ledger::prove_client(transcript, secret));
}

Result<sync::Admission> admit_founder(RelayWorld& world, const crypto::SigningSecret& secret) {
  auto transcript = transcript_of(world, ledger::SessionParty::founding);
  transcript.organisation = {};
  transcript.server_key = world.store->identity();
  return world.store->admit(transcript, ledger::prove_client(transcript, secret));
}

constexpr sync::ReadLimits kAll{1000, std::size_t{1} << 30};

}  // namespace

TEST_CASE("an organisation is founded once, by whoever holds the founding secret") {
  RelayWorld world;
  CHECK(code_of(admit_founder(world, world.office.server)) == ErrorCode::authentication_failed);
  REQUIRE(admit_founder(world, world.founding).has_value());
  const auto& first = world.office.records.front();
  CHECK(code_of(world.append(world.as_founder(), std::nullopt, first)) == ErrorCode::malformed);
  Bytes forged = world.founding_signature();
  forged[5] ^= 1;
  CHECK(code_of(world.append(world.as_founder(), std::nullopt, first, forged)) ==
        ErrorCode::bad_signature);
  CHECK(world.store->organisation_head()->sequence == 0);
  REQUIRE(world.append(world.as_founder(), std::nullopt, first, world.founding_signature())
              .has_value());
  CHECK(*world.store->organisation_head() == world.office.state.head());
  CHECK(code_of(admit_founder(world, world.founding)) == ErrorCode::already_exists);
}

TEST_CASE("an organisation that names another server's key is not taken") {
  RelayWorld world;
  ledger::test::Office other(99);
  const auto& record = other.records.front();
  const Bytes signature = to_bytes(ledger::sign_founding(world.founding, record).view());
  CHECK(code_of(world.append(world.as_founder(), std::nullopt, record, signature)) ==
        ErrorCode::wrong_server);
}

TEST_CASE("one of two records for the same place wins, and the same one twice is no conflict") {
  RelayWorld world;
  world.push_organisation();
  auto rival = world.office.state;
  const auto second =
      ledger::make_record(rival, world.office.founder().identity,
                          ledger::UserAdd{world.office.random.make<UserId>(), {Role::worker}});
  REQUIRE(second.has_value());
  world.office.add_user({Role::worker});
  world.push_organisation();
  const auto by = world.as(world.office.founder());
  CHECK(world.append(by, std::nullopt, world.office.records.back()).has_value());
  CHECK(code_of(world.append(by, std::nullopt, *second)) == ErrorCode::conflict);
  // Ahead of the log: the records between are missing.
  world.office.add_user({Role::worker});
  world.office.add_user({Role::worker});
  CHECK(code_of(world.append(by, std::nullopt, world.office.records.back())) ==
        ErrorCode::conflict);
  auto mislabelled =
      world.store->append_record(by, std::nullopt, 99, {world.office.records.back().encode(), {}});
  CHECK(code_of(mislabelled) == ErrorCode::malformed);
}

TEST_CASE("devices prove themselves, strangers learn nothing, barred devices are let in as such") {
  RelayWorld world;
  auto& worker = world.office.add_person({Role::worker});
  ledger::test::Phone stranger{worker.user, ledger::DeviceIdentity::make(world.office.random)};
  CHECK(code_of(admit(world, worker)) == ErrorCode::authentication_failed);
  world.push_organisation();
  const auto admitted = admit(world, worker);
  REQUIRE(admitted.has_value());
  CHECK(admitted->device == worker.id());
  const auto unknown = admit(world, stranger);
  ledger::test::Phone impostor{worker.user, stranger.identity.copy()};
  impostor.identity.id = worker.id();
  const auto forged = admit(world, impostor);
  CHECK(code_of(unknown) == ErrorCode::authentication_failed);
  CHECK(unknown.error() == forged.error());

  world.office.append(world.office.founder(), ledger::DeviceRevoke{worker.id(), {}});
  world.push_organisation();
  const auto barred = admit(world, worker);
  REQUIRE(barred.has_value());
  CHECK(barred->barred);
  CHECK_FALSE(admitted->barred);
  CHECK(code_of(admit(world, impostor)) == ErrorCode::authentication_failed);
  CHECK_FALSE(world.store->device_active(worker.id()));
  CHECK(code_of(world.store->spaces_of(worker.id())) == ErrorCode::revoked);
}

TEST_CASE("an invite lets one device in, until it is used or this server's clock says it is late") {
  RelayWorld world;
  const auto user = world.office.add_user({Role::worker});
  const auto invited = world.office.invite(user);
  world.push_organisation();
  const auto other = crypto::SigningSecret::random(world.office.random);
  CHECK(code_of(admit(world, invited.id, other)) == ErrorCode::authentication_failed);
  CHECK(code_of(admit(world, world.office.random.make<InviteId>(), invited.secret)) ==
        ErrorCode::invite_unknown);
  const auto admission = admit(world, invited.id, invited.secret);
  REQUIRE(admission.has_value());

  const auto device = ledger::DeviceIdentity::make(world.office.random);
  const auto joining =
      ledger::make_device_add(world.office.state, device, invited.id, invited.secret);
  REQUIRE(joining.has_value());
  SUBCASE("in time") {
    REQUIRE(world.append(*admission, std::nullopt, *joining).has_value());
    CHECK(world.append(*admission, std::nullopt, *joining).has_value());
    CHECK(world.store->device_active(device.id));
    CHECK(code_of(admit(world, invited.id, invited.secret)) == ErrorCode::invite_used);
  }
  SUBCASE("late") {
    world.clock.wall = WallTime{1'800'000'000'000};
    CHECK(code_of(admit(world, invited.id, invited.secret)) == ErrorCode::invite_expired);
    CHECK(code_of(world.append(*admission, std::nullopt, *joining)) == ErrorCode::invite_expired);
    CHECK_FALSE(world.store->device_active(device.id));
  }
  SUBCASE("for that and nothing else") {
    world.office.add_user({Role::worker});
    CHECK(code_of(world.append(*admission, std::nullopt, world.office.records.back())) ==
          ErrorCode::not_permitted);
    sync::Admission elsewhere = *admission;
    elsewhere.invite = world.office.random.make<InviteId>();
    CHECK(code_of(world.append(elsewhere, std::nullopt, *joining)) == ErrorCode::not_permitted);
  }
}

TEST_CASE("the server's proof is one that clients accept") {
  RelayWorld world;
  auto transcript = transcript_of(world, ledger::SessionParty::device);
  const auto proof = world.store->prove(transcript);
  REQUIRE(proof.has_value());
  transcript.server_key = crypto::signing_public(world.office.server);
  CHECK(ledger::check_server(transcript, *proof).has_value());
}

TEST_CASE("a space stands for its members only, and records come back as they went, with wraps") {
  RelayWorld world;
  auto& worker = world.office.add_person({Role::worker});
  auto& outsider = world.office.add_person({Role::worker});
  Room room(world.office, worker, {});
  const auto space = room.state.id();
  world.push_organisation();

  const auto creation = room.records.front();
  CHECK(code_of(world.append(world.as(worker), space, creation)) != ErrorCode::internal);
  Bytes wrong = room.wraps.front();
  wrong.back() ^= 1;
  CHECK(code_of(world.append(world.as(worker), space, creation, wrong)) != ErrorCode::internal);
  CHECK_FALSE(world.store->standing(worker.id(), space)->member);

  world.push_space(room, worker);
  const auto standing = world.store->standing(worker.id(), space);
  REQUIRE(standing.has_value());
  CHECK(standing->member);
  CHECK(standing->records == room.state.head());
  CHECK(*world.store->spaces_of(worker.id()) == std::vector<SpaceId>{space});
  const auto read = world.store->read_records(world.as(worker), space, 1, kAll);
  REQUIRE(read.has_value());
  REQUIRE(read->size() == 1);
  CHECK(read->front().record == creation.encode());
  CHECK(read->front().wraps == room.wraps.front());

  CHECK_FALSE(world.store->standing(outsider.id(), space)->member);
  CHECK(world.store->spaces_of(outsider.id())->empty());
  CHECK(code_of(world.store->read_records(world.as(outsider), space, 1, kAll)) ==
        ErrorCode::not_permitted);
  CHECK(code_of(world.append(world.as(outsider), space, creation, room.wraps.front())) ==
        ErrorCode::not_permitted);
  // A space nobody made looks the same.
  const auto nowhere = world.office.random.make<SpaceId>();
  CHECK(world.store->read_records(world.as(outsider), nowhere, 1, kAll).error() ==
        world.store->read_records(world.as(outsider), space, 1, kAll).error());
}

TEST_CASE("who is removed reads up to the record that says so, and no further") {
  RelayWorld world;
  auto& owner = world.office.add_person({Role::supervisor, Role::worker});
  auto& leaver = world.office.add_person({Role::worker});
  Room room(world.office, owner, {{leaver.user, ledger::SpaceRole::writer}});
  world.push_space(room, owner);
  CHECK(world.store->standing(leaver.id(), room.state.id())->member);
  room.remove(owner, {leaver.user});
  room.rotate(owner);
  world.push_space(room, owner);
  CHECK(world.store->spaces_of(leaver.id())->empty());
  const auto read = world.store->read_records(world.as(leaver), room.state.id(), 1, kAll);
  REQUIRE(read.has_value());
  CHECK(read->size() == 2);
  CHECK(world.store->read_records(world.as(owner), room.state.id(), 1, kAll)->size() == 3);
}

TEST_CASE("who used the recovery key reads a space's records, and its runs only once it joined") {
  RelayWorld world;
  auto& worker = world.office.add_person({Role::worker});
  auto& second = world.office.add_person({Role::administrator});
  const auto& founder = world.office.founder();
  Room closed(world.office, worker, {});  // from before, and never given to the recovery key
  const auto key = world.office.set_recovery_key();
  Room room(world.office, worker, {});
  const auto space = room.state.id();
  world.push_space(closed, worker);
  world.push_space(room, worker);
  CHECK(world.store->log_only_spaces(founder.id())->empty());
  CHECK(code_of(world.store->read_records(world.as(founder), space, 1, kAll)) ==
        ErrorCode::not_permitted);

  world.office.use_recovery_key(founder, key);
  world.push_organisation();
  CHECK(*world.store->log_only_spaces(founder.id()) == std::vector<SpaceId>{space});
  CHECK(world.store->log_only_spaces(second.id())->empty());
  const auto standing = world.store->standing(founder.id(), space);
  CHECK_FALSE(standing->member);
  CHECK(standing->log_only);
  CHECK(standing->records == room.state.head());
  const auto read = world.store->read_records(world.as(founder), space, 1, kAll);
  REQUIRE(read.has_value());
  CHECK(read->front().wraps == room.wraps.front());
  CHECK(code_of(world.store->read_runs(founder.id(), space, 0, kAll)) == ErrorCode::not_permitted);
  CHECK(code_of(world.store->read_records(world.as(second), space, 1, kAll)) ==
        ErrorCode::not_permitted);
  CHECK(code_of(world.store->read_records(world.as(founder), closed.state.id(), 1, kAll)) ==
        ErrorCode::not_permitted);

  const auto step = ledger::add_members(room.state, world.office.state, room.recovered(key),
                                        {{founder.user, ledger::SpaceRole::reader}},
                                        founder.identity, world.office.random);
  REQUIRE(step.has_value());
  REQUIRE(world.append(world.as(founder), space, step->record, step->wraps).has_value());
  CHECK(world.store->standing(founder.id(), space)->member);
  CHECK(world.store->read_runs(founder.id(), space, 0, kAll).has_value());
}

TEST_CASE("another recovery key ends what the server shows for the one before") {
  RelayWorld world;
  auto& worker = world.office.add_person({Role::worker});
  const auto& founder = world.office.founder();
  const auto key = world.office.set_recovery_key();
  Room room(world.office, worker, {});
  world.push_space(room, worker);
  world.office.use_recovery_key(founder, key);
  world.push_organisation();
  CHECK(world.store->standing(founder.id(), room.state.id())->log_only);
  world.office.set_recovery_key();
  world.push_organisation();
  CHECK_FALSE(world.store->standing(founder.id(), room.state.id())->log_only);
  CHECK(world.store->log_only_spaces(founder.id())->empty());
  CHECK(code_of(world.store->read_records(world.as(founder), room.state.id(), 1, kAll)) ==
        ErrorCode::not_permitted);
}

TEST_CASE("reads are cut where the limits say, with one item at least") {
  RelayWorld world;
  for (int i = 0; i < 9; ++i) world.office.add_user({Role::worker});
  world.push_organisation();
  const auto by = world.as(world.office.founder());
  CHECK(world.store->read_records(by, std::nullopt, 1, kAll)->size() == 10);
  CHECK(world.store->read_records(by, std::nullopt, 4, {3, 1 << 20})->size() == 3);
  CHECK(world.store->read_records(by, std::nullopt, 1, {100, 1})->size() == 1);
  CHECK(world.store->read_records(by, std::nullopt, 11, kAll)->empty());
}

TEST_CASE("after a restart everything stands as before, under the same incarnation") {
  RelayWorld world;
  auto& worker = world.office.add_person({Role::worker});
  Room room(world.office, worker, {});
  world.push_space(room, worker);
  const auto incarnation = world.store->incarnation();
  REQUIRE(world.reopen().has_value());
  CHECK(world.store->incarnation() == incarnation);
  CHECK(*world.store->organisation_head() == world.office.state.head());
  CHECK(world.store->standing(worker.id(), room.state.id())->records == room.state.head());
  CHECK(admit(world, worker).has_value());
  CHECK(world.store->counts()->spaces == 1);
}
