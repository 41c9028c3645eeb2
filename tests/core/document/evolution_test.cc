// SPDX-License-Identifier: Apache-2.0
// Devices of different versions in one file: the older keeps what it does not know, shows what it
// can, and after its update is where those are who always knew.
#include <doctest/doctest.h>

#include "core/document/action_kind.h"
#include "core/document/change_codec.h"
#include "core/document/op_payload.h"
#include "core/document/saved_history.h"
#include "tests/core/document/scene.h"

namespace feltbog::document {
namespace {

using scene::Person;

// As a program reads a change that knows only the actions below `kinds`.
Change read_by_older(Change change, std::uint64_t kinds) {
  for (Op& op : change.ops) {
    const std::uint64_t kind = kind_of(op.action);
    if (kind >= kinds) op.action = Unknown{kind, item_of(op.action)};
  }
  return change;
}

// The newest actions, those an older program may not know.
constexpr auto kNewest = static_cast<std::uint64_t>(ActionKind::place_item);

void give(const Person& newer, Person& older) {
  for (const Change& change : newer.history.changes()) {
    REQUIRE(older.history.add(read_by_older(change, kNewest)));
  }
}

// By way of bytes, read by a program that knows all actions.
void send(const Person& from, Person& to) {
  for (const WriterId& writer : from.history.writers()) {
    const Bytes sent = encode_changes(writer, from.history.changes_of(writer)).value();
    const auto received = decode_changes(writer, sent);
    REQUIRE(received);
    for (const Change& change : *received) REQUIRE(to.history.add(change));
  }
}

// What the program finds on its disk after its update.
History updated(const History& older, const Schema& schema = generator::schema()) {
  auto loaded = SavedHistory::open(older.save()).value().load(schema);
  REQUIRE(loaded);
  return std::move(loaded).value();
}

std::vector<Bytes> batches(const History& history) {
  std::vector<Bytes> out;
  for (const WriterId& writer : history.writers()) {
    out.push_back(encode_changes(writer, history.changes_of(writer)).value());
  }
  return out;
}

// The schema before anything but "body" was declared.
Schema old_schema() {
  Schema out;
  return out.field("note", "body", Policy::text).field(kRootKind, "body", Policy::text);
}

}  // namespace

TEST_CASE("fields and kinds of a newer schema are kept, read by type, and right after the update") {
  Person anna(1);
  Person bo(2, old_schema());
  const DocumentId visit = anna.create("visit");
  anna.act({{visit, "status", Set{Value("open"), std::nullopt}},
            {visit, "title", Set{Value("first"), std::nullopt}},
            {visit, "needs", Add{Value("food")}},
            {visit, "entries", Append{Value(1)}},
            {visit, "attempts", Increment{2}},
            {visit, "goals", PlaceItem{{}, {}, Value("eat")}},
            {visit, "body", Insert{0, "Mødt."}}});
  scene::meet({&anna, &bo});
  anna.act({{visit, "title", Set{Value("hers"), std::nullopt}},
            {visit, "status", Set{Value("closed"), std::nullopt}}});
  bo.act({{visit, "title", Set{Value("his"), std::nullopt}},
          {visit, "status", Set{Value("open"), std::nullopt}},
          {visit, "body", Insert{5, " Igen."}}});
  scene::meet({&anna, &bo});
  CHECK(scene::texts(bo.history.values(visit, "title")) == std::vector<std::string>{"hers", "his"});
  CHECK(bo.history.conflicts(visit).size() == 2);
  CHECK(bo.history.members(visit, "needs").size() == 1);
  CHECK(bo.history.log(visit, "entries").size() == 1);
  CHECK(bo.history.counter(visit, "attempts") == 2);
  CHECK(bo.history.list(visit, "goals").size() == 1);
  CHECK(bo.body(visit) == "Mødt. Igen.");
  CHECK(scene::texts(anna.history.values(visit, "status")) == std::vector<std::string>{"closed"});
  const History still_old = updated(bo.history, old_schema());
  CHECK(still_old.canonical_state() == bo.history.canonical_state());
  CHECK(updated(still_old).canonical_state() == anna.history.canonical_state());
}

TEST_CASE("what is settled by somebody with an older schema is settled for all") {
  Person anna(1);
  Person bo(2, old_schema());
  anna.act({}, "outcome", Set{Value("met"), std::nullopt});
  bo.act({}, "outcome", Set{Value("moved"), std::nullopt});
  scene::meet({&anna, &bo});
  const Conflict conflict = bo.history.conflicts({}).front();
  bo.act({}, "outcome", Set{Value("moved"), conflict.ops});
  scene::meet({&anna, &bo});
  CHECK(anna.history.conflicts().empty());
  CHECK(updated(bo.history).canonical_state() == anna.history.canonical_state());
}

TEST_CASE("an action an older program does not know is kept to the byte and offered on") {
  Person anna(1), bo(2), carla(3);
  anna.act({}, "goals", PlaceItem{{}, {}, Value("eat")});
  const DocumentId note = anna.create("note");
  anna.act(note, {}, Delete{});
  give(anna, bo);
  CHECK(batches(bo.history) == batches(anna.history));
  CHECK(bo.history.list({}, "goals").empty());
  CHECK(bo.history.documents_of("note").size() == 1);
  // Carla's program knows the actions; she has them from Bo alone.
  send(bo, carla);
  CHECK(carla.history.canonical_state() == anna.history.canonical_state());
}

TEST_CASE("after its update a program sees what it could not, also below what it wrote meanwhile") {
  Person anna(1), bo(2);
  const DocumentId note = anna.create("note");
  anna.act({{{}, "goals", PlaceItem{{}, {}, Value("eat")}}, {note, "body", Insert{0, "Mødt."}}});
  anna.act(note, {}, Delete{});
  give(anna, bo);
  bo.act({{note, "body", Insert{5, " Igen."}}, {{}, "needs", Add{Value("food")}}});
  send(bo, anna);
  anna.act({}, "goals", PlaceItem{anna.history.list({}, "goals")[0].id, {}, Value()});
  give(anna, bo);
  CHECK(bo.history.list({}, "goals").empty());
  CHECK(bo.body(note) == "Mødt. Igen.");
  const Bytes before = bo.history.save();
  bo.history = updated(bo.history);
  CHECK(bo.history.canonical_state() == anna.history.canonical_state());
  CHECK(bo.history.list({}, "goals").size() == 1);
  CHECK(bo.history.conflicts(note).size() == 1);
  CHECK(bo.history.save() == before);
}

TEST_CASE("what random people did reads the same after an update as to those who always knew") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    const std::vector<Change> changes =
        generator::changes(seed, {.authors = 4, .steps = 40, .hostile = true});
    History newer(generator::schema());
    History older(old_schema());
    for (const Change& change : changes) {
      REQUIRE(newer.add(change));
      REQUIRE(older.add(read_by_older(change, kNewest)));
    }
    CHECK(batches(older) == batches(newer));
    CHECK(updated(older).canonical_state() == newer.canonical_state());
  }
}

TEST_CASE("an action not of the form its kind asks for is taken in by every version, and idle") {
  Person anna(1), bo(2);
  const DocumentId note = anna.create("note");
  const Bytes nonsense{0x61, 'x'};
  std::vector<Op> ops;
  for (std::uint64_t kind = kWholeKinds; kind <= kKindsKnown; ++kind) {
    ops.push_back({note, "goals", Unknown{kind, nonsense}});
    ops.push_back({note, {}, Unknown{kind, Bytes{0xF6}}});
    ops.push_back({{}, {}, Unknown{kind, Bytes{0xF6}}});
  }
  // A deletion of a field; of the root.
  ops.push_back({note, "goals", Unknown{10, Bytes{0xF6}}});
  const Bytes before = anna.history.canonical_state();
  const Change change = anna.act({ops[0], ops[2], ops[3], ops.back()});
  const auto decoded =
      decode_changes(anna.writer, encode_changes(anna.writer, std::span(&change, 1)).value());
  REQUIRE(decoded);
  CHECK(decoded->front() == change);
  REQUIRE(bo.history.add(anna.history.changes()[0]));
  REQUIRE(bo.history.add(decoded->front()));
  CHECK(bo.history.documents_of("note").size() == 1);
  CHECK(bo.history.list(note, "goals").empty());
  CHECK(updated(bo.history).canonical_state() == bo.history.canonical_state());
}

TEST_CASE("how much a change may hold does not depend on which actions are known") {
  const OpId id{{generator::writer(3), 1}, 0};
  const std::vector<Action> actions{PlaceItem{id, id, Value()}, PlaceItem{{}, id, Value("eat")},
                                    Delete{}, Restore{{id}}};
  for (const Action& action : actions) {
    const Op op{{{generator::writer(2), 4}, 0}, {}, action};
    const Op older{op.document, {}, Unknown{kind_of(action), item_of(action)}};
    CHECK(weight(op) == weight(older));
  }
  const Value large{Bytes(kValueBytesMax - 3)};
  CHECK(check_op({{}, "entries", Append{Value(Bytes(kValueBytesMax - 5))}}));
  CHECK(check_op({{}, "goals", PlaceItem{id, {}, large}}).error().code == ErrorCode::malformed);
  CHECK(check_op({{}, "goals", PlaceItem{{}, id, large}}).error().code ==
        ErrorCode::limit_exceeded);
}

TEST_CASE("a field that gets another policy keeps all that was written, and reads it anew") {
  struct Step {
    Policy before;
    Policy after;
  };
  const Policy all[] = {Policy::text, Policy::last_writer, Policy::multi_value,
                        Policy::set,  Policy::log,         Policy::counter,
                        Policy::list, Policy::monotone,    Policy::resolved};
  for (const Policy before : all) {
    for (const Policy after : all) {
      Schema old_rules, new_rules;
      old_rules.field(kRootKind, "field", before);
      new_rules.field(kRootKind, "field", after);
      Person anna(1, old_rules), bo(2, old_rules);
      anna.act({{{}, "field", Set{Value("a"), std::nullopt}}, {{}, "field", Add{Value("b")}}});
      bo.act({{{}, "field", Set{Value("c"), std::nullopt}},
              {{}, "field", PlaceItem{{}, {}, Value("d")}},
              {{}, "field", Append{Value("e")}},
              {{}, "field", Increment{5}},
              {{}, "field", Insert{0, "f"}}});
      scene::meet({&anna, &bo});
      History knew(new_rules);
      for (const Change& change : anna.history.changes()) REQUIRE(knew.add(change));
      const History now = updated(bo.history, new_rules);
      CHECK(now.canonical_state() == knew.canonical_state());
      CHECK(batches(now) == batches(anna.history));
      const std::size_t values = after == Policy::last_writer || after == Policy::monotone ? 1 : 2;
      CHECK(now.values({}, "field").size() == values);
      CHECK(now.value_history({}, "field").size() == 2);
      CHECK(now.members({}, "field").size() == 1);
      CHECK(now.list({}, "field").size() == 1);
      CHECK(now.log({}, "field").size() == 1);
      CHECK(now.counter({}, "field") == 5);
      CHECK(now.text({}, "field") == "f");
    }
  }
}

TEST_CASE("what was written on top of a newer edit of a text waits for the update") {
  const Unknown newer_edit{kTextKinds, Bytes{0xF6}};
  Person anna(1), bo(2), carla(3);
  anna.act({}, "body", Insert{0, "Mødt."});
  scene::meet({&anna, &bo, &carla});
  // Carla's and Anna's programs know the edit; Bo's does not, nor does any here.
  Change edit = carla.history.begin_change(carla.writer, WallTime{1000});
  edit.ops = {{{}, "body", newer_edit}};
  REQUIRE(carla.history.add(edit));
  Change on_top = carla.history.begin_change(carla.writer, WallTime{1000});
  on_top.ops = {
      {{}, "body", Insert{3, "?"}}, {{}, "body", Freeze{}}, {{}, "needs", Add{Value("food")}}};
  REQUIRE(carla.history.add(on_top));
  bo.act({}, "body", Insert{5, " Igen."});
  scene::meet({&carla, &bo});
  CHECK(bo.body() == "Mødt. Igen.");
  CHECK_FALSE(bo.history.frozen({}, "body"));
  CHECK(bo.history.members({}, "needs").size() == 1);
  CHECK(bo.history.needs_update({}, "body"));
  CHECK_FALSE(bo.history.needs_update({}, "needs"));
  CHECK(bo.history.find(on_top.id) == on_top);
  CHECK(updated(bo.history).canonical_state() == bo.history.canonical_state());
}

TEST_CASE("nobody writes in a text that needs an update, and everybody beside it") {
  Person anna(1), bo(2);
  const DocumentId note = anna.create("note");
  anna.act(note, "body", Insert{0, "Mødt."});
  scene::meet({&anna, &bo});
  bo.act(note, "body", Insert{5, "!"});
  const ChangeId own = bo.history.heads()[0];
  Change edit = anna.history.begin_change(anna.writer, WallTime{1000});
  edit.ops = {{note, "body", Unknown{kTextKinds, Bytes{0xF6}}}};
  REQUIRE(bo.history.add(edit));
  const auto refusal = [&](Action action) {
    Change change = bo.history.begin_change(bo.writer, WallTime{1000});
    change.ops = {{note, "body", std::move(action)}};
    const auto written = bo.history.as_written(change);
    return written ? ErrorCode::internal : written.error().code;
  };
  CHECK(refusal(Insert{0, "x"}) == ErrorCode::unsupported_version);
  CHECK(refusal(Erase{0, 1}) == ErrorCode::unsupported_version);
  CHECK(refusal(Freeze{}) == ErrorCode::unsupported_version);
  CHECK(bo.history.splice(bo.writer, WallTime{1000}, {note, "body", 0, 0, "x"}).error().code ==
        ErrorCode::unsupported_version);
  CHECK(bo.history.taking_back(own)->ops.empty());
  CHECK(bo.history.taking_back(own)->stands.size() == 1);
  bo.act({}, "body", Insert{0, "Beside it."});
  CHECK(bo.body() == "Beside it.");
  CHECK(bo.body(note) == "Mødt.!");
}

TEST_CASE("every action has a number of its own, and the rules theirs") {
  // Whoever adds an action or changes how one merges raises kMergingRules, and this.
  CHECK(kMergingRules == 1);
  CHECK(kKindsKnown == 13);
  CHECK(std::variant_size_v<Action> == kKindsKnown + 1);
}

}  // namespace feltbog::document
