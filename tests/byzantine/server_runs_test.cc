// SPDX-License-Identifier: Apache-2.0
// A server that shows runs again, elsewhere, in another order, a thousand times, or changed.
#include <doctest/doctest.h>

#include <algorithm>

#include "core/ledger/run.h"
#include "tests/byzantine/scene.h"
#include "tests/core/workspace/forger.h"

using namespace feltbog;
using namespace feltbog::testing;
using Kinds = std::vector<std::string>;

namespace {

std::int64_t changes(Scene& scene, TestDevice& device) {
  return device.call("case.show", parameters("case", scene.id))["changes"].integer_or(0);
}

// Behind the newest run these come once more.
void show_again(Liar& server, const SpaceId& space, std::uint64_t last,
                std::vector<ledger::RunItem> items) {
  server.on_runs = [=](const SpaceId& asked, std::uint64_t position, sync::RunBatch& batch) {
    if (asked != space || batch.more) return;
    for (std::size_t index = 0; index < items.size(); ++index) {
      const std::uint64_t at = last + index + 1;
      if (at <= position) continue;
      if (batch.runs.size() == 500) {
        batch.more = true;
        return;
      }
      batch.runs.push_back({at, items[index].run});
    }
  };
}

}  // namespace

TEST_CASE("replay of an old entry: what came before changes nothing, and is told as it is signed") {
  Scene scene;
  for (const char* title : {"et", "to"}) {
    scene.write(scene.anna, title);
    scene.sync_honest();
  }
  const Bytes before = scene.state_of(scene.bo);
  const std::uint64_t last = scene.standing().last_position;
  Liar server(scene.office);
  show_again(server, scene.space, last, runs_on_server(scene.office, scene.bo, scene.space));
  CHECK(scene.meet(scene.bo, server) == ErrorCode::internal);
  CHECK(scene.state_of(scene.bo) == before);
  // A record of the organisation once more, as if it were new.
  const std::uint64_t records = scene.organisation_head().sequence;
  const auto old = records_on_server(scene.office, scene.bo, std::nullopt, records);
  Liar repeats_record(scene.office);
  repeats_record.append({}, records + 1, old.front());
  CHECK(scene.meet(scene.bo, repeats_record) == ErrorCode::malformed);
  CHECK(scene.state_of(scene.bo) == before);
  scene.check_unharmed();
  CHECK(scene.evidence(scene.bo) == Kinds{"server_went_back"});
}

TEST_CASE("cross-space move: what was written in one file does not enter another") {
  Scene scene;
  const std::string other = scene.office.refer({"Anna", "Bo"}, "Bent G");
  scene.sync_honest();
  const SpaceId elsewhere = TestOffice::space_of(scene.anna, other);
  scene.anna.call("note.write", parameters("case", other, "text", "Om Bent.", "title", "Fremmed"));
  scene.office.sync(scene.anna);
  const auto foreign = runs_on_server(scene.office, scene.anna, elsewhere).back();
  const auto record = records_on_server(scene.office, scene.anna, elsewhere, 1).front();
  scene.office.sync(scene.bo);
  Liar server(scene.office);
  show_again(server, scene.space, scene.standing().last_position, {foreign});
  Liar moves_record(scene.office);
  moves_record.append(scene.space, scene.standing().records.sequence + 1, record);
  const Bytes before = scene.state_of(scene.bo);
  CHECK(scene.meet(scene.bo, server) == ErrorCode::internal);
  CHECK(scene.state_of(scene.bo) == before);
  CHECK(scene.set_aside(scene.bo, "malformed") == 1);
  CHECK_FALSE(scene.shows(scene.bo, "Fremmed"));
  CHECK(scene.meet(scene.bo, moves_record) == ErrorCode::malformed);
  CHECK(scene.state_of(scene.bo) == before);
  scene.check_unharmed();
  for (TestDevice* device : scene.honest) {
    device->call("note.show", parameters("case", other, "note", "Fremmed"));
  }
}

TEST_CASE("reorder: runs in another order give the same state, and the other order is told") {
  Scene scene;
  const std::uint64_t from = scene.standing().last_position;
  for (const char* round : {"1", "2", "3"}) {
    scene.write(scene.anna, std::string("a") + round);
    scene.office.sync(scene.anna);
    scene.write(scene.bo, std::string("b") + round);
    scene.office.sync(scene.bo);
  }
  Liar server(scene.office);
  server.on_runs = [&](const SpaceId& space, std::uint64_t position, sync::RunBatch& batch) {
    if (space != scene.space || position != from) return;
    for (std::size_t i = 0, j = batch.runs.size(); i + 1 < j; ++i) {
      std::swap(batch.runs[i].run, batch.runs[--j].run);
    }
  };
  CHECK(scene.meet(scene.desk, server) == ErrorCode::internal);
  for (const char* title : {"a1", "a2", "a3", "b1", "b2", "b3"}) {
    CHECK(scene.shows(scene.desk, title));
  }
  CHECK(scene.desk.call("status")["runs_set_aside"] == Value(0));
  scene.check_unharmed();
  const Kinds told = scene.evidence(scene.desk);
  CHECK(std::count(told.begin(), told.end(), "server_changed_order") == 1);
}

TEST_CASE("duplicate x1000: a run shown or handed in a thousand times stands once") {
  Scene scene;
  scene.write(scene.anna, "et");
  scene.sync_honest();
  const std::uint64_t last = scene.standing().last_position;
  const auto run = runs_on_server(scene.office, scene.bo, scene.space).back();
  const Bytes before = scene.state_of(scene.bo);
  const std::int64_t count = changes(scene, scene.bo);
  Liar server(scene.office);
  show_again(server, scene.space, last, std::vector<ledger::RunItem>(1000, run));
  CHECK(scene.meet(scene.bo, server) == ErrorCode::internal);
  CHECK(scene.state_of(scene.bo) == before);
  CHECK(changes(scene, scene.bo) == count);
  CHECK(scene.bo.call("status")["runs_set_aside"] == Value(0));
  // The honest server does not fall for it either.
  for (int times = 0; times < 1000; ++times) push(scene.office, scene.anna, scene.space, run.run);
  CHECK(scene.standing().last_position == last);
  scene.check_unharmed();
  CHECK(scene.evidence(scene.bo) == Kinds{"server_went_back"});
}

TEST_CASE("spoiled run: a run whose signature or body was changed or left out is asked for again") {
  Scene scene;
  scene.write(scene.anna, "et");
  scene.office.sync(scene.anna);
  scene.write(scene.anna, "to");
  scene.office.sync(scene.anna);
  const std::uint64_t at = scene.standing().last_position - 1;
  enum class Spoiled { signature, body, no_body, not_a_run };
  for (const Spoiled how :
       {Spoiled::signature, Spoiled::body, Spoiled::no_body, Spoiled::not_a_run}) {
    CAPTURE(static_cast<int>(how));
    Liar server(scene.office);
    server.on_runs = [&](const SpaceId& space, std::uint64_t, sync::RunBatch& batch) {
      if (space != scene.space) return;
      for (ledger::RunItem& item : batch.runs) {
        if (item.position != at) continue;
        auto run = ledger::SealedRun::decode(item.run).value();
        if (how == Spoiled::signature) run.signature.bytes[5] ^= 1;
        if (how == Spoiled::body) run.body->back() ^= 1;
        if (how == Spoiled::no_body) run.body.reset();
        item.run = run.encode();
        if (how == Spoiled::not_a_run) item.run.push_back(0);
      }
    };
    const Bytes before = scene.state_of(scene.bo);
    CHECK(scene.meet(scene.bo, server) == ErrorCode::internal);
    CHECK(scene.state_of(scene.bo) == before);
    CHECK(scene.set_aside(scene.bo, "broken_chain") == 1);  // the one after it
    CHECK(scene.evidence(scene.bo) == Kinds{"run_withheld"});
  }
  scene.check_unharmed();
}
