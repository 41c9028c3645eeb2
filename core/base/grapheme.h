// SPDX-License-Identifier: Apache-2.0
// What people take for one letter, though it may be several code points: å as a and a ring, a flag,
// a family. Extended grapheme clusters of Unicode (UAX #29), by libutf8proc. Offsets are bytes of
// valid UTF-8; those beyond the end count as the end.
#pragma once

#include <cstddef>
#include <string_view>

namespace feltbog {

// The last boundary at or before an offset, and the first at or behind it.
std::size_t grapheme_begin(std::string_view utf8, std::size_t offset);
std::size_t grapheme_end(std::string_view utf8, std::size_t offset);
bool is_grapheme_boundary(std::string_view utf8, std::size_t offset);

// The boundary before an offset, and the one behind it: where a cursor goes. The text's beginning
// and end stay where they are.
std::size_t previous_grapheme(std::string_view utf8, std::size_t offset);
std::size_t next_grapheme(std::string_view utf8, std::size_t offset);

// What two texts have in common at their beginnings and ends, in bytes; the two never overlap.
struct CommonEnds {
  std::size_t prefix = 0;
  std::size_t suffix = 0;
};
// Makes it smaller, until it cuts no letter of either text.
CommonEnds whole_graphemes(std::string_view one, std::string_view other, CommonEnds common);

}  // namespace feltbog
