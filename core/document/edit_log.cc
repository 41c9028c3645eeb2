// SPDX-License-Identifier: Apache-2.0
// Runs of edits.
#include "core/document/edit_log.h"

#include <algorithm>

#include "core/base/assert.h"
#include "core/base/utf8.h"

namespace feltbog::document {
namespace {

// Bounds what is counted through to find one letter of a run that is not ASCII.
constexpr std::uint64_t kRunLengthMax = 4096;

}  // namespace

void EditLog::append(const Standing& standing, const EditView& edit) {
  if (!extend(standing, edit)) {
    Run run;
    run.first = size_;
    run.place = standing.place;
    run.position = edit.position;
    run.length = edit.length;
    run.unit = units_;
    run.text = text_.size();
    run.bytes = edit.text.size();
    run.kind = edit.is_insert ? Kind::insert : Kind::erase_forward;
    run.on_top = standing.on_top;
    runs_.push_back(run);
  }
  text_ += edit.text;
  units_ += edit.length;
  ++size_;
}

// Whether the edit goes on where the last run ends, in every respect.
bool EditLog::extend(const Standing& standing, const EditView& edit) {
  if (runs_.empty() || !standing.follows) return false;
  Run& run = runs_.back();
  const bool alike = edit.is_insert == (run.kind == Kind::insert) && edit.length == run.length &&
                     standing.on_top == run.on_top;
  if (!alike || (run.count + 1) * run.length > kRunLengthMax) return false;
  const bool may_next_op = run.count == 1 || !run.per_change;
  const bool may_next_change = run.place.index == 0 && (run.count == 1 || run.per_change);
  const bool next_op =
      may_next_op && standing.place == OpPlace{run.place.change, run.place.index + run.count};
  const bool next_change =
      may_next_change && standing.place == OpPlace{run.place.change + run.count, 0};
  if (!next_op && !next_change) return false;
  if (run.kind == Kind::insert) {
    if (edit.position != run.position + run.count * run.length) return false;
  } else {
    const bool forward = edit.position == run.position;
    const bool backward = run.length == 1 && edit.position + run.count == run.position;
    const bool undecided = run.count == 1;
    if (forward && (undecided || run.kind == Kind::erase_forward)) {
      run.kind = Kind::erase_forward;
    } else if (backward && (undecided || run.kind == Kind::erase_backward)) {
      run.kind = Kind::erase_backward;
    } else {
      return false;
    }
  }
  run.per_change = next_change;
  run.bytes += edit.text.size();
  ++run.count;
  return true;
}

const EditLog::Run& EditLog::run(EditIndex at) const {
  FELTBOG_ASSERT(at < size_);
  if (runs_.back().first <= at) return runs_.back();
  return *(std::upper_bound(runs_.begin(), runs_.end(), at,
                            [](EditIndex value, const Run& run) { return value < run.first; }) -
           1);
}

OpPlace EditLog::place(EditIndex at) const {
  const Run& here = run(at);
  const std::uint32_t offset = at - here.first;
  if (here.per_change) return {here.place.change + offset, 0};
  return {here.place.change, here.place.index + offset};
}

EditIndex EditLog::last_of_run(EditIndex at) const {
  const Run& here = run(at);
  return here.first + here.count - 1;
}

EditView EditLog::edits(EditIndex first, EditIndex last) const {
  const Run& here = run(first);
  const std::uint64_t before = first - here.first;
  const std::uint64_t count = last - first + 1;
  FELTBOG_ASSERT(before + count <= here.count);
  EditView out;
  out.is_insert = here.kind == Kind::insert;
  out.length = count * here.length;
  out.position = here.position;
  if (here.kind == Kind::erase_backward) {
    out.backward = true;
    out.position -= before + count - 1;
  } else if (here.kind == Kind::insert) {
    out.position += before * here.length;
    const std::string_view all = std::string_view(text_).substr(here.text, here.bytes);
    const auto begin = static_cast<std::size_t>(before * here.length);
    const auto length = static_cast<std::size_t>(out.length);
    if (here.bytes == here.count * here.length) {
      out.text = all.substr(begin, length);
    } else {
      out.text = all.substr(byte_offset_of(all, begin));
      out.text = out.text.substr(0, byte_offset_of(out.text, length));
    }
  }
  return out;
}

Action EditLog::action(EditIndex at) const {
  const EditView view = edit(at);
  if (view.is_insert) return Insert{view.position, std::string(view.text)};
  return Erase{view.position, view.length};
}

std::uint64_t EditLog::first_unit(EditIndex at) const {
  const Run& here = run(at);
  return here.unit + (at - here.first) * here.length;
}

EditIndex EditLog::edit_of_unit(std::uint64_t unit) const {
  const Run& here =
      *(std::upper_bound(runs_.begin(), runs_.end(), unit,
                         [](std::uint64_t value, const Run& run) { return value < run.unit; }) -
        1);
  return here.first + static_cast<EditIndex>((unit - here.unit) / here.length);
}

std::string EditLog::text_of_units(std::uint64_t unit, std::uint64_t length) const {
  std::string out;
  while (length > 0) {
    const EditIndex at = edit_of_unit(unit);
    const EditView insert = edit(at);
    const std::uint64_t offset = unit - first_unit(at);
    const std::uint64_t count = std::min(length, insert.length - offset);
    const std::size_t begin = byte_offset_of(insert.text, offset);
    out += insert.text.substr(begin, byte_offset_of(insert.text.substr(begin), count));
    unit += count;
    length -= count;
  }
  return out;
}

}  // namespace feltbog::document
