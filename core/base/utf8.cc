// SPDX-License-Identifier: Apache-2.0
#include "core/base/utf8.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace feltbog {
namespace {

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

// The length a lead byte announces, 0 when it cannot lead.
std::size_t sequence_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  if (lead >= 0xf0 && lead < 0xf5) return 4;
  return 0;
}

bool second_byte_fits(unsigned char lead, unsigned char second) {
  if (lead == 0xe0) return second >= 0xa0;
  if (lead == 0xed) return second < 0xa0;
  if (lead == 0xf0) return second >= 0x90;
  if (lead == 0xf4) return second < 0x90;
  return true;
}

// Eight bytes are looked at together.
constexpr std::size_t kWordSize = 8;
constexpr std::uint64_t kHighBits = 0x8080808080808080;

std::uint64_t word_at(std::string_view bytes, std::size_t at) {
  std::uint64_t out = 0;
  std::memcpy(&out, bytes.data() + at, kWordSize);
  return out;
}

bool is_ascii_word(std::string_view bytes, std::size_t at) {
  return bytes.size() - at >= kWordSize && (word_at(bytes, at) & kHighBits) == 0;
}

// How many of the eight bytes begin a code point: all but those of the form 10xxxxxx.
std::size_t starts_in(std::uint64_t word) {
  const std::uint64_t continuations = (word & ~(word << 1) & kHighBits) >> 7;
  return kWordSize - static_cast<std::size_t>((continuations * 0x0101010101010101) >> 56);
}

std::size_t utf16_width(char lead) { return static_cast<unsigned char>(lead) >= 0xf0 ? 2 : 1; }

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    if (is_ascii_word(text, i)) {
      i += kWordSize;
      continue;
    }
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = sequence_length(lead);
    if (length == 0 || i + length > text.size()) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if (!is_continuation(text[i + k])) return false;
    }
    if (length > 1 && !second_byte_fits(lead, static_cast<unsigned char>(text[i + 1])))
      return false;
    i += length;
  }
  return true;
}

std::size_t count_code_points(std::string_view utf8) {
  std::size_t count = 0;
  std::size_t at = 0;
  for (; utf8.size() - at >= kWordSize; at += kWordSize) count += starts_in(word_at(utf8, at));
  for (; at < utf8.size(); ++at) {
    if (!is_continuation(utf8[at])) ++count;
  }
  return count;
}

std::size_t byte_offset_of(std::string_view utf8, std::size_t code_point) {
  std::size_t at = 0;
  for (; utf8.size() - at >= kWordSize; at += kWordSize) {
    const std::size_t starts = starts_in(word_at(utf8, at));
    if (starts > code_point) break;
    code_point -= starts;
  }
  for (; at < utf8.size(); ++at) {
    if (is_continuation(utf8[at])) continue;
    if (code_point == 0) return at;
    --code_point;
  }
  return at;
}

std::size_t count_utf16(std::string_view utf8) {
  std::size_t units = 0;
  for (const char byte : utf8) {
    if (!is_continuation(byte)) units += utf16_width(byte);
  }
  return units;
}

std::size_t code_point_of_utf16(std::string_view utf8, std::size_t utf16) {
  std::size_t code_points = 0;
  std::size_t units = 0;
  for (const char byte : utf8) {
    if (is_continuation(byte)) continue;
    units += utf16_width(byte);
    if (units > utf16) return code_points;
    ++code_points;
  }
  return code_points;
}

std::size_t code_point_of_byte(std::string_view utf8, std::size_t offset) {
  offset = std::min(offset, utf8.size());
  while (offset > 0 && offset < utf8.size() && is_continuation(utf8[offset])) --offset;
  return count_code_points(utf8.substr(0, offset));
}

}  // namespace feltbog
