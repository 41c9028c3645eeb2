// SPDX-License-Identifier: Apache-2.0
// Taking changes in, and reading the state.
#include "core/document/history.h"

#include <algorithm>
#include <set>

#include "core/document/causal_graph.h"
#include "core/document/document_table.h"
#include "core/document/held_changes.h"

namespace feltbog::document {

struct History::State {
  explicit State(Schema rules) : schema(std::move(rules)) {}

  Schema schema;
  CausalGraph graph;
  HeldChanges held;
  DocumentTable documents;

  void apply(Change change, AddEffect& effect);
  void apply_released(const ChangeId& arrived, AddEffect& effect);
  std::vector<FieldValue> set_values(const std::vector<OpPlace>& places) const;
  DocumentInfo info(const DocumentId& id, const DocumentState& document) const;
};

namespace {

// One entry per field, patches in order.
void merge_field_effects(AddEffect& effect) {
  std::map<std::pair<DocumentId, std::string>, std::vector<TextPatch>> merged;
  for (FieldEffect& field : effect.fields) {
    std::vector<TextPatch>& patches = merged[{field.document, field.field}];
    std::move(field.patches.begin(), field.patches.end(), std::back_inserter(patches));
  }
  effect.fields.clear();
  for (auto& [key, patches] : merged) {
    effect.fields.push_back({key.first, key.second, std::move(patches)});
  }
}

}  // namespace

void History::State::apply(Change change, AddEffect& effect) {
  effect.applied.push_back(change.id);
  const ChangeIndex at = graph.add(std::move(change));
  documents.apply(graph, schema, at, effect);
}

void History::State::apply_released(const ChangeId& arrived, AddEffect& effect) {
  std::vector<ChangeId> pending{arrived};
  while (!pending.empty()) {
    const ChangeId next = pending.back();
    pending.pop_back();
    for (Change& change : held.release(next)) {
      const ChangeId id = change.id;
      if (const auto missing = graph.first_missing(change)) {
        // It was held before and its place is free again, so that it fits.
        const bool fits = held.hold(std::move(change), *missing).has_value();
        FELTBOG_ASSERT(fits);
      } else if (graph.check_past(change)) {
        apply(std::move(change), effect);
        pending.push_back(id);
      } else {
        effect.rejected.push_back(id);
      }
    }
  }
}

DocumentInfo History::State::info(const DocumentId& id, const DocumentState& document) const {
  DocumentInfo out{id, document.kind, 0, {}};
  if (!document.created) return out;
  const Change& change = graph.change(document.created->change);
  out.lamport = change.lamport;
  out.recorded_at = change.recorded_at;
  return out;
}

std::vector<FieldValue> History::State::set_values(const std::vector<OpPlace>& places) const {
  std::vector<FieldValue> out;
  for (OpPlace place : places) {
    out.push_back(field_value(graph, place, std::get<Set>(graph.op(place).action).value));
  }
  return out;
}

History::History(Schema schema) : state_(std::make_unique<State>(std::move(schema))) {}
History::History(std::unique_ptr<State> state) : state_(std::move(state)) {}
History::History(History&&) noexcept = default;
History& History::operator=(History&&) noexcept = default;
History::~History() = default;

History History::clone() const {
  auto copy = std::make_unique<State>(state_->schema);
  AddEffect unread;
  for (ChangeIndex at = 0; at < state_->graph.size(); ++at) {
    copy->apply(state_->graph.change(at), unread);
  }
  copy->held = state_->held;
  return History(std::move(copy));
}

Result<AddEffect> History::add(Change change) {
  FELTBOG_CHECK(check_change(change));
  AddEffect effect;
  const Change* known = find(change.id);
  if (known == nullptr) known = state_->held.find(change.id);
  if (known != nullptr) {
    if (*known != change) return Error{ErrorCode::fork_detected, to_text(change.id)};
    effect.duplicate = true;
    effect.held = !contains(change.id);
    return effect;
  }
  if (const auto missing = state_->graph.first_missing(change)) {
    FELTBOG_CHECK(state_->held.hold(std::move(change), *missing));
    effect.held = true;
    return effect;
  }
  FELTBOG_CHECK(state_->graph.check_past(change));
  const ChangeId id = change.id;
  state_->apply(std::move(change), effect);
  state_->apply_released(id, effect);
  merge_field_effects(effect);
  return effect;
}

Change History::begin_change(const WriterId& writer, WallTime recorded_at) const {
  Change out;
  out.id = {writer, last_counter(writer) + 1};
  out.recorded_at = recorded_at;
  std::vector<ChangeIndex> seen;
  for (const ChangeId& head : heads()) {
    if (head.writer != writer) seen.push_back(*state_->graph.find(head));
  }
  // Recording is never refused. With more branches than a change can name, the newest are named.
  if (seen.size() > kDependenciesMax) {
    std::sort(seen.begin(), seen.end(), [&](ChangeIndex a, ChangeIndex b) {
      return state_->graph.before({b, 0}, {a, 0});
    });
    seen.resize(kDependenciesMax);
  }
  if (const Change* previous = find({writer, out.id.counter - 1})) out.lamport = previous->lamport;
  for (ChangeIndex at : seen) {
    out.dependencies.push_back(state_->graph.change(at).id);
    out.lamport = std::max(out.lamport, state_->graph.change(at).lamport);
  }
  std::sort(out.dependencies.begin(), out.dependencies.end());
  ++out.lamport;
  return out;
}

bool History::contains(const ChangeId& id) const { return state_->graph.find(id).has_value(); }

const Change* History::find(const ChangeId& id) const {
  const auto at = state_->graph.find(id);
  return at ? &state_->graph.change(*at) : nullptr;
}

std::vector<const Change*> History::changes_of(const WriterId& writer,
                                               std::uint64_t from_counter) const {
  std::vector<const Change*> out;
  for (std::uint64_t counter = std::max<std::uint64_t>(from_counter, 1);
       counter <= last_counter(writer); ++counter) {
    out.push_back(find({writer, counter}));
  }
  return out;
}

std::vector<const Change*> History::changes() const {
  std::vector<const Change*> out;
  for (ChangeIndex at = 0; at < state_->graph.size(); ++at)
    out.push_back(&state_->graph.change(at));
  return out;
}

std::size_t History::change_count() const { return state_->graph.size(); }

std::uint64_t History::last_counter(const WriterId& writer) const {
  const auto* chain = state_->graph.changes_of(writer);
  return chain == nullptr ? 0 : chain->size();
}

std::vector<WriterId> History::writers() const { return state_->graph.writers(); }
std::vector<ChangeId> History::heads() const { return state_->graph.heads(); }
std::uint64_t History::lamport() const { return state_->graph.lamport(); }

bool History::saw(const ChangeId& later, const ChangeId& earlier) const {
  const auto a = state_->graph.find(later);
  const auto b = state_->graph.find(earlier);
  return a && b && state_->graph.saw(*a, *b);
}

std::size_t History::held_count() const { return state_->held.size(); }

std::vector<ChangeId> History::missing() const {
  std::set<ChangeId> out;
  const auto look_for = [&](const ChangeId& id) {
    if (id.counter > 0 && !contains(id) && state_->held.find(id) == nullptr) out.insert(id);
  };
  for (const auto& [id, change] : state_->held.all()) {
    look_for({id.writer, id.counter - 1});
    for (const ChangeId& dependency : change.dependencies) look_for(dependency);
  }
  return {out.begin(), out.end()};
}

std::vector<DocumentInfo> History::documents() const {
  std::vector<DocumentInfo> out;
  for (const DocumentId& id : state_->documents.in_order(state_->graph)) {
    out.push_back(state_->info(id, *state_->documents.find(id)));
  }
  return out;
}

std::vector<DocumentInfo> History::documents_of(std::string_view kind) const {
  std::vector<DocumentInfo> out = documents();
  std::erase_if(out, [&](const DocumentInfo& document) { return document.kind != kind; });
  return out;
}

std::optional<DocumentInfo> History::document(const DocumentId& id) const {
  const DocumentState* document = state_->documents.find(id);
  if (document == nullptr) return std::nullopt;
  return state_->info(id, *document);
}

std::vector<std::string> History::fields(const DocumentId& id) const {
  std::vector<std::string> out;
  const DocumentState* document = state_->documents.find(id);
  if (document == nullptr) return out;
  for (const auto& [name, field] : document->fields) out.push_back(name);
  return out;
}

std::vector<FieldValue> History::values(const DocumentId& id, std::string_view field) const {
  const FieldState* found = state_->documents.find(id, field);
  if (found == nullptr) return {};
  const FieldRule& rule = rule_for(state_->schema, state_->documents.find(id)->kind, field);
  return state_->set_values(found->values().read(state_->graph, rule));
}

std::optional<FieldValue> History::value(const DocumentId& id, std::string_view field) const {
  std::vector<FieldValue> all = values(id, field);
  if (all.empty()) return std::nullopt;
  return std::move(all.back());
}

std::vector<FieldValue> History::value_history(const DocumentId& id, std::string_view field) const {
  const FieldState* found = state_->documents.find(id, field);
  if (found == nullptr) return {};
  return state_->set_values(found->values().all());
}

std::vector<FieldValue> History::log(const DocumentId& id, std::string_view field) const {
  std::vector<FieldValue> out;
  const FieldState* found = state_->documents.find(id, field);
  if (found == nullptr) return out;
  for (OpPlace place : found->log()) {
    const Value& entry = std::get<Append>(state_->graph.op(place).action).value;
    out.push_back(field_value(state_->graph, place, entry));
  }
  return out;
}

std::vector<SetMember> History::members(const DocumentId& id, std::string_view field) const {
  const FieldState* found = state_->documents.find(id, field);
  return found == nullptr ? std::vector<SetMember>{} : found->members(state_->graph);
}

std::int64_t History::counter(const DocumentId& id, std::string_view field) const {
  const FieldState* found = state_->documents.find(id, field);
  return found == nullptr ? 0 : found->counter();
}

const Schema& History::schema() const { return state_->schema; }

Bytes History::canonical_state() const {
  return encode_state(state_->graph, state_->schema, state_->documents);
}

std::vector<Conflict> History::conflicts(const DocumentId& id) const {
  const DocumentState* document = state_->documents.find(id);
  if (document == nullptr) return {};
  return conflicts_of(state_->graph, state_->schema, id, *document);
}

std::vector<Conflict> History::conflicts() const {
  std::vector<Conflict> out;
  for (const auto& [id, document] : state_->documents.all()) {
    std::vector<Conflict> found = conflicts_of(state_->graph, state_->schema, id, document);
    std::move(found.begin(), found.end(), std::back_inserter(out));
  }
  return out;
}

std::string History::text(const DocumentId& id, std::string_view field) const {
  const FieldState* found = state_->documents.find(id, field);
  return found == nullptr || found->text() == nullptr ? std::string() : found->text()->text();
}

std::uint64_t History::text_length(const DocumentId& id, std::string_view field) const {
  const FieldState* found = state_->documents.find(id, field);
  return found == nullptr || found->text() == nullptr ? 0 : found->text()->length();
}

std::vector<OpId> History::text_version(const DocumentId& id, std::string_view field) const {
  const FieldState* found = state_->documents.find(id, field);
  if (found == nullptr || found->text() == nullptr) return {};
  return ids_of(state_->graph, found->text()->version());
}

Result<std::string> History::text_at(const DocumentId& id, std::string_view field,
                                     const std::vector<OpId>& version) const {
  const FieldState* found = state_->documents.find(id, field);
  std::vector<OpPlace> newest;
  for (const OpId& op : version) {
    const auto place = state_->graph.place_of(op);
    if (!place) return Error{ErrorCode::not_found, to_text(op)};
    newest.push_back(*place);
  }
  if (found == nullptr || found->text() == nullptr) return std::string();
  return found->text()->merge().text_of(state_->graph, [&](OpPlace edit) {
    return std::any_of(newest.begin(), newest.end(), [&](OpPlace place) {
      return place == edit || state_->graph.saw(place, edit);
    });
  });
}

std::optional<FieldValue> History::frozen(const DocumentId& id, std::string_view field) const {
  const FieldState* found = state_->documents.find(id, field);
  if (found == nullptr || found->text() == nullptr) return std::nullopt;
  const auto place = found->text()->frozen();
  if (!place) return std::nullopt;
  return field_value(state_->graph, *place, Value(found->text()->text()));
}

std::string History::unfrozen_text(const DocumentId& id, std::string_view field) const {
  const FieldState* found = state_->documents.find(id, field);
  return found == nullptr || found->text() == nullptr ? std::string()
                                                      : found->text()->unfrozen_text();
}

}  // namespace feltbog::document
