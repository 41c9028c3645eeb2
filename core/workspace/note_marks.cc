// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/note_marks.h"

#include "core/base/grapheme.h"
#include "core/base/utf8.h"
#include "core/document/line_marks.h"

namespace feltbog::workspace {

bool is_of_lines(std::string_view name) { return name == "list" || name == "heading"; }

bool grows_at_end(std::string_view name) { return name != "link"; }

Result<document::Mark> mark_on(std::string_view text, std::uint64_t from, std::uint64_t to,
                               std::string_view name, Value value) {
  if (name.empty() || name.size() > document::kNameBytesMax) {
    return Error{ErrorCode::invalid_argument, "name"};
  }
  const std::size_t begin = grapheme_begin(text, byte_offset_of(text, from));
  const std::size_t end = grapheme_end(text, byte_offset_of(text, to));
  document::Mark mark{code_point_of_byte(text, begin), code_point_of_byte(text, end),
                      std::string(name), std::move(value), grows_at_end(name)};
  return is_of_lines(name) ? document::on_lines(text, std::move(mark)) : mark;
}

}  // namespace feltbog::workspace
