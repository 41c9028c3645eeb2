// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/editor.h"

#include <algorithm>

#include "core/base/utf8.h"
#include "core/workspace/naming.h"
#include "core/workspace/schema.h"
#include "core/workspace/unit_of_work.h"

namespace feltbog::workspace {
namespace {

std::uint64_t units_of(std::string_view text, TextUnit unit) {
  switch (unit) {
    case TextUnit::utf8: return text.size();
    case TextUnit::utf16: return count_utf16(text);
    case TextUnit::code_point: break;
  }
  return count_code_points(text);
}

std::string_view slice(std::string_view text, std::uint64_t position, std::uint64_t count) {
  const std::size_t begin = byte_offset_of(text, static_cast<std::size_t>(position));
  const std::size_t end = byte_offset_of(text, static_cast<std::size_t>(position + count));
  return text.substr(begin, end - begin);
}

void replace(std::string& text, std::uint64_t position, std::uint64_t count,
             std::string_view with) {
  const std::string_view gone = slice(text, position, count);
  text.replace(static_cast<std::size_t>(gone.data() - text.data()), gone.size(), with);
}

}  // namespace

Editor::Editor(Core& core, SpaceId space, document::TextEditor editor, std::string text,
               TextUnit unit)
    : core_(&core), space_(space), editor_(std::move(editor)), text_(std::move(text)), unit_(unit) {
  core_->listeners.push_back(this);
}

Editor::~Editor() { std::erase(core_->listeners, this); }

Result<std::unique_ptr<Editor>> Editor::open(Workspace& workspace, std::string_view file_reference,
                                             std::string_view note_reference, TextUnit unit) {
  Core& core = workspace.core();
  FELTBOG_CHECK(core.ready());
  FELTBOG_TRY(file, find_file(core, file_reference));
  FELTBOG_TRY(note, find_document(*file, kNoteKind, note_reference));
  if (file->history.frozen(note, field::kBody)) return Error{ErrorCode::immutable, "note"};
  return std::unique_ptr<Editor>(
      new Editor(core, file->id, document::TextEditor::open(file->history, note, field::kBody),
                 file->history.text(note, field::kBody), unit));
}

Result<std::string> Editor::text_at(std::uint64_t revision) const {
  if (revision > this->revision()) return Error{ErrorCode::invalid_argument, "revision"};
  const std::uint64_t steps = this->revision() - revision;
  if (steps > undo_.size()) return Error{ErrorCode::wrong_state, "revision too old"};
  std::string text = text_;
  for (std::uint64_t step = 0; step < steps; ++step) {
    const Undo& undo = undo_[undo_.size() - 1 - static_cast<std::size_t>(step)];
    replace(text, undo.position, undo.inserted, undo.erased);
  }
  return text;
}

Result<std::uint64_t> Editor::code_point(std::string_view text, std::uint64_t position) const {
  if (position > units_of(text, unit_)) return Error{ErrorCode::invalid_argument, "beyond the end"};
  const auto at = static_cast<std::size_t>(position);
  std::uint64_t point = position;
  if (unit_ == TextUnit::utf8) point = code_point_of_byte(text, at);
  if (unit_ == TextUnit::utf16) point = code_point_of_utf16(text, at);
  // Splitting a character would leave half of it on both sides.
  if (units_of(slice(text, 0, point), unit_) != position) {
    return Error{ErrorCode::invalid_argument, "inside a character"};
  }
  return point;
}

Result<Editor::Update> Editor::splice(std::uint64_t base, std::uint64_t position,
                                      std::uint64_t erased, std::string_view inserted) {
  FELTBOG_CHECK(core_->ready());
  FELTBOG_TRY(seen, text_at(base));
  if (erased > UINT64_MAX - position) return Error{ErrorCode::invalid_argument, "beyond the end"};
  FELTBOG_TRY(from, code_point(seen, position));
  FELTBOG_TRY(to, code_point(seen, position + erased));
  FELTBOG_TRY(file, core_->files.open(space_));
  if (file->history.frozen(editor_.document(), field::kBody))
    return Error{ErrorCode::immutable, "note"};
  document::TextEditor next = editor_;
  FELTBOG_TRY(spliced, next.splice(base, from, to - from, inserted));
  UnitOfWork work(*core_);
  FELTBOG_TRY(draft, work.draft(space_));
  draft->add_ops(spliced.ops);
  splicing_ = true;
  const auto committed = work.commit();
  splicing_ = false;
  if (!committed) return committed.error();
  editor_ = std::move(next);

  // The screen has shown its own splice; `missed` is counted from there.
  replace(seen, from, to - from, inserted);
  Update update = in_units(spliced.missed, seen);
  update.revision = spliced.revision;
  return update;
}

Result<Editor::Update> Editor::update_since(std::uint64_t base) const {
  FELTBOG_TRY(patches, editor_.since(base));
  FELTBOG_TRY(before, text_at(base));
  Update update = in_units(std::move(patches), std::move(before));
  update.revision = revision();
  return update;
}

Editor::Update Editor::in_units(std::vector<document::TextPatch> patches, std::string text) const {
  Update update;
  for (document::TextPatch& patch : patches) {
    const std::uint64_t position = units_of(slice(text, 0, patch.position), unit_);
    const std::uint64_t erased = units_of(slice(text, patch.position, patch.erased), unit_);
    replace(text, patch.position, patch.erased, patch.inserted);
    update.patches.push_back({position, erased, std::move(patch.inserted)});
  }
  return update;
}

void Editor::apply(const document::TextPatch& patch) {
  undo_.push_back({patch.position, count_code_points(patch.inserted),
                   std::string(slice(text_, patch.position, patch.erased))});
  if (undo_.size() > document::kEditorRevisionsMax) undo_.pop_front();
  replace(text_, patch.position, patch.erased, patch.inserted);
}

void Editor::on_effect(const SpaceId& space, const document::AddEffect& effect) {
  if (space != space_) return;
  for (const auto& each : effect.fields) {
    if (each.document != editor_.document() || each.field != editor_.field()) continue;
    for (const document::TextPatch& patch : each.patches) apply(patch);
    // An own splice is counted by TextEditor::splice itself.
    if (!splicing_) editor_.absorb(each.patches);
  }
}

}  // namespace feltbog::workspace
