// SPDX-License-Identifier: Apache-2.0
// The marks of one text, and where they stand as the text goes on. They are no part of merging it:
// a mark is looked for when somebody asks.
#pragma once

#include <vector>

#include "core/document/causal_graph.h"
#include "core/document/field_value.h"
#include "core/document/text_merge.h"

namespace feltbog::document {

using MarkedStretches = std::vector<TextMerge::Marked>;

class TextMarks {
 public:
  // A Mark of the newest change. All edits in its past are appended to the text.
  void add(const CausalGraph& graph, const TextMerge& text, OpPlace place, bool masked);
  bool empty() const { return entries_.empty(); }

  // Where those in effect stand in the text, which is merged; in no order.
  const MarkedStretches& standing(const CausalGraph& graph, const TextMerge& text) const;
  // Those in effect that were not in the past of the op; with the masked ones, those that were.
  std::vector<OpPlace> unseen_by(const CausalGraph& graph, OpPlace later) const;
  std::vector<OpPlace> seen_by(const CausalGraph& graph, OpPlace later) const;

 private:
  struct Entry {
    OpPlace place;
    EditIndex edits = 0;  // how many there were when it came
    bool on_top = false;  // made on top of all of those
    bool masked = false;
  };
  // What was found last. As long as everything since was made on top of everything, it moves along.
  struct Found {
    EditIndex edits = 0;
    std::size_t entries = 0;
    std::uint64_t length = 0;  // of the text
    MarkedStretches stretches;
  };
  bool follow(const CausalGraph& graph, const TextMerge& text) const;

  std::vector<Entry> entries_;  // as they came
  mutable Found found_;         // only spares looking again
};

// Where stretches go when somebody who sees all of the text changes it.
void carry(MarkedStretches& stretches, const TextPatch& patch);

// What is shown of marks that stand so: of those on a character and of one name the last in
// CausalGraph::before() counts. Sorted.
std::vector<MarkRun> shown_of(const CausalGraph& graph, MarkedStretches marks);

// Marks that make a text with these runs read like one with those; each is to grow at its end where
// what is inserted there would otherwise be in one of `covered`.
std::vector<Mark> marks_between(const std::vector<MarkRun>& are, const std::vector<MarkRun>& wanted,
                                const MarkedStretches& covered);

}  // namespace feltbog::document
