// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/draft.h"

#include <doctest/doctest.h>

#include "core/workspace/schema.h"

using namespace feltbog;
using namespace feltbog::workspace;

namespace {

constexpr WriterId kWriter{{7}};

Draft begin(const document::History& history) {
  return Draft(history.begin_change(kWriter, WallTime{5000}));
}

}  // namespace

TEST_CASE("a draft in which nothing was done is empty") {
  const document::History history(file_schema());
  Draft draft = begin(history);
  CHECK(draft.empty());
  draft.insert({}, "body", 0, "");
  draft.erase({}, "body", 0, 0);
  CHECK(draft.empty());
}

TEST_CASE("what a draft did stands in the history once it is added") {
  document::History history(file_schema());
  Draft draft = begin(history);
  const auto note = draft.create(kNoteKind);
  draft.set(note, field::kTitle, Value("Besøg"));
  draft.insert(note, field::kBody, 0, "Drak kaffe.");
  draft.erase(note, field::kBody, 0, 5);
  draft.append(note, field::kAddenda, Value("tillæg"));
  REQUIRE(document::check_change(draft.change()).has_value());
  REQUIRE(history.add(draft.change()).has_value());
  CHECK(history.text(note, field::kBody) == "kaffe.");
  CHECK(history.value(note, field::kTitle)->value == Value("Besøg"));
  CHECK(history.log(note, field::kAddenda).size() == 1);
}

TEST_CASE("the values a draft replaces are named in order, whatever order they were given in") {
  document::History history(file_schema());
  Draft first = begin(history);
  const auto a = first.set({}, field::kCitizenName, Value("A"));
  const auto b = first.set({}, field::kCitizenPhone, Value("B"));
  REQUIRE(history.add(first.change()).has_value());
  Draft second = begin(history);
  second.set({}, field::kCitizenName, Value("C"), {b, a});
  second.remove({}, field::kWarnings, {b, a});
  CHECK(document::check_change(second.change()).has_value());
}
