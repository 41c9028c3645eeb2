// SPDX-License-Identifier: Apache-2.0
// What a History holds. For the files that implement it, and nobody else.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/document/causal_graph.h"
#include "core/document/document_table.h"
#include "core/document/held_changes.h"
#include "core/document/history.h"

namespace feltbog::document {

struct History::State {
  explicit State(Schema rules) : schema(std::move(rules)) {}

  Schema schema;
  CausalGraph graph;
  HeldChanges held;
  DocumentTable documents;
  struct {
    DocumentId document;
    std::string field;
    TextField* text = nullptr;
  } typed;  // where the last splice was

  Result<void> take(Change change, AddEffect& effect);
  void apply(Change change, AddEffect& effect);
  bool extend(const WriterId& writer, WallTime recorded_at, const TextSplice& splice);
  void apply_released(const ChangeId& arrived, AddEffect& effect);
  std::vector<FieldValue> set_values(const std::vector<OpPlace>& places) const;
  DocumentInfo info(const DocumentId& id, const DocumentState& document) const;
};

}  // namespace feltbog::document
