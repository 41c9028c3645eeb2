// SPDX-License-Identifier: Apache-2.0
// What was settled, by whom, and what lost: read from the values themselves.
#include <algorithm>

#include "core/document/history_state.h"

namespace feltbog::document {
namespace {

const Set& set_at(const CausalGraph& graph, OpPlace place) {
  return std::get<Set>(graph.op(place).action);
}

FieldValue value_at(const CausalGraph& graph, OpPlace place) {
  return field_value(graph, place, set_at(graph, place).value);
}

// The values it names that its author had seen.
std::vector<FieldValue> replaced_by(const CausalGraph& graph, const Register& values,
                                    OpPlace settling) {
  std::vector<FieldValue> out;
  const auto& named = set_at(graph, settling).replaces;
  if (!named || named->size() < 2) return out;
  for (OpPlace place : values.all()) {
    const bool is_named = std::binary_search(named->begin(), named->end(), graph.id_of(place));
    if (is_named && graph.saw(settling, place)) out.push_back(value_at(graph, place));
  }
  return out;
}

}  // namespace

std::vector<Settlement> History::settlements() const {
  std::vector<Settlement> out;
  const CausalGraph& graph = state_->graph;
  for (const auto& [id, document] : state_->documents.all()) {
    for (const auto& [name, field] : document.fields) {
      const Register& values = field.values();
      const auto stands = [&](OpPlace place) {
        const std::vector<OpPlace>& standing = values.standing();
        return std::find(standing.begin(), standing.end(), place) != standing.end();
      };
      for (OpPlace place : values.all()) {
        std::vector<FieldValue> replaced = replaced_by(graph, values, place);
        if (replaced.size() < 2) continue;
        out.push_back({id, name, value_at(graph, place), std::move(replaced), stands(place)});
      }
    }
  }
  return out;
}

}  // namespace feltbog::document
