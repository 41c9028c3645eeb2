// SPDX-License-Identifier: Apache-2.0
// Undo: History::taking_back().
#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "core/document/forgotten.h"
#include "core/document/history.h"
#include "core/document/history_state.h"

namespace feltbog::document {
namespace {

using TakingBack = History::TakingBack;

class Undoer {
 public:
  Undoer(const CausalGraph& graph, const Schema& schema, const DocumentTable& documents,
         ChangeIndex change)
      : graph_(graph), schema_(schema), documents_(documents), change_(change) {}

  TakingBack run() {
    const Change change = graph_.change(change_);
    for (std::uint32_t index = 0; index < change.ops.size(); ++index) {
      const bool done = take_back(change.ops[index], {change_, index});
      if (!done) out_.stands.push_back({change.id, index});
    }
    return std::move(out_);
  }

 private:
  void add(const Op& undone, Action action) {
    out_.ops.push_back({undone.document, undone.field, std::move(action)});
  }

  // False when it cannot be.
  bool take_back(const Op& op, OpPlace place) {
    if (std::holds_alternative<Delete>(op.action)) {
      if (had_effect(op, place)) add(op, Restore{{graph_.id_of(place)}});
      return true;
    }
    const FieldState* field = documents_.find(op.document, op.field);
    const bool idle = field == nullptr || !had_effect(op, place);
    if (is_edit(op)) return idle || take_back_edits(op, *field->text());
    if (const auto* increment = std::get_if<Increment>(&op.action)) {
      if (!idle) add(op, Increment{-increment->amount});
      return true;
    }
    if (std::holds_alternative<Set>(op.action)) return idle || take_back_sets(op, *field);
    if (std::holds_alternative<Add>(op.action)) return idle || take_back_add(op, place, *field);
    if (std::holds_alternative<PlaceItem>(op.action)) return idle || move_back(op, place, *field);
    const auto* remove = std::get_if<Remove>(&op.action);
    return remove != nullptr && (idle || add_again(op, *remove, *field));
  }

  // What its author had not seen, it cannot have touched.
  bool had_effect(const Op& op, OpPlace place) const {
    const DocumentState* document = documents_.find(op.document);
    return document != nullptr && (!document->created || graph_.saw(place, *document->created));
  }

  static bool is_edit(const Op& op) {
    return std::holds_alternative<Insert>(op.action) || std::holds_alternative<Erase>(op.action) ||
           std::holds_alternative<Mark>(op.action);
  }

  // All of the change's edits and marks of one text at once.
  bool take_back_edits(const Op& op, const TextField& text) {
    if (text.frozen() || text.needs_update()) return false;
    if (!texts_.emplace(op.document, op.field).second) return true;
    const auto patches = text.merged().taking_back(
        graph_, [this](OpPlace place) { return place.change == change_; });
    for (const TextPatch& patch : patches) {
      if (patch.erased > 0) add(op, Erase{patch.position, patch.erased});
      if (!patch.inserted.empty()) add(op, Insert{patch.position, patch.inserted});
    }
    for (Mark& mark : text.taking_back_marks(graph_, change_, patches)) add(op, std::move(mark));
    return true;
  }

  // The register reads as if the change had never written it. All its values at once.
  bool take_back_sets(const Op& op, const FieldState& field) {
    if (!registers_.emplace(op.document, op.field).second) return true;
    const std::vector<OpPlace>& standing = field.values().standing();
    std::vector<OpPlace> replaced;
    std::copy_if(standing.begin(), standing.end(), std::back_inserter(replaced),
                 [this](OpPlace place) { return place.change == change_; });
    if (replaced.empty()) return true;
    const FieldRule& rule = rule_for(schema_, documents_.find(op.document)->kind, op.field);
    const std::vector<OpPlace> wanted = field.values().read_without(graph_, rule, change_);
    if (wanted.empty()) set(op, Value(), replaced);
    for (OpPlace old : wanted) {
      // One that stands anyhow is written again only to have something in the others' place.
      const bool stands = std::find(standing.begin(), standing.end(), old) != standing.end();
      if (stands && (old != wanted.back() || replaced.empty())) continue;
      if (stands) replaced.push_back(old);
      set(op, std::get<Set>(graph_.op(old).action).value, std::exchange(replaced, {}));
    }
    return true;
  }

  void set(const Op& op, const Value& value, const std::vector<OpPlace>& replaced) {
    add(op, Set{value, ids_of(graph_, replaced)});
  }

  bool take_back_add(const Op& op, OpPlace place, const FieldState& field) {
    const OpId self = graph_.id_of(place);
    for (const SetMember& member : field.members(graph_)) {
      const bool here = std::binary_search(member.tags.begin(), member.tags.end(), self);
      if (here) add(op, Remove{{self}});
    }
    return true;
  }

  // A moved item returns behind the position it came from, if nobody moved it since; one that would
  // not be there goes: a new one, or one that somebody removed who had not heard of the move.
  bool move_back(const Op& op, OpPlace place, const FieldState& field) {
    for (const ItemList::Item& item : field.list().read(graph_)) {
      if (item.position != place) continue;
      const OpId id = graph_.id_of(item.item);
      const std::vector<ItemList::Item> before = field.list().without(change_).read(graph_);
      const auto there = std::find_if(before.begin(), before.end(), [&](const ItemList::Item& one) {
        return one.item == item.item;
      });
      if (there == before.end())
        add(op, Remove{{id}});
      else
        add(op, PlaceItem{id, graph_.id_of(there->position), Value()});
    }
    return true;
  }

  // Items taken off a list stay off, and late edits dealt with.
  bool add_again(const Op& op, const Remove& remove, const FieldState& field) {
    bool all = true;
    const std::vector<SetMember> members = field.members(graph_);
    std::vector<Value> added;
    for (const OpId& tag : remove.tags) {
      const auto place = graph_.place_of(tag);
      if (!place) continue;
      const Op named = graph_.change(place->change).ops[place->index];
      const auto* gone = std::get_if<Add>(&named.action);
      if (gone == nullptr) all = false;
      if (gone == nullptr) continue;
      const bool there = std::find(added.begin(), added.end(), gone->value) != added.end() ||
                         std::any_of(members.begin(), members.end(), [&](const SetMember& member) {
                           return member.value == gone->value;
                         });
      if (there) continue;
      added.push_back(gone->value);
      add(op, Add{gone->value});
    }
    return all;
  }

  const CausalGraph& graph_;
  const Schema& schema_;
  const DocumentTable& documents_;
  ChangeIndex change_;
  TakingBack out_;
  // Those dealt with.
  std::set<std::pair<DocumentId, std::string>> texts_;
  std::set<std::pair<DocumentId, std::string>> registers_;
};

}  // namespace

Result<History::TakingBack> History::taking_back(const ChangeId& id) const {
  const auto at = state_->graph.find(id);
  if (!at) return Error{ErrorCode::not_found, to_text(id)};
  if (state_->masked.count(id) > 0) return TakingBack{};
  TakingBack out = Undoer(state_->graph, state_->schema, state_->documents, *at).run();
  const bool forgotten = std::any_of(out.ops.begin(), out.ops.end(),
                                     [](const Op& op) { return is_thinned(op.action); });
  if (forgotten) return Error{ErrorCode::forgotten, to_text(id)};
  return out;
}

}  // namespace feltbog::document
