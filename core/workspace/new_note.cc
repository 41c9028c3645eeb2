// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/new_note.h"

#include "core/workspace/schema.h"

namespace feltbog::workspace {

document::DocumentId begin_note(Draft& draft, std::string_view title, std::string_view happened,
                                std::string text) {
  const auto note = draft.create(kNoteKind);
  draft.set(note, field::kTitle, Value(title));
  draft.set(note, field::kHappened, Value(happened));
  draft.insert(note, field::kBody, 0, std::move(text));
  return note;
}

}  // namespace feltbog::workspace
