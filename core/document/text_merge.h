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
  // Takes an edit whose change is the newest in the graph, ops in order. The text has it after the
  // next merge(); many at once cost less than one by one.
  void append(const CausalGraph& graph, OpPlace place, const EditView& edit) {
    edits_.append(graph, place, edit);
  }
  // Works in what was appended since the last time, and returns what that did to the text.
  std::vector<TextPatch> merge(const CausalGraph& graph);
  // Takes and works in an edit on top of everything here; edits().may_extend(), and nothing waits.
  void extend(const CausalGraph& graph, OpPlace place, const EditView& edit);

  // Forgets how far it has replayed; the next concurrent edit costs a little more.
  void rest() { replay_.reset(); }

  // Without what was appended since merge().
  const TextBuffer& buffer() const { return buffer_; }
  const EditGraph& edits() const { return edits_; }
  const EditLog& log() const { return edits_.log(); }
  std::vector<OpPlace> places(const EditGraph::Edits& edits) const;
  std::string text_seen_by(const CausalGraph& graph, OpPlace later) const;
  // The text made of those edits alone that `included` accepts; with an edit, all its past.
  std::string text_of(const CausalGraph& graph, const std::function<bool(OpPlace)>& included) const;

 private:
  // A walker that stands somewhere behind the text: edits from `next` on are still to be replayed.
  struct Replay {
    TextWalker walker;
    std::optional<EditIndex> base;  // it starts from the text just after this edit
    EditIndex next = 0;
    EditGraph::Edits version;  // the prepare version
  };
  // How long the text is with all edits up to this one, each of which is in the next one's past
  // since the run it belongs to began.
  struct LengthMark {
    EditIndex edit;
    std::uint64_t length;
  };

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
  std::vector<LengthMark> lengths_;
  std::optional<Replay> replay_;
  std::uint64_t replayed_twice_ = 0;
};

}  // namespace feltbog::document
