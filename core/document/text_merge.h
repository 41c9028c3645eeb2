// SPDX-License-Identifier: Apache-2.0
// The edits of one text field and the text they amount to. Edits made one on top of the other go
// straight to the text; only where people wrote apart are they replayed through a TextWalker.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/document/causal_graph.h"
#include "core/document/history.h"
#include "core/document/text_buffer.h"
#include "core/document/text_walker.h"

namespace feltbog::document {

class TextMerge {
 public:
  // Takes an Insert or Erase whose change is the newest in the graph, ops in order. Returns what it
  // did to the text.
  std::vector<TextPatch> apply(const CausalGraph& graph, OpPlace place);

  const TextBuffer& buffer() const { return buffer_; }
  std::size_t edit_count() const { return edits_.size(); }
  OpPlace edit(EditIndex at) const { return edits_[at].place; }
  // The newest edits: none of them in another's past.
  std::vector<OpPlace> version() const { return places(version_); }
  // The newest edits in the past of an op, which need not be an edit itself.
  std::vector<OpPlace> version_seen_by(const CausalGraph& graph, OpPlace later) const {
    return places(parents(graph, later));
  }
  std::string text_seen_by(const CausalGraph& graph, OpPlace later) const;
  // The text made of those edits alone that `included` accepts; with an edit, all its past.
  std::string text_of(const CausalGraph& graph, const std::function<bool(OpPlace)>& included) const;

 private:
  using Edits = std::vector<EditIndex>;  // sorted
  struct Edit {
    OpPlace place;
    std::uint64_t length_after = 0;  // of the text with all edits up to this one
  };
  // A walker that stands somewhere behind the text: edits from `next` on are still to be replayed.
  struct Replay {
    TextWalker walker;
    std::optional<EditIndex> base;  // it starts from the text just after this edit
    EditIndex next = 0;
    Edits version;  // the prepare version
  };

  Edits parents(const CausalGraph& graph, OpPlace place) const;
  Edits stored_parents(EditIndex edit) const;
  std::vector<OpPlace> places(const Edits& edits) const;
  std::vector<TextPatch> apply_directly(const Op& op);
  std::vector<TextPatch> apply_concurrently(const CausalGraph& graph, EditIndex edit);
  void drop_stale_bases(const CausalGraph& graph, OpPlace place);
  void prepare_replay();
  std::vector<TextPatch> replay(const CausalGraph& graph, EditIndex edit);
  void move_to(const CausalGraph& graph, const Edits& version);
  bool is_insert(const CausalGraph& graph, EditIndex edit) const;

  TextBuffer buffer_;
  std::vector<Edit> edits_;
  std::map<EditIndex, Edits> branches_;  // parents that are not just the edit before
  std::vector<Edits> by_writer_;         // by WriterIndex
  Edits version_;
  // Edits that all earlier ones are in the past of and all later ones have in theirs, as closed
  // ranges: where a replay can start.
  std::vector<std::pair<EditIndex, EditIndex>> bases_;
  std::optional<Replay> replay_;
};

}  // namespace feltbog::document
