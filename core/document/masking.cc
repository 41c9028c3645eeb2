// SPDX-License-Identifier: Apache-2.0
// Taking changes out of effect and putting them back. It is rare, a device that was lost, so that
// everything is simply worked out anew.
#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/document/history.h"
#include "core/document/history_state.h"
#include "core/document/masked_text.h"
#include "core/document/text_buffer.h"

namespace feltbog::document {
namespace {

using Place = std::pair<DocumentId, std::string>;

// The fields the ops of known changes name.
std::set<Place> touched_by(const CausalGraph& graph, const std::set<ChangeId>& changes) {
  std::set<Place> out;
  for (const ChangeId& id : changes) {
    const auto at = graph.find(id);
    if (!at) continue;
    for (const Op& op : graph.change(*at).ops) {
      if (!std::holds_alternative<Create>(op.action)) out.emplace(op.document, op.field);
    }
  }
  return out;
}

}  // namespace

Result<Change> History::as_written(Change change) const {
  for (const Op& op : change.ops) {
    if (is_of_text(op.action) && needs_update(op.document, op.field)) {
      return Error{ErrorCode::unsupported_version, "text"};
    }
  }
  if (state_->masked.empty()) return change;
  std::map<Place, MaskedText> texts;
  std::vector<Op> ops;
  for (Op& op : change.ops) {
    const auto* insert = std::get_if<Insert>(&op.action);
    const auto* erase = std::get_if<Erase>(&op.action);
    const auto* mark = std::get_if<Mark>(&op.action);
    const FieldState* field = state_->documents.find(op.document, op.field);
    const bool on_text = insert != nullptr || erase != nullptr || mark != nullptr;
    const bool masked = on_text && field != nullptr && field->text() != nullptr &&
                        field->text()->merged().is_masked_anywhere();
    if (!masked) {
      ops.push_back(std::move(op));
      continue;
    }
    auto text = texts.find({op.document, op.field});
    if (text == texts.end()) {
      MaskedText fresh(field->text()->merged().layers(state_->graph));
      text = texts.emplace(Place{op.document, op.field}, std::move(fresh)).first;
    }
    if (insert != nullptr) {
      ops.push_back({op.document, op.field, text->second.as_written(*insert)});
      continue;
    }
    if (mark != nullptr) {
      auto written = text->second.as_written(*mark);
      if (!written) return Error{ErrorCode::not_permitted, "words whose erasure is held back"};
      ops.push_back({op.document, op.field, std::move(*written)});
      continue;
    }
    const auto erases = text->second.as_written(*erase);
    if (!erases) return Error{ErrorCode::not_permitted, "words whose erasure is held back"};
    for (const Erase& each : *erases) ops.push_back({op.document, op.field, each});
  }
  change.ops = std::move(ops);
  return change;
}

std::unique_ptr<History::State> History::State::rebuilt(std::set<ChangeId> without,
                                                        Replaced replaced) const {
  auto out = std::make_unique<State>(schema);
  out->masked = std::move(without);
  AddEffect unread;
  for (ChangeIndex at = 0; at < graph.size(); ++at) {
    const auto other = replaced.find(at);
    out->apply(other == replaced.end() ? graph.change(at) : std::move(other->second), unread);
  }
  out->documents.merge(out->graph, unread);
  out->held = held;
  return out;
}

AddEffect History::State::remask(std::unique_ptr<State>& state, std::set<ChangeId> wanted) {
  std::set<ChangeId> toggled;
  std::set_symmetric_difference(state->masked.begin(), state->masked.end(), wanted.begin(),
                                wanted.end(), std::inserter(toggled, toggled.end()));
  const bool known = std::any_of(toggled.begin(), toggled.end(), [&](const ChangeId& id) {
    return state->graph.find(id).has_value();
  });
  if (!known) {
    state->masked = std::move(wanted);
    return {};
  }
  return exchange(state, state->rebuilt(std::move(wanted)), toggled);
}

AddEffect History::State::exchange(std::unique_ptr<State>& state, std::unique_ptr<State> after,
                                   const std::set<ChangeId>& changes) {
  AddEffect effect;
  for (const DocumentId& id : after->documents.in_order(after->graph)) {
    const DocumentState* before = state->documents.find(id);
    if (!before->shown) effect.created.push_back(id);
  }
  std::sort(effect.created.begin(), effect.created.end());
  for (const auto& [document, field] : touched_by(state->graph, changes)) {
    FieldEffect here{document, field, {}};
    TextDifference change =
        difference(state->shown_text(document, field), after->shown_text(document, field));
    if (change.erased > 0 || !change.inserted.empty()) {
      here.patches.push_back({change.position, change.erased, std::move(change.inserted)});
    }
    effect.fields.push_back(std::move(here));
  }
  state = std::move(after);
  return effect;
}

std::string History::State::shown_text(const DocumentId& document, std::string_view field) const {
  const FieldState* found = documents.find(document, field);
  return found == nullptr || found->text() == nullptr ? std::string() : found->text()->text();
}

AddEffect History::mask(const std::vector<ChangeId>& changes) {
  std::set<ChangeId> wanted = state_->masked;
  wanted.insert(changes.begin(), changes.end());
  return State::remask(state_, std::move(wanted));
}

AddEffect History::unmask(const std::vector<ChangeId>& changes) {
  std::set<ChangeId> wanted = state_->masked;
  for (const ChangeId& id : changes) wanted.erase(id);
  return State::remask(state_, std::move(wanted));
}

std::vector<ChangeId> History::masked() const {
  return {state_->masked.begin(), state_->masked.end()};
}

}  // namespace feltbog::document
