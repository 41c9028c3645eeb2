// SPDX-License-Identifier: Apache-2.0
// Forgetting what was said in what is no longer in effect, and taking it back in. Either is rare,
// so that the state is simply worked out anew.
#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "core/document/forgotten.h"
#include "core/document/history.h"
#include "core/document/history_state.h"

namespace feltbog::document {
namespace {

class Thinner {
 public:
  Thinner(const CausalGraph& graph, const Schema& schema, const DocumentTable& documents,
          const std::set<ChangeId>& masked, const std::vector<ChangeId>& line)
      : graph_(graph), schema_(schema), documents_(documents), masked_(masked) {
    for (const ChangeId& id : line) {
      if (const auto at = graph.find(id)) line_.push_back(*at);
    }
  }

  // What is left of the changes that lose something.
  std::map<ChangeIndex, Change> run() {
    for (ChangeIndex at = 0; at < graph_.size(); ++at) read_ops(at);
    for (const auto& [id, document] : documents_.all()) {
      for (const auto& [name, field] : document.fields) {
        const FieldRule* rule = schema_.find(document.kind, name);
        if (rule != nullptr) thin_values(*rule, field.values());
        // What an update may bring into effect is not known before it.
        const TextField* text = field.text();
        const bool known = text != nullptr && !text->needs_update();
        if (known) thin_text(id, document, name, text->merged());
      }
    }
    std::erase_if(left_, [&](const auto& one) { return one.second == graph_.change(one.first); });
    return std::move(left_);
  }

 private:
  bool is_behind(OpPlace place) const {
    return std::any_of(line_.begin(), line_.end(),
                       [&](ChangeIndex newest) { return graph_.saw(newest, place.change); });
  }
  bool is_masked(OpPlace place) const { return masked_.count(graph_.id(place.change)) > 0; }

  Action& left_of(OpPlace place) {
    const auto known = left_.find(place.change);
    Change& change = known != left_.end()
                         ? known->second
                         : left_.emplace(place.change, graph_.change(place.change)).first->second;
    return change.ops[place.index].action;
  }

  void forget_value(OpPlace place) {
    Value* value = value_of(left_of(place));
    if (value != nullptr && !value->is_null()) *value = forgotten_value();
  }

  void read_ops(ChangeIndex at) {
    const std::vector<Op> ops = graph_.ops().ops_of(at);
    for (std::uint32_t index = 0; index < ops.size(); ++index) {
      const Op& op = ops[index];
      const OpPlace place{at, index};
      if (std::holds_alternative<Freeze>(op.action)) {
        signings_[{op.document, op.field}].push_back(place);
      }
      const auto* remove = std::get_if<Remove>(&op.action);
      if (remove == nullptr || is_masked(place) || !is_behind(place)) continue;
      for (const OpId& tag : remove->tags) thin_member(op, place, tag);
    }
  }

  void thin_member(const Op& remove, OpPlace place, const OpId& tag) {
    const auto member = graph_.place_of(tag);
    if (!member || !graph_.saw(place, *member) || is_masked(*member)) return;
    const Op named = graph_.ops().ops_of(member->change)[member->index];
    const bool here = named.document == remove.document && named.field == remove.field;
    if (here && std::holds_alternative<Add>(named.action)) forget_value(*member);
  }

  // On a ladder, old values decide what stands; what a person chose from can be looked up as long
  // as the choice stands.
  void thin_values(const FieldRule& rule, const Register& values) {
    if (rule.policy == Policy::monotone) return;
    for (OpPlace old : values.all()) {
      const bool replaced =
          std::any_of(values.all().rbegin(), values.all().rend(), [&](OpPlace newer) {
            return Register::supersedes(graph_, newer, old, rule) && is_behind(newer);
          });
      if (replaced && !values.is_settled(graph_, old)) forget_value(old);
    }
  }

  // Only what everybody had seen erased who signed: what they saw, and edits they had not seen,
  // are to stay readable.
  void thin_text(const DocumentId& id, const DocumentState& document, const std::string& name,
                 const TextMerge& text) {
    std::vector<OpPlace> signings = signings_[{id, name}];
    std::erase_if(signings, [&](OpPlace signing) {
      return document.created && !graph_.saw(signing, *document.created);
    });
    const auto counts = [&](OpPlace edit) {
      return is_behind(edit) && std::all_of(signings.begin(), signings.end(), [&](OpPlace signing) {
               return graph_.saw(signing, edit);
             });
    };
    for (const TextMerge::Letters& letters : text.erased_letters(graph_, counts)) {
      Insert& insert = std::get<Insert>(left_of(letters.op));
      insert.text = without_letters(insert.text, letters.position, letters.count);
    }
  }

  const CausalGraph& graph_;
  const Schema& schema_;
  const DocumentTable& documents_;
  const std::set<ChangeId>& masked_;
  std::vector<ChangeIndex> line_;
  std::map<std::pair<DocumentId, std::string>, std::vector<OpPlace>> signings_;
  std::map<ChangeIndex, Change> left_;
};

}  // namespace

Result<void> History::State::take_again(ChangeIndex here, Change change, AddEffect& effect) {
  const auto refilled = refills.find(here);
  const Change known = refilled != refills.end() ? refilled->second : graph.change(here);
  if (known != change) {
    if (!is_left_of(known, change)) return Error{ErrorCode::fork_detected, to_text(change.id)};
    refills.emplace(here, std::move(change));
  }
  effect.duplicate = true;
  return {};
}

void History::State::refill(std::unique_ptr<State>& state, AddEffect& effect) {
  if (state->refills.empty()) return;
  std::set<ChangeId> ids;
  for (const auto& [at, change] : state->refills) ids.insert(change.id);
  auto after = state->rebuilt(state->masked, std::move(state->refills));
  AddEffect here = exchange(state, std::move(after), ids);
  effect.refilled.assign(ids.begin(), ids.end());
  std::move(here.fields.begin(), here.fields.end(), std::back_inserter(effect.fields));
}

std::vector<ChangeId> History::thin(const std::vector<ChangeId>& line) {
  State::Replaced left =
      Thinner(state_->graph, state_->schema, state_->documents, state_->masked, line).run();
  std::vector<ChangeId> out;
  for (const auto& [at, change] : left) out.push_back(change.id);
  std::sort(out.begin(), out.end());
  if (!out.empty()) state_ = state_->rebuilt(state_->masked, std::move(left));
  return out;
}

std::vector<ChangeId> History::thinned() const {
  std::vector<ChangeId> out;
  for (ChangeIndex at = 0; at < state_->graph.size(); ++at) {
    if (is_thinned(state_->graph.change(at))) out.push_back(state_->graph.id(at));
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<ChangeId> History::forgotten_needed() const {
  const std::set<ChangeId> out = state_->forgotten_shown();
  return {out.begin(), out.end()};
}

std::set<ChangeId> History::State::forgotten_shown() const {
  std::set<ChangeId> out;
  const auto add = [&](ChangeIndex at) {
    if (is_thinned(graph.change(at))) out.insert(graph.id(at));
  };
  for (const auto& [id, document] : documents.all()) {
    for (const auto& [name, field] : document.fields) {
      for (const FieldValue& value : set_values(field.values().standing())) {
        if (value.forgotten) out.insert(value.op.change);
      }
      for (const SetMember& member : field.members(graph)) {
        if (!member.forgotten) continue;
        for (const OpId& tag : member.tags) out.insert(tag.change);
      }
      if (field.text() == nullptr) continue;
      for (OpPlace place : field.text()->forgotten_shown(graph)) add(place.change);
    }
  }
  return out;
}

std::optional<std::vector<History::Target>> History::targets_of(const ChangeId& id) const {
  const auto at = state_->graph.find(id);
  if (!at) return std::nullopt;
  std::vector<Target> out;
  for (const Op& op : state_->graph.ops().ops_of(*at)) out.push_back({op.document, op.field});
  return out;
}

std::vector<TextEdit> History::text_edits(const DocumentId& id, std::string_view field) const {
  std::vector<TextEdit> out;
  const FieldState* found = state_->documents.find(id, field);
  if (found == nullptr || found->text() == nullptr) return out;
  const EditLog& log = found->text()->log();
  for (EditIndex at = 0; at < log.size(); ++at) {
    const OpPlace place = log.place(at);
    out.push_back({state_->graph.id_of(place), state_->graph.lamport(place.change),
                   state_->graph.recorded_at(place.change), log.is_insert(at),
                   log.edit(at).length});
  }
  std::sort(out.begin(), out.end(), [](const TextEdit& a, const TextEdit& b) {
    return std::tie(a.lamport, a.op) < std::tie(b.lamport, b.op);
  });
  return out;
}

}  // namespace feltbog::document
