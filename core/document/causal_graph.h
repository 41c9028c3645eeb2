// SPDX-License-Identifier: Apache-2.0
// The changes of a space and who had seen what. Answers "is a in the past of b" in constant time.
// It holds only changes whose whole past is here; waiting for others is held_changes.h.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/document/change.h"

namespace feltbog::document {

// Where a change or writer stands in this replica's memory. Never part of the state.
using ChangeIndex = std::uint32_t;
using WriterIndex = std::uint32_t;

// An op, by the place of its change.
struct OpPlace {
  ChangeIndex change = 0;
  std::uint32_t index = 0;
  friend bool operator==(const OpPlace&, const OpPlace&) = default;
};

class CausalGraph {
 public:
  // The first of the previous change and the dependencies that is not here.
  std::optional<ChangeId> first_missing(const Change& change) const;
  // Whether lamport and dependencies tell the truth. Nothing may be missing. Error: malformed.
  Result<void> check_past(const Change& change) const;
  // Nothing may be missing, the past is checked, and the id is new.
  ChangeIndex add(Change change);

  std::optional<ChangeIndex> find(const ChangeId& id) const;
  std::size_t size() const { return changes_.size(); }
  const Change& change(ChangeIndex at) const { return changes_[at]; }
  const Op& op(OpPlace at) const { return changes_[at.change].ops[at.index]; }
  OpId id_of(OpPlace at) const { return {changes_[at.change].id, at.index}; }
  std::optional<OpPlace> place_of(const OpId& id) const;
  WriterIndex writer_of(ChangeIndex at) const { return nodes_[at].writer; }
  std::size_t writer_count() const { return by_writer_.size(); }
  const std::vector<ChangeIndex>* changes_of(const WriterId& writer) const;
  std::vector<WriterId> writers() const;  // sorted
  std::vector<ChangeId> heads() const;    // sorted
  std::uint64_t lamport() const { return lamport_; }

  // How many of the writer's changes are in the past of `at`, itself included.
  std::uint64_t seen(ChangeIndex at, WriterIndex writer) const;
  // Whether `earlier` is in the past of `later`, or the same.
  bool saw(ChangeIndex later, ChangeIndex earlier) const {
    return changes_[earlier].id.counter <= seen(later, nodes_[earlier].writer);
  }
  // Whether `earlier` is in the past of `later`; false when they are the same.
  bool saw(OpPlace later, OpPlace earlier) const {
    if (later.change == earlier.change) return earlier.index < later.index;
    return saw(later.change, earlier.change);
  }
  // The order in which concurrent things are shown and ties are broken; it extends causality.
  bool before(OpPlace a, OpPlace b) const;

 private:
  // By writer: how many changes of others the author had seen. Changes without dependencies share
  // the clock of the one before, so that one person's chain costs nothing.
  using Clock = std::vector<std::uint64_t>;
  struct Node {
    WriterIndex writer;
    std::uint32_t clock;
  };
  WriterIndex index_of(const WriterId& writer);
  std::uint32_t clock_for(const Change& change, std::optional<ChangeIndex> previous);

  std::deque<Change> changes_;  // a deque: pointers to changes stay valid
  std::vector<Node> nodes_;
  std::vector<Clock> clocks_{Clock{}};
  std::unordered_map<WriterId, WriterIndex> writer_index_;
  std::vector<std::vector<ChangeIndex>> by_writer_;
  std::vector<ChangeIndex> heads_;
  std::uint64_t lamport_ = 0;
};

}  // namespace feltbog::document
