// SPDX-License-Identifier: Apache-2.0
// The changes of a space and who had seen what. Answers "is a in the past of b" without walking.
// It holds only changes whose whole past is here; waiting for others is held_changes.h.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/document/change.h"
#include "core/document/op_table.h"
#include "core/document/place.h"

namespace feltbog::document {

class CausalGraph {
 public:
  // The first of the previous change and the dependencies that is not here.
  std::optional<ChangeId> first_missing(const Change& change) const;
  // Whether lamport and dependencies tell the truth. Nothing may be missing. Error: malformed.
  Result<void> check_past(const Change& change) const;
  // Everything but the ops, which are the caller's to add to ops(). Nothing may be missing, the
  // past is checked, and the id is new.
  ChangeIndex add(const Change& change);
  // The writer's next change on top of everything here, which is all_by(writer).
  ChangeIndex extend(WallTime recorded_at);
  // Whether the newest change is the writer's, and has everything else in its past.
  bool all_by(const WriterId& writer) const;

  OpTable& ops() { return ops_; }
  const OpTable& ops() const { return ops_; }

  std::optional<ChangeIndex> find(const ChangeId& id) const;
  std::size_t size() const { return size_; }
  Change change(ChangeIndex at) const;
  ChangeId id(ChangeIndex at) const;
  const std::vector<ChangeId>& dependencies(ChangeIndex at) const;
  std::uint64_t lamport(ChangeIndex at) const;
  WallTime recorded_at(ChangeIndex at) const;
  // Any op but an edit of a text.
  const Op& op(OpPlace at) const { return ops_.op(at); }
  OpId id_of(OpPlace at) const { return {id(at.change), at.index}; }
  std::optional<OpPlace> place_of(const OpId& id) const;
  WriterIndex writer_of(ChangeIndex at) const { return run(at).writer; }
  std::uint64_t last_counter(const WriterId& writer) const;  // zero when there is none
  std::vector<WriterId> writers() const;                     // sorted
  std::vector<ChangeId> heads() const;                       // sorted
  std::uint64_t lamport() const { return lamport_; }         // the greatest

  // How many of the writer's changes are in the past of `at`, itself included.
  std::uint64_t seen(ChangeIndex at, WriterIndex writer) const;
  // Whether `earlier` is in the past of `later`, or the same.
  bool saw(ChangeIndex later, ChangeIndex earlier) const;
  // Whether `earlier` is in the past of `later`; false when they are the same.
  bool saw(OpPlace later, OpPlace earlier) const {
    if (later.change == earlier.change) return earlier.index < later.index;
    return saw(later.change, earlier.change);
  }
  // Whether `later` is its author's next change after `earlier`, or the same, and rests on nothing
  // else.
  bool continues(ChangeIndex later, ChangeIndex earlier) const;
  // The order in which concurrent things are shown and ties are broken; it extends causality.
  bool before(OpPlace a, OpPlace b) const;

 private:
  // By writer: how many changes of others the author had seen.
  using Clock = std::vector<std::uint64_t>;
  // Changes of one writer that arrived one after another, of which only the first has dependencies:
  // all share its clock, so that one person's chain costs nothing.
  struct Run {
    ChangeIndex first;
    WriterIndex writer;
    std::uint32_t clock;
    std::uint64_t counter;  // of the first
    std::uint64_t lamport;  // of the first
  };
  struct Writer {
    WriterId id;
    std::uint64_t counter = 0;        // of the last change
    std::vector<std::uint32_t> runs;  // by counter
  };
  const Run& run(ChangeIndex at) const;
  std::uint64_t counter(ChangeIndex at) const;
  WriterIndex index_of(const WriterId& writer);
  std::uint32_t clock_for(const Change& change, std::optional<ChangeIndex> previous);
  ChangeIndex append(WriterIndex writer, std::uint64_t lamport, WallTime recorded_at,
                     std::optional<std::uint32_t> clock);

  std::vector<Run> runs_;
  std::vector<Clock> clocks_{Clock{}};
  std::vector<std::pair<ChangeIndex, WallTime>> times_;  // where they differ from the one before
  std::unordered_map<ChangeIndex, std::vector<ChangeId>> dependencies_;
  std::unordered_map<WriterId, WriterIndex> writer_index_;
  std::vector<Writer> writers_;
  std::vector<ChangeIndex> heads_;
  OpTable ops_;
  ChangeIndex size_ = 0;
  std::uint64_t lamport_ = 0;
};

}  // namespace feltbog::document
