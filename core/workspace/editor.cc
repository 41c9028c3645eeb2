// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/editor.h"

#include <algorithm>

#include "core/base/grapheme.h"
#include "core/base/utf8.h"
#include "core/workspace/access_log.h"
#include "core/workspace/naming.h"
#include "core/workspace/note_marks.h"
#include "core/workspace/schema.h"
#include "core/workspace/splice.h"
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

// The splice with no letter cut in either text.
Splice whole_letters(std::string_view before, std::string_view after, std::uint64_t from,
                     std::uint64_t to) {
  const std::size_t begin = byte_offset_of(before, static_cast<std::size_t>(from));
  const std::size_t end = byte_offset_of(before, static_cast<std::size_t>(to));
  if (before == after) return {from, to - from, std::string(before.substr(begin, end - begin))};
  return splice_between(before, after, {begin, before.size() - end});
}

}  // namespace

Editor::Editor(Core& core, SpaceId space, document::TextEditor editor, std::string text,
               TextUnit unit)
    : core_(&core), space_(space), editor_(std::move(editor)), text_(std::move(text)), unit_(unit) {
  core_->listeners.push_back(this);
}

Editor::~Editor() { std::erase(core_->listeners, this); }

Result<std::unique_ptr<Editor>> Editor::open(Workspace& workspace, std::string_view file_reference,
                                             std::string_view note_reference, TextUnit unit,
                                             std::string purpose) {
  Core& core = workspace.core();
  FELTBOG_CHECK(core.serving());
  FELTBOG_TRY(file, find_file(core, file_reference));
  FELTBOG_TRY(note, find_document(*file, kNoteKind, note_reference));
  if (file->history.frozen(note, field::kBody)) return Error{ErrorCode::immutable, "note"};
  FELTBOG_CHECK(core.access->write(
      {{}, AccessClass::view, "note.open", std::move(purpose), {}, {{file->id, 1}}}));
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
  FELTBOG_CHECK(core_->serving());
  FELTBOG_TRY(seen, text_at(base));
  if (erased > UINT64_MAX - position) return Error{ErrorCode::invalid_argument, "beyond the end"};
  FELTBOG_TRY(from, code_point(seen, position));
  FELTBOG_TRY(to, code_point(seen, position + erased));
  FELTBOG_TRY(file, core_->files.open(space_));
  if (file->history.frozen(editor_.document(), field::kBody))
    return Error{ErrorCode::immutable, "note"};
  std::string shown = seen;
  replace(shown, from, to - from, inserted);
  const Splice whole = whole_letters(seen, shown, from, to);
  document::TextEditor next = editor_;
  FELTBOG_TRY(spliced, next.splice(base, whole.position, whole.erased, whole.inserted));
  UnitOfWork work(*core_);
  FELTBOG_TRY(draft, work.draft(space_));
  draft->add_ops(spliced.ops);
  const bool widened = whole.erased > to - from;
  if (widened) {
    for (document::Mark& mark : marks_kept(*file, spliced.ops)) {
      draft->mark(editor_.document(), field::kBody, std::move(mark));
    }
  }
  splicing_ = true;
  const auto committed = work.commit();
  splicing_ = false;
  if (!committed) return committed.error();
  editor_ = std::move(next);

  // The screen has shown its own splice; `missed` is counted from there.
  Update update = in_units(spliced.missed, std::move(shown));
  update.revision = spliced.revision;
  return update;
}

// Letters that are exchanged as a whole keep the marks that ended or began at them.
std::vector<document::Mark> Editor::marks_kept(const SpaceFile& file,
                                               const std::vector<document::Op>& ops) const {
  std::vector<document::Mark> out;
  if (ops.size() != 2) return out;  // others wrote in them meanwhile
  const auto* erase = std::get_if<document::Erase>(&ops[0].action);
  const auto* insert = std::get_if<document::Insert>(&ops[1].action);
  if (erase == nullptr || insert == nullptr) return out;
  const std::uint64_t end = insert->position + count_code_points(insert->text);
  for (const auto& run : file.history.marks(editor_.document(), field::kBody)) {
    const bool covered = run.begin <= erase->position && erase->position + erase->count <= run.end;
    const bool inside = run.begin < erase->position && erase->position + erase->count < run.end;
    if (!covered || inside) continue;
    out.push_back({insert->position, end, run.name, run.value, grows_at_end(run.name)});
  }
  return out;
}

Result<void> Editor::mark(std::uint64_t base, std::uint64_t position, std::uint64_t length,
                          std::string_view name, Value value) {
  FELTBOG_CHECK(core_->serving());
  FELTBOG_TRY(seen, text_at(base));
  if (length == 0) return Error{ErrorCode::invalid_argument, "length"};
  if (length > UINT64_MAX - position) return Error{ErrorCode::invalid_argument, "beyond the end"};
  FELTBOG_TRY(from, code_point(seen, position));
  FELTBOG_TRY(to, code_point(seen, position + length));
  FELTBOG_TRY(file, core_->files.open(space_));
  if (file->history.frozen(editor_.document(), field::kBody))
    return Error{ErrorCode::immutable, "note"};
  FELTBOG_TRY(wanted, mark_on(seen, from, to, name, std::move(value)));
  FELTBOG_TRY(mark, editor_.mark(base, std::move(wanted)));
  if (!mark) return {};
  UnitOfWork work(*core_);
  FELTBOG_TRY(draft, work.draft(space_));
  draft->mark(editor_.document(), field::kBody, std::move(*mark));
  return work.commit();
}

Result<std::vector<Editor::Marked>> Editor::marks() const {
  FELTBOG_CHECK(core_->serving());
  FELTBOG_TRY(file, core_->files.open(space_));
  std::vector<Marked> out;
  for (auto& run : file->history.marks(editor_.document(), field::kBody)) {
    out.push_back({units_of(slice(text_, 0, run.begin), unit_),
                   units_of(slice(text_, run.begin, run.end - run.begin), unit_),
                   std::move(run.name), std::move(run.value)});
  }
  return out;
}

Result<std::size_t> Editor::byte(std::string_view text, std::uint64_t position) const {
  FELTBOG_TRY(point, code_point(text, position));
  return byte_offset_of(text, static_cast<std::size_t>(point));
}

Result<std::uint64_t> Editor::cursor_before(std::uint64_t base, std::uint64_t position) const {
  FELTBOG_CHECK(core_->serving());
  FELTBOG_TRY(seen, text_at(base));
  FELTBOG_TRY(at, byte(seen, position));
  return units_of(std::string_view(seen).substr(0, previous_grapheme(seen, at)), unit_);
}

Result<std::uint64_t> Editor::cursor_behind(std::uint64_t base, std::uint64_t position) const {
  FELTBOG_CHECK(core_->serving());
  FELTBOG_TRY(seen, text_at(base));
  FELTBOG_TRY(at, byte(seen, position));
  return units_of(std::string_view(seen).substr(0, next_grapheme(seen, at)), unit_);
}

Result<std::uint64_t> Editor::cursor_now(std::uint64_t base, std::uint64_t position) const {
  FELTBOG_CHECK(core_->serving());
  FELTBOG_TRY(seen, text_at(base));
  FELTBOG_TRY(point, code_point(seen, position));
  FELTBOG_TRY(now, editor_.cursor(base, point));
  const std::size_t at = byte_offset_of(text_, static_cast<std::size_t>(now));
  return units_of(std::string_view(text_).substr(0, grapheme_end(text_, at)), unit_);
}

Result<Editor::Update> Editor::update_since(std::uint64_t base) const {
  FELTBOG_CHECK(core_->serving());
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
