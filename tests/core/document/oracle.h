// SPDX-License-Identifier: Apache-2.0
// What a set of changes means, worked out from the definitions and from scratch every time: pasts
// as sets, text as a FugueMax tree of characters. Slow on purpose; it shares no code with the
// engine.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/document/history.h"
#include "tests/core/document/character_tree.h"

namespace feltbog::document::oracle {

class Oracle {
 public:
  Oracle(Schema schema, std::vector<Change> changes, std::set<ChangeId> masked = {});

  // Everything one can read about the space, as lines of text. dump(history) gives the same lines.
  std::string dump() const;

  // The changes that have something to forget: that of it which was put out of effect, by one of
  // the line's changes or in the past of one.
  std::set<ChangeId> forgettable(const std::vector<ChangeId>& line) const;

 private:
  using Past = std::set<ChangeId>;
  using Seen = CharacterTree::Seen;
  struct Event {
    OpId id;
    std::uint64_t lamport;
    const Op* op;
  };

  bool saw(const OpId& later, const OpId& earlier) const;
  Seen seen_by(const OpId& later) const;
  bool before(const Event& a, const Event& b) const;
  bool is_sound(const Event& event) const;  // its author had seen what it touches
  bool sees_document(const Event& event) const;
  bool has_effect(const Event& event) const;  // and is not masked
  bool is_touched(const DocumentId& document) const;
  std::vector<Event> events_of(const DocumentId& document, const std::string& field) const;
  CharacterTree tree_of(const std::vector<Event>& edits) const;
  std::string kind_of(const DocumentId& document) const;
  std::vector<Event> newer_edits(const DocumentId& document, const std::string& field) const;
  // Stretches of the text, "begin-end name = value", of these edits and marks.
  std::vector<std::string> marks_of(const std::vector<Event>& edits,
                                    const std::vector<Event>& marks,
                                    const std::set<ChangeId>& masked) const;
  std::vector<Event> standing(const std::vector<Event>& events, const FieldRule& rule) const;
  std::string dump_field(const DocumentId& document, const std::string& kind,
                         const std::string& field) const;
  // Items as they stand, "item at position = value".
  std::vector<std::string> list_of(const std::vector<Event>& events) const;
  bool is_settled(const Event& value) const;  // a value that stands was chosen instead
  bool is_deleted(const DocumentId& document) const;
  std::set<OpId> erased_in(const std::vector<Event>& edits, const Seen& counts) const;
  std::string dump_text(const DocumentId& document, const std::string& field,
                        const std::vector<Event>& events) const;

  Schema schema_;
  std::map<ChangeId, Change> changes_;
  std::set<ChangeId> masked_;
  std::map<ChangeId, Past> past_;  // itself included
  std::vector<Event> events_;      // by (lamport, id): a linear extension of causality
};

std::string dump(const History& history);

}  // namespace feltbog::document::oracle
