// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/inbox.h"

#include <doctest/doctest.h>

#include "tests/core/workspace/forger.h"

using namespace feltbog;
using namespace feltbog::testing;

namespace {

// Anna, Bo and the desk share a file; Bo's program will not be honest.
struct Shared {
  TestOffice office{1};
  TestDevice& anna = office.add("Anna");
  TestDevice& bo = office.add("Bo");
  std::string id = office.refer({"Anna", "Bo"});
  SpaceId space;
  ServerIncarnation incarnation;

  Shared() {
    office.sync_all();
    space = TestOffice::space_of(anna, id);
    incarnation = office.relay().incarnation();
  }
  // Gives a run to Anna past all sessions.
  void deliver(const Bytes& run, std::uint64_t position = 50) {
    const ledger::RunItem item{position, run};
    REQUIRE(anna.workspace()
                .replica()
                .store_runs(space, incarnation, {&item, 1}, position)
                .has_value());
  }
  Value status() { return anna.call("status"); }
  std::string hash_of(TestDevice& device) {
    return device.call("case.show", parameters("case", id))["state_hash"].text_or("");
  }
  std::int64_t aside(std::string_view reason) {
    return status()["set_aside_reasons"][reason].integer_or(0);
  }
  std::int64_t changes() {
    return anna.call("case.show", parameters("case", id))["changes"].integer_or(0);
  }
};

}  // namespace

TEST_CASE(
    "a lie that is found out only when its past arrives is judged as one that came after it") {
  Shared shared;
  Forger first(shared.bo, shared.space);
  const document::Change base = first.change(1, 1);
  Forger second(shared.office.desk(), shared.space);
  // Karen's device has written here: her chain is borrowed only for its key, past the server.
  const Bytes honest = first.seal({base});
  const Bytes lie = first.seal({first.change(2, 77)});
  shared.deliver(lie);
  CHECK(shared.aside("broken_chain") == 1);
  shared.deliver(honest, 51);
  CHECK(shared.aside("broken_chain") == 0);
  CHECK(shared.status()["changes_refused"] == Value(1));
  const std::string hash = shared.hash_of(shared.anna);
  shared.anna.reopen();
  CHECK(shared.status()["changes_refused"] == Value(1));
  CHECK(shared.hash_of(shared.anna) == hash);
}

TEST_CASE("a run that holds no changes is set aside with its reason, and those after it wait") {
  Shared shared;
  Forger forger(shared.bo, shared.space);
  const Bytes bad = forger.seal_payload(Bytes{1, 2, 3}, 1);
  const Bytes next = forger.seal({forger.change(2, 2)});
  push(shared.office, shared.bo, shared.space, bad);
  push(shared.office, shared.bo, shared.space, next);
  shared.office.sync(shared.anna);
  CHECK(shared.aside("malformed") + shared.aside("truncated") == 1);
  CHECK(shared.aside("broken_chain") == 1);
  const std::uint64_t revision = shared.anna.workspace().revision();
  shared.anna.reopen();
  CHECK(shared.status()["runs_set_aside"] == Value(2));
  shared.office.sync(shared.anna);
  CHECK(shared.anna.workspace().revision() == revision);
}

TEST_CASE("runs that come in the wrong order wait for each other") {
  Shared shared;
  Forger forger(shared.bo, shared.space);
  const Bytes first = forger.seal({forger.change(1, 1)});
  const Bytes second = forger.seal({forger.change(2, 2)});
  const Bytes third = forger.seal({forger.change(3, 3)});
  const std::int64_t before = shared.changes();
  shared.deliver(third);
  shared.deliver(second, 51);
  CHECK(shared.aside("broken_chain") == 2);
  CHECK(shared.changes() == before);
  shared.deliver(first, 52);
  CHECK(shared.status()["runs_set_aside"] == Value(0));
  CHECK(shared.changes() == before + 3);
}

TEST_CASE("a run that cites what is not here yet is merged when the organisation's log has grown") {
  Shared shared;
  shared.office.invite("Carl");  // the organisation's log grows, and Anna does not hear of it
  shared.office.sync(shared.bo);
  shared.bo.call("note.write", parameters("case", shared.id, "text", "Før loggen", "title", "N"));
  shared.office.sync(shared.bo);
  const auto runs = runs_on_server(shared.office, shared.bo, shared.space);
  shared.deliver(runs.back().run);
  CHECK(shared.aside("missing_dependency") == 1);
  const std::uint64_t known =
      shared.anna.workspace().core().membership.organisation().head().sequence;
  const auto records = records_on_server(shared.office, shared.bo, std::nullopt, known + 1);
  REQUIRE(shared.anna.workspace()
              .replica()
              .store_records(std::nullopt, known + 1, records)
              .has_value());
  CHECK(shared.status()["runs_set_aside"] == Value(0));
  shared.anna.call("note.show", parameters("case", shared.id, "note", "N"));
}

TEST_CASE("a forged copy never replaces the genuine run") {
  Shared shared;
  Forger forger(shared.bo, shared.space);
  const Bytes first = forger.seal({forger.change(1, 1)});
  const Bytes second = forger.seal({forger.change(2, 2)});
  auto copy = ledger::SealedRun::decode(second);
  REQUIRE(copy.has_value());
  copy->signature.bytes[0] ^= 1;
  const std::int64_t before = shared.changes();
  shared.deliver(copy->encode());  // neither can be told from the other before the first is here
  shared.deliver(second, 51);
  CHECK(shared.aside("broken_chain") == 2);
  shared.deliver(first, 52);
  CHECK(shared.changes() == before + 2);
  CHECK(shared.aside("bad_signature") == 1);
  shared.deliver(copy->encode(), 53);
  CHECK(shared.status()["runs_set_aside"] == Value(0));
}

TEST_CASE("two runs at one place of a chain are told as a fork, and the first stays") {
  Shared shared;
  Forger forger(shared.bo, shared.space);
  const Bytes rival = forger.seal_aside({forger.change(1, 1, {})});
  auto other = forger.change(1, 1);
  other.recorded_at.milliseconds += 1000;
  const Bytes stands = forger.seal({other});
  shared.deliver(stands);
  const std::string hash = shared.hash_of(shared.anna);
  shared.deliver(rival, 51);
  CHECK(shared.aside("fork_detected") == 1);
  CHECK(shared.hash_of(shared.anna) == hash);
  shared.anna.reopen();
  CHECK(shared.hash_of(shared.anna) == hash);
}

TEST_CASE(
    "a run of this very device that it does not know of is taken in, and costs no unsent words") {
  Shared shared;
  // As after its database was put back to an older state: the server has a run of it already.
  Forger self(shared.anna, shared.space);
  const Bytes lost = self.seal({self.change(1, 1)});
  shared.anna.call("note.write", parameters("case", shared.id, "text", "Usendt", "title", "U"));
  shared.deliver(lost);
  CHECK(shared.status()["runs_set_aside"] == Value(0));
  shared.anna.reopen();
  CHECK(shared.anna.call("note.show", parameters("case", shared.id, "note", "U"))["text"] ==
        Value("Usendt"));
}

TEST_CASE("what came before is a success that changes nothing") {
  Shared shared;
  const std::uint64_t revision = shared.anna.workspace().revision();
  const auto runs = runs_on_server(shared.office, shared.anna, shared.space);
  REQUIRE(shared.anna.workspace()
              .replica()
              .store_runs(shared.space, shared.incarnation, runs, runs.back().position)
              .has_value());
  CHECK(shared.anna.workspace().revision() == revision);
}

TEST_CASE("bytes that are no run are kept for whoever looks into it, and harm nothing") {
  Shared shared;
  shared.deliver(Bytes{});
  shared.deliver(Bytes{0xff, 0x00}, 51);
  shared.deliver(Bytes{0xff, 0x00}, 52);
  CHECK(shared.status()["runs_set_aside"] == Value(2));
  shared.anna.reopen();
  shared.office.sync(shared.anna);
}

TEST_CASE("changes that rest on nothing fill a waiting room of limited size, not the device") {
  Shared shared;
  Forger forger(shared.bo, shared.space);
  const WriterId nobody{{1, 2, 3}};
  std::uint64_t counter = 0;
  const std::int64_t before = shared.changes();
  for (std::size_t sealed = 0; sealed <= document::kHeldChangesMax; sealed += 1000) {
    std::vector<document::Change> changes;
    for (int i = 0; i < 1000; ++i) {
      ++counter;
      document::Change change = forger.change(counter, counter + 5);
      if (counter == 1) change.dependencies = {{nobody, 5}};
      change.ops = {{{}, "x", document::Increment{1}}};
      changes.push_back(std::move(change));
    }
    shared.deliver(forger.seal(std::move(changes)), 50 + counter);
  }
  CHECK(shared.aside("limit_exceeded") == 1);
  CHECK(shared.status()["changes_waiting"] == Value(65000));
  CHECK(shared.changes() == before);
  shared.anna.reopen();
  CHECK(shared.status()["changes_waiting"] == Value(65000));
  shared.office.desk().call("note.write",
                            parameters("case", shared.id, "text", "Plads", "title", "P"));
  shared.office.sync(shared.office.desk());
  shared.office.sync(shared.anna);
  shared.anna.call("note.show", parameters("case", shared.id, "note", "P"));
}

TEST_CASE("a disk that fails while runs are stored leaves memory and database as they were") {
  Shared shared;
  shared.bo.call("note.write", parameters("case", shared.id, "text", "Nyt", "title", "N"));
  shared.office.sync(shared.bo);
  const auto runs = runs_on_server(shared.office, shared.anna, shared.space);
  const std::string before = shared.hash_of(shared.anna);
  bool stored = false;
  for (std::uint64_t call = 0; !stored && call < 200; ++call) {
    CAPTURE(call);
    shared.anna.disk.inject({shared.anna.disk.call_count() + call, FaultKind::disk_full, false});
    stored = shared.anna.workspace()
                 .replica()
                 .store_runs(shared.space, shared.incarnation, runs, runs.back().position)
                 .has_value();
    shared.anna.disk.clear_faults();
    if (stored) break;
    CHECK(shared.hash_of(shared.anna) == before);
    shared.anna.reopen();
    CHECK(shared.hash_of(shared.anna) == before);
  }
  CHECK(shared.hash_of(shared.anna) == shared.hash_of(shared.bo));
}
