// SPDX-License-Identifier: Apache-2.0
// What a History holds. For the files that implement it, and nobody else.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/document/causal_graph.h"
#include "core/document/document_table.h"
#include "core/document/held_changes.h"
#include "core/document/history.h"

namespace feltbog::document {

// One author's changes among those taken in at once.
struct Row {
  std::vector<Change> changes;  // by counter
  std::size_t next = 0;
  bool begun = false;  // and waiting for another's
};

struct History::State {
  explicit State(Schema rules) : schema(std::move(rules)) {}

  Schema schema;
  CausalGraph graph;
  HeldChanges held;
  std::set<ChangeId> masked;
  DocumentTable documents;
  struct {
    DocumentId document;
    std::string field;
    TextField* text = nullptr;
    std::vector<OpPlace>* newest = nullptr;  // of the document
  } typed;                                   // where the last splice was

  // Changes to be put in the place of what is here of them.
  using Replaced = std::map<ChangeIndex, Change>;
  Replaced refills;  // since the last refill()

  // The same changes, with those taken out of effect.
  std::unique_ptr<State> rebuilt(std::set<ChangeId> without, Replaced replaced = {}) const;
  static AddEffect remask(std::unique_ptr<State>& state, std::set<ChangeId> wanted);
  // Puts `after` in place, which has the same changes. Returns what that did to the fields these
  // changes touch.
  static AddEffect exchange(std::unique_ptr<State>& state, std::unique_ptr<State> after,
                            const std::set<ChangeId>& changes);
  // Puts the refills in place, if there are any.
  static void refill(std::unique_ptr<State>& state, AddEffect& effect);
  // One that is here already: the same, what was forgotten of it, or a fork.
  Result<void> take_again(ChangeIndex here, Change change, AddEffect& effect);
  std::set<ChangeId> forgotten_shown() const;
  std::string shown_text(const DocumentId& document, std::string_view field) const;
  Result<void> take(Change change, AddEffect& effect);
  Result<void> take_checked(Change change, AddEffect& effect);
  void take_or_refuse(Change change, AddEffect& effect);
  void take_row(std::map<WriterId, Row>& rows, Row& first, AddEffect& effect);
  void apply(Change change, AddEffect& effect);
  bool extend(const WriterId& writer, WallTime recorded_at, const TextSplice& splice);
  void apply_released(const ChangeId& arrived, AddEffect& effect);
  std::vector<FieldValue> set_values(const std::vector<OpPlace>& places) const;
  DocumentInfo info(const DocumentId& id, const DocumentState& document) const;
};

}  // namespace feltbog::document
