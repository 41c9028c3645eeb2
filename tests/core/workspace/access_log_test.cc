// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/access_log.h"

#include <doctest/doctest.h>

#include <map>
#include <set>

#include "core/base/cbor.h"
#include "core/ledger/run.h"
#include "core/workspace/access_reading.h"
#include "core/workspace/attachment.h"
#include "core/workspace/editor.h"
#include "core/workspace/watch.h"
#include "tests/support/test_office.h"

using namespace feltbog;
using namespace feltbog::testing;
using workspace::AccessClass;
using workspace::CommandRow;

namespace {

constexpr const char* kCitizen = "KANARIEFUGL Sørensen";

// Entries on the device that are in no run.
std::int64_t entries_on(TestDevice& device) {
  return device.call("status")["not_sent"]["access_entries"].integer_or(-1);
}

// A file of the desk's that Anna works on, and Rita, who audits.
struct Audited {
  TestOffice office{1};
  TestDevice& desk = office.desk();
  TestDevice& anna = office.add("Anna");
  TestDevice& rita = office.add("Rita", "auditor");
  std::string id = office.refer({"Anna"}, kCitizen);

  Audited() {
    office.sync_all();
    anna.call("note.write", parameters("case", id, "text", "KANARIEFUGL sov.", "title", "N"));
    office.sync_all();
  }
  std::vector<workspace::LoggedAccess> read() {
    office.sync_all();
    auto read = workspace::read_access_logs(rita.workspace().core());
    REQUIRE(read.has_value());
    return std::move(read).value();
  }
  std::vector<workspace::LoggedAccess> of(TestDevice& device) {
    auto all = read();
    const DeviceId& writer = device.workspace().core().identity.id;
    std::erase_if(all, [&](const auto& logged) { return logged.device != writer; });
    return all;
  }
};

Result<Value> call_for(TestDevice& device, std::string_view command, const Value& given,
                       const char* purpose) {
  return device.workspace().call(command, given,
                                 {casework::Language::english, std::nullopt, {}, purpose});
}

// What each row that shows something is called with.
std::map<std::string_view, Value> showing_calls(const std::string& id) {
  const Value in_case = parameters("case", id);
  const Value note = parameters("case", id, "note", "N");
  Value refer = parameters("case", id, "pathway", "slagelse-fokus");
  refer["to"].push_back("Anna");
  return {{"attachment.list", in_case},
          {"case.add-member", parameters("case", id, "user", "Rita", "role", "reader")},
          {"case.archive", in_case},
          {"case.list", {}},
          {"case.members", in_case},
          {"case.refer", refer},
          {"case.remove-member", parameters("case", id, "user", "Rita")},
          {"case.show", in_case},
          {"conflicts.list", {}},
          {"conflicts.show", parameters("conflict", "none")},
          {"device.report", parameters("device", "Anna")},
          {"due", {}},
          {"evidence.list", {}},
          {"evidence.show", parameters("evidence", 1)},
          {"held.list", {}},
          {"held.show", parameters("run", "none")},
          {"lease.code", parameters("device", "Anna", "challenge", "4k7m92xq")},
          {"lease.extend", parameters("code", "none")},
          {"note.dropped", {}},
          {"note.history", note},
          {"note.list", in_case},
          {"note.show", note},
          {"search", parameters("words", "KANARIEFUGL")}};
}

}  // namespace

TEST_CASE("no command that shows something of a case does so without an entry that names it") {
  Audited test;
  const auto calls = showing_calls(test.id);
  const SpaceId space = TestOffice::space_of(test.desk, test.id);
  std::set<std::string> done;
  const std::size_t earlier = test.of(test.desk).size();
  for (const CommandRow* row : workspace::command_table()) {
    if (!workspace::leaves_entry(row->access) || row->name.starts_with("access-log.")) continue;
    CAPTURE(row->name);
    REQUIRE(calls.contains(row->name));
    const std::int64_t before = entries_on(test.desk);
    const auto result = test.desk.try_call(row->name, calls.at(row->name));
    CHECK(entries_on(test.desk) == before + (result ? 1 : 0));
    if (result) done.insert(std::string(row->name));
  }
  CHECK(done.size() >= 12);
  for (const auto& logged : test.of(test.desk)) {
    if (logged.number <= earlier) continue;
    CAPTURE(logged.entry->action);
    REQUIRE(logged.entry.has_value());
    const std::set<std::string> empty_here = {"conflicts.list", "due",        "evidence.list",
                                              "held.list",      "lease.code", "note.dropped"};
    CHECK((empty_here.contains(logged.entry->action) || logged.entry->cases.contains(space)));
    done.erase(logged.entry->action);
  }
  CHECK(done.empty());
}

TEST_CASE("what needs no entry tells nothing of any citizen") {
  Audited test;
  const std::set<std::string_view> needs_more = {
      "device.leave",    "device.revoke",  "device.wipe",  "lease.set",      "pathway.publish",
      "recovery.create", "recovery.drill", "recovery.use", "user.reinstate", "user.suspend"};
  for (const CommandRow* row : workspace::command_table()) {
    if (row->access != AccessClass::none || needs_more.contains(row->name)) continue;
    CAPTURE(row->name);
    const Value result = test.anna.call(row->name);
    CHECK(as_text(encode_cbor(result)).find("KANARIEFUGL") == std::string_view::npos);
    CHECK(as_text(encode_cbor(result)).find(test.id) == std::string_view::npos);
  }
}

TEST_CASE("who looks whenever a session tells of something does not keep it busy with entries") {
  Audited test;
  test.anna.call("case.show", parameters("case", test.id));
  test.office.sync_all();  // its log is there from the first entry on
  auto& replica = test.anna.workspace().replica();
  static_cast<void>(replica.claim());
  REQUIRE(replica.holdings(test.office.relay().incarnation()).has_value());
  std::uint64_t last = 0;
  const auto sealed = [&] {
    test.anna.call("case.show", parameters("case", test.id));
    const auto runs = replica.runs_to_send(1 << 20, last);
    REQUIRE(runs.has_value());
    if (!runs->empty()) last = runs->back().place;
    return runs->size();
  };
  CHECK(sealed() == 1);
  CHECK(sealed() == 0);
  test.anna.clock.advance(60'000);
  CHECK(sealed() == 1);
}

TEST_CASE("opening a note to write in it and a photo to look at it leave an entry each") {
  Audited test;
  auto writer = workspace::AttachmentWriter::open(test.anna.workspace(), test.id, "f", "image/png");
  REQUIRE(writer.has_value());
  REQUIRE((*writer)->write(Bytes(10)).has_value());
  REQUIRE((*writer)->finish().has_value());
  const std::int64_t before = entries_on(test.anna);
  REQUIRE(workspace::AttachmentReader::open(test.anna.workspace(), test.id, "f").has_value());
  CHECK(entries_on(test.anna) == before + 1);
  const auto unit = workspace::TextUnit::utf8;
  REQUIRE(workspace::Editor::open(test.anna.workspace(), test.id, "N", unit).has_value());
  CHECK(entries_on(test.anna) == before + 2);
}

TEST_CASE("what cannot be entered in the log is not shown") {
  Audited test;
  test.anna.disk.inject({test.anna.disk.call_count(), FaultKind::disk_full, true});
  const auto shown = test.anna.try_call("case.show", parameters("case", test.id));
  REQUIRE_FALSE(shown.has_value());
  CHECK(shown.error().code == ErrorCode::disk_full);
  CHECK_FALSE(
      workspace::Editor::open(test.anna.workspace(), test.id, "N", workspace::TextUnit::utf8));
  test.anna.disk.clear_faults();
  CHECK(test.anna.try_call("case.show", parameters("case", test.id)).has_value());
}

TEST_CASE(
    "on a full disk a thousand views are entered, restarts included, and then none is shown") {
  Audited test;
  TestDevice& anna = test.anna;
  const Value file = parameters("case", test.id);
  anna.call("case.show", file);
  anna.reopen();  // moves the database's log away
  std::uint64_t used = 0;
  for (const std::string& path : anna.disk.paths()) used += anna.disk.content(path).size();
  anna.disk.limit_capacity(used);
  std::int64_t views = 1;
  const auto look = [&] {
    const auto shown = anna.try_call("case.show", file);
    if (shown) ++views;
    if (!shown) CHECK(shown.error().code == ErrorCode::disk_full);
    return shown.has_value();
  };
  while (views < 500 && look()) continue;
  // Nothing else gets the room.
  const auto refused = anna.try_call("note.write", parameters("case", test.id, "text", "x"));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::disk_full);
  anna.reopen();
  while (views < 100'000 && look()) continue;
  CHECK(views > 1000);
  CHECK(views < 100'000);
  anna.disk.limit_capacity(UINT64_MAX);
  CHECK(anna.try_call("note.write", parameters("case", test.id, "text", "x")).has_value());
  const auto logged = test.of(anna);
  std::uint64_t number = 0;
  for (const auto& each : logged) CHECK(each.number == ++number);
  CHECK(static_cast<std::int64_t>(number) == views);
}

TEST_CASE("after a restart the device holds nothing of its own entries that it can open") {
  Audited test;
  TestDevice& anna = test.anna;
  anna.call("search", parameters("words", "KANARIEFUGL"));
  anna.reopen();
  workspace::Core& core = anna.workspace().core();
  const workspace::AccessWriter writer{core.membership.organisation().id(), core.identity.id};
  const auto sealed_to_others = [&](BytesView wraps) {
    const auto key = workspace::unwrap_access_key(wraps, writer, core.identity);
    return !key && key.error().code == ErrorCode::missing_key;
  };
  {
    auto rows = core.database
                    ->prepare(
                        "SELECT wraps, sealed FROM access_entry JOIN access_key ON "
                        "access_key.id = key")
                    .value();
    REQUIRE(rows.step().value());
    CHECK(sealed_to_others(rows.bytes(0)));
    CHECK(as_text(rows.bytes(1)).find("KANARIEFUGL") == std::string_view::npos);
  }
  test.office.sync_all();
  const SpaceId log = core.access->space().value().value();
  auto runs = core.database->prepare("SELECT run FROM run WHERE space = ?1").value();
  runs.bind(1, log);
  REQUIRE(runs.step().value());
  const auto payload = ledger::open_run(ledger::SealedRun::decode(runs.bytes(0)).value(),
                                        *core.membership.keys(log).value());
  REQUIRE(payload.has_value());
  CHECK(as_text(*payload).find("KANARIEFUGL") == std::string_view::npos);
  const auto run = workspace::AccessRun::decode(*payload);
  REQUIRE(run.has_value());
  for (const auto& group : run->groups) CHECK(sealed_to_others(group.wraps));
}

TEST_CASE("a file that is not one's own caseload needs a purpose, which the log keeps") {
  Audited test;
  TestDevice& ulla = test.office.add("Ulla", "supervisor");
  const std::string id = test.office.refer({"Anna", "Ulla"}, "Åse F");
  test.office.sync_all();
  const Value file = parameters("case", id);
  const auto refused = ulla.try_call("case.show", file);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::invalid_argument);
  CHECK(refused.error().detail == "missing: purpose");
  CHECK(entries_on(ulla) == 0);
  CHECK(test.anna.try_call("case.show", file).has_value());
  CHECK(call_for(ulla, "case.show", file, "Tilsyn").has_value());
  const std::string long_one(workspace::kPurposeBytesMax + 1, 'x');
  CHECK_FALSE(call_for(ulla, "case.show", file, long_one.c_str()).has_value());
  const auto logged = test.of(ulla);
  REQUIRE(logged.size() == 1);
  CHECK(logged.front().entry->purpose == "Tilsyn");
  CHECK(logged.front().entry->action == "case.show");
  for (const auto& own : test.of(test.anna)) CHECK(own.entry->purpose.empty());
}

TEST_CASE("a watch is entered when it begins, and when a case comes that it has not shown") {
  Audited test;
  auto watch = workspace::Watch::open(test.desk.workspace(), "case.list", {}, {});
  REQUIRE(watch.has_value());
  const std::int64_t before = entries_on(test.desk);
  REQUIRE(watch->poll().has_value());
  CHECK(entries_on(test.desk) == before + 1);
  test.desk.call("note.write", parameters("case", test.id, "text", "x"));
  REQUIRE(watch->poll().has_value());
  CHECK(entries_on(test.desk) == before + 1);
  test.desk.call("case.new", parameters("citizen", "Bo F"));
  REQUIRE(watch->poll().has_value());
  CHECK(entries_on(test.desk) == before + 2);
  CHECK(test.of(test.desk).back().entry->cases.size() == 1);
}

TEST_CASE("entries of a device are numbered without a gap, however they were sent") {
  Audited test;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i <= round; ++i) test.anna.call("due");
    if (round == 1) test.anna.reopen();
    test.office.sync_all();
    CHECK(entries_on(test.anna) == 0);
  }
  std::uint64_t number = 0;
  for (const auto& logged : test.of(test.anna)) CHECK(logged.number == ++number);
  CHECK(number == 6);
}

TEST_CASE("an auditor who comes later reads what is looked at from then on, and sees what was") {
  Audited test;
  test.anna.call("due");
  test.office.sync_all();
  TestDevice& sofie = test.office.add("Sofie", "auditor");
  test.office.sync_all();
  test.anna.call("due");
  test.office.sync_all();
  const auto all = workspace::read_access_logs(sofie.workspace().core());
  REQUIRE(all.has_value());
  std::vector<bool> readable;
  for (const auto& logged : *all) {
    if (logged.device == test.anna.workspace().core().identity.id) {
      readable.push_back(logged.entry.has_value());
    }
  }
  CHECK(readable == std::vector<bool>{false, true});
}

TEST_CASE("an access log is nobody's file, and others' devices do not hold it") {
  Audited test;
  test.anna.call("due");
  test.office.sync_all();
  const SpaceId log = test.anna.workspace().core().access->space().value().value();
  CHECK(test.rita.workspace().core().membership.space(log) != nullptr);
  CHECK(test.desk.workspace().core().membership.space(log) == nullptr);
  CHECK(test.rita.call("case.list").items().empty());
  CHECK(test.rita.call("status")["files"] == Value(0));
  CHECK(test.anna.call("case.list").items().size() == 1);
}

TEST_CASE("a copied device goes on as another writer, and no entry of either copy is lost") {
  Audited test;
  test.anna.call("due");
  test.office.sync_all();
  const auto earlier = test.anna.backup();
  test.anna.call("case.list");
  test.office.sync_all();
  test.anna.put_back(earlier);
  test.anna.call("note.list", parameters("case", test.id));
  test.office.sync_all();
  test.anna.call("status");
  test.office.sync_all();
  std::multiset<std::string> actions;
  for (const auto& logged : test.of(test.anna)) {
    REQUIRE(logged.entry.has_value());
    actions.insert(logged.entry->action);
  }
  CHECK(actions == std::multiset<std::string>{"case.list", "due", "note.list"});
}
