// SPDX-License-Identifier: Apache-2.0
// UTF-8 (RFC 3629): checking, counting and converting positions. What people take for one letter is
// grapheme.h.
#pragma once

#include <cstddef>
#include <string_view>

namespace feltbog {

// No overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

// The functions below take valid UTF-8; positions beyond the end count as the end.

// How many Unicode code points.
std::size_t count_code_points(std::string_view utf8);
// The byte offset of a code point position.
std::size_t byte_offset_of(std::string_view utf8, std::size_t code_point);
// How many UTF-16 code units.
std::size_t count_utf16(std::string_view utf8);
// The code point position of a UTF-16 offset; an offset inside a surrogate pair counts as its
// start.
std::size_t code_point_of_utf16(std::string_view utf8, std::size_t utf16);
// The code point position of a byte offset; an offset inside a code point counts as its start.
std::size_t code_point_of_byte(std::string_view utf8, std::size_t offset);

}  // namespace feltbog
