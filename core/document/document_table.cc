// SPDX-License-Identifier: Apache-2.0
// Which op goes where, and which goes nowhere.
#include "core/document/document_table.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "core/base/utf8.h"
#include "core/document/action_kind.h"
#include "core/document/forgotten.h"

namespace feltbog::document {

namespace {

bool is_edit(const Action& action) {
  return std::holds_alternative<Insert>(action) || std::holds_alternative<Erase>(action);
}

// An edit of a text that this version does not know.
bool is_newer_edit(const Op& op) {
  const auto* unknown = std::get_if<Unknown>(&op.action);
  return unknown != nullptr && unknown->kind >= kTextKinds && !op.field.empty();
}

}  // namespace

DocumentTable::DocumentTable() { documents_[DocumentId{}].kind = std::string(kRootKind); }

void DocumentTable::apply(CausalGraph& graph, const Schema& schema, std::vector<Op> ops,
                          bool masked, AddEffect& effect) {
  const auto at = static_cast<ChangeIndex>(graph.size() - 1);
  for (std::uint32_t index = 0; index < ops.size(); ++index) {
    apply(graph, schema, {at, index}, std::move(ops[index]), masked, effect);
  }
}

void DocumentTable::apply(CausalGraph& graph, const Schema& schema, OpPlace place, Op op,
                          bool masked, AddEffect& effect) {
  if (const auto* create = std::get_if<Create>(&op.action)) {
    const DocumentId id{graph.id(place.change), place.index};
    last_ = documents_.try_emplace(id).first;
    DocumentState& document = last_->second;
    document.created = place;
    document.kind = create->kind;
    document.shown = !masked;
    if (!masked) effect.created.push_back(id);
    graph.ops().add_op(place, std::move(op));
    return;
  }
  const bool newer_edit = is_newer_edit(op);
  const bool concerns = newer_edit || !std::holds_alternative<Unknown>(op.action);
  DocumentState* document = concerns ? visible_to(graph, place, op.document) : nullptr;
  if (newer_edit && document != nullptr) {
    document->fields[op.field].text_for_edit().add_newer(place);
  }
  if (newer_edit || document == nullptr) {
    graph.ops().add_op(place, std::move(op));
    return;
  }
  if (std::holds_alternative<Delete>(op.action)) {
    if (!masked) document->deletions.push_back(place);
    graph.ops().add_op(place, std::move(op));
    return;
  }
  if (!masked && !document->shown) {
    document->shown = true;
    effect.created.push_back(op.document);
  }
  if (!masked) note(graph, place, *document);
  if (const auto* restore = std::get_if<Restore>(&op.action)) {
    std::erase_if(document->deletions, [&](OpPlace deletion) {
      const auto& named = restore->deletions;
      return !masked && graph.saw(place, deletion) &&
             std::binary_search(named.begin(), named.end(), graph.id_of(deletion));
    });
    graph.ops().add_op(place, std::move(op));
    return;
  }
  FieldState& field = document->fields[op.field];
  if (!masked) field.show();
  if (is_of_text(op.action) && field.text() != nullptr && field.text()->is_on_newer(graph, place)) {
    graph.ops().add_op(place, std::move(op));
    return;
  }
  if (is_edit(op.action)) {
    append(graph, place, op, masked, field);
    return;
  }
  FieldEffect here{op.document, op.field, {}};
  graph.ops().add_op(place, std::move(op));
  if (masked) return field.apply_masked(graph, place);
  if (field.text() != nullptr) here.patches = field.text()->merge(graph);
  const FieldRule& rule = rule_for(schema, document->kind, here.field);
  auto patches = field.apply(graph, place, rule, here.document.change.writer);
  std::move(patches.begin(), patches.end(), std::back_inserter(here.patches));
  effect.fields.push_back(std::move(here));
}

void DocumentTable::note(const CausalGraph& graph, OpPlace place, DocumentState& document) {
  std::erase_if(document.newest, [&](OpPlace old) { return graph.saw(place, old); });
  document.newest.push_back(place);
}

void DocumentTable::append(CausalGraph& graph, OpPlace place, const Op& op, bool masked,
                           FieldState& field) {
  TextField& text = field.text_for_edit();
  if (!text.number()) text.number() = graph.ops().add_text(op.document, op.field, text.log());
  EditView edit;
  if (const auto* insert = std::get_if<Insert>(&op.action)) {
    edit.position = insert->position;
    edit.text = insert->text;
    edit.length = count_code_points(edit.text);
  } else {
    const Erase& erase = std::get<Erase>(op.action);
    edit.is_insert = false;
    edit.position = erase.position;
    edit.length = erase.count;
  }
  graph.ops().add_edit(place, *text.number(), text.append(graph, place, edit, masked));
  if (!text.waits()) waiting_.push_back({op.document, op.field, &text});
  text.set_waits(true);
}

void DocumentTable::merge(const CausalGraph& graph, AddEffect& effect) {
  for (WaitingText& waiting : waiting_) {
    waiting.text->set_waits(false);
    auto patches = waiting.text->merge(graph);
    effect.fields.push_back({waiting.document, std::move(waiting.field), std::move(patches)});
  }
  waiting_.clear();
}

// An op can only touch a document its author had seen; anything else is without effect, on every
// replica alike.
DocumentState* DocumentTable::visible_to(const CausalGraph& graph, OpPlace place,
                                         const DocumentId& id) {
  // Mostly the document of the op before.
  if (last_ == documents_.end() || last_->first != id) last_ = documents_.find(id);
  if (last_ == documents_.end()) return nullptr;
  DocumentState& document = last_->second;
  return !document.created || graph.saw(place, *document.created) ? &document : nullptr;
}

const DocumentState* DocumentTable::find(const DocumentId& id) const {
  const auto found = documents_.find(id);
  return found == documents_.end() ? nullptr : &found->second;
}

const FieldState* DocumentTable::find(const DocumentId& id, std::string_view field) const {
  const DocumentState* document = find(id);
  if (document == nullptr) return nullptr;
  const auto found = document->fields.find(field);
  return found == document->fields.end() ? nullptr : &found->second;
}

void DocumentTable::rest() {
  for (auto& [id, document] : documents_) {
    for (auto& [name, field] : document.fields) {
      if (field.text() != nullptr) field.text()->rest();
    }
  }
}

TextField* DocumentTable::text(const DocumentId& id, std::string_view field) {
  const auto document = documents_.find(id);
  if (document == documents_.end()) return nullptr;
  const auto found = document->second.fields.find(field);
  return found == document->second.fields.end() ? nullptr : found->second.text();
}

std::vector<DocumentId> DocumentTable::in_order(const CausalGraph& graph) const {
  std::vector<std::pair<std::uint64_t, DocumentId>> order;
  for (const auto& [id, document] : documents_) {
    if (!document.shown) continue;
    order.emplace_back(document.created ? graph.lamport(document.created->change) : 0, id);
  }
  std::sort(order.begin(), order.end());
  std::vector<DocumentId> out;
  for (const auto& [lamport, id] : order) out.push_back(id);
  return out;
}

bool is_deleted(const CausalGraph& graph, const DocumentState& document) {
  return std::any_of(document.deletions.begin(), document.deletions.end(), [&](OpPlace deletion) {
    return std::all_of(document.newest.begin(), document.newest.end(),
                       [&](OpPlace newest) { return graph.saw(deletion, newest); });
  });
}

const FieldRule& rule_for(const Schema& schema, std::string_view kind, std::string_view field) {
  static const FieldRule kUndeclared{Policy::multi_value, {}, nullptr};
  const FieldRule* rule = schema.find(kind, field);
  return rule != nullptr ? *rule : kUndeclared;
}

FieldValue field_value(const CausalGraph& graph, OpPlace place, Value value) {
  const bool forgotten = is_forgotten(value);
  return {graph.id_of(place), forgotten ? Value() : std::move(value), graph.lamport(place.change),
          graph.recorded_at(place.change), forgotten};
}

std::vector<OpId> ids_of(const CausalGraph& graph, const std::vector<OpPlace>& places) {
  std::vector<OpId> out;
  for (OpPlace place : places) out.push_back(graph.id_of(place));
  std::sort(out.begin(), out.end());
  return out;
}

namespace {

void add_value_conflict(const CausalGraph& graph, const FieldRule& rule, const FieldState& field,
                        Conflict conflict, std::vector<Conflict>& out) {
  if (field.values().standing_count() < 2) return;
  const std::vector<OpPlace> places = field.values().read(graph, rule);
  for (OpPlace place : places) {
    const Value& value = std::get<Set>(graph.op(place).action).value;
    conflict.candidates.push_back(field_value(graph, place, value));
  }
  // People who wrote the same do not disagree.
  const bool differ = std::any_of(
      conflict.candidates.begin(), conflict.candidates.end(),
      [&](const FieldValue& value) { return value.value != conflict.candidates.front().value; });
  if (!differ) return;
  conflict.kind = ConflictKind::values;
  conflict.ops = ids_of(graph, places);
  out.push_back(std::move(conflict));
}

void add_text_conflicts(const CausalGraph& graph, const TextField& text, const Conflict& about,
                        std::vector<Conflict>& out) {
  Conflict late = about;
  late.kind = ConflictKind::late_edit;
  for (TextField::Piece& piece : text.late_pieces(graph)) {
    late.candidates.push_back(field_value(graph, piece.ops.front(), std::move(piece.value)));
    late.candidates.back().forgotten = piece.forgotten;
    const std::vector<OpId> ids = ids_of(graph, piece.ops);
    late.ops.insert(late.ops.end(), ids.begin(), ids.end());
  }
  std::sort(late.ops.begin(), late.ops.end());
  if (!late.candidates.empty()) out.push_back(std::move(late));
  Conflict rivals = about;
  rivals.kind = ConflictKind::signings;
  for (const TextField::Signing* signing : text.rival_signings(graph)) {
    if (!rivals.candidates.empty()) rivals.ops.push_back(graph.id_of(signing->place));
    rivals.candidates.push_back(field_value(graph, signing->place, Value(readable(signing->text))));
    rivals.candidates.back().forgotten = has_forgotten(signing->text);
  }
  std::sort(rivals.ops.begin(), rivals.ops.end());
  if (!rivals.candidates.empty()) out.push_back(std::move(rivals));
}

}  // namespace

std::vector<Conflict> conflicts_of(const CausalGraph& graph, const Schema& schema,
                                   const DocumentId& id, const DocumentState& document) {
  std::vector<Conflict> out;
  if (is_deleted(graph, document)) return out;
  if (!document.deletions.empty()) {
    Conflict kept{ConflictKind::deletion, id, {}, {}, ids_of(graph, document.deletions)};
    for (OpPlace deletion : document.deletions) {
      kept.candidates.push_back(field_value(graph, deletion, Value()));
    }
    std::sort(kept.candidates.begin(), kept.candidates.end(),
              [](const FieldValue& a, const FieldValue& b) {
                return std::tie(a.lamport, a.op) < std::tie(b.lamport, b.op);
              });
    out.push_back(std::move(kept));
  }
  for (const auto& [name, field] : document.fields) {
    const Conflict about{ConflictKind::values, id, name, {}, {}};
    add_value_conflict(graph, rule_for(schema, document.kind, name), field, about, out);
    if (field.text() != nullptr) add_text_conflicts(graph, *field.text(), about, out);
  }
  return out;
}

}  // namespace feltbog::document
