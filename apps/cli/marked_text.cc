// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/marked_text.h"

#include <algorithm>
#include <vector>

#include "apps/cli/text_width.h"
#include "core/base/utf8.h"
#include "core/document/line_marks.h"

namespace feltbog::cli {
namespace {

using document::MarkRun;

std::vector<MarkRun> runs_of(const Value::List& marks) {
  std::vector<MarkRun> out;
  for (const Value& mark : marks) {
    out.push_back({static_cast<std::uint64_t>(mark["begin"].integer_or(0)),
                   static_cast<std::uint64_t>(mark["end"].integer_or(0)), mark["name"].text_or({}),
                   mark["value"]});
  }
  return out;
}

// What turns the look of a place on; empty for plain words.
std::string look_at(const std::vector<MarkRun>& runs, std::uint64_t place) {
  bool bold = false;
  bool italic = false;
  for (const MarkRun& run : runs) {
    if (place < run.begin || place >= run.end) continue;
    bold = bold || run.name == "strong" || run.name == "heading";
    italic = italic || run.name == "emphasis";
  }
  return std::string(bold ? "\x1b[1m" : "") + (italic ? "\x1b[3m" : "");
}

// A line, which begins at that place, with its looks.
std::string styled(std::string_view line, std::uint64_t start, const std::vector<MarkRun>& runs) {
  const std::uint64_t end = start + count_code_points(line);
  std::vector<std::uint64_t> borders{start, end};
  for (const MarkRun& run : runs) {
    for (const std::uint64_t border : {run.begin, run.end}) {
      if (border > start && border < end) borders.push_back(border);
    }
  }
  std::sort(borders.begin(), borders.end());
  std::string out;
  for (std::size_t at = 0; at + 1 < borders.size(); ++at) {
    const std::size_t size = byte_offset_of(line, borders[at + 1] - borders[at]);
    const std::string look = look_at(runs, borders[at]);
    out += look + printable(line.substr(0, size), false) + (look.empty() ? "" : "\x1b[0m");
    line.remove_prefix(size);
  }
  return out;
}

}  // namespace

std::string marked_text(std::string_view text, const Value::List& marks, const Terminal& terminal) {
  const std::vector<MarkRun> runs = runs_of(marks);
  std::string out;
  std::uint64_t start = 0;
  std::uint64_t number = 0;
  for (const Value& item : document::line_marks(text, runs, "list")) {
    const std::string_view line = text.substr(0, text.find('\n'));
    const bool numbered = item.text_or({}) == "number";
    number = numbered ? number + 1 : 0;
    if (start > 0) out += '\n';
    if (!item.is_null()) out += numbered ? std::to_string(number) + ". " : "• ";
    out += terminal.colour ? styled(line, start, runs) : printable(line, false);
    start += count_code_points(line) + 1;
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return out;
}

}  // namespace feltbog::cli
