// SPDX-License-Identifier: Apache-2.0
// Code points in texts of every length and alignment, counted one byte after another.
#include "core/base/utf8.h"

#include <doctest/doctest.h>

#include <string>

namespace feltbog {
namespace {

bool is_start(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

std::size_t counted(const std::string& text) {
  std::size_t out = 0;
  for (const char byte : text) {
    if (is_start(byte)) ++out;
  }
  return out;
}

std::size_t offset_of(const std::string& text, std::size_t code_point) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (is_start(text[at]) && code_point-- == 0) return at;
  }
  return text.size();
}

// Every text of so many pieces, so that each kind of character meets each place in a word.
template <class Check>
void each_text(int pieces, const std::string& begin, const Check& check) {
  check(begin);
  if (pieces == 0) return;
  for (const char* piece : {"abcdefg", "e", "å", "€", "🙂"}) {
    each_text(pieces - 1, begin + piece, check);
  }
}

}  // namespace

TEST_CASE("code points are counted and found wherever they stand") {
  each_text(5, "", [](const std::string& text) {
    REQUIRE(is_utf8(text));
    REQUIRE(count_code_points(text) == counted(text));
    for (std::size_t at = 0; at <= counted(text) + 1; ++at) {
      REQUIRE(byte_offset_of(text, at) == offset_of(text, at));
    }
  });
}

TEST_CASE("a byte that cannot stand where it stands is found wherever that is") {
  for (std::size_t at = 0; at < 24; ++at) {
    for (const char* wrong : {"\x80", "\xC0\x80", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80",
                              "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5", "\xFF"}) {
      CHECK_FALSE(is_utf8(std::string(at, 'a') + wrong));
      CHECK_FALSE(is_utf8(std::string(at, 'a') + wrong + std::string(9, 'a')));
      CHECK_FALSE(is_utf8(std::string(at, 'a') + "å" + wrong));
    }
  }
}

}  // namespace feltbog
