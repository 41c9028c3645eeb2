// SPDX-License-Identifier: Apache-2.0
// A member's program that says different things to different people, or lies about what it knew.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/byzantine/scene.h"
#include "tests/core/workspace/forger.h"

using namespace feltbog;
using namespace feltbog::testing;
using Kinds = std::vector<std::string>;

namespace {

struct Cheated : Scene {
  Forger forger{bo, space};
  Cheated() { honest = {&desk, &anna}; }
};

}  // namespace

TEST_CASE(
    "equivocating device: the honest server takes one of two runs for one place, and all agree") {
  Cheated scene;
  scene.write(scene.anna, "før");
  scene.sync_honest();
  const Bytes one = scene.forger.seal_aside({scene.forger.change(1, 1)});
  const Bytes two = scene.forger.seal({scene.forger.change(1, 1), scene.forger.change(2, 2)});
  push(scene.office, scene.bo, scene.space, one);
  const auto second = scene.office.relay().append_runs(device_id(scene.bo), scene.space, {&two, 1});
  REQUIRE(second.has_value());
  CHECK(second->runs.front().refused == ErrorCode::fork_detected);
  scene.check_unharmed();
}

TEST_CASE(
    "equivocating device: who is shown both runs keeps the first, and has the proof in hand") {
  Cheated scene;
  scene.write(scene.anna, "før");
  scene.sync_honest();
  const Bytes one = scene.forger.seal_aside({scene.forger.change(1, 1)});
  const Bytes two = scene.forger.seal({scene.forger.change(1, 1), scene.forger.change(2, 2)});
  push(scene.office, scene.bo, scene.space, one);
  scene.sync_honest();
  // The server helps: behind the genuine run it shows the other one.
  const std::uint64_t last = scene.standing().last_position;
  Liar server(scene.office);
  server.on_runs = [&](const SpaceId& space, std::uint64_t position, sync::RunBatch& batch) {
    if (space == scene.space && position <= last) batch.runs.push_back({last + 1, two});
  };
  for (TestDevice* device : scene.honest) {
    const Bytes before = scene.state_of(*device);
    CHECK(scene.meet(*device, server) == ErrorCode::internal);
    CHECK(scene.state_of(*device) == before);
    CHECK(scene.evidence(*device) == Kinds{"device_forked"});
    CHECK(device->call("evidence.show", parameters("evidence", 1))["proves"] == Value(true));
    CHECK(scene.set_aside(*device, "fork_detected") == 1);
  }
  // Bytes that only claim the place are no evidence.
  auto claim = ledger::SealedRun::decode(two).value();
  claim.header.retention = 3;
  const Bytes unsigned_run = claim.encode();
  server.on_runs = [&](const SpaceId& space, std::uint64_t position, sync::RunBatch& batch) {
    if (space == scene.space && position <= last) batch.runs.push_back({last + 1, unsigned_run});
  };
  scene.office.sync(scene.anna);
  CHECK(scene.meet(scene.anna, server) == ErrorCode::internal);
  const Kinds told = scene.evidence(scene.anna);
  CHECK(std::count(told.begin(), told.end(), "device_forked") == 1);
  scene.check_unharmed();
}

TEST_CASE("lamport inflation: a change that claims a later place has no effect, now or later") {
  Cheated scene;
  push(scene.office, scene.bo, scene.space,
       scene.forger.seal(
           {scene.forger.change(1, 1), scene.forger.change(2, 900), scene.forger.change(3, 901)}));
  scene.write(scene.desk, "ærligt");
  scene.sync_honest();
  for (const bool restarted : {false, true}) {
    CAPTURE(restarted);
    for (TestDevice* device : scene.honest) {
      if (restarted) device->reopen();
      const Value status = device->call("status");
      CHECK(status["changes_refused"] == Value(1));
      CHECK(status["changes_waiting"] == Value(1));
      CHECK(status["runs_set_aside"] == Value(0));
    }
  }
  // Who wrote on top of what they saw goes on undisturbed.
  scene.check_unharmed();
}

TEST_CASE("clock inflation: who sets the clock ten years ahead does not overwrite anybody") {
  Scene scene;
  constexpr std::int64_t kTenYears = std::int64_t{10} * 365 * 24 * 3'600'000;
  // With one, the device would show and change nothing until its clock is right.
  scene.office.desk().call("lease.set", parameters("days", 0));
  scene.office.sync_all();
  scene.bo.clock.advance(kTenYears);
  for (TestDevice* device : {&scene.anna, &scene.bo}) {
    device->call("outcome.record",
                 parameters("case", scene.id, "outcome",
                            device == &scene.anna ? "contact.reached" : "contact.handed_back"));
  }
  scene.check_unharmed();
  for (TestDevice* device : scene.honest) {
    const Value conflicts = device->call("conflicts.list");
    REQUIRE(conflicts.items().size() == 1);
    CHECK(conflicts.items().front()["values"] == Value(2));
  }
}
