// SPDX-License-Identifier: Apache-2.0
// How wide UTF-8 text is on a terminal, and cutting and filling it to a width.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace feltbog::cli {

// Columns on a terminal: combining marks take none, East Asian wide characters and emoji two
// (Unicode Standard Annex 11). Text must be valid UTF-8.
std::size_t display_width(std::string_view text);
// At most `width` columns; what is cut off is replaced by one ellipsis. Never splits a character.
std::string cut_to_width(std::string_view text, std::size_t width);
// Filled with spaces, on the right or on the left.
std::string pad_right(std::string_view text, std::size_t width);
std::string pad_left(std::string_view text, std::size_t width);
// Control characters become spaces, so that data cannot move the cursor or change colours. A line
// feed stays when `keep_lines`.
std::string printable(std::string_view text, bool keep_lines);

}  // namespace feltbog::cli
