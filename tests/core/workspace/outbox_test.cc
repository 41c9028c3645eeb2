// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/outbox.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/core/workspace/forger.h"

using namespace feltbog;
using namespace feltbog::testing;

namespace {

struct Pair {
  TestOffice office{1};
  TestDevice& desk = office.desk();
  TestDevice& anna = office.add("Anna");
  std::string id = office.refer({"Anna"});
  SpaceId space;
  Pair() {
    office.sync_all();
    space = TestOffice::space_of(anna, id);
    static_cast<void>(replica().claim());
  }
  ledger::Replica& replica() { return anna.workspace().replica(); }
  void write(const std::string& title) {
    anna.call("note.write", parameters("case", id, "text", "Ord i " + title, "title", title));
  }
  std::vector<ledger::OutgoingRun> runs(std::uint64_t after = 0) {
    auto out = replica().runs_to_send(1 << 20, after);
    REQUIRE(out.has_value());
    return std::move(out).value();
  }
  Bytes receipt_for(const std::vector<ledger::OutgoingRun>& runs) {
    std::vector<Bytes> bytes;
    for (const auto& run : runs) bytes.push_back(run.run);
    auto appended = office.relay().append_runs(device_id(anna), space, bytes);
    REQUIRE(appended.has_value());
    return appended->receipt;
  }
  bool all_sent() { return anna.call("status")["all_sent"] == Value(true); }
};

}  // namespace

TEST_CASE("a run is sealed once: asked again, it is offered as the same bytes") {
  Pair pair;
  pair.write("A");
  const auto first = pair.runs();
  REQUIRE(first.size() == 1);
  pair.anna.reopen();
  static_cast<void>(pair.replica().claim());
  const auto again = pair.runs();
  REQUIRE(again.size() == 1);
  CHECK(again.front().run == first.front().run);
  CHECK(again.front().place == first.front().place);
  CHECK(pair.runs(first.front().place).empty());
}

TEST_CASE("many small changes leave in few runs, each within its limits") {
  Pair pair;
  for (int i = 0; i < 60; ++i) pair.write("N" + std::to_string(i));
  for (int i = 0; i < 4; ++i) {
    pair.anna.call("note.write", parameters("case", pair.id, "text", std::string(100'000, 'x')));
  }
  const auto runs = pair.runs();
  CHECK(runs.size() <= 6);
  for (const auto& run : runs) CHECK(run.run.size() <= ledger::kRunBytesMax);
  pair.office.sync(pair.anna);
  CHECK(pair.all_sent());
}

TEST_CASE("nothing leaves the outbox without a receipt that names it") {
  Pair pair;
  pair.write("A");
  const auto first = pair.runs();
  const Bytes good = pair.receipt_for(first);
  pair.write("B");
  const auto second = pair.runs(first.back().place);
  REQUIRE(second.size() == 1);
  const RunHash unnamed = second.front().hash;
  CHECK(pair.replica().runs_receipted(pair.space, {&unnamed, 1}, good).error().code ==
        ErrorCode::malformed);
  Bytes forged = good;
  forged.back() ^= 1;
  const RunHash named = first.front().hash;
  CHECK_FALSE(pair.replica().runs_receipted(pair.space, {&named, 1}, forged).has_value());
  const SpaceId other = pair.office.random().make<SpaceId>();
  CHECK(pair.replica().runs_receipted(other, {&named, 1}, good).error().code ==
        ErrorCode::malformed);
  CHECK(pair.runs().size() == 2);
  REQUIRE(pair.replica().runs_receipted(pair.space, {&named, 1}, good).has_value());
  CHECK(pair.runs().size() == 1);
}

TEST_CASE("a receipt that comes twice changes nothing the second time") {
  Pair pair;
  pair.write("A");
  const auto runs = pair.runs();
  const Bytes receipt = pair.receipt_for(runs);
  const RunHash hash = runs.front().hash;
  REQUIRE(pair.replica().runs_receipted(pair.space, {&hash, 1}, receipt).has_value());
  const std::uint64_t revision = pair.anna.workspace().revision();
  REQUIRE(pair.replica().runs_receipted(pair.space, {&hash, 1}, receipt).has_value());
  CHECK(pair.anna.workspace().revision() == revision);
}

TEST_CASE("a refused run stays, and status says why") {
  Pair pair;
  pair.write("A");
  const auto runs = pair.runs();
  REQUIRE(pair.replica()
              .run_refused(pair.space, runs.front().hash, ErrorCode::quota_exceeded)
              .has_value());
  const Value status = pair.anna.call("status");
  CHECK(status["runs_refused"] == parameters("quota_exceeded", 1));
  CHECK(status["all_sent"] == Value(false));
  pair.office.sync(pair.anna);
  CHECK(pair.all_sent());
  CHECK(pair.anna.call("status")["runs_refused"] == Value(Value::Map{}));
}

TEST_CASE("nothing of a file leaves before the server has its first record") {
  Pair pair;
  const std::string own =
      pair.desk.call("case.new", parameters("citizen", "B"))["case"].text_or({});
  const SpaceId space = TestOffice::space_of(pair.desk, own);
  ledger::Replica& desk = pair.desk.workspace().replica();
  static_cast<void>(desk.claim());
  const auto of_space = [&] {
    const auto runs = desk.runs_to_send(1 << 20, 0);
    REQUIRE(runs.has_value());
    return std::count_if(runs->begin(), runs->end(),
                         [&](const auto& run) { return run.space == space; });
  };
  CHECK(of_space() == 0);
  REQUIRE(desk.record_accepted(space, 1).has_value());
  CHECK(of_space() == 1);
}

TEST_CASE("a server put back from a backup is given everything it lost") {
  Pair pair;
  pair.write("før");
  pair.office.sync_all();
  auto backup = pair.office.copy_server();
  pair.write("efter");
  const std::string late =
      pair.desk.call("case.new", parameters("citizen", "B"))["case"].text_or({});
  pair.office.sync_all();
  const auto runs = pair.office.relay().counts()->runs;
  pair.office.put_back_server(std::move(backup), true);
  REQUIRE(pair.office.relay().counts()->runs < runs);
  pair.office.sync(pair.anna);
  pair.office.sync(pair.desk);
  pair.office.sync_all();
  CHECK(pair.office.relay().counts()->runs == runs);
  CHECK(pair.all_sent());
  CHECK(pair.desk.call("status")["all_sent"] == Value(true));
  pair.desk.call("note.show", parameters("case", pair.id, "note", "efter"));
}

TEST_CASE("a server that forgot its newest runs without saying so is given them again") {
  Pair pair;
  pair.write("før");
  pair.office.sync_all();
  auto older = pair.office.copy_server();
  pair.write("efter");
  pair.office.sync_all();
  const auto runs = pair.office.relay().counts()->runs;
  pair.office.put_back_server(std::move(older), false);
  pair.office.sync(pair.anna);
  pair.office.sync(pair.desk);
  CHECK(pair.office.relay().counts()->runs == runs);
  CHECK(pair.all_sent());
}

TEST_CASE("times are claimed to the second") {
  Pair pair;
  pair.anna.clock.wall.milliseconds += 789;
  pair.write("A");
  const auto file = pair.anna.workspace().core().files.open(pair.space);
  REQUIRE(file.has_value());
  CHECK((*file)->history.changes().back().recorded_at.milliseconds % 1000 == 0);
}
