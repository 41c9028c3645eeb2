// SPDX-License-Identifier: Apache-2.0
// The policies. Each reads nothing but the causal order and the tie order, so that the order in
// which changes arrived leaves no trace.
#include "core/document/field_state.h"

#include <algorithm>

#include "core/base/cbor.h"
#include "core/document/forgotten.h"

namespace feltbog::document {
namespace {

void insert_ordered(const CausalGraph& graph, std::vector<OpPlace>& list, OpPlace place) {
  const auto before = [&](OpPlace a, OpPlace b) { return graph.before(a, b); };
  // Mostly what comes last is the last.
  if (list.empty() || before(list.back(), place)) return list.push_back(place);
  list.insert(std::upper_bound(list.begin(), list.end(), place, before), place);
}

const Value& value_of(const CausalGraph& graph, OpPlace place) {
  return std::get<Set>(graph.op(place).action).value;
}

// The rung of a value on the ladder, from 1; 0 for one that is not listed.
std::size_t rung(const FieldRule& rule, const Value& value) {
  const auto found = std::find(rule.ladder.begin(), rule.ladder.end(), value);
  if (found == rule.ladder.end()) return 0;
  return static_cast<std::size_t>(found - rule.ladder.begin()) + 1;
}

std::vector<OpPlace> resolved(const CausalGraph& graph, const FieldRule& rule,
                              std::vector<OpPlace> standing) {
  if (rule.resolver == nullptr || standing.size() < 2) return standing;
  std::vector<Value> values;
  for (OpPlace place : standing) values.push_back(value_of(graph, place));
  if (std::any_of(values.begin(), values.end(), is_forgotten)) return standing;
  const auto chosen = rule.resolver(values);
  return chosen && *chosen < standing.size() ? std::vector<OpPlace>{standing[*chosen]} : standing;
}

}  // namespace

bool Register::supersedes(const CausalGraph& graph, OpPlace newer, OpPlace older,
                          const FieldRule& rule) {
  if (newer == older || !graph.saw(newer, older)) return false;
  const Set& set = std::get<Set>(graph.op(newer).action);
  if (set.replaces) {
    return std::binary_search(set.replaces->begin(), set.replaces->end(), graph.id_of(older));
  }
  // Going down the ladder takes an act that names what it replaces.
  return rule.policy != Policy::monotone ||
         rung(rule, value_of(graph, older)) <= rung(rule, set.value);
}

void Register::apply(const CausalGraph& graph, OpPlace place, const FieldRule& rule) {
  std::erase_if(standing_, [&](OpPlace old) { return supersedes(graph, place, old, rule); });
  standing_.push_back(place);
  insert_ordered(graph, all_, place);
}

bool Register::is_settled(const CausalGraph& graph, OpPlace place) const {
  const OpId id = graph.id_of(place);
  return std::any_of(standing_.begin(), standing_.end(), [&](OpPlace newer) {
    const auto& named = std::get<Set>(graph.op(newer).action).replaces;
    return named && named->size() > 1 && std::binary_search(named->begin(), named->end(), id);
  });
}

std::vector<OpPlace> Register::read(const CausalGraph& graph, const FieldRule& rule) const {
  return read_of(graph, rule, standing_);
}

std::vector<OpPlace> Register::read_without(const CausalGraph& graph, const FieldRule& rule,
                                            ChangeIndex unwritten) const {
  std::vector<OpPlace> standing;
  for (OpPlace place : all_) {
    const bool gone = std::any_of(all_.begin(), all_.end(), [&](OpPlace newer) {
      return newer.change != unwritten && supersedes(graph, newer, place, rule);
    });
    if (place.change != unwritten && !gone) standing.push_back(place);
  }
  return read_of(graph, rule, std::move(standing));
}

std::vector<OpPlace> Register::read_of(const CausalGraph& graph, const FieldRule& rule,
                                       std::vector<OpPlace> standing) {
  std::sort(standing.begin(), standing.end(),
            [&](OpPlace a, OpPlace b) { return graph.before(a, b); });
  if (standing.empty()) return standing;
  if (rule.policy == Policy::last_writer) return {standing.back()};
  if (rule.policy == Policy::resolved) return resolved(graph, rule, std::move(standing));
  if (rule.policy != Policy::monotone) return standing;
  OpPlace highest = standing.front();
  for (OpPlace place : standing) {
    if (rung(rule, value_of(graph, place)) >= rung(rule, value_of(graph, highest))) highest = place;
  }
  return {highest};
}

std::vector<TextPatch> FieldState::apply(const CausalGraph& graph, OpPlace place,
                                         const FieldRule& rule, const WriterId& creator) {
  const Action& action = graph.op(place).action;
  if (std::holds_alternative<Set>(action)) {
    register_.apply(graph, place, rule);
  } else if (std::holds_alternative<Add>(action)) {
    members_.emplace(graph.id_of(place), place);
  } else if (const auto* removed = std::get_if<Remove>(&action)) {
    remove(graph, place, removed->tags);
    list_.remove(place);
    return text_for_edit().apply(graph, place, creator);
  } else if (std::holds_alternative<Append>(action)) {
    insert_ordered(graph, log_, place);
  } else if (std::holds_alternative<PlaceItem>(action)) {
    list_.place(place, false);
  } else if (std::holds_alternative<Mark>(action)) {
    text_for_edit().mark(graph, place, false);
  } else if (const auto* increment = std::get_if<Increment>(&action)) {
    counter_ += static_cast<std::uint64_t>(increment->amount);
  } else {
    return text_for_edit().apply(graph, place, creator);
  }
  return {};
}

void FieldState::apply_masked(const CausalGraph& graph, OpPlace place) {
  const Action& action = graph.op(place).action;
  if (std::holds_alternative<PlaceItem>(action)) list_.place(place, true);
  // Who signs the text signs what he saw.
  if (std::holds_alternative<Mark>(action)) text_for_edit().mark(graph, place, true);
}

void FieldState::remove(const CausalGraph& graph, OpPlace place, const std::vector<OpId>& tags) {
  for (const OpId& tag : tags) {
    const auto member = members_.find(tag);
    if (member != members_.end() && graph.saw(place, member->second)) members_.erase(member);
  }
}

TextField& FieldState::text_for_edit() {
  if (!text_) text_ = std::make_unique<TextField>();
  return *text_;
}

std::vector<SetMember> FieldState::members(const CausalGraph& graph) const {
  std::map<Bytes, SetMember> by_value;
  for (const auto& [tag, place] : members_) {
    const Value& value = std::get<Add>(graph.op(place).action).value;
    SetMember& member = by_value[encode_cbor(value)];
    member.value = readable(value);
    member.forgotten = is_forgotten(value);
    member.tags.push_back(tag);
  }
  std::vector<SetMember> out;
  for (auto& [encoded, member] : by_value) out.push_back(std::move(member));
  return out;
}

}  // namespace feltbog::document
