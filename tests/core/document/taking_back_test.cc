// SPDX-License-Identifier: Apache-2.0
// Undo of one's own last act after others' edits arrived.
#include <doctest/doctest.h>

#include "tests/core/document/scene.h"

namespace feltbog::document {
namespace {

using scene::meet;
using scene::Person;
using scene::texts;

struct Two {
  Person anna{1};
  Person bo{2};
  // Anna's undo; what cannot be taken back.
  std::vector<OpId> take_back(const ChangeId& id) {
    auto back = anna.history.taking_back(id).value();
    if (!back.ops.empty()) undo = anna.act(std::move(back.ops)).id;
    return back.stands;
  }
  ChangeId undo;
};

}  // namespace

TEST_CASE_FIXTURE(Two, "one's words go and those others wrote inside them stay") {
  anna.act({}, "body", Insert{0, "Før. "});
  const ChangeId typed = anna.act({}, "body", Insert{5, "Hun er flyttet."}).id;
  meet({&anna, &bo});
  bo.act({}, "body", Insert{12, "IKKE "});
  meet({&anna, &bo});
  CHECK(take_back(typed).empty());
  CHECK(anna.body() == "Før. IKKE ");
  meet({&anna, &bo});
  CHECK(bo.body() == "Før. IKKE ");
  take_back(undo);
  CHECK(anna.body() == "Før. Hun er IKKE flyttet.");
}

TEST_CASE_FIXTURE(Two, "what one erased comes back in its place, but for what others erased too") {
  anna.act({}, "body", Insert{0, "et to tre fire"});
  meet({&anna, &bo});
  const ChangeId erased = anna.act({}, "body", Erase{3, 7}).id;
  bo.act({}, "body", Erase{6, 4});
  bo.act({}, "body", Insert{0, "nul "});
  meet({&anna, &bo});
  take_back(erased);
  CHECK(anna.body() == "nul et to fire");
}

TEST_CASE_FIXTURE(Two, "a value makes room for what it replaced, unless it was replaced itself") {
  anna.act({}, "outcome", Set{Value("home"), {}});
  const ChangeId moved = anna.act({}, "outcome", Set{Value("moved"), {}}).id;
  take_back(moved);
  CHECK(texts(anna.history.values({}, "outcome")) == std::vector<std::string>{"home"});
  const ChangeId again = anna.act({}, "outcome", Set{Value("hospital"), {}}).id;
  meet({&anna, &bo});
  bo.act({}, "outcome", Set{Value("dead"), {}});
  meet({&anna, &bo});
  CHECK(anna.history.taking_back(again).value().ops.empty());
  const ChangeId first = bo.act({}, "title", Set{Value("Besøg"), {}}).id;
  meet({&anna, &bo});
  take_back(first);
  CHECK(anna.history.value({}, "title")->value.is_null());
}

TEST_CASE_FIXTURE(Two, "settling a conflict that is taken back opens it again") {
  anna.act({}, "outcome", Set{Value("home"), {}});
  bo.act({}, "outcome", Set{Value("moved"), {}});
  meet({&anna, &bo});
  const auto conflict = anna.history.conflicts()[0];
  const ChangeId settled = anna.act({}, "outcome", Set{Value("home"), conflict.ops}).id;
  CHECK(anna.history.conflicts().empty());
  take_back(settled);
  REQUIRE(anna.history.conflicts().size() == 1);
  CHECK(texts(anna.history.values({}, "outcome")).size() == 2);
}

TEST_CASE_FIXTURE(Two, "members, counts, moves and deletions go back") {
  const DocumentId note = anna.create("note");
  anna.act({{note, "goals", PlaceItem{{}, {}, Value("b")}},
            {note, "goals", PlaceItem{{}, {}, Value("a")}}});
  const auto items = anna.history.list(note, "goals");
  const ChangeId act = anna.act({{note, "needs", Add{Value("food")}},
                                 {note, "attempts", Increment{3}},
                                 {note, "goals", PlaceItem{items[0].id, items[1].position, {}}}})
                           .id;
  CHECK(anna.history.list(note, "goals")[0].value == Value("b"));
  CHECK(take_back(act).empty());
  CHECK(anna.history.members(note, "needs").empty());
  CHECK(anna.history.counter(note, "attempts") == 0);
  CHECK(anna.history.list(note, "goals")[0].value == Value("a"));
  const ChangeId gone = anna.act(note, {}, Delete{}).id;
  CHECK(anna.history.documents().size() == 1);
  CHECK(take_back(gone).empty());
  CHECK(anna.history.documents().size() == 2);
}

TEST_CASE_FIXTURE(Two, "a member taken out comes back; an item taken off its list does not") {
  anna.act({{{}, "needs", Add{Value("food")}}, {{}, "goals", PlaceItem{{}, {}, Value("eat")}}});
  const OpId member = anna.history.members({}, "needs")[0].tags[0];
  const OpId item = anna.history.list({}, "goals")[0].id;
  const ChangeId act =
      anna.act({{{}, "needs", Remove{{member}}}, {{}, "goals", Remove{{item}}}}).id;
  CHECK(anna.history.members({}, "needs").empty());
  CHECK(take_back(act) == std::vector<OpId>{{act, 1}});
  CHECK(anna.history.members({}, "needs")[0].value == Value("food"));
  CHECK(anna.history.list({}, "goals").empty());
}

TEST_CASE_FIXTURE(Two, "log entries, documents and signings stand, and are named") {
  const Change change = anna.act(
      {{{}, {}, Create{"note"}}, {{}, "entries", Append{Value(1)}}, {{}, "body", Freeze{}}});
  CHECK(take_back(change.id).size() == 3);
  CHECK(anna.history.taking_back({bo.writer, 9}).error().code == ErrorCode::not_found);
}

TEST_CASE_FIXTURE(Two,
                  "an item another removed while one moved it goes when the move is taken back") {
  const OpId item{anna.act({}, "goals", PlaceItem{{}, {}, Value("a")}).id, 0};
  const OpId other{anna.act({}, "goals", PlaceItem{{}, {}, Value("b")}).id, 0};
  meet({&anna, &bo});
  const ChangeId moved = anna.act({}, "goals", PlaceItem{item, {}, Value()}).id;
  bo.act({}, "goals", Remove{{item}});
  meet({&anna, &bo});
  CHECK(anna.history.list({}, "goals").size() == 2);
  take_back(moved);
  const auto left = anna.history.list({}, "goals");
  REQUIRE(left.size() == 1);
  CHECK(left[0].id == other);
}

}  // namespace feltbog::document
