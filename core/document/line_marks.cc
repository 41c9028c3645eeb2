// SPDX-License-Identifier: Apache-2.0
#include "core/document/line_marks.h"

#include "core/base/utf8.h"

namespace feltbog::document {

std::vector<Value> line_marks(std::string_view text, const std::vector<MarkRun>& marks,
                              std::string_view name) {
  std::vector<Value> out;
  auto run = marks.begin();
  std::uint64_t start = 0;
  for (;;) {
    while (run != marks.end() && (run->name != name || run->end <= start)) ++run;
    out.push_back(run != marks.end() && run->begin <= start ? run->value : Value());
    const std::size_t line_break = text.find('\n');
    if (line_break == std::string_view::npos) return out;
    start += count_code_points(text.substr(0, line_break)) + 1;
    text.remove_prefix(line_break + 1);
  }
}

Mark on_lines(std::string_view text, Mark mark) {
  const std::size_t start = byte_offset_of(text, mark.start);
  const std::size_t break_before = start == 0 ? text.npos : text.rfind('\n', start - 1);
  const std::size_t line = break_before == text.npos ? 0 : break_before + 1;
  const std::size_t break_behind = text.find('\n', byte_offset_of(text, mark.end) - 1);
  mark.start = code_point_of_byte(text, line);
  mark.grows = break_behind == text.npos;
  mark.end = mark.grows ? count_code_points(text) : code_point_of_byte(text, break_behind) + 1;
  return mark;
}

}  // namespace feltbog::document
