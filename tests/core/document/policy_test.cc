// SPDX-License-Identifier: Apache-2.0
// What each policy does when two people write apart.
#include <doctest/doctest.h>

#include "tests/core/document/scene.h"

namespace feltbog::document {
namespace {

using scene::meet;
using scene::Person;
using scene::texts;

Set set(const char* value) { return {Value(value), std::nullopt}; }

// How many must go to a visit together: the greatest number, where all are numbers.
Schema visitors() {
  Schema schema;
  schema.resolved(kRootKind, "visitors",
                  [](std::span<const Value> values) -> std::optional<std::size_t> {
                    std::size_t greatest = 0;
                    for (std::size_t i = 0; i < values.size(); ++i) {
                      if (!values[i].integer()) return std::nullopt;
                      if (*values[i].integer() > *values[greatest].integer()) greatest = i;
                    }
                    return greatest;
                  });
  return schema;
}

}  // namespace

TEST_CASE("two outcomes written apart are both shown, and are a conflict") {
  Person anna(1), bo(2);
  anna.act({}, "outcome", set("unknown"));
  meet({&anna, &bo});
  anna.act({}, "outcome", set("home"));
  bo.act({}, "outcome", set("moved"));
  meet({&anna, &bo});
  CHECK(anna.history.values({}, "outcome").size() == 2);
  CHECK(anna.history.values({}, "outcome") == bo.history.values({}, "outcome"));
  const auto conflicts = anna.history.conflicts();
  REQUIRE(conflicts.size() == 1);
  CHECK(conflicts[0].kind == ConflictKind::values);
  CHECK(conflicts[0].ops.size() == 2);
  CHECK(anna.history.value_history({}, "outcome").size() == 3);
}

TEST_CASE("settling a conflict supersedes the values that were looked at, and no others") {
  Person anna(1), bo(2), carl(3);
  anna.act({}, "outcome", set("home"));
  bo.act({}, "outcome", set("moved"));
  meet({&anna, &bo});
  const std::vector<OpId> looked_at = anna.history.conflicts()[0].ops;
  carl.act({}, "outcome", set("hospital"));
  meet({&anna, &carl});  // arrives while the screen still shows two
  anna.act({}, "outcome", Set{Value("moved"), looked_at});
  CHECK(texts(anna.history.values({}, "outcome")) == std::vector<std::string>{"hospital", "moved"});
  CHECK(anna.history.conflicts().size() == 1);
}

TEST_CASE("what was settled says what it was chosen from, until somebody settles it otherwise") {
  Person anna(1), bo(2);
  anna.act({}, "outcome", set("home"));
  bo.act({}, "outcome", set("moved"));
  CHECK(anna.history.settlements().empty());
  meet({&anna, &bo});
  anna.act({}, "outcome", Set{Value("moved"), anna.history.conflicts()[0].ops});
  meet({&anna, &bo});
  auto settled = bo.history.settlements();
  REQUIRE(settled.size() == 1);
  CHECK(settled[0].value.value == Value("moved"));
  CHECK(texts(settled[0].replaced) == std::vector<std::string>{"home", "moved"});
  CHECK(settled[0].stands);
  bo.act({}, "outcome", Set{Value("home"), std::vector<OpId>{settled[0].value.op}});
  settled = bo.history.settlements();
  REQUIRE(settled.size() == 1);
  CHECK_FALSE(settled[0].stands);
  CHECK(bo.history.value({}, "outcome")->value == Value("home"));
}

TEST_CASE("people who wrote the same do not disagree") {
  Person anna(1), bo(2);
  anna.act({}, "outcome", set("home"));
  bo.act({}, "outcome", set("home"));
  meet({&anna, &bo});
  CHECK(anna.history.conflicts().empty());
}

TEST_CASE("an undeclared field shows every value") {
  Person anna(1), bo(2);
  anna.act({}, "shoe_size", set("41"));
  bo.act({}, "shoe_size", set("42"));
  meet({&anna, &bo});
  CHECK(anna.history.values({}, "shoe_size").size() == 2);
  CHECK(anna.history.conflicts().size() == 1);
}

TEST_CASE("of two titles the causally latest stands, whoever wrote aside") {
  Person anna(1), bo(2);
  anna.act({}, "title", set("first"));
  anna.act({}, "title", set("second"));
  bo.act({}, "title", set("aside"));
  meet({&anna, &bo});
  CHECK(texts(anna.history.values({}, "title")) == std::vector<std::string>{"second"});
  CHECK(anna.history.conflicts().empty());
  CHECK(anna.history.value_history({}, "title").size() == 3);
}

TEST_CASE("closed stays closed until somebody reopens it by an act") {
  Person anna(1), bo(2);
  anna.act({}, "status", set("open"));
  meet({&anna, &bo});
  anna.act({}, "status", set("closed"));
  bo.act({}, "status", set("open"));
  meet({&anna, &bo});
  CHECK(bo.history.value({}, "status")->value == Value("closed"));
  bo.act({}, "status", set("open"));
  CHECK(bo.history.value({}, "status")->value == Value("closed"));
  const OpId closed = bo.history.value({}, "status")->op;
  bo.act({}, "status", Set{Value("open"), std::vector<OpId>{closed}});
  CHECK(bo.history.value({}, "status")->value == Value("open"));
  anna.act({}, "status", set("closed"));  // without having seen the reopening
  meet({&anna, &bo});
  CHECK(bo.history.value({}, "status")->value == Value("closed"));
  CHECK(anna.history.conflicts().empty());
}

TEST_CASE("a need added again while somebody removes it stays") {
  Person anna(1), bo(2);
  anna.act({}, "needs", Add{Value("food")});
  anna.act({}, "needs", Add{Value("clothes")});
  meet({&anna, &bo});
  bo.act({}, "needs", Add{Value("food")});
  for (const SetMember& member : anna.history.members({}, "needs")) {
    anna.act({}, "needs", Remove{member.tags});
  }
  CHECK(anna.history.members({}, "needs").empty());
  meet({&anna, &bo});
  const auto members = anna.history.members({}, "needs");
  REQUIRE(members.size() == 1);
  CHECK(members[0].value == Value("food"));
  CHECK(members[0].tags.size() == 1);
}

TEST_CASE("log entries never stand before what their author had seen") {
  Person anna(1), bo(2);
  anna.act({}, "entries", Append{Value("rang the bell")});
  meet({&anna, &bo});
  bo.act({}, "entries", Append{Value("nobody home")});
  anna.act({}, "entries", Append{Value("left a card")});
  meet({&anna, &bo});
  CHECK(anna.history.log({}, "entries") == bo.history.log({}, "entries"));
  CHECK(texts(anna.history.log({}, "entries"))[0] == "rang the bell");
  CHECK(anna.history.log({}, "entries").size() == 3);
}

TEST_CASE("a field with a rule of its own is settled by it, and by people where it cannot tell") {
  Person anna(1, visitors()), bo(2, visitors());
  const auto write = [&](Value by_anna, Value by_bo) {
    anna.act({}, "visitors", Set{std::move(by_anna), std::nullopt});
    bo.act({}, "visitors", Set{std::move(by_bo), std::nullopt});
    meet({&anna, &bo});
  };
  write(Value(1), Value(2));
  CHECK(anna.history.value({}, "visitors")->value == Value(2));
  CHECK(anna.history.values({}, "visitors") == bo.history.values({}, "visitors"));
  CHECK(anna.history.conflicts().empty());
  CHECK(anna.history.value_history({}, "visitors").size() == 2);
  write(Value(2), Value("ask Carl"));
  CHECK(anna.history.values({}, "visitors").size() == 2);
  CHECK(anna.history.conflicts().size() == 1);
  anna.act({}, "visitors", Set{Value(3), anna.history.conflicts()[0].ops});
  CHECK(anna.history.value({}, "visitors")->value == Value(3));
  CHECK(anna.history.conflicts().empty());
}

TEST_CASE("who does not know a field's own rule shows every value until the next update") {
  Person anna(1, visitors()), bo(2, visitors());
  anna.act({}, "visitors", Set{Value(1), std::nullopt});
  bo.act({}, "visitors", Set{Value(2), std::nullopt});
  meet({&anna, &bo});
  Schema older;
  older.resolved(kRootKind, "visitors", nullptr);
  History old(older);
  History updated(anna.history.schema());
  for (const Change& change : anna.history.changes()) REQUIRE(old.add(change));
  CHECK(old.values({}, "visitors").size() == 2);
  CHECK(old.conflicts().size() == 1);
  for (const Change& change : old.changes()) REQUIRE(updated.add(change));
  CHECK(updated.canonical_state() == anna.history.canonical_state());
}

TEST_CASE("an answer beyond the values is none") {
  Schema schema;
  schema.resolved(kRootKind, "visitors", [](std::span<const Value> values) {
    return std::optional<std::size_t>(values.size());
  });
  Person anna(1, schema), bo(2, schema);
  anna.act({}, "visitors", Set{Value(1), std::nullopt});
  bo.act({}, "visitors", Set{Value(2), std::nullopt});
  meet({&anna, &bo});
  CHECK(anna.history.values({}, "visitors").size() == 2);
}

TEST_CASE("attempts counted apart are summed") {
  Person anna(1), bo(2);
  anna.act({}, "attempts", Increment{2});
  bo.act({}, "attempts", Increment{3});
  bo.act({}, "attempts", Increment{-1});
  meet({&anna, &bo});
  CHECK(anna.history.counter({}, "attempts") == 4);
}

TEST_CASE("a schema declared later reads the same operations") {
  Person anna(1), bo(2);
  anna.act({}, "risk", set("low"));
  bo.act({}, "risk", set("high"));
  meet({&anna, &bo});
  Schema later;
  later.ladder(kRootKind, "risk", {Value("low"), Value("high")});
  History updated(later);
  for (const Change& change : anna.history.changes()) REQUIRE(updated.add(change));
  CHECK(texts(updated.values({}, "risk")) == std::vector<std::string>{"high"});
  CHECK(anna.history.values({}, "risk").size() == 2);
}

}  // namespace feltbog::document
