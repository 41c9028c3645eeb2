// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/own_chain.h"

#include <doctest/doctest.h>

#include <set>

#include "core/workspace/renamed_changes.h"
#include "tests/core/workspace/forger.h"

using namespace feltbog;
using namespace feltbog::testing;

namespace {

struct Restored {
  TestOffice office{1};
  TestDevice& anna = office.add("Anna");
  TestDevice& bo = office.add("Bo");
  std::string id = office.refer({"Anna", "Bo"});
  SpaceId space;

  Restored() {
    office.sync_all();
    space = TestOffice::space_of(anna, id);
  }
  void write(TestDevice& device, const std::string& title) {
    device.call("note.write",
                parameters("case", id, "text", "Det om " + title + ".", "title", title));
  }
  std::multiset<std::string> titles(TestDevice& device) {
    std::multiset<std::string> out;
    const Value notes = device.call("note.list", parameters("case", id));
    for (const Value& note : notes.items()) out.insert(note["title"].text_or(""));
    return out;
  }
  std::string hash_of(TestDevice& device) {
    return device.call("case.show", parameters("case", id))["state_hash"].text_or("");
  }
  std::set<std::uint32_t> incarnations(TestDevice& of) {
    std::set<std::uint32_t> out;
    for (const auto& item : runs_on_server(office, bo, space)) {
      const auto run = ledger::SealedRun::decode(item.run);
      REQUIRE(run.has_value());
      if (run->header.device == device_id(of)) out.insert(run->header.incarnation);
    }
    return out;
  }
  bool knows_of_copy(TestDevice& device) {
    const Value listed = device.call("evidence.list");
    for (const Value& row : listed.items()) {
      if (row["kind"] == Value("device_copied")) return true;
    }
    return false;
  }
};

using Titles = std::multiset<std::string>;

}  // namespace

TEST_CASE("a device put back from a backup gets back what it sent, and goes on as another writer") {
  Restored restored;
  restored.write(restored.anna, "sendt");
  restored.office.sync(restored.anna);
  restored.write(restored.anna, "i begge");
  const auto backup = restored.anna.backup();
  restored.write(restored.anna, "tabt");
  restored.office.sync(restored.anna);
  restored.anna.put_back(backup);
  restored.write(restored.anna, "ny");
  restored.office.sync(restored.anna);
  restored.office.sync_all();
  const Titles all{"sendt", "i begge", "tabt", "ny"};
  for (const bool reopened : {false, true}) {
    CAPTURE(reopened);
    if (reopened) restored.anna.reopen();
    CHECK(restored.titles(restored.anna) == all);
    CHECK(restored.titles(restored.bo) == all);
    CHECK(restored.hash_of(restored.anna) == restored.hash_of(restored.bo));
    CHECK(restored.knows_of_copy(restored.anna));
  }
  CHECK(restored.incarnations(restored.anna) == std::set<std::uint32_t>{1, 2});
  CHECK(restored.anna.call("status")["all_sent"] == Value(true));
  CHECK(restored.bo.call("status")["runs_set_aside"] == Value(0));
  CHECK(restored.anna.call("status")["runs_set_aside"] == Value(0));
  // A search finds the note that was made anew once, under its new name.
  const Value hits = restored.anna.call("search", parameters("words", "ny"));
  REQUIRE(hits.items().size() == 1);
  restored.anna.call("note.show",
                     parameters("case", restored.id, "note", hits.items()[0]["document"]));
}

TEST_CASE("two copies of a device that both go on writing lose nothing and get along") {
  Restored restored;
  restored.write(restored.anna, "fælles");
  const auto copy = restored.anna.copy(77);
  for (int round = 0; round < 3; ++round) {
    restored.write(restored.anna, "a" + std::to_string(round));
    restored.write(*copy, "b" + std::to_string(round));
    restored.office.sync(restored.anna);
    restored.office.sync(*copy);
  }
  for (int round = 0; round < 2; ++round) {
    restored.office.sync_all();
    restored.office.sync(*copy);
  }
  const Titles all{"fælles", "a0", "a1", "a2", "b0", "b1", "b2"};
  CHECK(restored.titles(restored.anna) == all);
  CHECK(restored.titles(*copy) == all);
  CHECK(restored.titles(restored.bo) == all);
  CHECK(restored.hash_of(*copy) == restored.hash_of(restored.bo));
  CHECK(restored.knows_of_copy(*copy));
  CHECK(restored.knows_of_copy(restored.anna));
  CHECK(restored.bo.call("status")["runs_set_aside"] == Value(0));
}

TEST_CASE("what a copy had sealed and nobody confirmed is sealed anew") {
  Restored restored;
  const auto copy = restored.anna.copy(78);
  restored.write(restored.anna, "a");
  REQUIRE(restored.anna.workspace().replica().runs_to_send(1 << 20, 0)->size() == 1);
  restored.write(restored.anna, "a efter");
  restored.write(*copy, "b");
  restored.office.sync(*copy);
  restored.office.sync(restored.anna);
  restored.office.sync_all();
  const Titles all{"a", "a efter", "b"};
  CHECK(restored.titles(restored.anna) == all);
  CHECK(restored.titles(restored.bo) == all);
  CHECK(restored.hash_of(restored.anna) == restored.hash_of(restored.bo));
  CHECK(restored.anna.call("status")["all_sent"] == Value(true));
  CHECK(restored.bo.call("status")["runs_set_aside"] == Value(0));
}

TEST_CASE("others cannot make a device change its name by runs that it did not sign") {
  Restored restored;
  Forger forger(restored.anna, restored.space);
  auto run = ledger::SealedRun::decode(forger.seal({forger.change(1, 1)}));
  REQUIRE(run.has_value());
  run->signature.bytes[0] ^= 1;
  const ledger::RunItem item{60, run->encode()};
  REQUIRE(restored.anna.workspace()
              .replica()
              .store_runs(restored.space, restored.office.relay().incarnation(), {&item, 1}, 60)
              .has_value());
  CHECK_FALSE(restored.knows_of_copy(restored.anna));
  restored.write(restored.anna, "ærlig");
  restored.office.sync_all();
  CHECK(restored.incarnations(restored.anna) == std::set<std::uint32_t>{1});
}

TEST_CASE("names are renamed wherever they stand, and what they implied is said") {
  using namespace document;
  WriterId from;
  from.bytes.fill(1);
  WriterId to;
  to.bytes.fill(2);
  WriterId other;
  other.bytes.fill(3);
  const auto op = [](const WriterId& writer, std::uint64_t counter) {
    return OpId{{writer, counter}, 0};
  };
  Change first;
  first.id = {from, 5};
  first.lamport = 9;
  first.dependencies = {{other, 2}};
  first.ops = {{{}, {}, Create{"note"}}};
  Change second;
  second.id = {from, 6};
  second.lamport = 10;
  second.ops = {
      {DocumentId{{from, 5}, 0}, "a", Set{Value(to_text(op(from, 5))), {{op(from, 4)}}}},
      {DocumentId{{from, 4}, 0}, "b", Remove{{op(from, 4), op(from, 5)}}},
      {{}, "c", PlaceItem{op(from, 5), op(from, 3), {}}},
      {{}, "d", Append{Value(Value::List{Value("12.0"), Value(to_text(ChangeId{from, 6}))})}}};
  const std::vector<Change> changes{first, second};
  workspace::ChangeNames names;
  workspace::number_anew(changes, to, names);
  const auto renamed = workspace::renamed(names, changes);
  REQUIRE(renamed.size() == 2);
  CHECK(renamed[0].id == ChangeId{to, 1});
  CHECK(renamed[0].lamport == 9);
  CHECK(renamed[0].dependencies == std::vector<ChangeId>{{from, 4}, {other, 2}});
  CHECK(renamed[1].id == ChangeId{to, 2});
  CHECK(renamed[1].dependencies.empty());
  CHECK(renamed[1].ops[0].document == DocumentId{{to, 1}, 0});
  const auto& set = std::get<Set>(renamed[1].ops[0].action);
  CHECK(set.value == Value(to_text(op(to, 1))));
  CHECK(set.replaces == std::vector<OpId>{op(from, 4)});
  CHECK(renamed[1].ops[1].document == DocumentId{{from, 4}, 0});
  CHECK(std::get<Remove>(renamed[1].ops[1].action).tags ==
        std::vector<OpId>{op(from, 4), op(to, 1)});
  CHECK(std::get<PlaceItem>(renamed[1].ops[2].action).item == op(to, 1));
  CHECK(std::get<PlaceItem>(renamed[1].ops[2].action).after == op(from, 3));
  CHECK(std::get<Append>(renamed[1].ops[3].action).value ==
        Value(Value::List{Value("12.0"), Value(to_text(ChangeId{to, 2}))}));
}
