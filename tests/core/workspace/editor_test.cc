// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/editor.h"

#include <doctest/doctest.h>

#include "core/base/utf8.h"
#include "tests/support/test_device.h"

using namespace feltbog;
using namespace feltbog::testing;
using workspace::Editor;
using workspace::TextUnit;

namespace {

struct Desk {
  TestDevice device{1};
  std::string id;

  Desk() {
    ledger::FoundingInvite invite;
    invite.server_address = "office.example:8443";
    invite.server_key = crypto::signing_public(crypto::SigningSecret::random(device.random));
    invite.secret = crypto::SigningSecret::random(device.random);
    REQUIRE(device.workspace().found_organisation(invite, "Karen").has_value());
    id = device.call("case.new", parameters("citizen", "Åse Fiktiv"))["case"].text_or("");
    device.call("note.write", parameters("case", id, "text", "Åse 🙂 ler", "title", "N"));
  }
  std::unique_ptr<Editor> open(TextUnit unit) {
    auto editor = Editor::open(device.workspace(), id, "N", unit);
    REQUIRE(editor.has_value());
    return std::move(editor).value();
  }
  std::string text() {
    return device.call("note.show", parameters("case", id, "note", "N"))["text"].text_or("");
  }
};

}  // namespace

TEST_CASE("positions are counted in the unit the editor was opened with") {
  // The end of "Åse 🙂": 6 code points, 7 UTF-16 units, 10 bytes.
  const std::pair<TextUnit, std::uint64_t> cases[] = {
      {TextUnit::code_point, 5}, {TextUnit::utf16, 6}, {TextUnit::utf8, 9}};
  for (const auto& [unit, position] : cases) {
    Desk desk;
    auto editor = desk.open(unit);
    REQUIRE(editor->splice(editor->revision(), position, 0, "!").has_value());
    CHECK(desk.text() == "Åse 🙂! ler");
    CHECK(editor->text() == "Åse 🙂! ler");
  }
}

TEST_CASE("half a character is never touched") {
  Desk desk;
  auto editor = desk.open(TextUnit::utf16);
  const auto split = editor->splice(editor->revision(), 5, 0, "x");
  REQUIRE_FALSE(split.has_value());
  CHECK(split.error().code == ErrorCode::invalid_argument);
  CHECK(desk.text() == "Åse 🙂 ler");
}

TEST_CASE("two editors of one note see each other's words as patches") {
  Desk desk;
  auto a = desk.open(TextUnit::utf16);
  auto b = desk.open(TextUnit::utf8);
  const std::uint64_t shown = b->revision();
  REQUIRE(a->splice(a->revision(), 0, 3, "Bo").has_value());
  const auto update = b->update_since(shown);
  REQUIRE(update.has_value());
  std::string screen = "Åse 🙂 ler";
  for (const Editor::Patch& patch : update->patches) {
    screen.replace(patch.position, patch.erased, patch.inserted);
  }
  CHECK(screen == "Bo 🙂 ler");
  CHECK(b->text() == screen);
}

TEST_CASE("a splice at an older revision lands where the person meant it") {
  Desk desk;
  auto a = desk.open(TextUnit::code_point);
  auto b = desk.open(TextUnit::code_point);
  const std::uint64_t shown = b->revision();
  REQUIRE(a->splice(a->revision(), 0, 0, "I dag: ").has_value());
  const auto update = b->splice(shown, 9, 0, " højt");  // at the end of what its screen shows
  REQUIRE(update.has_value());
  CHECK(desk.text() == "I dag: Åse 🙂 ler højt");
  REQUIRE(update->patches.size() == 1);
  CHECK(update->patches.front() == Editor::Patch{0, 0, "I dag: "});
}

TEST_CASE("a signed note is not opened for editing") {
  Desk desk;
  auto editor = desk.open(TextUnit::utf8);
  desk.device.call("note.sign", parameters("case", desk.id, "note", "N"));
  CHECK(editor->splice(editor->revision(), 0, 0, "x").error().code == ErrorCode::immutable);
  CHECK(Editor::open(desk.device.workspace(), desk.id, "N", TextUnit::utf8).error().code ==
        ErrorCode::immutable);
}

TEST_CASE("a letter that gets an accent is exchanged whole, and two who do so tear none") {
  Desk desk;
  desk.device.call("note.edit", parameters("case", desk.id, "note", "N", "text", "Cafe 👩"));
  auto a = desk.open(TextUnit::code_point);
  auto b = desk.open(TextUnit::code_point);
  const std::uint64_t shown = b->revision();
  REQUIRE(a->splice(a->revision(), 4, 0, "\u0301").has_value());
  CHECK(desk.text() == "Cafe\u0301 👩");
  const auto update = b->splice(shown, 4, 0, "\u0308");
  REQUIRE(update.has_value());
  CHECK(desk.text() == "Cafe\u0301e\u0308 👩");
  std::string screen = "Cafe\u0308 👩";
  for (const Editor::Patch& patch : update->patches) {
    const std::size_t begin = byte_offset_of(screen, patch.position);
    const std::size_t end = byte_offset_of(screen, patch.position + patch.erased);
    screen.replace(begin, end - begin, patch.inserted);
  }
  CHECK(screen == desk.text());
}

TEST_CASE("half a letter taken away takes the letter away and puts back what is left of it") {
  Desk desk;
  desk.device.call("note.edit", parameters("case", desk.id, "note", "N", "text", "x👍🏽y"));
  auto a = desk.open(TextUnit::code_point);
  auto b = desk.open(TextUnit::code_point);
  const std::uint64_t shown = b->revision();
  REQUIRE(a->splice(a->revision(), 2, 1, "").has_value());
  CHECK(desk.text() == "x👍y");
  const auto update = b->update_since(shown);
  REQUIRE(update.has_value());
  CHECK(update->patches == std::vector<Editor::Patch>{{1, 2, ""}, {1, 0, "👍"}});
}

TEST_CASE("a cursor goes by letters, and is never left inside one by what others write") {
  Desk desk;
  desk.device.call("note.edit", parameters("case", desk.id, "note", "N", "text", "a🇩🇰e\u0301"));
  auto a = desk.open(TextUnit::utf16);
  const std::uint64_t base = a->revision();
  CHECK(a->cursor_behind(base, 1).value() == 5);
  CHECK(a->cursor_behind(base, 5).value() == 7);
  CHECK(a->cursor_behind(base, 7).value() == 7);
  CHECK(a->cursor_before(base, 7).value() == 5);
  CHECK(a->cursor_before(base, 5).value() == 1);
  CHECK(a->cursor_before(base, 0).value() == 0);
  CHECK(a->cursor_behind(base, 2).error().code == ErrorCode::invalid_argument);
  auto b = desk.open(TextUnit::code_point);
  REQUIRE(b->splice(b->revision(), 0, 0, "Hej ").has_value());
  CHECK(a->cursor_now(base, 5).value() == 9);
  REQUIRE(b->splice(b->revision(), 5, 0, "\u030A").has_value());
  CHECK(a->cursor_now(base, 1).value() == 6);
}

TEST_CASE("marks are put where the screen shows the words, and counted in its units") {
  Desk desk;
  auto a = desk.open(TextUnit::utf16);
  auto b = desk.open(TextUnit::code_point);
  const std::uint64_t shown = a->revision();
  REQUIRE(b->splice(b->revision(), 0, 0, "🙂🙂").has_value());
  REQUIRE(a->mark(shown, 4, 2, "strong", true).has_value());
  CHECK(a->revision() == b->revision());
  CHECK(a->marks().value() == std::vector<Editor::Marked>{{8, 2, "strong", true}});
  CHECK(b->marks().value() == std::vector<Editor::Marked>{{6, 1, "strong", true}});
  REQUIRE(b->mark(b->revision(), 6, 1, "strong", {}).has_value());
  CHECK(a->marks().value().empty());
  CHECK(a->mark(shown, 4, 0, "strong", true).error().code == ErrorCode::invalid_argument);
  CHECK(a->mark(shown, 4, 99, "strong", true).error().code == ErrorCode::invalid_argument);
  CHECK(a->mark(shown, 4, 1, "strong", true).error().code == ErrorCode::invalid_argument);
  CHECK(a->mark(shown, 4, 2, "", true).error().code == ErrorCode::invalid_argument);
  desk.device.call("note.sign", parameters("case", desk.id, "note", "N"));
  CHECK(a->mark(shown, 4, 2, "strong", true).error().code == ErrorCode::immutable);
}

TEST_CASE("words that were erased meanwhile are not marked, and nothing beside them is") {
  Desk desk;
  auto a = desk.open(TextUnit::code_point);
  auto b = desk.open(TextUnit::code_point);
  const std::uint64_t shown = a->revision();
  REQUIRE(b->splice(b->revision(), 0, 4, "").has_value());
  REQUIRE(a->mark(shown, 0, 3, "strong", true).has_value());
  CHECK(a->marks().value().empty());
}

TEST_CASE("a letter that gets an accent keeps its emphasis") {
  Desk desk;
  auto editor = desk.open(TextUnit::code_point);
  REQUIRE(editor->mark(editor->revision(), 6, 1, "strong", true).has_value());
  REQUIRE(editor->splice(editor->revision(), 7, 0, "\u0301").has_value());
  CHECK(desk.text() == "Åse 🙂 l\u0301er");
  CHECK(editor->marks().value() == std::vector<Editor::Marked>{{6, 2, "strong", true}});
}
