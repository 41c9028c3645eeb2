// SPDX-License-Identifier: Apache-2.0
// The edits of one text field and the text they amount to. Edits made one on top of the other go
// straight to the text; only where people wrote apart are they replayed through a TextWalker.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/document/edit_graph.h"
#include "core/document/history.h"
#include "core/document/text_buffer.h"
#include "core/document/text_walker.h"

namespace feltbog::document {

class TextMerge {
 public:
  using Selection = std::function<bool(OpPlace)>;
  // Takes an edit whose change is the newest in the graph, ops in order. The text has it after the
  // next merge(), unless it is masked; many at once cost less than one by one.
  void append(const CausalGraph& graph, OpPlace place, const EditView& edit, bool masked = false);
  // Works in what was appended since the last time, and returns what that did to the text.
  std::vector<TextPatch> merge(const CausalGraph& graph);
  bool is_masked(EditIndex edit) const { return edit < masked_.size() && masked_[edit]; }
  bool may_extend() const { return first_masked_ == kNoEdit && edits_.may_extend(); }
  // Takes and works in an edit on top of everything here; may_extend(), and nothing waits.
  void extend(const CausalGraph& graph, OpPlace place, const EditView& edit);

  // Forgets how far it has replayed; the next concurrent edit costs a little more.
  void rest() { replay_.reset(); }

  // Without what was appended since merge().
  const TextBuffer& buffer() const { return buffer_; }
  const EditGraph& edits() const { return edits_; }
  const EditLog& log() const { return edits_.log(); }
  std::vector<OpPlace> places(const EditGraph::Edits& edits) const;
  // What is masked now was seen all the same.
  std::string text_seen_by(const CausalGraph& graph, OpPlace later) const;
  // Letters that stand or fall together, in order: whether they are there with all edits in effect,
  // and whether they are shown.
  struct Layer {
    std::uint64_t length;
    bool written;
    bool shown;
  };
  bool is_masked_anywhere() const { return first_masked_ != kNoEdit; }
  std::vector<Layer> layers(const CausalGraph& graph) const;
  // What takes those edits back and leaves all others, also those made on top of them: erases what
  // is left of their words and puts back what nobody else erased.
  std::vector<TextPatch> taking_back(const CausalGraph& graph, const Selection& taken_back) const;
  // What those edits alone amount to that `included` accepts, also those masked now; with an edit,
  // all its past.
  TextMerge part(const CausalGraph& graph, const Selection& included) const;
  // The same edits, all of them replayed to the newest version, with more of them masked.
  TextMerge without(const CausalGraph& graph, const Selection& masked_too) const;

  // Letters of an insertion, one after another.
  struct Letters {
    OpPlace op;
    std::uint64_t position = 0;  // in what was inserted
    std::uint64_t count = 0;
  };
  // Those of insertions that count which an erasure in effect that counts has put out of the text.
  std::vector<Letters> erased_letters(const CausalGraph& graph, const Selection& counts) const;
  // The insertions that have letters in the text which are forgotten; sorted.
  std::vector<OpPlace> forgotten_shown(const CausalGraph& graph) const;

  // Where a mark stands in the merged text.
  struct Marked {
    OpPlace mark;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;  // the beginning, when nothing of it is there
    bool open = false;      // what comes to its end belongs to it
  };
  // Where those Marks stand, in their order. Costs a replay since the oldest version they are of.
  std::vector<Marked> marked(const CausalGraph& graph, const std::vector<OpPlace>& marks) const;

 private:
  // A walker that stands somewhere behind the text: edits from `next` on are still to be replayed.
  struct Replay {
    TextWalker walker;
    std::optional<EditIndex> base;  // it starts from the text just after this edit
    EditIndex next = 0;
    EditGraph::Edits version;  // the prepare version
  };
  Marked find(OpPlace place, const Mark& mark) const;
  static constexpr EditIndex kNoEdit = ~EditIndex{0};
  // How long the text is with all edits up to this one, each of which is in the next one's past
  // since the run it belongs to began.
  struct LengthMark {
    EditIndex edit;
    std::uint64_t length;
  };

  // Of the edits from this one on that are handled like one.
  EditIndex last_of_row(EditIndex edit) const;
  void merge_directly(EditIndex first, EditIndex last, std::vector<TextPatch>* patches);
  void mark_length(EditIndex first, EditIndex last, std::uint64_t before);
  std::uint64_t length_after(EditIndex base) const;
  void prepare_replay(EditIndex edit);
  std::vector<TextPatch> replay(const CausalGraph& graph, EditIndex last);
  void move_to(const EditGraph::Edits& version);
  void move(const EditGraph::Range& range, bool forward);

  EditGraph edits_;
  TextBuffer buffer_;
  EditIndex merged_ = 0;  // how many edits the buffer has
  // From the first masked edit on nothing is merged directly: positions are those of a text that
  // had what is masked.
  EditIndex first_masked_ = kNoEdit;
  std::vector<bool> masked_;  // by edit, up to the last masked one
  std::vector<LengthMark> lengths_;
  std::optional<Replay> replay_;
  std::uint64_t replayed_twice_ = 0;
};

}  // namespace feltbog::document
