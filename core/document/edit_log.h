// SPDX-License-Identifier: Apache-2.0
// All edits of one text in order of arrival, run-length encoded: letters typed one after another,
// or taken back one after another, are one run, however many changes they came in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/document/change.h"
#include "core/document/place.h"

namespace feltbog::document {

// One edit, or neighbouring ones of a run put together.
struct EditView {
  bool is_insert = true;
  bool backward = false;  // of several erasures: the later, the further in front
  std::uint64_t position = 0;
  std::uint64_t length = 0;  // code points
  std::string_view text;     // of an insertion; valid until the next append
};

class EditLog {
 public:
  // What the one who appends knows about an edit beside the edit itself.
  struct Standing {
    OpPlace place;
    bool follows = false;  // made on top of the edit before and of nothing else
    bool on_top = false;   // made on top of everything before
  };
  void append(const Standing& standing, const EditView& edit);

  EditIndex size() const { return size_; }
  OpPlace place(EditIndex at) const;
  EditView edit(EditIndex at) const { return edits(at, at); }
  // As one: `first` to `last` belong to one run.
  EditView edits(EditIndex first, EditIndex last) const;
  bool is_insert(EditIndex at) const { return run(at).kind == Kind::insert; }
  bool on_top(EditIndex at) const { return run(at).on_top; }
  EditIndex last_of_run(EditIndex at) const;
  // The edit as an op's action.
  Action action(EditIndex at) const;

  // Each code point inserted or erased has a number; an edit's are consecutive, and edits follow
  // each other in order.
  std::uint64_t first_unit(EditIndex at) const;
  EditIndex edit_of_unit(std::uint64_t unit) const;
  // Of units that were inserted.
  std::string text_of_units(std::uint64_t unit, std::uint64_t length) const;

 private:
  enum class Kind : std::uint8_t { insert, erase_forward, erase_backward };
  struct Run {
    EditIndex first = 0;
    std::uint32_t count = 1;
    OpPlace place;               // of the first
    std::uint64_t position = 0;  // of the first
    std::uint64_t length = 0;    // of each
    std::uint64_t unit = 0;      // of the first
    std::size_t text = 0;        // where the first's begins
    std::size_t bytes = 0;       // of all
    Kind kind = Kind::insert;
    bool on_top = false;
    bool per_change = false;  // each edit is the one op of its change; otherwise all are in one
  };
  const Run& run(EditIndex at) const;
  bool extend(const Standing& standing, const EditView& edit);

  std::vector<Run> runs_;
  std::string text_;
  EditIndex size_ = 0;
  std::uint64_t units_ = 0;
};

}  // namespace feltbog::document
