// SPDX-License-Identifier: Apache-2.0
#include "core/base/grapheme.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace feltbog {
namespace {

std::vector<std::string> letters(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t next = next_grapheme(text, at);
    out.push_back(text.substr(at, next - at));
    at = next;
  }
  return out;
}

const std::string kRing = "a\u030A";  // å in two code points
const std::string kFamily = "👩‍👧‍👦";
const std::string kThumb = "👍🏽";
const std::string kDanish = "🇩🇰";
const std::string kSwedish = "🇸🇪";

}  // namespace

TEST_CASE("a letter is what people take for one, however many code points it has") {
  CHECK(letters("på") == std::vector<std::string>{"p", "å"});
  CHECK(letters("p" + kRing + "l") == std::vector<std::string>{"p", kRing, "l"});
  CHECK(letters(kFamily + kThumb) == std::vector<std::string>{kFamily, kThumb});
  CHECK(letters(kDanish + kSwedish) == std::vector<std::string>{kDanish, kSwedish});
  CHECK(letters("क्षि") == std::vector<std::string>{"क्", "षि"});
  CHECK(letters("a\r\nb\n\n") == std::vector<std::string>{"a", "\r\n", "b", "\n", "\n"});
  CHECK(letters("") == std::vector<std::string>{});
}

TEST_CASE("a cursor goes back the way it came") {
  const std::string text = "Kære " + kRing + kDanish + kSwedish + kDanish + " é\u0301!" + kFamily;
  std::vector<std::size_t> forwards{0};
  while (forwards.back() < text.size()) {
    forwards.push_back(next_grapheme(text, forwards.back()));
  }
  std::vector<std::size_t> backwards{text.size()};
  while (backwards.back() > 0) backwards.push_back(previous_grapheme(text, backwards.back()));
  CHECK(forwards == std::vector<std::size_t>(backwards.rbegin(), backwards.rend()));
  for (std::size_t at = 0; at <= text.size(); ++at) {
    const bool met = std::find(forwards.begin(), forwards.end(), at) != forwards.end();
    CHECK(is_grapheme_boundary(text, at) == met);
    CHECK(grapheme_begin(text, at) <= at);
    CHECK(is_grapheme_boundary(text, grapheme_begin(text, at)));
    CHECK(grapheme_end(text, at) >= at);
    CHECK(is_grapheme_boundary(text, grapheme_end(text, at)));
  }
}

TEST_CASE("offsets beyond the end count as the end") {
  CHECK(next_grapheme("ab", 7) == 2);
  CHECK(previous_grapheme("ab", 7) == 1);
  CHECK(grapheme_begin("", 3) == 0);
  CHECK(grapheme_end("ab", 3) == 2);
  CHECK(is_grapheme_boundary("ab", 9));
}

TEST_CASE("what two texts share is taken back until no letter is cut in either") {
  const auto shared = [](const std::string& one, const std::string& other, CommonEnds ends) {
    const CommonEnds whole = whole_graphemes(one, other, ends);
    return std::pair(whole.prefix, whole.suffix);
  };
  CHECK(shared("xay", "xa\u030Ay", {2, 1}) == std::pair<std::size_t, std::size_t>{1, 1});
  CHECK(shared("x\u030A", "xa\u030A", {1, 2}) == std::pair<std::size_t, std::size_t>{0, 0});
  CHECK(shared(kDanish, kSwedish + kDanish, {0, 8}) == std::pair<std::size_t, std::size_t>{0, 8});
  // Half a flag put before a flag makes other flags of all that follow.
  CHECK(shared("🇩🇰🇸🇪", "🇩🇩🇰🇸🇪", {4, 12}) == std::pair<std::size_t, std::size_t>{0, 0});
}

}  // namespace feltbog
