// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/editor.h"

#include <doctest/doctest.h>

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
