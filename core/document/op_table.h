// SPDX-License-Identifier: Apache-2.0
// Which op stands at which place. Text edits are kept by their fields' edit logs, and only pointed
// at from here, a run at a time; all other ops are kept as they came.
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "core/document/edit_log.h"

namespace feltbog::document {

class OpTable {
 public:
  // Announces the edits of a text; `log` outlives the table's use of it. Returns its number.
  std::uint32_t add_text(const DocumentId& document, std::string field, const EditLog& log);

  // Ops come in ascending order of places.
  void add_edit(OpPlace place, std::uint32_t text, EditIndex edit) { add(place, text, edit); }
  void add_op(OpPlace place, Op op);

  bool contains(OpPlace place) const { return find(place) != nullptr; }
  // An op that is not an edit of a text.
  const Op& op(OpPlace place) const;
  std::vector<Op> ops_of(ChangeIndex change) const;

  static constexpr std::uint32_t kNoText = 0xFFFFFFFF;
  // Ops of one text, or of none, at consecutive places.
  struct Run {
    OpPlace first;
    std::uint32_t count = 0;
    std::uint32_t text = kNoText;
    std::uint32_t start = 0;  // edit, or place among the others
    bool per_change = false;  // each is the first op of its change; otherwise all are in one
    bool holds(OpPlace place) const {
      if (per_change) return place.index == 0 && place.change - first.change < count;
      return place.change == first.change && place.index - first.index < count;
    }
    std::uint32_t offset(OpPlace place) const {
      return per_change ? place.change - first.change : place.index - first.index;
    }
  };
  struct Text {
    DocumentId document;
    std::string field;
    const EditLog* log;
  };
  // In order of places.
  const std::vector<Run>& runs() const { return runs_; }
  const std::vector<Text>& texts() const { return texts_; }  // by number
  const Op& other(std::uint32_t at) const { return others_[at]; }

 private:
  void add(OpPlace place, std::uint32_t text, std::uint32_t start);
  const Run* find(OpPlace place) const;

  std::vector<Run> runs_;
  std::vector<Text> texts_;
  std::deque<Op> others_;  // a deque: references stay valid
};

}  // namespace feltbog::document
