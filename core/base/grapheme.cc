// SPDX-License-Identifier: Apache-2.0
#include "core/base/grapheme.h"

#include <utf8proc.h>

#include <algorithm>

namespace feltbog {
namespace {

struct CodePoint {
  utf8proc_int32_t value;
  std::size_t end;
};

CodePoint code_point_at(std::string_view utf8, std::size_t offset) {
  CodePoint out{0, offset};
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(utf8.data());
  const auto size = static_cast<utf8proc_ssize_t>(utf8.size() - offset);
  const utf8proc_ssize_t taken = utf8proc_iterate(bytes + offset, size, &out.value);
  out.end += taken > 0 ? static_cast<std::size_t>(taken) : 1;
  return out;
}

bool is_ascii(char byte) { return static_cast<unsigned char>(byte) < 0x80; }

// A boundary at or before an offset that can be told without reading on from the text's beginning:
// between two ASCII characters there always is one, unless they are a line break.
std::size_t certain_boundary(std::string_view utf8, std::size_t offset) {
  for (std::size_t at = std::min(offset, utf8.size() - 1); at > 0; --at) {
    const bool line_break = utf8[at - 1] == '\r' && utf8[at] == '\n';
    if (is_ascii(utf8[at - 1]) && is_ascii(utf8[at]) && !line_break) return at;
  }
  return 0;
}

// The end of the letter that begins here.
std::size_t end_of_letter(std::string_view utf8, std::size_t begin) {
  CodePoint last = code_point_at(utf8, begin);
  utf8proc_int32_t state = 0;
  while (last.end < utf8.size()) {
    const CodePoint next = code_point_at(utf8, last.end);
    if (utf8proc_grapheme_break_stateful(last.value, next.value, &state)) break;
    last = next;
  }
  return last.end;
}

}  // namespace

std::size_t grapheme_begin(std::string_view utf8, std::size_t offset) {
  if (offset >= utf8.size()) return utf8.size();
  std::size_t begin = certain_boundary(utf8, offset);
  for (std::size_t end = begin; end <= offset; end = end_of_letter(utf8, end)) begin = end;
  return begin;
}

std::size_t grapheme_end(std::string_view utf8, std::size_t offset) {
  if (offset >= utf8.size()) return utf8.size();
  std::size_t end = certain_boundary(utf8, offset);
  while (end < offset) end = end_of_letter(utf8, end);
  return end;
}

bool is_grapheme_boundary(std::string_view utf8, std::size_t offset) {
  return offset >= utf8.size() || grapheme_end(utf8, offset) == offset;
}

std::size_t previous_grapheme(std::string_view utf8, std::size_t offset) {
  return offset == 0 ? 0 : grapheme_begin(utf8, std::min(offset, utf8.size()) - 1);
}

std::size_t next_grapheme(std::string_view utf8, std::size_t offset) {
  return offset >= utf8.size() ? utf8.size() : grapheme_end(utf8, offset + 1);
}

CommonEnds whole_graphemes(std::string_view one, std::string_view other, CommonEnds common) {
  const auto settle = [&](std::size_t& length, const auto& in) {
    for (std::size_t before = length + 1; before != length;) {
      before = length;
      length = in(one, length);
      length = in(other, length);
    }
  };
  settle(common.prefix,
         [](std::string_view text, std::size_t length) { return grapheme_begin(text, length); });
  settle(common.suffix, [](std::string_view text, std::size_t length) {
    return text.size() - grapheme_end(text, text.size() - length);
  });
  return common;
}

}  // namespace feltbog
