// SPDX-License-Identifier: Apache-2.0
// Taking changes in, and reading the state.
#include "core/document/history.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>

#include "core/base/utf8.h"
#include "core/document/forgotten.h"
#include "core/document/history_state.h"

namespace feltbog::document {

namespace {

// One entry per field, patches in order.
void merge_field_effects(AddEffect& effect) {
  if (effect.fields.size() < 2) return;
  const auto key = [](const FieldEffect& field) { return std::tie(field.document, field.field); };
  std::stable_sort(effect.fields.begin(), effect.fields.end(),
                   [&](const FieldEffect& a, const FieldEffect& b) { return key(a) < key(b); });
  std::vector<FieldEffect> merged;
  for (FieldEffect& field : effect.fields) {
    if (merged.empty() || key(merged.back()) != key(field)) {
      merged.push_back(std::move(field));
      continue;
    }
    std::move(field.patches.begin(), field.patches.end(),
              std::back_inserter(merged.back().patches));
  }
  effect.fields = std::move(merged);
}

}  // namespace

void History::State::apply(Change change, AddEffect& effect) {
  effect.applied.push_back(change.id);
  graph.add(change);
  const bool is_masked = !masked.empty() && masked.count(change.id) > 0;
  documents.apply(graph, schema, std::move(change.ops), is_masked, effect);
}

// Everything of add() but merging texts.
Result<void> History::State::take(Change change, AddEffect& effect) {
  FELTBOG_CHECK(check_change(change));
  return take_checked(std::move(change), effect);
}

Result<void> History::State::take_checked(Change change, AddEffect& effect) {
  if (const auto here = graph.find(change.id)) return take_again(*here, std::move(change), effect);
  if (const Change* known = held.find(change.id)) {
    if (*known != change) return Error{ErrorCode::fork_detected, to_text(change.id)};
    effect.duplicate = effect.held = true;
    return {};
  }
  if (const auto missing = graph.first_missing(change)) {
    FELTBOG_CHECK(held.hold(std::move(change), *missing));
    effect.held = true;
    return {};
  }
  FELTBOG_CHECK(graph.check_past(change));
  const ChangeId id = change.id;
  apply(std::move(change), effect);
  if (held.size() > 0) apply_released(id, effect);
  return {};
}

void History::State::take_or_refuse(Change change, AddEffect& effect) {
  const ChangeId id = change.id;
  auto taken = take(std::move(change), effect);
  if (!taken) effect.refused.push_back({id, std::move(taken).error()});
}

// Takes an author's changes one after another, and those of others just when they are missing.
void History::State::take_row(std::map<WriterId, Row>& rows, Row& first, AddEffect& effect) {
  std::vector<Row*> stack{&first};
  first.begun = true;
  while (!stack.empty()) {
    Row& row = *stack.back();
    if (row.next == row.changes.size()) {
      row.begun = false;
      stack.pop_back();
      continue;
    }
    Change& change = row.changes[row.next];
    if (const auto missing = graph.first_missing(change)) {
      const auto other = rows.find(missing->writer);
      const bool comes = other != rows.end() && !other->second.begun &&
                         other->second.next < other->second.changes.size();
      if (comes) {
        other->second.begun = true;
        stack.push_back(&other->second);
        continue;
      }
    }
    ++row.next;
    take_or_refuse(std::move(change), effect);
    // Whoever waited for this goes on first.
    if (stack.size() > 1) {
      const Row& waiting = *stack[stack.size() - 2];
      if (!graph.first_missing(waiting.changes[waiting.next])) {
        row.begun = false;
        stack.pop_back();
      }
    }
  }
}

// The splice of somebody who writes alone in a text, as a change that is never an object. False,
// and nothing done, where anything is less simple than that.
bool History::State::extend(const WriterId& writer, WallTime recorded_at,
                            const TextSplice& splice) {
  constexpr std::int64_t kTimeMax = kRecordedAtMax;
  const bool alone = graph.size() > 0 && graph.all_by(writer) && held.size() == 0 &&
                     graph.lamport() < kCounterMax;  // a counter is at most that
  const bool sound = splice.position <= kPositionMax && splice.erased <= kPositionMax &&
                     splice.inserted.size() <= kTextPerOpBytesMax &&
                     recorded_at.milliseconds <= kTimeMax && recorded_at.milliseconds >= -kTimeMax;
  if (!alone || !sound || (splice.erased == 0 && splice.inserted.empty())) return false;
  if (typed.text == nullptr || typed.document != splice.document || typed.field != splice.field) {
    TextField* text = documents.text(splice.document, splice.field);
    if (text == nullptr) return false;
    typed = {splice.document, std::string(splice.field), text, &documents.newest(splice.document)};
  }
  if (!typed.text->may_extend() || !is_utf8(splice.inserted)) return false;
  OpPlace place{graph.extend(recorded_at), 0};
  typed.newest->assign(1, place);
  const auto add_edit = [&](const EditView& edit) {
    graph.ops().add_edit(place, *typed.text->number(), typed.text->log().size());
    typed.text->extend(graph, place, edit);
    ++place.index;
  };
  if (splice.erased > 0) add_edit({false, false, splice.position, splice.erased, {}});
  if (splice.inserted.empty()) return true;
  add_edit({true, false, splice.position, count_code_points(splice.inserted), splice.inserted});
  return true;
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
  out.lamport = graph.lamport(document.created->change);
  out.recorded_at = graph.recorded_at(document.created->change);
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

History History::clone() const { return History(state_->rebuilt(state_->masked)); }

void History::finish(AddEffect& effect) {
  state_->documents.merge(state_->graph, effect);
  State::refill(state_, effect);
  merge_field_effects(effect);
}

Result<AddEffect> History::add(Change change) {
  AddEffect effect;
  FELTBOG_CHECK(state_->take(std::move(change), effect));
  finish(effect);
  return effect;
}

AddEffect History::add_in_order(std::vector<Change> changes) {
  AddEffect effect;
  for (Change& change : changes) state_->take_or_refuse(std::move(change), effect);
  finish(effect);
  return effect;
}

AddEffect History::add_all(std::vector<Change> changes) {
  AddEffect effect;
  std::map<WriterId, Row> rows;
  for (Change& change : changes) {
    // An order in which nothing is missing is mostly that in which it was written.
    if (state_->graph.first_missing(change))
      rows[change.id.writer].changes.push_back(std::move(change));
    else
      state_->take_or_refuse(std::move(change), effect);
  }
  for (auto& [writer, row] : rows) {
    std::stable_sort(row.changes.begin(), row.changes.end(),
                     [](const Change& a, const Change& b) { return a.id.counter < b.id.counter; });
  }
  for (auto& [writer, row] : rows) state_->take_row(rows, row, effect);
  finish(effect);
  return effect;
}

void History::rest() { state_->documents.rest(); }

Result<ChangeId> History::splice(const WriterId& writer, WallTime recorded_at,
                                 const TextSplice& splice) {
  if (state_->extend(writer, recorded_at, splice)) {
    return ChangeId{writer, state_->graph.id(static_cast<ChangeIndex>(change_count() - 1)).counter};
  }
  Change change = begin_change(writer, recorded_at);
  const auto add_op = [&](Action action) {
    change.ops.push_back({splice.document, std::string(splice.field), std::move(action)});
  };
  if (splice.erased > 0) add_op(Erase{splice.position, splice.erased});
  if (!splice.inserted.empty()) add_op(Insert{splice.position, std::string(splice.inserted)});
  const ChangeId id = change.id;
  FELTBOG_TRY(written, as_written(std::move(change)));
  FELTBOG_CHECK(add(std::move(written)));
  return id;
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
  if (const auto previous = state_->graph.find({writer, out.id.counter - 1})) {
    out.lamport = state_->graph.lamport(*previous);
  }
  for (ChangeIndex at : seen) {
    out.dependencies.push_back(state_->graph.id(at));
    out.lamport = std::max(out.lamport, state_->graph.lamport(at));
  }
  std::sort(out.dependencies.begin(), out.dependencies.end());
  ++out.lamport;
  return out;
}

bool History::contains(const ChangeId& id) const { return state_->graph.find(id).has_value(); }

bool History::is_alone(const WriterId& writer) const {
  return state_->graph.size() > 0 && state_->graph.all_by(writer);
}

std::optional<Change> History::find(const ChangeId& id) const {
  const auto at = state_->graph.find(id);
  if (!at) return std::nullopt;
  Change out = state_->graph.change(*at);
  if (is_thinned(out)) return std::nullopt;
  return out;
}

std::vector<Change> History::changes_of(const WriterId& writer, std::uint64_t from_counter) const {
  std::vector<Change> out;
  for (std::uint64_t counter = std::max<std::uint64_t>(from_counter, 1);
       counter <= last_counter(writer); ++counter) {
    if (auto change = find({writer, counter})) out.push_back(std::move(*change));
  }
  return out;
}

std::vector<Change> History::changes() const {
  std::vector<Change> out;
  out.reserve(change_count());
  for (ChangeIndex at = 0; at < state_->graph.size(); ++at) {
    Change change = state_->graph.change(at);
    if (!is_thinned(change)) out.push_back(std::move(change));
  }
  return out;
}

std::size_t History::change_count() const { return state_->graph.size(); }

std::uint64_t History::last_counter(const WriterId& writer) const {
  return state_->graph.last_counter(writer);
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
    const DocumentState& document = *state_->documents.find(id);
    if (!is_deleted(state_->graph, document)) out.push_back(state_->info(id, document));
  }
  return out;
}

std::vector<DocumentInfo> History::deleted_documents() const {
  std::vector<DocumentInfo> out;
  for (const DocumentId& id : state_->documents.in_order(state_->graph)) {
    const DocumentState& document = *state_->documents.find(id);
    if (is_deleted(state_->graph, document)) out.push_back(state_->info(id, document));
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
  if (document == nullptr || !document->shown) return std::nullopt;
  return state_->info(id, *document);
}

std::vector<std::string> History::fields(const DocumentId& id) const {
  std::vector<std::string> out;
  const DocumentState* document = state_->documents.find(id);
  if (document == nullptr) return out;
  for (const auto& [name, field] : document->fields) {
    if (field.shown()) out.push_back(name);
  }
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

std::vector<ListItem> History::list(const DocumentId& id, std::string_view field) const {
  std::vector<ListItem> out;
  const FieldState* found = state_->documents.find(id, field);
  if (found == nullptr) return out;
  for (const auto& [item, position] : found->list().read(state_->graph)) {
    out.push_back({state_->graph.id_of(item), state_->graph.id_of(position),
                   std::get<PlaceItem>(state_->graph.op(item).action).value});
  }
  return out;
}

std::int64_t History::counter(const DocumentId& id, std::string_view field) const {
  const FieldState* found = state_->documents.find(id, field);
  return found == nullptr ? 0 : found->counter();
}

const Schema& History::schema() const { return state_->schema; }

Bytes History::canonical_state() const {
  return encode_state(state_->graph, state_->schema, state_->documents, state_->masked);
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
  return state_->shown_text(id, field);
}

std::uint64_t History::text_length(const DocumentId& id, std::string_view field) const {
  const FieldState* found = state_->documents.find(id, field);
  return found == nullptr || found->text() == nullptr ? 0 : found->text()->length();
}

std::vector<MarkRun> History::marks(const DocumentId& id, std::string_view field) const {
  const FieldState* found = state_->documents.find(id, field);
  if (found == nullptr || found->text() == nullptr) return {};
  return found->text()->marks(state_->graph);
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
  const TextMerge then = found->text()->merged().part(state_->graph, [&](OpPlace edit) {
    return std::any_of(newest.begin(), newest.end(), [&](OpPlace place) {
      return place == edit || state_->graph.saw(place, edit);
    });
  });
  const std::vector<OpPlace> forgotten = then.forgotten_shown(state_->graph);
  if (forgotten.empty()) return then.buffer().text();
  return Error{ErrorCode::forgotten, to_text(state_->graph.id(forgotten.front().change))};
}

std::optional<FieldValue> History::frozen(const DocumentId& id, std::string_view field) const {
  const FieldState* found = state_->documents.find(id, field);
  if (found == nullptr || found->text() == nullptr) return std::nullopt;
  const auto place = found->text()->frozen();
  if (!place) return std::nullopt;
  FieldValue out = field_value(state_->graph, *place, Value(found->text()->text()));
  out.forgotten = found->text()->is_forgotten();
  return out;
}

bool History::needs_update(const DocumentId& id, std::string_view field) const {
  const FieldState* found = state_->documents.find(id, field);
  return found != nullptr && found->text() != nullptr && found->text()->needs_update();
}

std::string History::unfrozen_text(const DocumentId& id, std::string_view field) const {
  const FieldState* found = state_->documents.find(id, field);
  return found == nullptr || found->text() == nullptr ? std::string()
                                                      : found->text()->unfrozen_text();
}

}  // namespace feltbog::document
