// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/note_history.h"

#include "core/document/word_difference.h"
#include "core/workspace/schema.h"

namespace feltbog::workspace {
namespace {

// What each change did to the note's words, in order. It is known of changes whose words are
// forgotten, too.
std::vector<NoteVersion> edits_of(const document::History& history,
                                  const document::DocumentId& note) {
  std::vector<NoteVersion> out;
  for (const document::TextEdit& edit : history.text_edits(note, field::kBody)) {
    const document::ChangeId& change = edit.op.change;
    if (out.empty() || out.back().newest.change != change) {
      out.push_back({change.writer, edit.recorded_at, edit.recorded_at, 0, 0, {}});
    }
    (edit.is_insert ? out.back().added : out.back().removed) += edit.length;
    out.back().newest = edit.op;
  }
  return out;
}

}  // namespace

std::vector<NoteVersion> note_versions(const document::History& history,
                                       const document::DocumentId& note) {
  std::vector<NoteVersion> out;
  for (const NoteVersion& edit : edits_of(history, note)) {
    const bool goes_on =
        !out.empty() && out.back().writer == edit.writer &&
        edit.begun.milliseconds - out.back().ended.milliseconds < kPauseMilliseconds;
    if (!goes_on) {
      out.push_back(edit);
      continue;
    }
    NoteVersion& version = out.back();
    version.ended = edit.ended;
    version.added += edit.added;
    version.removed += edit.removed;
    version.newest = edit.newest;
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
