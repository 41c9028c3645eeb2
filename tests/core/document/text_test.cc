// SPDX-License-Identifier: Apache-2.0
// Notes two people write in: merging, letters, signing.
#include <doctest/doctest.h>

#include "core/base/utf8.h"
#include "core/document/text_buffer.h"
#include "tests/core/document/scene.h"

namespace feltbog::document {
namespace {

using scene::meet;
using scene::Person;

// A change per letter.
void type(Person& person, const DocumentId& note, std::uint64_t position,
          const std::string& words) {
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t next = at + byte_offset_of(std::string_view(words).substr(at), 1);
    person.act(note, "body", Insert{position++, words.substr(at, next - at)});
    at = next;
  }
}

}  // namespace

TEST_CASE("two people's words never interleave") {
  Person anna(1), bo(2);
  const DocumentId note = anna.create("note");
  type(anna, note, 0, "Mødt: .");
  meet({&anna, &bo});
  type(anna, note, 6, "borgeren åbnede");
  type(bo, note, 6, "ingen hjemme");
  meet({&anna, &bo});
  const std::string merged = anna.body(note);
  CHECK(merged == bo.body(note));
  CHECK(merged.find("borgeren åbnede") != std::string::npos);
  CHECK(merged.find("ingen hjemme") != std::string::npos);
  CHECK(merged.size() == std::string("Mødt: .borgeren åbnedeingen hjemme").size());
}

TEST_CASE("words typed backwards, each letter before the last, do not interleave either") {
  Person anna(1), bo(2);
  meet({&anna, &bo});
  for (char letter : std::string("abcdef")) {
    anna.act({}, "body", Insert{0, std::string(1, letter)});
    bo.act({}, "body", Insert{0, std::string(1, static_cast<char>(std::toupper(letter)))});
  }
  meet({&anna, &bo});
  CHECK((anna.body() == "fedcbaFEDCBA" || anna.body() == "FEDCBAfedcba"));
  CHECK(anna.body() == bo.body());
}

TEST_CASE("Danish letters and emoji are whole characters everywhere") {
  Person anna(1), bo(2);
  anna.act({}, "body", Insert{0, "æøå🙂ÆØÅ"});
  meet({&anna, &bo});
  anna.act({}, "body", Erase{3, 1});
  bo.act({}, "body", Insert{4, "👍"});
  meet({&anna, &bo});
  CHECK(anna.body() == "æøå👍ÆØÅ");
  CHECK(bo.body() == "æøå👍ÆØÅ");
  CHECK(bo.history.text_length({}, "body") == 7);
}

TEST_CASE("what one erases and another extends keeps the new words") {
  Person anna(1), bo(2);
  anna.act({}, "body", Insert{0, "one two three"});
  meet({&anna, &bo});
  anna.act({}, "body", Erase{4, 4});
  bo.act({}, "body", Insert{6, "--"});
  meet({&anna, &bo});
  CHECK(anna.body() == "one --three");
}

TEST_CASE("positions beyond the end count as the end, on every replica") {
  Person anna(1), bo(2);
  anna.act({}, "body", Insert{kPositionMax, "a"});
  anna.act({}, "body", Erase{kPositionMax, kPositionMax});
  anna.act({}, "body", Insert{0, "b"});
  anna.act({}, "body", Erase{1, kPositionMax});
  meet({&anna, &bo});
  CHECK(anna.body() == "b");
  CHECK(bo.body() == "b");
}

TEST_CASE("a signed note reads as it was signed, and a late edit is kept beside it") {
  Person anna(1), bo(2);
  const DocumentId note = anna.create("note");
  anna.act(note, "body", Insert{0, "Visited at ten."});
  meet({&anna, &bo});
  type(bo, note, 15, " Door was open.");
  anna.act(note, "body", Freeze{});
  meet({&anna, &bo});
  for (const Person* person : {&anna, &bo}) {
    CHECK(person->body(note) == "Visited at ten.");
    CHECK(person->history.unfrozen_text(note, "body") == "Visited at ten. Door was open.");
    const auto conflicts = person->history.conflicts();
    REQUIRE(conflicts.size() == 1);
    CHECK(conflicts[0].kind == ConflictKind::late_edit);
    REQUIRE(conflicts[0].candidates.size() == 1);
    CHECK(conflicts[0].candidates[0].value == Value(" Door was open."));
    CHECK(conflicts[0].ops.size() == 15);
  }
  CHECK(anna.history.frozen(note, "body")->op.change.writer == anna.writer);
  anna.act(note, "body", Remove{anna.history.conflicts()[0].ops});
  meet({&anna, &bo});
  CHECK(bo.history.conflicts().empty());
  CHECK(bo.body(note) == "Visited at ten.");
}

TEST_CASE("an edit made after the signing does not alter it, and an erasure says how much") {
  Person anna(1);
  anna.act({}, "body", Insert{0, "signed words"});
  anna.act({}, "body", Freeze{});
  anna.act({}, "body", Erase{0, 3});
  CHECK(anna.last.fields.at(0).patches.empty());
  anna.act({}, "body", Insert{2, "late"});
  anna.act({}, "body", Freeze{});
  CHECK(anna.body() == "signed words");
  const auto conflicts = anna.history.conflicts();
  REQUIRE(conflicts.size() == 1);
  REQUIRE(conflicts[0].candidates.size() == 2);
  CHECK(conflicts[0].candidates[0].value["erased"] == Value(3));
  CHECK(conflicts[0].candidates[1].value == Value("late"));
}

TEST_CASE("of two signings made apart the author's own stands, and the difference is shown") {
  Person anna(9), bo(2);
  const DocumentId note = anna.create("note");
  anna.act(note, "body", Insert{0, "draft"});
  meet({&anna, &bo});
  bo.act(note, "body", Freeze{});
  anna.act(note, "body", Insert{5, ", finished"});
  anna.act(note, "body", Freeze{});
  meet({&anna, &bo});
  CHECK(bo.body(note) == "draft, finished");
  const auto conflicts = bo.history.conflicts();
  REQUIRE(conflicts.size() == 1);
  CHECK(conflicts[0].kind == ConflictKind::signings);
  CHECK(conflicts == anna.history.conflicts());
  bo.act(note, "body", Remove{conflicts[0].ops});
  CHECK(bo.history.conflicts().empty());
}

TEST_CASE("a long branch merged change by change ends as when merged at once") {
  Person anna(1), bo(2), carl(3);
  anna.act({}, "body", Insert{0, std::string(3000, '.')});
  meet({&anna, &bo, &carl});
  for (std::uint64_t i = 0; i < 300; ++i) bo.act({}, "body", Insert{i * 5, "bo"});
  for (const Change& change : bo.history.changes_of(bo.writer)) {
    anna.act({}, "body", Insert{2900, "a"});
    REQUIRE(anna.history.add(change));
  }
  for (const Change& change : anna.history.changes()) REQUIRE(carl.history.add(change));
  History again(generator::schema());
  std::vector<Change> shuffled;
  for (const Change& change : anna.history.changes()) shuffled.push_back(change);
  generator::Dice dice(1);
  generator::shuffle(shuffled, dice);
  for (const Change& change : shuffled) REQUIRE(again.add(change));
  CHECK(again.canonical_state() == anna.history.canonical_state());
  CHECK(carl.body() == anna.body());
}

TEST_CASE("a quarter of a million keystrokes are one text") {
  Person anna(1);
  std::string expected;
  for (std::size_t i = 0; i < 250000; ++i) {
    const std::uint64_t at = i % 1000 == 999 ? i / 2 : i;
    const std::string letter(1, static_cast<char>('a' + i % 26));
    anna.act({}, "body", Insert{at, letter});
    expected.insert(static_cast<std::size_t>(at), letter);
  }
  CHECK(anna.body() == expected);
}

TEST_CASE("a chunked text reads like a plain one") {
  generator::Dice dice(11);
  TextBuffer buffer;
  std::u32string plain;
  const auto plain_text = [&](std::size_t from, std::size_t count) {
    std::string out;
    for (char32_t letter : plain.substr(from, count)) out += letter == U'å' ? "å" : "b";
    return out;
  };
  for (int round = 0; round < 4000; ++round) {
    const std::size_t at = dice.roll(plain.size() + 1);
    if (dice.one_in(3)) {
      const std::size_t count = dice.roll(std::min<std::size_t>(plain.size() - at, 3000) + 1);
      CHECK(buffer.slice(at, count) == plain_text(at, count));
      buffer.erase(at, count);
      plain.erase(at, count);
    } else {
      const std::size_t count = 1 + dice.roll(dice.one_in(20) ? 5000 : 20);
      const bool danish = dice.one_in(2);
      std::string words;
      for (std::size_t i = 0; i < count; ++i) words += danish ? "å" : "b";
      buffer.insert(at, words);
      plain.insert(at, count, danish ? U'å' : U'b');
    }
    REQUIRE(buffer.length() == plain.size());
  }
  CHECK(buffer.text() == plain_text(0, plain.size()));
}

TEST_CASE("the difference of two texts never splits a letter") {
  const auto changed = difference("blåbær", "blæbær");
  CHECK(changed.position == 2);
  CHECK(changed.erased == 1);
  CHECK(changed.inserted == "æ");
  CHECK(difference("aaa", "aaaa").inserted == "a");
  CHECK(difference("same", "same").erased == 0);
  CHECK(difference("", "å").inserted == "å");
  CHECK(difference("æ", "å").erased == 1);
}

}  // namespace feltbog::document
