// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "core/base/cbor.h"
#include "mobile-bridge/c/feltbog_editor.h"
#include "tests/mobile-bridge/c/phone.h"

using namespace feltbog;
using namespace feltbog::testing;

namespace {

struct Desk {
  Phone phone;
  std::string file;

  Desk() {
    settle_in(phone);
    file = phone.new_case("Åse Fiktiv");
    phone.call("note.write", map_of({{"case", file}, {"text", "Åse 🙂 ler"}, {"title", "N"}}));
  }
  std::string text() {
    return phone.call("note.show", map_of({{"case", file}, {"note", "N"}}))["text"].text_or("");
  }
};

uint64_t revision_of(feltbog_editor* editor) {
  feltbog_bytes text;
  uint64_t revision = 0;
  must(feltbog_editor_text(editor, &text, &revision));
  feltbog_bytes_free(&text);
  return revision;
}

std::string text_of(feltbog_editor* editor) {
  feltbog_bytes text;
  uint64_t revision = 0;
  must(feltbog_editor_text(editor, &text, &revision));
  return take_text(text);
}

int32_t splice(feltbog_editor* editor, uint64_t base, uint64_t position, uint64_t erased,
               std::string_view inserted, Value* update = nullptr) {
  feltbog_bytes out;
  const int32_t number = number_of(feltbog_editor_splice(editor, base, position, erased,
                                                         inserted.data(), inserted.size(), &out));
  const Value value = take_value(out);
  if (update != nullptr) *update = value;
  return number;
}

}  // namespace

TEST_CASE("a splice is durable, in the unit the editor was opened with") {
  const std::pair<int32_t, uint64_t> cases[] = {
      {FELTBOG_TEXT_UNIT_CODE_POINT, 5}, {FELTBOG_TEXT_UNIT_UTF16, 6}, {FELTBOG_TEXT_UNIT_UTF8, 9}};
  Desk desk;
  std::string expected = "Åse 🙂 ler";
  for (const auto& [unit, position] : cases) {
    feltbog_editor* editor = desk.phone.open_editor(desk.file, "N", unit);
    CHECK(splice(editor, revision_of(editor), position, 0, "!") == 0);
    expected.insert(9, "!");
    CHECK(text_of(editor) == expected);
    CHECK(desk.text() == expected);
    must(feltbog_editor_close(editor));
  }
}

TEST_CASE("another editor's words come back as patches") {
  Desk desk;
  feltbog_editor* mine = desk.phone.open_editor(desk.file, "N", FELTBOG_TEXT_UNIT_UTF16);
  feltbog_editor* other = desk.phone.open_editor(desk.file, "N", FELTBOG_TEXT_UNIT_UTF16);
  const uint64_t shown = revision_of(mine);
  REQUIRE(splice(other, revision_of(other), 0, 3, "Bo") == 0);
  feltbog_bytes out;
  must(feltbog_editor_update_since(mine, shown, &out));
  const Value seen = take_value(out);
  REQUIRE(seen["patches"].items().size() >= 1);
  Value update;
  REQUIRE(splice(mine, shown, 10, 0, "!", &update) == 0);
  CHECK(desk.text() == "Bo 🙂 ler!");
  CHECK(text_of(mine) == text_of(other));
  CHECK(update["revision"] == Value(revision_of(mine)));
}

TEST_CASE("positions that are nowhere, in the middle of a character or too large are refused") {
  Desk desk;
  feltbog_editor* editor = desk.phone.open_editor(desk.file, "N", FELTBOG_TEXT_UNIT_UTF16);
  const uint64_t base = revision_of(editor);
  CHECK(splice(editor, base, 5, 0, "x") == FELTBOG_ERROR_INVALID_ARGUMENT);
  CHECK(splice(editor, base, 11, 0, "x") == FELTBOG_ERROR_INVALID_ARGUMENT);
  CHECK(splice(editor, base, 0, 11, "x") == FELTBOG_ERROR_INVALID_ARGUMENT);
  CHECK(splice(editor, base, UINT64_MAX, 0, "x") == FELTBOG_ERROR_INVALID_ARGUMENT);
  CHECK(splice(editor, base, 3, UINT64_MAX, "x") == FELTBOG_ERROR_INVALID_ARGUMENT);
  CHECK(splice(editor, base, 3, UINT64_MAX - 2, "x") == FELTBOG_ERROR_INVALID_ARGUMENT);
  CHECK(splice(editor, base, 0, 0, "\xf0\x9f") == FELTBOG_ERROR_INVALID_ARGUMENT);
  CHECK(splice(editor, base + 1, 0, 0, "x") != 0);
  CHECK(splice(editor, UINT64_MAX, 0, 0, "x") != 0);
  CHECK(desk.text() == "Åse 🙂 ler");
}

TEST_CASE("a signed note, a note that is not there and a unit that is none are refused") {
  Desk desk;
  feltbog_editor* out = nullptr;
  const auto open = [&](std::string_view note, int32_t unit) {
    return number_of(feltbog_editor_open(desk.phone.workspace, desk.file.data(), desk.file.size(),
                                         note.data(), note.size(), unit, &out));
  };
  CHECK(open("ukendt", FELTBOG_TEXT_UNIT_UTF8) == FELTBOG_ERROR_NOT_FOUND);
  CHECK(open("N", 3) == FELTBOG_ERROR_INVALID_ARGUMENT);
  desk.phone.call("note.sign", map_of({{"case", desk.file}, {"note", "N"}}));
  CHECK(open("N", FELTBOG_TEXT_UNIT_UTF8) == FELTBOG_ERROR_IMMUTABLE);
  CHECK(out == nullptr);
}

TEST_CASE("a mark is put on whole letters and read in the editor's unit") {
  Desk desk;
  feltbog_editor* editor = desk.phone.open_editor(desk.file, "N", FELTBOG_TEXT_UNIT_UTF16);
  const Bytes yes = encode_cbor(Value(true));
  const auto mark = [&](uint64_t position, uint64_t length, std::string_view name,
                        const Bytes& value) {
    return number_of(feltbog_editor_mark(editor, revision_of(editor), position, length, name.data(),
                                         name.size(), value.data(), value.size()));
  };
  const auto marks = [&] {
    feltbog_bytes out;
    uint64_t revision = 0;
    must(feltbog_editor_marks(editor, &out, &revision));
    CHECK(revision == revision_of(editor));
    return take_value(out);
  };
  CHECK(mark(4, 2, "strong", yes) == 0);
  REQUIRE(marks().items().size() == 1);
  CHECK(marks().items()[0] ==
        map_of({{"position", 4}, {"length", 2}, {"name", "strong"}, {"value", true}}));
  CHECK(mark(4, 2, "strong", {}) == 0);
  CHECK(marks().items().empty());
  CHECK(mark(4, 1, "strong", yes) == FELTBOG_ERROR_INVALID_ARGUMENT);
  CHECK(mark(4, UINT64_MAX, "strong", yes) == FELTBOG_ERROR_INVALID_ARGUMENT);
  CHECK(mark(4, 2, "\xff", yes) == FELTBOG_ERROR_INVALID_ARGUMENT);
  CHECK(mark(4, 2, "strong", {0xff}) != 0);
}
