// SPDX-License-Identifier: Apache-2.0
// A screen that lags behind, and still shows the text in the end.
#include "core/document/text_editor.h"

#include <doctest/doctest.h>

#include "core/base/utf8.h"
#include "tests/core/document/scene.h"

namespace feltbog::document {
namespace {

using scene::Person;

void show(std::string& screen, const std::vector<TextPatch>& patches) {
  for (const TextPatch& patch : patches) {
    const std::size_t begin = byte_offset_of(screen, patch.position);
    const std::size_t end = byte_offset_of(screen, patch.position + patch.erased);
    screen = screen.substr(0, begin) + patch.inserted + screen.substr(end);
  }
}

}  // namespace

TEST_CASE("a splice on an older text lands where the person meant it") {
  Person anna(1);
  anna.act({}, "body", Insert{0, "one three"});
  TextEditor editor = TextEditor::open(anna.history, {}, "body");
  anna.act({}, "body", Insert{0, "zero "});
  editor.absorb(anna.last.fields[0].patches);
  const auto spliced = editor.splice(0, 4, 0, "two ").value();
  anna.act(spliced.ops);
  CHECK(anna.body() == "zero one two three");
  std::string screen = "one two three";
  show(screen, spliced.missed);
  CHECK(screen == anna.body());
  CHECK(spliced.revision == editor.revision());
  CHECK(editor.length() == 18);
}

TEST_CASE("words put inside what one erases stay") {
  Person anna(1);
  anna.act({}, "body", Insert{0, "keep drop drop keep"});
  TextEditor editor = TextEditor::open(anna.history, {}, "body");
  anna.act({}, "body", Insert{10, "NEW "});
  editor.absorb(anna.last.fields[0].patches);
  anna.act(editor.splice(0, 5, 10, "").value().ops);
  CHECK(anna.body() == "keep NEW keep");
}

TEST_CASE("screens that lag behind each other's patches end equal") {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    CAPTURE(seed);
    generator::Dice dice(seed);
    Person anna(1), bo(2);
    anna.act({}, "body", Insert{0, "grød æbler og pære"});
    scene::meet({&anna, &bo});
    TextEditor editor = TextEditor::open(anna.history, {}, "body");
    std::string screen = anna.body();
    std::uint64_t shown = 0;
    for (int step = 0; step < 25; ++step) {
      const std::uint64_t length = count_code_points(screen);
      if (dice.one_in(2)) {
        const std::uint64_t there = bo.history.text_length({}, "body");
        const std::uint64_t at = dice.roll(there + 1);
        if (dice.one_in(2))
          bo.act({}, "body", Erase{at, 1 + dice.roll(6)});
        else
          bo.act({}, "body", Insert{at, "[bø]"});
        for (const Change& change : bo.history.changes_of(bo.writer)) {
          const AddEffect effect = anna.history.add(change).value();
          for (const FieldEffect& field : effect.fields) editor.absorb(field.patches);
        }
      } else if (dice.one_in(3)) {
        show(screen, editor.since(shown).value());
        shown = editor.revision();
      } else {
        const std::uint64_t at = dice.roll(length + 1);
        const std::uint64_t erased = dice.roll(std::min<std::size_t>(length - at, 5) + 1);
        const std::string words = dice.one_in(3) ? "" : "(åa)";
        const auto spliced = editor.splice(shown, at, erased, words).value();
        if (!spliced.ops.empty()) anna.act(spliced.ops);
        show(screen, {{at, erased, words}});
        show(screen, spliced.missed);
        shown = spliced.revision;
        REQUIRE(screen == anna.body());
      }
    }
    show(screen, editor.since(shown).value());
    CHECK(screen == anna.body());
    CHECK(editor.length() == anna.history.text_length({}, "body"));
  }
}

TEST_CASE("a splice that cannot be is refused, and changes nothing") {
  TextEditor editor({}, "body", 10);
  CHECK(editor.splice(0, 11, 0, "a").error().code == ErrorCode::invalid_argument);
  CHECK(editor.splice(0, 5, 6, "a").error().code == ErrorCode::invalid_argument);
  CHECK(editor.splice(1, 0, 0, "a").error().code == ErrorCode::invalid_argument);
  CHECK(editor.splice(0, 0, 0, "\xFF").error().code == ErrorCode::invalid_argument);
  CHECK(editor.splice(0, 0, 0, std::string(kTextPerOpBytesMax + 1, 'a')).error().code ==
        ErrorCode::limit_exceeded);
  CHECK(editor.revision() == 0);
  editor.absorb(std::vector<TextPatch>(kEditorRevisionsMax + 1, TextPatch{0, 0, "a"}));
  CHECK(editor.splice(0, 0, 0, "a").error().code == ErrorCode::wrong_state);
  CHECK(editor.since(1).value().size() == kEditorRevisionsMax);
}

TEST_CASE("a cursor moves with the words around it") {
  const TextPatch replaced{4, 2, "xyz"};
  CHECK(moved(3, replaced, true) == 3);
  CHECK(moved(4, replaced, false) == 4);
  CHECK(moved(5, replaced, true) == 7);
  CHECK(moved(6, replaced, false) == 7);
  CHECK(moved(9, replaced, false) == 10);
  const TextPatch inserted{4, 0, "å"};
  CHECK(moved(4, inserted, false) == 4);
  CHECK(moved(4, inserted, true) == 5);
}

TEST_CASE("a cursor and a mark of an older revision go where their words went") {
  TextEditor editor({}, "body", 10);
  editor.absorb({{2, 2, {}}, {2, 0, "xyz"}, {0, 0, "ab"}});
  CHECK(editor.cursor(0, 2).value() == 4);
  CHECK(editor.cursor(0, 4).value() == 7);  // behind the words that were replaced
  CHECK(editor.cursor(0, 9).value() == 12);
  CHECK(editor.cursor(3, 9).value() == 9);
  CHECK(editor.cursor(0, 11).error().code == ErrorCode::invalid_argument);
  const auto mark = [&](std::uint64_t start, std::uint64_t end, bool grows) {
    const auto moved = editor.mark(0, {start, end, "strong", Value(true), grows}).value();
    return moved ? std::pair(moved->start, moved->end) : std::pair<std::uint64_t, std::uint64_t>();
  };
  CHECK(mark(0, 2, true) == std::pair<std::uint64_t, std::uint64_t>{2, 7});
  CHECK(mark(0, 2, false) == std::pair<std::uint64_t, std::uint64_t>{2, 4});
  CHECK(mark(4, 6, false) == std::pair<std::uint64_t, std::uint64_t>{7, 9});
  CHECK_FALSE(editor.mark(0, {2, 4, "strong", Value(true), false}).value());
  CHECK(editor.mark(0, {9, 11, "strong", Value(true), false}).error().code ==
        ErrorCode::invalid_argument);
}

}  // namespace feltbog::document
