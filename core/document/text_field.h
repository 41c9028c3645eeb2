// SPDX-License-Identifier: Apache-2.0
// A text field: the merged text, its signing, and the edits that came too late for it.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/document/causal_graph.h"
#include "core/document/forgotten.h"
#include "core/document/history.h"
#include "core/document/text_marks.h"
#include "core/document/text_merge.h"

namespace feltbog::document {

class TextField {
 public:
  // The newest change's edits, in order. The text shown has them after the next merge(), unless
  // they are masked.
  EditIndex append(const CausalGraph& graph, OpPlace place, const EditView& edit, bool masked);
  // Returns what happened to the text shown.
  std::vector<TextPatch> merge(const CausalGraph& graph);
  // Appends and merges an edit on top of everything here, when may_extend().
  void extend(const CausalGraph& graph, OpPlace place, const EditView& edit) {
    merge_.extend(graph, place, edit);
  }
  bool may_extend() const { return !standing_ && newer_.empty() && merge_.may_extend(); }
  // Freeze or Remove; what was appended is merged. Of several signings made unaware of each other
  // that of the document's creator stands, otherwise the first in CausalGraph::before(). Returns
  // what happened to the text shown.
  std::vector<TextPatch> apply(const CausalGraph& graph, OpPlace place, const WriterId& creator);

  // A Mark of the newest change.
  void mark(const CausalGraph& graph, OpPlace place, bool masked) {
    marks_.add(graph, merge_, place, masked);
  }
  // An edit of a newer version. What was written on top of it goes nowhere until it is known.
  void add_newer(OpPlace place) { newer_.push_back(place); }
  bool needs_update() const { return !newer_.empty(); }
  // Whether such an edit is in its past.
  bool is_on_newer(const CausalGraph& graph, OpPlace place) const;

  // Whether somebody has noted to merge().
  bool waits() const { return waits_; }
  void set_waits(bool waits) { waits_ = waits; }
  void rest() { merge_.rest(); }

  // Its number in the OpTable; none before the first edit.
  std::optional<std::uint32_t>& number() { return number_; }

  std::string text() const { return readable(shown()); }
  // Whether text() is that.
  bool reads(std::string_view utf8) const {
    return (!standing_ && merge_.buffer().reads(utf8)) || text() == utf8;
  }
  std::uint64_t length() const;
  std::string unfrozen_text() const { return readable(merge_.buffer().text()); }
  std::vector<OpPlace> version() const;
  // On the text shown.
  std::vector<MarkRun> marks(const CausalGraph& graph) const;
  // With `edits` taking back the text's edits of that change: what then makes its marks read as if
  // the change had never been, for the same change of the author's. The text is open.
  std::vector<Mark> taking_back_marks(const CausalGraph& graph, ChangeIndex change,
                                      const std::vector<TextPatch>& edits) const;
  const TextMerge& merged() const { return merge_; }
  const EditLog& log() const { return merge_.log(); }
  std::optional<OpPlace> frozen() const;

  struct Piece {
    std::vector<OpPlace> ops;  // in the author's order
    // The words, or a map {"erased": count}, {"marked": name}, {"unmarked": name}.
    Value value;
    bool forgotten = false;  // some of the words
  };
  // The words and marks of late edits nobody has dealt with; what one author wrote in one stretch
  // is one piece.
  std::vector<Piece> late_pieces(const CausalGraph& graph) const;

  struct Signing {
    OpPlace place;
    std::string text;  // forgotten letters as they are
    std::vector<MarkRun> marks;
    std::vector<OpPlace> version;
  };
  // The standing one and those of other texts nobody has dealt with, in order; empty unless there
  // are several.
  std::vector<const Signing*> rival_signings(const CausalGraph& graph) const;

  // Whether letters of the text shown are forgotten.
  bool is_forgotten() const { return has_forgotten(shown()); }
  // The edits without whose forgotten letters it cannot all be shown, late edits and signings
  // included.
  std::vector<OpPlace> forgotten_shown(const CausalGraph& graph) const;

 private:
  std::string shown() const {
    return standing_ ? signings_[*standing_].text : merge_.buffer().text();
  }
  std::vector<TextPatch> freeze(const CausalGraph& graph, OpPlace place, const WriterId& creator);
  std::vector<MarkRun> marks_seen_by(const CausalGraph& graph, OpPlace signing) const;
  void settle(const CausalGraph& graph, OpPlace place, const std::vector<OpId>& ids);
  bool is_settled(OpPlace place) const { return settled_.count({place.change, place.index}) > 0; }

  std::optional<std::uint32_t> number_;
  bool waits_ = false;
  TextMerge merge_;
  TextMarks marks_;
  std::vector<Signing> signings_;  // none in another's past
  std::optional<std::size_t> standing_;
  std::vector<EditIndex> late_;  // edits the standing signing had not seen
  std::set<std::pair<ChangeIndex, std::uint32_t>> settled_;
  std::vector<OpPlace> newer_;
};

}  // namespace feltbog::document
