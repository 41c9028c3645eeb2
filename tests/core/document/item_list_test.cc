// SPDX-License-Identifier: Apache-2.0
// Ordered lists, and documents that are deleted: what two people meet who wrote apart.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/core/document/scene.h"

namespace feltbog::document {
namespace {

using scene::meet;
using scene::Person;

std::vector<ListItem> goals(const Person& person) { return person.history.list({}, "goals"); }

std::string shown(const Person& person) {
  std::string out;
  for (const ListItem& item : goals(person)) out += item.value.text_or("?");
  return out;
}

ListItem item(const Person& person, const char* value) {
  for (const ListItem& each : goals(person)) {
    if (each.value == Value(value)) return each;
  }
  FAIL("no item " << value);
  return {};
}

// Behind the item with that value; an empty one: at the beginning.
std::optional<OpId> behind(const Person& person, const char* value) {
  if (*value == 0) return std::nullopt;
  return item(person, value).position;
}

void put(Person& person, const char* value, const char* after) {
  person.act({}, "goals", PlaceItem{std::nullopt, behind(person, after), Value(value)});
}

void move(Person& person, const char* value, const char* after) {
  person.act({}, "goals", PlaceItem{item(person, value).id, behind(person, after), Value()});
}

struct Two {
  Person anna{1};
  Person bo{2};
  void meet_again() {
    meet({&anna, &bo});
    REQUIRE(anna.history.canonical_state() == bo.history.canonical_state());
  }
};

struct Goals : Two {
  Goals() {
    put(anna, "a", "");
    put(anna, "b", "a");
    put(anna, "c", "b");
    meet_again();
  }
};

}  // namespace

TEST_CASE_FIXTURE(Goals, "items stand where they were put, and a moved one in one place only") {
  CHECK(shown(anna) == "abc");
  put(bo, "x", "a");
  CHECK(shown(bo) == "axbc");
  move(bo, "c", "");
  CHECK(shown(bo) == "caxb");
  move(bo, "c", "x");
  CHECK(shown(bo) == "axcb");
  meet_again();
  CHECK(shown(anna) == "axcb");
}

TEST_CASE_FIXTURE(Goals, "what two people put at one place is not interleaved") {
  put(anna, "1", "a");
  put(anna, "2", "1");
  put(bo, "8", "a");
  put(bo, "9", "8");
  meet_again();
  const std::string together = shown(anna);
  CHECK((together == "a1289bc" || together == "a8912bc"));
}

TEST_CASE_FIXTURE(Goals, "an item both move is where one of them put it, once") {
  move(anna, "a", "c");
  move(bo, "a", "b");
  meet_again();
  CHECK((shown(anna) == "bca" || shown(anna) == "bac"));
}

TEST_CASE_FIXTURE(Goals,
                  "an item moves along behind one that was moved only when its author said so") {
  move(anna, "a", "c");
  put(bo, "x", "a");
  meet_again();
  CHECK(shown(anna) == "xbca");
}

TEST_CASE_FIXTURE(Goals, "a removed item goes, unless somebody moved it meanwhile") {
  anna.act({}, "goals", Remove{{item(anna, "a").id}});
  anna.act({}, "goals", Remove{{item(anna, "b").id}});
  move(bo, "b", "c");
  meet_again();
  CHECK(shown(anna) == "cb");
  put(anna, "x", "");
  CHECK(shown(anna) == "xcb");
}

TEST_CASE_FIXTURE(Two, "a document deleted by somebody who had seen all of it is gone") {
  const DocumentId note = anna.create("note");
  meet_again();
  bo.act(note, {}, Delete{});
  meet_again();
  CHECK(anna.history.documents().size() == 1);
  REQUIRE(anna.history.deleted_documents().size() == 1);
  CHECK(anna.history.deleted_documents()[0].id == note);
  CHECK(anna.history.conflicts().empty());
  anna.act(note, {}, Restore{{OpId{bo.history.heads()[0], 0}}});
  meet_again();
  CHECK(bo.history.documents().size() == 2);
  CHECK(bo.history.conflicts().empty());
}

TEST_CASE_FIXTURE(Two, "words written while somebody deleted the document keep it, and ask") {
  const DocumentId note = anna.create("note");
  meet_again();
  anna.act(note, "body", Insert{0, "Ringede kl. 10."});
  bo.act(note, {}, Delete{});
  meet_again();
  CHECK(bo.history.text(note, "body") == "Ringede kl. 10.");
  REQUIRE(bo.history.documents().size() == 2);
  const auto conflicts = bo.history.conflicts(note);
  REQUIRE(conflicts.size() == 1);
  CHECK(conflicts[0].kind == ConflictKind::deletion);
  REQUIRE(conflicts[0].candidates.size() == 1);
  CHECK(conflicts[0].candidates[0].op.change.writer == bo.writer);

  SUBCASE("to be kept") {
    anna.act(note, {}, Restore{conflicts[0].ops});
    meet_again();
    CHECK(bo.history.conflicts().empty());
    CHECK(bo.history.documents().size() == 2);
  }
  SUBCASE("or to be deleted after all") {
    bo.act(note, {}, Delete{});
    meet_again();
    CHECK(anna.history.conflicts().empty());
    CHECK(anna.history.documents().size() == 1);
  }
  SUBCASE("and whoever writes on meanwhile is not swallowed") {
    bo.act(note, {}, Delete{});
    anna.act(note, "body", Insert{0, "Nej. "});
    meet_again();
    CHECK(bo.history.documents().size() == 2);
    CHECK(bo.history.conflicts(note).size() == 1);
    CHECK(bo.history.text(note, "body") == "Nej. Ringede kl. 10.");
  }
}

}  // namespace feltbog::document
