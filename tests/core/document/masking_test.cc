// SPDX-License-Identifier: Apache-2.0
// What is left when changes are taken out of effect, told as stories.
#include <doctest/doctest.h>

#include "core/document/saved_history.h"
#include "tests/core/document/scene.h"

namespace feltbog::document {
namespace {

using scene::meet;
using scene::Person;
using scene::texts;

struct LostPhone {
  Person anna{1};  // whose phone is lost
  Person bo{2};
  ChangeId last() const { return anna.history.heads()[0]; }
};

}  // namespace

TEST_CASE_FIXTURE(LostPhone, "words on top of masked ones stand where they stood") {
  anna.act({}, "body", Insert{0, "Bor på Kirkegade 4."});
  meet({&anna, &bo});
  bo.act({}, "body", Insert{19, " Ringet."});
  bo.act({}, "body", Insert{7, "HUSK "});
  const AddEffect masked = bo.history.mask({last()});
  CHECK(bo.body() == "HUSK  Ringet.");
  REQUIRE(masked.fields.size() == 1);
  CHECK(masked.fields[0].patches.size() == 1);
  bo.act({}, "body", Insert{bo.history.text_length({}, "body"), "!"});
  (void)bo.history.unmask({last()});
  CHECK(bo.body() == "Bor på HUSK Kirkegade 4. Ringet.!");
}

TEST_CASE_FIXTURE(LostPhone, "who writes in a masked text writes where he sees it") {
  bo.act({}, "body", Insert{0, "abcdef"});
  meet({&anna, &bo});
  const ChangeId hidden = anna.act({}, "body", Insert{3, "XYZ"}).id;
  meet({&anna, &bo});
  (void)bo.history.mask({hidden});
  bo.act({{{}, "body", Erase{2, 2}}, {{}, "body", Insert{2, "-"}}});
  CHECK(bo.body() == "ab-ef");
  const auto typed = bo.history.splice(bo.writer, WallTime{1}, {{}, "body", 5, 0, "!"});
  REQUIRE(typed);
  CHECK(bo.body() == "ab-ef!");
  (void)bo.history.unmask({hidden});
  CHECK(bo.body() == "ab-XYZef!");
}

TEST_CASE_FIXTURE(LostPhone, "words whose erasure is masked stand until that is settled") {
  bo.act({}, "body", Insert{0, "abcdef"});
  meet({&anna, &bo});
  const ChangeId gone = anna.act({}, "body", Erase{0, 3}).id;
  meet({&anna, &bo});
  (void)bo.history.mask({gone});
  CHECK(bo.body() == "abcdef");
  Change change = bo.history.begin_change(bo.writer, WallTime{1});
  change.ops = {{{}, "body", Erase{2, 2}}};
  CHECK(bo.history.as_written(change).error().code == ErrorCode::not_permitted);
  bo.act({}, "body", Erase{3, 2});
  CHECK(bo.body() == "abcf");
}

TEST_CASE_FIXTURE(LostPhone, "what a masked change erased or replaced comes back") {
  bo.act({{{}, "body", Insert{0, "Hilsen fra Bo"}}, {{}, "outcome", Set{Value("home"), {}}}});
  meet({&anna, &bo});
  anna.act({{{}, "body", Erase{6, 7}}, {{}, "outcome", Set{Value("gone"), {}}}});
  meet({&anna, &bo});
  CHECK(bo.body() == "Hilsen");
  (void)bo.history.mask({last()});
  CHECK(bo.body() == "Hilsen fra Bo");
  CHECK(texts(bo.history.values({}, "outcome")) == std::vector<std::string>{"home"});
}

TEST_CASE_FIXTURE(LostPhone, "a document a masked change made is shown when others wrote in it") {
  const DocumentId empty = anna.create("note");
  const DocumentId used = anna.create("note");
  meet({&anna, &bo});
  bo.act(used, "body", Insert{0, "Mødt."});
  (void)bo.history.mask({empty.change, used.change});
  REQUIRE(bo.history.documents().size() == 2);
  CHECK(bo.history.documents()[1].id == used);
  CHECK_FALSE(bo.history.document(empty));
}

TEST_CASE_FIXTURE(LostPhone, "a signed text keeps what its signer saw") {
  anna.act({}, "body", Insert{0, "Mødt hjemme."});
  meet({&anna, &bo});
  bo.act({}, "body", Freeze{});
  (void)bo.history.mask({last()});
  CHECK(bo.body() == "Mødt hjemme.");
  CHECK(bo.history.unfrozen_text({}, "body").empty());
}

TEST_CASE_FIXTURE(LostPhone, "a mask counts for changes that come later, and is not saved") {
  const Change words = anna.act({}, "body", Insert{0, "Mødt."});
  (void)bo.history.mask({words.id});
  REQUIRE(bo.history.add(words));
  CHECK(bo.body().empty());
  CHECK(bo.history.contains(words.id));
  const auto loaded = SavedHistory::open(bo.history.save()).value().load(generator::schema());
  REQUIRE(loaded);
  CHECK(loaded->text({}, "body") == "Mødt.");
  CHECK(loaded->masked().empty());
}

}  // namespace feltbog::document
