// SPDX-License-Identifier: Apache-2.0
// The space's causal graph seen through one text: its edits, and which of them each was made on.
// Chains cost nothing; only where people wrote apart is anything kept.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "core/document/causal_graph.h"
#include "core/document/edit_log.h"

namespace feltbog::document {

class EditGraph {
 public:
  using Edits = std::vector<EditIndex>;  // sorted
  // First and last.
  using Range = std::pair<EditIndex, EditIndex>;

  // Takes the newest change's edits, in order.
  EditIndex append(const CausalGraph& graph, OpPlace place, const EditView& edit);
  // The same for an edit that has all others in its past, when may_extend().
  EditIndex extend(const CausalGraph& graph, OpPlace place, const EditView& edit);
  // Whether all edits are in the past of the last one.
  bool may_extend() const { return log_.size() > 0 && is_version(log_.size() - 1); }

  const EditLog& log() const { return log_; }
  // The newest edits: none of them in another's past.
  const Edits& version() const { return version_; }
  Edits parents(EditIndex edit) const;
  // The newest edits in the past of an op, which need not be an edit itself.
  Edits seen_by(const CausalGraph& graph, OpPlace place) const;

  // The newest edit before this one that has all earlier ones in its past, and is in the past of
  // all later ones: where a replay can start.
  std::optional<EditIndex> base_before(EditIndex edit) const;

  struct Difference {
    std::vector<Range> retreat;  // only in the past of `from`; the newest first
    std::vector<Range> advance;  // only in the past of `to`; the oldest first
  };
  // Edits at or before the base are in both.
  Difference difference(const Edits& from, const Edits& to, std::optional<EditIndex> base) const;

 private:
  struct Branch {
    EditIndex first;
    Edits parents;  // not just the edit before
  };
  bool is_version(EditIndex edit) const { return version_.size() == 1 && version_[0] == edit; }
  EditIndex branch_start(EditIndex edit) const;
  void note_writer(WriterIndex writer, EditIndex edit);
  std::optional<EditIndex> newest_seen(const CausalGraph& graph, OpPlace place,
                                       const std::vector<Range>& own) const;
  void drop_bases_unseen_by(const CausalGraph& graph, OpPlace place);

  EditLog log_;
  Edits version_;
  std::vector<Branch> branches_;               // ascending
  std::vector<std::vector<Range>> by_writer_;  // by WriterIndex
  std::vector<Range> bases_;                   // each edit of them a base
};

}  // namespace feltbog::document
