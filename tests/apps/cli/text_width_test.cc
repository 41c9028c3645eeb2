// SPDX-License-Identifier: Apache-2.0
// Width of text on a terminal.
#include "apps/cli/text_width.h"

#include <doctest/doctest.h>

#include "core/base/utf8.h"

namespace feltbog::cli {
namespace {

TEST_CASE("width counts columns, not bytes") {
  CHECK(display_width("") == 0);
  CHECK(display_width("Blåbær") == 6);
  CHECK(display_width("a\xCC\x8A") == 1);  // a and a combining ring
  CHECK(display_width("日本") == 4);
  CHECK(display_width("🚲") == 2);
}

TEST_CASE("cutting never splits a character and never exceeds the width") {
  const std::string text = "Æble 🚲 日本 på rød grød med fløde";
  for (std::size_t width = 0; width < 40; ++width) {
    const std::string cut = cut_to_width(text, width);
    CHECK(is_utf8(cut));
    CHECK(display_width(cut) <= width);
  }
  CHECK(cut_to_width("abc", 3) == "abc");
  CHECK(cut_to_width("abcd", 3) == "ab…");
}

TEST_CASE("filling counts columns too") {
  CHECK(pad_right("æ", 3) == "æ  ");
  CHECK(pad_left("æ", 3) == "  æ");
  CHECK(pad_left("abcd", 3) == "abcd");
}

TEST_CASE("control characters become blanks") {
  CHECK(printable("a\nb\x7F\x01", false) == "a b  ");
  CHECK(printable("a\nb\r", true) == "a\nb ");
  CHECK(printable("å é", false) == "å é");
}

}  // namespace
}  // namespace feltbog::cli
