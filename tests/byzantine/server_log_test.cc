// SPDX-License-Identifier: Apache-2.0
// A server that shows old, other or no records of who belongs and who is barred.
#include <doctest/doctest.h>

#include <algorithm>

#include "core/workspace/core.h"
#include "tests/byzantine/scene.h"
#include "tests/core/workspace/forger.h"
#include "tests/support/office_knowledge.h"

using namespace feltbog;
using namespace feltbog::testing;
using Kinds = std::vector<std::string>;

namespace {

std::uint32_t epoch_of(TestDevice& device, const SpaceId& space) {
  return device.workspace().core().membership.space(space)->state.epoch().number;
}

ledger::RunHeader newest_run(Scene& scene, TestDevice& author) {
  std::optional<ledger::RunHeader> out;
  for (const auto& item : runs_on_server(scene.office, scene.desk, scene.space)) {
    const auto run = ledger::SealedRun::decode(item.run);
    REQUIRE(run.has_value());
    if (run->header.device == device_id(author)) out = run->header;
  }
  REQUIRE(out.has_value());
  return *out;
}

bool may_know(Scene& scene, TestDevice& device, std::uint32_t epoch) {
  std::vector<const ledger::DeviceIdentity*> devices{&identity_of(device)};
  return knowledge_of(scene.desk, devices).knows(device_id(device), scene.space, epoch);
}

}  // namespace

TEST_CASE("stale acl: who has seen a removal seals under the new key, whatever is shown later") {
  Scene scene;
  scene.write(scene.bo, "af Bo");
  scene.sync_honest();
  const Liar::Moment before_removal = Liar::now(scene.office, {&scene.anna});
  scene.desk.call("case.remove-member", parameters("case", scene.id, "user", "Bo"));
  scene.honest = {&scene.desk, &scene.anna};
  scene.sync_honest();
  scene.write(scene.desk, "efter Bo");
  scene.sync_honest();
  Liar server(scene.office);
  server.forget_since(before_removal, true);
  scene.write(scene.anna, "gammel liste");
  const Bytes before = scene.state_of(scene.anna);
  CHECK(scene.meet(scene.anna, server) == ErrorCode::internal);
  CHECK(scene.state_of(scene.anna) == before);
  CHECK(scene.evidence(scene.anna) == Kinds{"server_went_back"});
  CHECK(newest_run(scene, scene.anna).epoch == 2);
  scene.check_unharmed();
  CHECK(may_know(scene, scene.bo, 1));
  CHECK_FALSE(may_know(scene, scene.bo, 2));
}

TEST_CASE(
    "acl fork: another genuine record at a taken place is refused and told, and changes nothing") {
  Scene scene;
  TestDevice& bodil = scene.office.add("Bodil", "administrator");
  TestDevice& carl = scene.office.add("Carl");
  scene.desk.call("case.add-member", parameters("case", scene.id, "user", "Bodil"));
  scene.sync_honest();
  scene.office.sync(bodil);
  const ledger::LogHead fork = scene.standing().records;
  const auto rival = next_record(bodil, scene.space, identity_of(bodil), ledger::LegalHold{true});
  scene.bo.call("note.write", parameters("case", scene.id, "text", "Bos.", "title", "Bos"));
  scene.desk.call("case.add-member", parameters("case", scene.id, "user", "Carl"));
  scene.office.sync(scene.desk);
  scene.office.sync(scene.anna);
  Liar server(scene.office);
  server.on_records = [&](const ledger::LogName& log, std::uint64_t first, auto& records) {
    if (log != scene.space) return;
    records.clear();
    if (first == fork.sequence + 1) records.push_back(rival);
  };
  server.on_standing = [&](const SpaceId& space, sync::SpaceStanding& standing) {
    if (space == scene.space) standing.records = fork;
  };
  const Bytes before = scene.state_of(scene.anna);
  CHECK(scene.meet(scene.anna, server) == ErrorCode::internal);
  CHECK(scene.state_of(scene.anna) == before);
  CHECK(scene.evidence(scene.anna) == Kinds{"server_changed_log"});
  // Who is shown the other record first stays with it. Nothing of his goes to its members or is
  // lost to him, and he learns of it from whatever the server next signs.
  CHECK(scene.meet(scene.bo, server) == ErrorCode::internal);
  scene.honest = {&scene.desk, &scene.anna};
  scene.write(scene.anna, "Annas");
  scene.sync_honest();
  scene.office.try_sync(scene.bo);
  const Kinds told = scene.evidence(scene.bo);
  CHECK(std::count(told.begin(), told.end(), "server_changed_log") == 1);
  scene.bo.call("note.show", parameters("case", scene.id, "note", "Bos"));
  CHECK(scene.bo.call("status")["all_sent"] == Value(false));
  scene.office.sync(carl);
  scene.honest.push_back(&carl);
  scene.check_unharmed();
}

TEST_CASE("withheld revoke: what rests on a barring is not shown without it, nor to the barred") {
  Scene scene;
  scene.write(scene.bo, "før");
  scene.sync_honest();
  const Liar::Moment before_barring = Liar::now(scene.office, {&scene.anna, &scene.bo});
  scene.desk.call("device.revoke", parameters("device", "Bo"));
  scene.office.sync(scene.desk);
  scene.write(scene.desk, "hemmeligt");
  scene.office.sync(scene.desk);
  // Runs go on being shown, the records do not, and the lost phone is treated as any other.
  Liar server(scene.office);
  server.forget_since(before_barring, false);
  server.shown_as[device_id(scene.bo)] = device_id(scene.anna);
  scene.honest = {&scene.desk, &scene.anna};
  scene.write(scene.anna, "imens");
  scene.bo.call("note.write", parameters("case", scene.id, "text", "Sent.", "title", "Bos sene"));
  for (TestDevice* device : {&scene.anna, &scene.bo}) {
    scene.meet(*device, server);
    CHECK_FALSE(scene.shows(*device, "hemmeligt"));
    CHECK(device->call("search", parameters("words", "hemmeligt")).items().empty());
    CHECK(scene.set_aside(*device, "missing_dependency") == 1);
  }
  CHECK(scene.evidence(scene.anna) == Kinds{"run_withheld"});
  CHECK_FALSE(may_know(scene, scene.bo, 2));
  CHECK(scene.meet(scene.bo, scene.office.relay()) == ErrorCode::revoked);
  scene.check_unharmed();
  CHECK(epoch_of(scene.anna, scene.space) == 2);
  CHECK(scene.set_aside(scene.anna, "missing_dependency") == 0);
  // What the barred phone wrote on waits for a person.
  CHECK_FALSE(scene.shows(scene.anna, "Bos sene"));
  CHECK(scene.anna.call("held.list").items().size() == 1);
}

TEST_CASE("forged wipe: no device destroys anything but by an administrator's own order") {
  Scene scene;
  scene.write(scene.anna, "før");
  scene.sync_honest();
  scene.bo.call("note.write",
                parameters("case", scene.id, "text", "Usendt.", "title", "Bos sidste"));
  scene.desk.call("device.revoke", parameters("device", "Bo"));
  scene.office.sync(scene.desk);
  auto server_as_desk = ledger::DeviceIdentity::make(scene.office.random());
  server_as_desk.id = device_id(scene.desk);
  struct Author {
    const ledger::DeviceIdentity& identity;
    ErrorCode told;
  };
  // The server in the administrator's name, and with a worker's genuine key.
  for (const Author& author : {Author{server_as_desk, ErrorCode::bad_signature},
                               Author{identity_of(scene.anna), ErrorCode::not_authorised}}) {
    for (TestDevice* device : {&scene.bo, &scene.anna}) {
      Liar server(scene.office);
      server.append(
          {}, scene.organisation_head().sequence + 1,
          next_record(scene.desk, author.identity, ledger::WipeOrder{device_id(*device)}));
      CHECK(scene.meet(*device, server) == author.told);
      for (const bool restarted : {false, true}) {
        if (restarted) device->reopen();
        const auto due = device->workspace().wipe_due();
        REQUIRE(due.has_value());
        CHECK_FALSE(*due);
      }
    }
  }
  CHECK(scene.shows(scene.anna, "før"));
  // The barred phone still hands in what it had.
  CHECK(scene.meet(scene.bo, scene.office.relay()) == ErrorCode::revoked);
  CHECK(scene.bo.call("status")["all_sent"] == Value(true));
  scene.honest = {&scene.desk, &scene.anna};
  scene.check_unharmed();
  CHECK(scene.desk.call("held.list").items().size() == 1);
}
