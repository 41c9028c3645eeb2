// SPDX-License-Identifier: Apache-2.0
// The bookkeeping of one open text: splices made on the text a screen showed become operations on
// the text as it is now, and what others wrote comes back as patches the screen can apply.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/document/history.h"

namespace feltbog::document {

// How many revisions a screen may lag behind before it has to reload the text.
inline constexpr std::size_t kEditorRevisionsMax = 4096;

// Revision 0 is the text at open(); each absorbed patch and each splice makes the next one. The
// editor holds no text: positions alone are transformed. It does not make changes either; its owner
// puts the ops in a change, adds that to the History and absorbs what others did.
class TextEditor {
 public:
  TextEditor(DocumentId document, std::string field, std::uint64_t length)
      : document_(document), field_(std::move(field)), length_(length) {}
  static TextEditor open(const History& history, const DocumentId& document,
                         std::string_view field);

  struct Spliced {
    std::vector<Op> ops;            // for the next change, to be added before anything is absorbed
    std::vector<TextPatch> missed;  // what happened since the base revision, moved past the splice
    std::uint64_t revision = 0;     // the screen's revision once it has applied `missed`
  };
  // Erases `erased` code points at `position` of the text of revision `base`, and puts `inserted`
  // there. Words others put inside the erased stretch stay. On success the splice counts as
  // applied. Errors: invalid_argument (beyond the end, not UTF-8, a revision that never was),
  // wrong_state (the base is too old: reload), limit_exceeded (text longer than
  // kTextPerOpBytesMax).
  Result<Spliced> splice(std::uint64_t base, std::uint64_t position, std::uint64_t erased,
                         std::string_view inserted);

  // A mark put on the text of revision `base`, on the text as it is now; none where nothing is left
  // of its stretch. Marks make no revision. Errors: as splice(), for a stretch beyond the end.
  Result<std::optional<Mark>> mark(std::uint64_t base, Mark mark) const;
  // Where a cursor of revision `base` stands now: before what others put in there. Errors: as
  // splice().
  Result<std::uint64_t> cursor(std::uint64_t base, std::uint64_t position) const;

  // Takes in what others did: the patches of an AddEffect that is not this editor's own splice.
  void absorb(const std::vector<TextPatch>& patches);
  // The patches that bring a screen from `base` to revision(). Errors: as splice().
  Result<std::vector<TextPatch>> since(std::uint64_t base) const;

  std::uint64_t revision() const { return first_ + log_.size(); }
  std::uint64_t length() const { return length_; }
  const DocumentId& document() const { return document_; }
  const std::string& field() const { return field_; }

 private:
  Result<std::size_t> offset_of(std::uint64_t base) const;
  std::uint64_t length_at(std::size_t offset) const;
  void record(const TextPatch& patch);

  DocumentId document_;
  std::string field_;
  std::uint64_t length_ = 0;
  std::uint64_t first_ = 0;  // the revision the log starts from
  std::deque<TextPatch> log_;
};

// Where a cursor goes when the patch is applied. A cursor at an insertion goes behind it when
// `after_insertions`, and stays before it otherwise.
std::uint64_t moved(std::uint64_t cursor, const TextPatch& patch, bool after_insertions);

}  // namespace feltbog::document
