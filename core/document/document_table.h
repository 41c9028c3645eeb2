// SPDX-License-Identifier: Apache-2.0
// The documents of a space and their fields, built up op by op.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/document/causal_graph.h"
#include "core/document/field_state.h"
#include "core/document/history.h"
#include "core/document/schema.h"

namespace feltbog::document {

struct DocumentState {
  std::optional<OpPlace> created;  // none: the root
  std::vector<OpPlace> newest;     // in effect, none in another's past; without deletions
  std::vector<OpPlace> deletions;  // that nobody has put out of force
  bool shown = true;               // false: made by a masked change, and touched by no other
  std::string kind;
  std::map<std::string, FieldState, std::less<>> fields;
};

class DocumentTable {
 public:
  DocumentTable();
  DocumentTable(const DocumentTable&) = delete;
  DocumentTable& operator=(const DocumentTable&) = delete;

  // Gives the ops of the graph's newest change to the graph and applies them, unless the change is
  // masked; `effect` gets what they did, but for edits of texts, which merge() works in: at the end
  // of each add, or of many.
  void apply(CausalGraph& graph, const Schema& schema, std::vector<Op> ops, bool masked,
             AddEffect& effect);
  void merge(const CausalGraph& graph, AddEffect& effect);
  void rest();

  const DocumentState* find(const DocumentId& id) const;
  const FieldState* find(const DocumentId& id, std::string_view field) const;
  // Null when there is none.
  TextField* text(const DocumentId& id, std::string_view field);
  // Its newest ops, for an editor that has all others in its past; the document is there.
  std::vector<OpPlace>& newest(const DocumentId& id) { return documents_.at(id).newest; }
  const std::map<DocumentId, DocumentState>& all() const { return documents_; }
  // Those shown: the root first, then by creation.
  std::vector<DocumentId> in_order(const CausalGraph& graph) const;

 private:
  struct WaitingText {
    DocumentId document;
    std::string field;
    TextField* text;
  };
  static void note(const CausalGraph& graph, OpPlace place, DocumentState& document);
  DocumentState* visible_to(const CausalGraph& graph, OpPlace place, const DocumentId& id);
  void apply(CausalGraph& graph, const Schema& schema, OpPlace place, Op op, bool masked,
             AddEffect& effect);
  void append(CausalGraph& graph, OpPlace place, const Op& op, bool masked, FieldState& field);

  std::map<DocumentId, DocumentState> documents_;
  std::map<DocumentId, DocumentState>::iterator last_ = documents_.end();  // looked up
  std::vector<WaitingText> waiting_;  // those with edits that are not merged, each once
};

// Whether it was deleted by somebody who had seen all of it.
bool is_deleted(const CausalGraph& graph, const DocumentState& document);

// The rule a field is read by, declared or not.
const FieldRule& rule_for(const Schema& schema, std::string_view kind, std::string_view field);

std::vector<Conflict> conflicts_of(const CausalGraph& graph, const Schema& schema,
                                   const DocumentId& id, const DocumentState& document);

FieldValue field_value(const CausalGraph& graph, OpPlace place, Value value);
std::vector<OpId> ids_of(const CausalGraph& graph, const std::vector<OpPlace>& places);  // sorted

// The state as deterministic CBOR; docs/merging.md describes it.
Bytes encode_state(const CausalGraph& graph, const Schema& schema, const DocumentTable& documents,
                   const std::set<ChangeId>& masked);

}  // namespace feltbog::document
