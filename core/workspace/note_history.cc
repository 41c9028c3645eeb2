// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/note_history.h"

#include <algorithm>
#include <tuple>

#include "core/base/utf8.h"
#include "core/document/word_difference.h"
#include "core/workspace/schema.h"

namespace feltbog::workspace {
namespace {

struct Edit {
  document::Change change;
  NoteVersion sum;  // of the change alone
};

std::vector<Edit> edits_of(const document::History& history, const document::DocumentId& note) {
  std::vector<Edit> out;
  for (document::Change& change : history.changes()) {
    NoteVersion sum{change.id.writer, change.recorded_at, change.recorded_at, 0, 0, {}};
    for (std::uint32_t index = 0; index < change.ops.size(); ++index) {
      const document::Op& op = change.ops[index];
      if (op.document != note || op.field != field::kBody) continue;
      const auto* insert = std::get_if<document::Insert>(&op.action);
      const auto* erase = std::get_if<document::Erase>(&op.action);
      if (insert == nullptr && erase == nullptr) continue;
      if (insert != nullptr) sum.added += count_code_points(insert->text);
      if (erase != nullptr) sum.removed += erase->count;
      sum.newest = {change.id, index};
    }
    if (sum.added + sum.removed > 0) out.push_back({std::move(change), sum});
  }
  std::sort(out.begin(), out.end(), [](const Edit& a, const Edit& b) {
    return std::tie(a.change.lamport, a.change.id) < std::tie(b.change.lamport, b.change.id);
  });
  return out;
}

}  // namespace

std::vector<NoteVersion> note_versions(const document::History& history,
                                       const document::DocumentId& note) {
  std::vector<NoteVersion> out;
  for (const Edit& edit : edits_of(history, note)) {
    const bool goes_on =
        !out.empty() && out.back().writer == edit.sum.writer &&
        edit.sum.begun.milliseconds - out.back().ended.milliseconds < kPauseMilliseconds;
    if (!goes_on) {
      out.push_back(edit.sum);
      continue;
    }
    NoteVersion& version = out.back();
    version.ended = edit.sum.ended;
    version.added += edit.sum.added;
    version.removed += edit.sum.removed;
    version.newest = edit.sum.newest;
  }
  return out;
}

Value difference_value(const std::string& first, const std::string& other) {
  Value out = Value::List{};
  for (const document::WordRun& run : document::word_difference(first, other)) {
    Value part;
    part["text"] = run.text;
    if (run.in == document::WordRun::In::first) part["only"] = "first";
    if (run.in == document::WordRun::In::second) part["only"] = "this";
    out.push_back(std::move(part));
  }
  return out;
}

}  // namespace feltbog::workspace
