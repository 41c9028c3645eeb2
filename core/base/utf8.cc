// SPDX-License-Identifier: Apache-2.0
#include "core/base/utf8.h"

#include <algorithm>
#include <cstdint>

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

std::size_t utf16_width(char lead) { return static_cast<unsigned char>(lead) >= 0xf0 ? 2 : 1; }

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
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
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char byte) { return !is_continuation(byte); }));
}

std::size_t byte_offset_of(std::string_view utf8, std::size_t code_point) {
  std::size_t at = 0;
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
