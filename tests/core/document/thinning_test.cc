// SPDX-License-Identifier: Apache-2.0
// Forgetting what is no longer in effect: what goes, what stays, what those who come late meet.
#include <doctest/doctest.h>

#include <algorithm>
#include <string_view>

#include "core/document/saved_history.h"
#include "tests/core/document/scene.h"

namespace feltbog::document {
namespace {

using scene::Person;

bool contains(const Bytes& bytes, std::string_view words) {
  return std::search(bytes.begin(), bytes.end(), words.begin(), words.end()) != bytes.end();
}

std::vector<ChangeId> thin_all(Person& person) {
  return person.history.thin(person.history.heads());
}

}  // namespace

TEST_CASE("erased words are forgotten, and the text stays") {
  Person anna(1);
  const Change wrote = anna.act({}, "body", Insert{0, "Bor på Kirkegade 4, ringet."});
  anna.act({}, "body", Erase{4, 14});
  const Bytes before = anna.history.canonical_state();
  CHECK(contains(anna.history.save(), "Kirkegade"));
  CHECK(thin_all(anna) == std::vector<ChangeId>{wrote.id});
  CHECK_FALSE(contains(anna.history.save(), "Kirkegade"));
  CHECK(anna.body() == "Bor , ringet.");
  CHECK(anna.history.canonical_state() == before);
  CHECK(anna.history.forgotten_needed().empty());
  CHECK(thin_all(anna).empty());
}

TEST_CASE("nothing is forgotten that was erased after the line") {
  Person anna(1);
  const Change wrote = anna.act({}, "body", Insert{0, "one two"});
  anna.act({}, "body", Erase{0, 4});
  CHECK(anna.history.thin({wrote.id}).empty());
  CHECK(anna.history.thin({{anna.writer, 400}}).empty());
  CHECK(anna.history.thinned().empty());
}

TEST_CASE("a thinned change is never handed out, though it is known") {
  Person anna(1);
  const Change wrote = anna.act({}, "body", Insert{0, "one two"});
  const Change erased = anna.act({}, "body", Erase{0, 4});
  (void)thin_all(anna);
  CHECK(anna.history.contains(wrote.id));
  CHECK_FALSE(anna.history.find(wrote.id));
  CHECK(anna.history.find(erased.id) == erased);
  CHECK(anna.history.changes() == std::vector<Change>{erased});
  CHECK(anna.history.changes_of(anna.writer) == std::vector<Change>{erased});
  CHECK(anna.history.change_count() == 2);
  CHECK(anna.history.targets_of(wrote.id)->front().field == "body");
  CHECK_FALSE(anna.history.targets_of({anna.writer, 3}));
  CHECK(anna.history.text_edits({}, "body")[0].length == 7);
}

TEST_CASE("who comes late writes inside words long forgotten, and it merges as it would have") {
  Person anna(1), bo(2);
  anna.act({}, "body", Insert{0, "Bor hos sin søster."});
  scene::meet({&anna, &bo});
  anna.act({}, "body", Erase{3, 15});
  History whole = anna.history.clone();
  REQUIRE_FALSE(thin_all(anna).empty());
  const Change late = bo.act({}, "body", Insert{8, "[nu] "});
  anna.history.add(late).value();
  whole.add(late).value();
  CHECK(anna.body() == "Bor[nu] .");
  CHECK(anna.history.canonical_state() == whole.canonical_state());
  CHECK(anna.history.forgotten_needed().empty());
}

TEST_CASE("replaced values and members taken out are forgotten; a ladder and a log keep theirs") {
  Person anna(1);
  const Change set = anna.act({}, "outcome", Set{Value("secret one"), std::nullopt});
  const Change added = anna.act({}, "needs", Add{Value("secret two")});
  anna.act({{{}, "title", Set{Value(), std::nullopt}},
            {{}, "status", Set{Value("open"), std::nullopt}},
            {{}, "undeclared", Set{Value("first"), std::nullopt}},
            {{}, "entries", Append{Value("called")}}});
  anna.act({{{}, "outcome", Set{Value("met"), std::nullopt}},
            {{}, "needs", Remove{{{added.id, 0}}}},
            {{}, "title", Set{Value("visit"), std::nullopt}},
            {{}, "status", Set{Value("closed"), std::nullopt}},
            {{}, "undeclared", Set{Value("second"), std::nullopt}}});
  CHECK(thin_all(anna) == std::vector<ChangeId>{set.id, added.id});
  CHECK_FALSE(contains(anna.history.save(), "secret"));
  const std::vector<FieldValue> values = anna.history.value_history({}, "outcome");
  REQUIRE(values.size() == 2);
  CHECK(values[0].forgotten);
  CHECK(values[0].value.is_null());
  CHECK(values[0].op == OpId{set.id, 0});
  CHECK(values[1].value == Value("met"));
  CHECK_FALSE(values[1].forgotten);
}

TEST_CASE(
    "what stands in an open conflict stays, settled too, until the choice is replaced itself") {
  Person anna(1), bo(2);
  const Change hers = anna.act({}, "outcome", Set{Value("at home"), std::nullopt});
  const Change his = bo.act({}, "outcome", Set{Value("moved"), std::nullopt});
  scene::meet({&anna, &bo});
  CHECK(thin_all(anna).empty());
  const std::vector<Conflict> conflicts = anna.history.conflicts();
  REQUIRE(conflicts.size() == 1);
  const Change choice = anna.act({}, "outcome", Set{Value("moved"), conflicts[0].ops});
  CHECK(thin_all(anna).empty());
  anna.act({}, "outcome", Set{Value("dead"), std::nullopt});
  std::vector<ChangeId> replaced{hers.id, his.id, choice.id};
  std::sort(replaced.begin(), replaced.end());
  CHECK(thin_all(anna) == replaced);
  CHECK(anna.history.settlements()[0].replaced[0].forgotten);
}

TEST_CASE("an item taken off a list is kept: who comes late may move it, and it stays") {
  Person anna(1), bo(2);
  const Change item = anna.act({}, "goals", PlaceItem{std::nullopt, std::nullopt, Value("eat")});
  scene::meet({&anna, &bo});
  anna.act({}, "goals", Remove{{{item.id, 0}}});
  CHECK(thin_all(anna).empty());
  anna.history.add(bo.act({}, "goals", PlaceItem{OpId{item.id, 0}, std::nullopt, Value()})).value();
  REQUIRE(anna.history.list({}, "goals").size() == 1);
  CHECK(anna.history.list({}, "goals")[0].value == Value("eat"));
}

TEST_CASE("what a signer saw stays, also where others had erased it; late edits stay") {
  Person anna(1), bo(2), cleo(3);
  const DocumentId note = anna.create("note");
  anna.act(note, "body", Insert{0, "typo Mødt hjemme."});
  anna.act(note, "body", Erase{0, 5});
  scene::meet({&anna, &bo, &cleo});
  anna.act(note, "body", Freeze{});
  bo.act(note, "body", Erase{0, 5});
  bo.act(note, "body", Insert{0, "Set "});
  bo.act(note, "body", Erase{0, 4});
  scene::meet({&anna, &bo});
  const Bytes before = anna.history.canonical_state();
  CHECK(thin_all(anna).size() == 1);  // the typo, which was gone when she signed
  CHECK(anna.history.canonical_state() == before);
  CHECK(anna.body(note) == "Mødt hjemme.");
}

TEST_CASE("a signing by somebody who had not seen the document keeps nothing") {
  Person anna(1), bo(2);
  const DocumentId note = anna.create("note");
  anna.history.add(bo.act(note, "body", Freeze{})).value();
  anna.act(note, "body", Insert{0, "one two"});
  anna.act(note, "body", Erase{0, 4});
  CHECK(thin_all(anna).size() == 1);
}

TEST_CASE("a late signing of words forgotten meanwhile shows which are missing, until they come") {
  Person anna(1), bo(2);
  const DocumentId note = bo.create("note");
  const Change wrote = bo.act(note, "body", Insert{0, "Mødt hjemme."});
  scene::meet({&anna, &bo});
  anna.act(note, "body", Erase{4, 7});
  (void)thin_all(anna);
  const Change signing = bo.act(note, "body", Freeze{});
  const AddEffect effect = anna.history.add(signing).value();
  const std::string gap = "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD";
  CHECK(anna.body(note) == "Mødt" + gap + ".");
  REQUIRE(effect.fields.size() == 1);
  CHECK(effect.fields[0].patches == std::vector<TextPatch>{{4, 0, gap}});
  CHECK(anna.history.text_length(note, "body") == 12);
  CHECK(anna.history.frozen(note, "body")->forgotten);
  CHECK(anna.history.forgotten_needed() == std::vector<ChangeId>{wrote.id});
  const AddEffect again = anna.history.add(wrote).value();
  CHECK(again.duplicate);
  CHECK(again.applied.empty());
  CHECK(again.refilled == std::vector<ChangeId>{wrote.id});
  REQUIRE(again.fields.size() == 1);
  CHECK(again.fields[0].patches == std::vector<TextPatch>{{4, 7, " hjemme"}});
  CHECK(anna.body(note) == "Mødt hjemme.");
  CHECK_FALSE(anna.history.frozen(note, "body")->forgotten);
  CHECK(anna.history.forgotten_needed().empty());
  CHECK(anna.history.find(wrote.id) == wrote);
}

TEST_CASE("two late signings of a text with forgotten words name what both need") {
  Person anna(1), bo(2), cleo(3);
  const Change wrote = anna.act({}, "body", Insert{0, "one two"});
  scene::meet({&anna, &bo, &cleo});
  const Change more = bo.act({}, "body", Insert{7, " three"});
  anna.act({}, "body", Erase{0, 4});
  anna.history.add(more).value();
  (void)thin_all(anna);
  anna.history.add(bo.act({}, "body", Freeze{})).value();
  anna.history.add(cleo.act({}, "body", Freeze{})).value();
  CHECK(anna.history.forgotten_needed() == std::vector<ChangeId>{wrote.id});
  bool signings = false;
  for (const Conflict& conflict : anna.history.conflicts()) {
    if (conflict.kind != ConflictKind::signings) continue;
    signings = true;
    for (const FieldValue& candidate : conflict.candidates) CHECK(candidate.forgotten);
  }
  CHECK(signings);
}

TEST_CASE("words that were late for a signing nobody knew of are said to be missing") {
  Person anna(1), bo(2);
  anna.act({}, "body", Insert{0, "signed "});
  scene::meet({&anna, &bo});
  const Change wrote = anna.act({}, "body", Insert{7, "and then erased"});
  anna.act({}, "body", Erase{12, 6});
  anna.act({}, "title", Set{Value("x"), std::nullopt});
  scene::meet({&anna});
  Person cleo(3);
  for (const Change& change : anna.history.changes()) cleo.history.add(change).value();
  cleo.act({}, "body", Erase{7, 3});
  (void)thin_all(cleo);
  cleo.history.add(bo.act({}, "body", Freeze{})).value();
  CHECK(cleo.history.forgotten_needed() == std::vector<ChangeId>{wrote.id});
  CHECK(cleo.history.conflicts()[0].candidates[0].value == Value("\uFFFD\uFFFD\uFFFD tased"));
  CHECK(cleo.history.conflicts()[0].candidates[0].forgotten);
}

TEST_CASE("an erasure that is masked later leaves a gap, and the words return with their change") {
  Person anna(1), bo(2);
  const Change wrote = anna.act({}, "body", Insert{0, "one two"});
  scene::meet({&anna, &bo});
  const Change erased = bo.act({}, "body", Erase{0, 3});
  const Change set = anna.act({}, "outcome", Set{Value("met"), std::nullopt});
  scene::meet({&anna, &bo});
  const Change replaced = bo.act({}, "outcome", Set{Value("moved"), std::nullopt});
  anna.history.add(replaced).value();
  (void)thin_all(anna);
  (void)anna.history.mask({erased.id, replaced.id});
  CHECK(anna.body() == "\uFFFD\uFFFD\uFFFD two");
  CHECK(anna.history.value({}, "outcome")->forgotten);
  const std::vector<ChangeId> needed = anna.history.forgotten_needed();
  CHECK(needed == std::vector<ChangeId>{wrote.id, set.id});
  CHECK(anna.history.add_all({wrote, set}).refilled == needed);
  CHECK(anna.body() == "one two");
  CHECK(anna.history.value({}, "outcome")->value == Value("met"));
}

TEST_CASE("what is masked, and what it erased or replaced, is not forgotten") {
  Person anna(1), bo(2);
  anna.act({{{}, "body", Insert{0, "one two"}}, {{}, "needs", Add{Value("food")}}});
  scene::meet({&anna, &bo});
  const Change his = bo.act({{{}, "body", Erase{0, 3}},
                             {{}, "body", Insert{0, "1"}},
                             {{}, "needs", Remove{anna.history.members({}, "needs")[0].tags}}});
  scene::meet({&anna, &bo});
  anna.act({}, "body", Erase{0, 1});
  History whole = anna.history.clone();
  (void)anna.history.mask({his.id});
  (void)thin_all(anna);
  (void)anna.history.unmask({his.id});
  CHECK(anna.history.thinned().empty());
  CHECK(anna.history.canonical_state() == whole.canonical_state());
}

TEST_CASE("an earlier text that needs forgotten words says so; one that does not can be read") {
  Person anna(1);
  const Change first = anna.act({}, "body", Insert{0, "one"});
  const Change second = anna.act({}, "body", Insert{3, " two"});
  anna.act({}, "body", Erase{3, 4});
  (void)thin_all(anna);
  CHECK(anna.history.text_at({}, "body", {{first.id, 0}}).value() == "one");
  const auto forgotten = anna.history.text_at({}, "body", {{second.id, 0}});
  REQUIRE_FALSE(forgotten);
  CHECK(forgotten.error() == Error{ErrorCode::forgotten, to_text(second.id)});
}

TEST_CASE("an erasure whose words are forgotten cannot be taken back until they come again") {
  Person anna(1);
  const Change wrote = anna.act({}, "body", Insert{0, "one two"});
  const Change erased = anna.act({}, "body", Erase{0, 4});
  const Change set = anna.act({}, "outcome", Set{Value("met"), std::nullopt});
  const Change replaced = anna.act({}, "outcome", Set{Value("moved"), std::nullopt});
  const Change added = anna.act({}, "needs", Add{Value("food")});
  const Change removed = anna.act({}, "needs", Remove{{{added.id, 0}}});
  (void)thin_all(anna);
  for (const ChangeId& id : {erased.id, replaced.id, removed.id}) {
    CHECK(anna.history.taking_back(id).error() == Error{ErrorCode::forgotten, to_text(id)});
  }
  CHECK(anna.history.taking_back(wrote.id).value().ops.size() == 1);
  anna.history.add_all({wrote, set, added});
  CHECK(anna.history.taking_back(erased.id).value().ops.size() == 1);
}

TEST_CASE("what differs from all that is left of a change is a fork; what agrees fills it") {
  Person anna(1);
  const Change wrote = anna.act({}, "body", Insert{0, "one two"});
  anna.act({}, "body", Erase{0, 3});
  (void)thin_all(anna);
  const auto refused = [&](std::string text, std::uint64_t position) {
    Change other = wrote;
    other.ops[0].action = Insert{position, std::move(text)};
    const auto added = anna.history.add(other);
    return !added && added.error().code == ErrorCode::fork_detected;
  };
  CHECK(refused("one two", 1));
  CHECK(refused("one tvo", 0));
  CHECK(refused("one two!", 0));
  CHECK(refused("on two", 0));
  Change other = wrote;
  other.ops.push_back(other.ops[0]);
  CHECK_FALSE(anna.history.add(other));
  other = wrote;
  other.ops[0].action = Set{Value("one two"), std::nullopt};
  CHECK_FALSE(anna.history.add(other));
  other.ops[0].action = Insert{0, "1.. two"};
  const AddEffect both = anna.history.add_all({wrote, other});
  REQUIRE(both.refused.size() == 1);
  CHECK(both.refused[0].error.code == ErrorCode::fork_detected);
  CHECK(anna.history.find(wrote.id) == wrote);
}

TEST_CASE("nobody can send a change with forgotten words in it") {
  Person anna(1);
  Change change = anna.history.begin_change(anna.writer, WallTime{1});
  change.ops = {{{}, "body", Insert{0, "\xFF"}}};
  CHECK(anna.history.add(change).error().code == ErrorCode::malformed);
  change.ops = {{{}, "outcome", Set{Value("\xFF"), std::nullopt}}};
  CHECK(anna.history.add(change).error().code == ErrorCode::malformed);
  CHECK_FALSE(anna.history.splice(anna.writer, WallTime{1}, {{}, "body", 0, 0, "\xFF"}));
}

TEST_CASE("one types on in a thinned text that was loaded") {
  Person anna(1);
  anna.act({}, "body", Insert{0, "one two"});
  anna.act({}, "body", Erase{0, 4});
  (void)thin_all(anna);
  anna.history = SavedHistory::open(anna.history.save()).value().load(generator::schema()).value();
  CHECK(anna.history.splice(anna.writer, WallTime{1}, {{}, "body", 3, 0, "!"}));
  CHECK(anna.body() == "two!");
  CHECK(anna.history.thinned().size() == 1);
}

TEST_CASE("a note rewritten every week takes a fraction of the room once the line has passed") {
  Person anna(1);
  generator::Dice dice(7);
  const std::uint64_t length = 400;
  for (int week = 0; week < 52; ++week) {
    std::string words;
    while (words.size() < length) words += static_cast<char>('a' + dice.roll(26));
    if (week > 0) anna.act({}, "body", Erase{0, length});
    anna.act({}, "body", Insert{0, words});
    anna.act({}, "outcome", Set{Value(words.substr(0, 40)), std::nullopt});
  }
  const std::size_t before = anna.history.save().size();
  (void)thin_all(anna);
  const std::size_t after = anna.history.save().size();
  CHECK(before > 13000);
  CHECK(after < 600);
}

}  // namespace feltbog::document
