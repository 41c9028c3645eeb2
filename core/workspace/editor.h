// SPDX-License-Identifier: Apache-2.0
// The handle of one open text: splices at the revision the screen showed; what others write comes
// back as patches. Next on the data path: unit_of_work.h.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/document/text_editor.h"
#include "core/workspace/core.h"

namespace feltbog::workspace {

// In which unit positions and counts are given, fixed when the editor is opened.
enum class TextUnit : std::uint8_t { utf8, utf16, code_point };

// Every call that can fail also fails with revoked and lease_lapsed, from then on.
class Editor final : public EffectListener {
 public:
  // Opens a note's body, and enters that in the access log. `file` and `note` as commands take
  // them, `purpose` as in CallContext. The workspace must outlive the editor. Errors: not_found,
  // ambiguous, immutable (the note is signed), and those of AccessLog::write.
  static Result<std::unique_ptr<Editor>> open(Workspace& workspace, std::string_view file,
                                              std::string_view note, TextUnit unit,
                                              std::string purpose = {});
  ~Editor() override;
  Editor(const Editor&) = delete;
  Editor& operator=(const Editor&) = delete;

  const std::string& text() const { return text_; }  // UTF-8, at revision()
  std::uint64_t revision() const { return editor_.revision(); }

  struct Patch {
    std::uint64_t position = 0;
    std::uint64_t erased = 0;
    std::string inserted;  // UTF-8
    friend bool operator==(const Patch&, const Patch&) = default;
  };
  struct Update {
    std::uint64_t revision = 0;
    std::vector<Patch> patches;  // to be applied one after another
  };

  // Replaces `erased` units at `position` of the text as it was at revision `base`; durable when it
  // returns. A letter of which a part changes is exchanged whole. The update brings the screen,
  // which has already shown its own splice, to the newest revision. Errors: invalid_argument
  // (beyond the end, inside a character, not UTF-8), wrong_state (base too old: reload), immutable,
  // disk_full, io_error.
  Result<Update> splice(std::uint64_t base, std::uint64_t position, std::uint64_t erased,
                        std::string_view inserted);
  // Marks `length` units at `position` of the text of revision `base`; whole letters, or whole
  // lines (note_marks.h). A null value takes the mark of that name away. Words that are gone by now
  // stay gone. Durable when it returns. Errors: as splice(); invalid_argument for a length of zero.
  Result<void> mark(std::uint64_t base, std::uint64_t position, std::uint64_t length,
                    std::string_view name, Value value);
  struct Marked {
    std::uint64_t position = 0;
    std::uint64_t length = 0;
    std::string name;
    Value value;
    friend bool operator==(const Marked&, const Marked&) = default;
  };
  // On text(), sorted.
  Result<std::vector<Marked>> marks() const;

  // Where a cursor goes by one letter, as people count them, however many units it has. Errors:
  // as splice().
  Result<std::uint64_t> cursor_before(std::uint64_t base, std::uint64_t position) const;
  Result<std::uint64_t> cursor_behind(std::uint64_t base, std::uint64_t position) const;
  // Where a cursor of revision `base` stands in text(); never inside a letter. Errors: as splice().
  Result<std::uint64_t> cursor_now(std::uint64_t base, std::uint64_t position) const;

  // What happened since the revision the screen shows. Errors: wrong_state (too old: reload).
  Result<Update> update_since(std::uint64_t base) const;

  void on_effect(const SpaceId& space, const document::AddEffect& effect) override;

 private:
  Editor(Core& core, SpaceId space, document::TextEditor editor, std::string text, TextUnit unit);
  // The text of an earlier revision, as the screen that names it shows it.
  Result<std::string> text_at(std::uint64_t revision) const;
  // The byte a position is at.
  Result<std::size_t> byte(std::string_view text, std::uint64_t position) const;
  std::vector<document::Mark> marks_kept(const SpaceFile& file,
                                         const std::vector<document::Op>& ops) const;
  Result<std::uint64_t> code_point(std::string_view text, std::uint64_t position) const;
  Update in_units(std::vector<document::TextPatch> patches, std::string text_before) const;
  void apply(const document::TextPatch& patch);

  Core* core_;
  SpaceId space_;
  document::TextEditor editor_;
  std::string text_;
  TextUnit unit_;
  bool splicing_ = false;
  // Texts of past revisions can be rebuilt by undoing these, newest first.
  struct Undo {
    std::uint64_t position;
    std::uint64_t inserted;
    std::string erased;
  };
  std::deque<Undo> undo_;
};

}  // namespace feltbog::workspace
