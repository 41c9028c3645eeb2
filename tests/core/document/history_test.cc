// SPDX-License-Identifier: Apache-2.0
// Taking changes in: waiting, lying, doubling, forking.
#include "core/document/history.h"

#include <doctest/doctest.h>

#include "tests/core/document/scene.h"

namespace feltbog::document {
namespace {

using scene::meet;
using scene::Person;

Op write(std::string text) { return {{}, "body", Insert{0, std::move(text)}}; }

}  // namespace

TEST_CASE("a change begins on top of everything its author has seen") {
  Person anna(1), bo(2), carl(3);
  const Change first = anna.act({write("a")});
  CHECK(first.id == ChangeId{anna.writer, 1});
  CHECK(first.lamport == 1);
  CHECK(first.dependencies.empty());
  bo.act({write("b")});
  meet({&anna, &bo});
  const Change next = anna.act({write("c")});
  CHECK(next.dependencies == std::vector<ChangeId>{{bo.writer, 1}});
  CHECK(next.lamport == 2);
  CHECK(anna.history.heads() == std::vector<ChangeId>{next.id});
  CHECK(anna.history.saw(next.id, {bo.writer, 1}));
  CHECK_FALSE(anna.history.saw({bo.writer, 1}, first.id));
  meet({&anna, &carl});
  CHECK(carl.history.begin_change(carl.writer, {}).dependencies == std::vector<ChangeId>{next.id});
}

TEST_CASE("a change waits for its past, and says for what") {
  Person anna(1), bo(2);
  const Change one = anna.act({write("1")});
  const Change two = anna.act({write("2")});
  const Change three = anna.act({write("3")});
  auto effect = bo.history.add(three).value();
  CHECK(effect.held);
  CHECK(bo.history.held_count() == 1);
  CHECK(bo.history.missing() == std::vector<ChangeId>{two.id});
  CHECK_FALSE(bo.history.contains(three.id));
  CHECK(bo.history.add(two).value().held);
  CHECK(bo.history.missing() == std::vector<ChangeId>{one.id});
  CHECK(bo.history.add(three).value().duplicate);
  effect = bo.history.add(one).value();
  CHECK(effect.applied == std::vector<ChangeId>{one.id, two.id, three.id});
  CHECK(effect.fields.size() == 1);
  CHECK(effect.fields[0].patches.size() == 3);
  CHECK(bo.body() == "321");
  CHECK(bo.history.held_count() == 0);
}

TEST_CASE("a change that lies about its lamport is refused") {
  Person anna(1), bo(2);
  Change change = anna.act({write("a")});
  change.lamport = 1000;
  CHECK(bo.history.add(change).error().code == ErrorCode::malformed);
  CHECK(bo.history.change_count() == 0);
}

TEST_CASE("a held change that turns out to lie is dropped when its past arrives") {
  Person anna(1), bo(2);
  const Change one = anna.act({write("1")});
  Change two = anna.act({write("2")});
  two.lamport = 50;
  CHECK(bo.history.add(two).value().held);
  const auto effect = bo.history.add(one).value();
  CHECK(effect.rejected == std::vector<ChangeId>{two.id});
  CHECK(bo.history.held_count() == 0);
  CHECK(bo.body() == "1");
}

TEST_CASE("a change that names more of its past than it must is refused") {
  Person anna(1), bo(2), carl(3);
  anna.act({write("a")});
  meet({&anna, &bo});
  bo.act({write("b")});
  meet({&anna, &bo, &carl});
  Change change = carl.history.begin_change(carl.writer, {});
  change.dependencies = {{anna.writer, 1}, {bo.writer, 1}};
  std::sort(change.dependencies.begin(), change.dependencies.end());
  CHECK(carl.history.add(change).error().code == ErrorCode::malformed);
}

TEST_CASE("another change under a known id is reported, and the first one stays") {
  Person anna(1), bo(2);
  const Change real = anna.act({write("real")});
  Change forged = real;
  forged.ops = {write("forged")};
  CHECK(anna.history.add(forged).error().code == ErrorCode::fork_detected);
  CHECK(anna.body() == "real");
  Change waiting = real;
  waiting.id.counter = 2;
  waiting.lamport = 2;
  CHECK(bo.history.add(waiting).value().held);
  waiting.ops.clear();
  CHECK(bo.history.add(waiting).error().code == ErrorCode::fork_detected);
}

TEST_CASE("too many waiting changes are refused, and can be offered again") {
  Person anna(1), bo(2);
  const Change one = anna.act({});
  Change last = one;
  for (std::uint64_t counter = 2; counter < kHeldChangesMax + 2; ++counter) {
    last.id.counter = last.lamport = counter;
    REQUIRE(bo.history.add(last));
  }
  last.id.counter = last.lamport = kHeldChangesMax + 2;
  CHECK(bo.history.add(last).error().code == ErrorCode::limit_exceeded);
  CHECK(bo.history.held_count() == kHeldChangesMax);
  CHECK(bo.history.add(one).value().applied.size() == kHeldChangesMax + 1);
  CHECK(bo.history.add(last).value().applied.size() == 1);
}

TEST_CASE("an op on a document its author had not seen goes nowhere, for everyone") {
  Person anna(1), bo(2);
  const DocumentId note = anna.create("note");
  bo.act(note, "body", Insert{0, "blind"});
  bo.act(DocumentId{note.change, 1}, "body", Insert{0, "no such"});
  meet({&anna, &bo});
  CHECK(anna.body(note).empty());
  CHECK(anna.history.fields(note).empty());
  CHECK(anna.history.canonical_state() == bo.history.canonical_state());
  CHECK(anna.history.documents().size() == 2);
}

TEST_CASE("documents are listed by creation, with their kind and origin") {
  Person anna(1), bo(2);
  const DocumentId first = anna.create("note");
  meet({&anna, &bo});
  const DocumentId second = bo.create("visit");
  meet({&anna, &bo});
  const auto documents = anna.history.documents();
  REQUIRE(documents.size() == 3);
  CHECK(documents[0].kind == kRootKind);
  CHECK(documents[1].id == first);
  CHECK(documents[2].id == second);
  CHECK(documents[2].lamport == 2);
  CHECK(anna.history.documents_of("visit").size() == 1);
  CHECK_FALSE(anna.history.document({{bo.writer, 9}, 0}));
  CHECK(anna.history.find(second.change)->recorded_at == WallTime{1000});
}

TEST_CASE("an action of a newer version is kept and does nothing") {
  Person anna(1);
  const Bytes empty = anna.history.canonical_state();
  const Change change = anna.act({}, "body", Unknown{60, Bytes{0xF6}});
  CHECK(anna.history.fields({}).empty());
  CHECK(*anna.history.find(change.id) == change);
  CHECK(anna.history.canonical_state() != empty);
}

}  // namespace feltbog::document
