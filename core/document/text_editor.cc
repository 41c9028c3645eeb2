// SPDX-License-Identifier: Apache-2.0
// Moving splices and patches past each other.
#include "core/document/text_editor.h"

#include <iterator>

#include "core/base/utf8.h"

namespace feltbog::document {
namespace {

using Steps = std::vector<TextPatch>;  // each only erases or only inserts

void append_steps(Steps& to, const TextPatch& patch) {
  if (patch.erased > 0) to.push_back({patch.position, patch.erased, {}});
  if (!patch.inserted.empty()) to.push_back({patch.position, 0, patch.inserted});
}

// Where a place goes when the step is applied. Of an insertion at that very place it stays in
// front, unless `behind`.
std::uint64_t carried(std::uint64_t place, const TextPatch& step, bool behind) {
  if (step.erased == 0) {
    const bool before = place < step.position || (place == step.position && !behind);
    return before ? place : place + count_code_points(step.inserted);
  }
  if (place <= step.position) return place;
  return place >= step.position + step.erased ? place - step.erased : step.position;
}

// A step moved past another that is applied first. An erasure around an insertion falls in two, so
// that the inserted words stay. Of two insertions at one place this one goes `behind` or in front.
Steps past(const TextPatch& step, const TextPatch& other, bool behind) {
  if (step.erased == 0) return {{carried(step.position, other, behind), 0, step.inserted}};
  const std::uint64_t end = step.position + step.erased;
  const bool around = other.erased == 0 && step.position < other.position && other.position < end;
  if (around) {
    const std::uint64_t right = carried(other.position, other, true);
    return {{right, end - other.position, {}}, {step.position, other.position - step.position, {}}};
  }
  const std::uint64_t new_start = carried(step.position, other, true);
  const std::uint64_t new_end = carried(end, other, false);
  if (new_end <= new_start) return {};
  return {{new_start, new_end - new_start, {}}};
}

struct Moved {
  Steps own;
  Steps others;
};

// Two sequences of steps on one text, each moved past the other: own then others' gives the same
// text as others then own's.
Moved exchange(Steps own, Steps others) {
  if (own.empty() || others.empty()) return {std::move(own), std::move(others)};
  if (own.size() == 1 && others.size() == 1) {
    // What is there already stays in front, like a line one begins to type behind.
    return {past(own.front(), others.front(), true), past(others.front(), own.front(), false)};
  }
  Moved out;
  if (own.size() == 1) {
    out.own = std::move(own);
    for (TextPatch& other : others) {
      Moved one = exchange(std::move(out.own), {std::move(other)});
      out.own = std::move(one.own);
      std::move(one.others.begin(), one.others.end(), std::back_inserter(out.others));
    }
    return out;
  }
  out.others = std::move(others);
  for (TextPatch& step : own) {
    Moved one = exchange({std::move(step)}, std::move(out.others));
    out.others = std::move(one.others);
    std::move(one.own.begin(), one.own.end(), std::back_inserter(out.own));
  }
  return out;
}

}  // namespace

TextEditor TextEditor::open(const History& history, const DocumentId& document,
                            std::string_view field) {
  return TextEditor(document, std::string(field), history.text_length(document, field));
}

Result<std::size_t> TextEditor::offset_of(std::uint64_t base) const {
  if (base > revision()) return Error{ErrorCode::invalid_argument, "revision"};
  if (base < first_) return Error{ErrorCode::wrong_state, "revision"};
  return static_cast<std::size_t>(base - first_);
}

std::uint64_t TextEditor::length_at(std::size_t offset) const {
  std::uint64_t out = length_;
  for (std::size_t at = offset; at < log_.size(); ++at) {
    out = out + log_[at].erased - count_code_points(log_[at].inserted);
  }
  return out;
}

Result<std::optional<Mark>> TextEditor::mark(std::uint64_t base, Mark mark) const {
  FELTBOG_TRY(offset, offset_of(base));
  if (mark.end > length_at(offset)) return Error{ErrorCode::invalid_argument, "beyond the end"};
  Steps others;
  for (std::size_t at = offset; at < log_.size(); ++at) append_steps(others, log_[at]);
  for (const TextPatch& step : others) {
    mark.start = carried(mark.start, step, true);
    mark.end = carried(mark.end, step, mark.grows);
  }
  if (mark.start >= mark.end) return std::optional<Mark>();
  return std::optional<Mark>(std::move(mark));
}

Result<std::uint64_t> TextEditor::cursor(std::uint64_t base, std::uint64_t position) const {
  FELTBOG_TRY(offset, offset_of(base));
  if (position > length_at(offset)) return Error{ErrorCode::invalid_argument, "beyond the end"};
  for (std::size_t at = offset; at < log_.size(); ++at) {
    TextPatch patch = log_[at];
    // A replacement is written as two; who stood behind the old words stands behind the new ones.
    const bool replaces = patch.inserted.empty() && at + 1 < log_.size() &&
                          log_[at + 1].erased == 0 && log_[at + 1].position == patch.position;
    if (replaces) patch.inserted = log_[++at].inserted;
    position = moved(position, patch, false);
  }
  return position;
}

Result<TextEditor::Spliced> TextEditor::splice(std::uint64_t base, std::uint64_t position,
                                               std::uint64_t erased, std::string_view inserted) {
  FELTBOG_TRY(offset, offset_of(base));
  if (inserted.size() > kTextPerOpBytesMax) return Error{ErrorCode::limit_exceeded, "text"};
  if (!is_utf8(inserted)) return Error{ErrorCode::invalid_argument, "text"};
  const auto begin = log_.begin() + static_cast<std::ptrdiff_t>(offset);
  const std::uint64_t base_length = length_at(offset);
  if (position > base_length || erased > base_length - position) {
    return Error{ErrorCode::invalid_argument, "position " + std::to_string(position)};
  }
  Steps own;
  append_steps(own, {position, erased, std::string(inserted)});
  Steps others;
  for (auto patch = begin; patch != log_.end(); ++patch) append_steps(others, *patch);
  Moved moved = exchange(std::move(own), std::move(others));
  Spliced out;
  for (const TextPatch& step : moved.own) {
    const bool erases = step.erased > 0;
    out.ops.push_back({document_, field_,
                       erases ? Action(Erase{step.position, step.erased})
                              : Action(Insert{step.position, step.inserted})});
    record(step);
  }
  out.missed = std::move(moved.others);
  out.revision = revision();
  return out;
}

void TextEditor::absorb(const std::vector<TextPatch>& patches) {
  for (const TextPatch& patch : patches) record(patch);
}

Result<std::vector<TextPatch>> TextEditor::since(std::uint64_t base) const {
  FELTBOG_TRY(offset, offset_of(base));
  return std::vector<TextPatch>(log_.begin() + static_cast<std::ptrdiff_t>(offset), log_.end());
}

void TextEditor::record(const TextPatch& patch) {
  length_ = length_ - patch.erased + count_code_points(patch.inserted);
  log_.push_back(patch);
  if (log_.size() > kEditorRevisionsMax) {
    log_.pop_front();
    ++first_;
  }
}

std::uint64_t moved(std::uint64_t cursor, const TextPatch& patch, bool after_insertions) {
  const std::uint64_t shift = count_code_points(patch.inserted);
  const std::uint64_t end = patch.position + patch.erased;
  if (cursor < patch.position) return cursor;
  if (cursor > end || (cursor == end && patch.erased > 0)) return cursor - patch.erased + shift;
  return patch.position + (after_insertions || cursor > patch.position ? shift : 0);
}

}  // namespace feltbog::document
