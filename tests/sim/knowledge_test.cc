// SPDX-License-Identifier: Apache-2.0
// What a barred or removed device can work out together with a server that hides nothing from it.
#include "tests/sim/knowledge.h"

#include <doctest/doctest.h>

#include "core/workspace/core.h"
#include "tests/core/ledger/fixture.h"
#include "tests/sim/key_world.h"
#include "tests/support/office_knowledge.h"
#include "tests/support/test_office.h"

using namespace feltbog;
using namespace feltbog::ledger;

namespace {

void require_none(const std::vector<std::string>& problems) {
  for (const std::string& problem : problems) FAIL_CHECK(problem);
  REQUIRE(problems.empty());
}

// An office with a barred device, and the model told of everything so far.
struct Barred {
  Barred() {
    for (const test::Phone& phone : office.phones) knowledge.add_device(phone.identity);
    office.append(office.founder(), DeviceRevoke{lost.id(), {}, {}});
    for (const Record& record : office.records) knowledge.add_record(record, {});
    knowledge.add_record(room.records.front(), room.wraps.front());
  }
  // A rotation by the founder as its program would make it, but for these devices.
  Record rotate_for(std::vector<const test::Phone*> phones, Bytes& encoded,
                    const crypto::Key& sealing, const crypto::Key& sealed) {
    const WrapContext context{office.state.id(), room.state.id(), 2,
                              key_id(next, room.state.id(), 2), office.founder().id()};
    std::vector<Recipient> recipients;
    for (const test::Phone* phone : phones) {
      recipients.push_back({phone->id(), phone->identity.publics.agreement});
    }
    const auto wraps = wrap_key(next, context, recipients, office.random).value();
    encoded = wraps.encode();
    const SpacePayload payload = EpochRotate{
        {2,
         context.key,
         wraps.commitment(),
         seal_previous_key(sealed, room.state.epoch().key, sealing, context, office.random),
         {}}};
    return sign_record(LogKind::space, log_id(room.state.id()), room.state.head(),
                       office.state.head(), office.founder().identity, kind_of(payload),
                       encode_payload(payload));
  }
  const crypto::Key& first() { return *room.ring(office.founder()).find(1); }

  test::Office office;
  test::Phone& lost = office.add_person({Role::worker});
  test::Room room{office, office.founder(), {{lost.user, SpaceRole::writer}}};
  crypto::Key next = crypto::Key::random(office.random);
  sim::Knowledge knowledge;
};

}  // namespace

TEST_CASE("whatever barred and removed devices do with the server, no later key reaches them") {
  sim::KeyWorld::Counts all;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    sim::KeyWorld world(seed);
    for (int step = 0; step < 300; ++step) {
      CAPTURE(step);
      world.step();
      require_none(world.knowledge().problems());
    }
    CHECK(world.rings_agree());
    all.members_removed += world.counts().members_removed;
    all.rotations += world.counts().rotations;
    all.joins += world.counts().joins;
    all.mandates_carried_out += world.counts().mandates_carried_out;
    all.mandates_taken_back += world.counts().mandates_taken_back;
    all.barred += world.counts().barred;
    all.runs += world.counts().runs;
    all.lost_races += world.counts().lost_races;
    all.by_barred += world.counts().by_barred;
  }
  // A world in which nothing happens proves nothing.
  CHECK(all.members_removed > 3);
  CHECK(all.rotations > 10);
  CHECK(all.joins > 3);
  CHECK(all.barred > 10);
  CHECK(all.runs > 50);
  CHECK(all.lost_races > 10);
  CHECK(all.by_barred > 0);
  CHECK(all.mandates_carried_out > 10);
  CHECK(all.mandates_taken_back > 3);
}

TEST_CASE("a rotation that wraps the new key to a barred device is caught, and refused") {
  Barred scene;
  require_none(scene.knowledge.problems());
  Bytes wraps;
  const Record record =
      scene.rotate_for({&scene.office.founder(), &scene.lost}, wraps, scene.next, scene.first());
  scene.knowledge.add_record(record, wraps);
  CHECK(scene.knowledge.problems().size() == 1);
  CHECK_FALSE(scene.room.state.apply(record, scene.office.state).has_value());
}

TEST_CASE("a new key that is sealed under the one before is caught") {
  Barred scene;
  Bytes wraps;
  const Record record =
      scene.rotate_for({&scene.office.founder()}, wraps, scene.first(), scene.next);
  scene.knowledge.add_record(record, wraps);
  CHECK(scene.knowledge.problems().size() == 1);
}

TEST_CASE("an ordinary rotation gives the barred device nothing") {
  Barred scene;
  scene.room.rotate(scene.office.founder());
  scene.knowledge.add_record(scene.room.records.back(), scene.room.wraps.back());
  require_none(scene.knowledge.problems());
  CHECK(scene.knowledge.knows(scene.office.founder().id(), scene.room.state.id(), 2));
  CHECK(scene.knowledge.knows(scene.lost.id(), scene.room.state.id(), 1));
  CHECK_FALSE(scene.knowledge.knows(scene.lost.id(), scene.room.state.id(), 2));
}

TEST_CASE("a run sealed without rotating first is caught, and refused") {
  Barred scene;
  // Sealed as if the barring were not known, then made to cite it.
  OrganisationState earlier;
  for (std::size_t at = 0; at + 1 < scene.office.records.size(); ++at) {
    REQUIRE(earlier.apply(scene.office.records[at]).has_value());
  }
  const auto& founder = scene.office.founder();
  const RunDraft draft{1, {}, 0, 1, to_bytes(as_bytes("a change"))};
  auto run = seal_run(draft, founder.identity, earlier, scene.room.state, scene.room.ring(founder),
                      scene.office.random);
  REQUIRE(run.has_value());
  scene.knowledge.add_run(run->encode());
  require_none(scene.knowledge.problems());
  run->header.organisation_head = scene.office.state.head();
  scene.knowledge.add_run(run->encode());
  CHECK(scene.knowledge.problems().size() == 1);
  CHECK_FALSE(verify_run(*run, scene.office.state, scene.room.state, {}).has_value());
}

TEST_CASE(
    "real workspaces: phones are barred, people suspended and let in again, and no key leaks") {
  testing::TestOffice office(3);
  testing::TestDevice& desk = office.desk();
  std::vector<testing::TestDevice*> devices{&desk};
  for (const char* name : {"Anna", "Bo", "Carla"}) devices.push_back(&office.add(name));
  const std::string file = office.refer({"Anna", "Bo", "Carla"});
  office.sync_all();
  const auto write = [&](testing::TestDevice& device) {
    device.call("note.write", testing::parameters("case", file, "text", "words", "title", "T"));
  };
  const auto identities = [&devices] {
    std::vector<const DeviceIdentity*> out;
    for (testing::TestDevice* device : devices) out.push_back(&device->workspace().core().identity);
    return out;
  };
  const auto check = [&](std::initializer_list<testing::TestDevice*> online) {
    for (int round = 0; round < 2; ++round) {
      for (testing::TestDevice* device : online) office.sync(*device);
    }
    const auto knowledge = testing::knowledge_of(desk, identities());
    require_none(knowledge.problems());
    return knowledge.keys_known();
  };
  for (testing::TestDevice* device : devices) write(*device);
  const std::size_t at_first = check({&desk, devices[1], devices[2], devices[3]});
  desk.call("device.revoke", testing::parameters("device", "Anna"));
  write(desk);
  write(*devices[2]);
  check({&desk, devices[2], devices[3]});
  desk.call("user.suspend", testing::parameters("name", "Bo"));
  write(*devices[3]);
  check({&desk, devices[3]});
  desk.call("user.reinstate", testing::parameters("name", "Bo"));
  devices.push_back(&office.add("Bo"));
  write(desk);
  write(*devices[4]);
  CHECK(check({&desk, devices[3], devices[4]}) > at_first);
  // Two barred phones, two new epochs: what they know is still the first.
  const auto knowledge = testing::knowledge_of(desk, identities());
  const SpaceId space = testing::TestOffice::space_of(desk, file);
  for (const std::size_t barred : {1U, 2U}) {
    CHECK(knowledge.knows(devices[barred]->workspace().core().identity.id, space, 1));
    CHECK_FALSE(knowledge.knows(devices[barred]->workspace().core().identity.id, space, 3));
  }
  CHECK(knowledge.knows(devices[4]->workspace().core().identity.id, space, 3));
}
