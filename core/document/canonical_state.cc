// SPDX-License-Identifier: Apache-2.0
// The state of a space in one byte string: equal bytes where the same changes are known.
#include <algorithm>

#include "core/base/cbor.h"
#include "core/document/document_table.h"

namespace feltbog::document {
namespace {

constexpr std::uint64_t kStateVersion = 1;

void write(CborWriter& out, const ChangeId& id) { out.array(2).fixed(id.writer).uint(id.counter); }

void write(CborWriter& out, const OpId& id) {
  out.array(3).fixed(id.change.writer).uint(id.change.counter).uint(id.index);
}

void write(CborWriter& out, const std::vector<OpId>& ids) {
  out.array(ids.size());
  for (const OpId& id : ids) write(out, id);
}

void write(CborWriter& out, const FieldValue& value) {
  out.array(2);
  write(out, value.op);
  out.value(value.value);
}

void write_text(CborWriter& out, const CausalGraph& graph, const TextField* text) {
  if (text == nullptr) {
    out.null();
    return;
  }
  const std::vector<MarkRun> marks = text->marks(graph);
  out.array(marks.empty() ? 4 : 5).text(text->text());
  write(out, ids_of(graph, text->version()));
  if (const auto frozen = text->frozen()) {
    write(out, graph.id_of(*frozen));
    out.text(text->unfrozen_text());
  } else {
    out.null().null();
  }
  if (marks.empty()) return;
  out.array(marks.size());
  for (const MarkRun& run : marks) {
    out.array(4).uint(run.begin).uint(run.end).text(run.name).value(run.value);
  }
}

void write_field(CborWriter& out, const CausalGraph& graph, const FieldRule& rule,
                 const std::string& name, const FieldState& field) {
  out.array(field.list().empty() ? 6 : 7).text(name);
  const std::vector<OpPlace> values = field.values().read(graph, rule);
  out.array(values.size());
  for (OpPlace at : values) {
    write(out, field_value(graph, at, std::get<Set>(graph.op(at).action).value));
  }
  out.array(field.log().size());
  for (OpPlace at : field.log()) {
    write(out, field_value(graph, at, std::get<Append>(graph.op(at).action).value));
  }
  const std::vector<SetMember> members = field.members(graph);
  out.array(members.size());
  for (const SetMember& member : members) {
    out.array(2).value(member.value);
    write(out, member.tags);
  }
  out.integer(field.counter());
  write_text(out, graph, field.text());
  if (field.list().empty()) return;
  const std::vector<ItemList::Item> items = field.list().read(graph);
  out.array(items.size());
  for (const auto& [item, position] : items) {
    out.array(3);
    write(out, graph.id_of(item));
    write(out, graph.id_of(position));
    out.value(std::get<PlaceItem>(graph.op(item).action).value);
  }
}

void write_conflicts(CborWriter& out, const std::vector<Conflict>& conflicts) {
  out.array(conflicts.size());
  for (const Conflict& conflict : conflicts) {
    out.array(4).uint(static_cast<std::uint64_t>(conflict.kind)).text(conflict.field);
    out.array(conflict.candidates.size());
    for (const FieldValue& candidate : conflict.candidates) write(out, candidate);
    write(out, conflict.ops);
  }
}

}  // namespace

Bytes encode_state(const CausalGraph& graph, const Schema& schema, const DocumentTable& documents,
                   const std::set<ChangeId>& masked) {
  std::vector<ChangeId> out_of_effect;
  for (const ChangeId& id : masked) {
    if (graph.find(id)) out_of_effect.push_back(id);
  }
  CborWriter out;
  out.array(out_of_effect.empty() ? 3 : 4).uint(kStateVersion);
  const std::vector<ChangeId> heads = graph.heads();
  out.array(heads.size());
  for (const ChangeId& head : heads) write(out, head);
  const std::vector<DocumentId> order = documents.in_order(graph);
  out.array(order.size());
  for (const DocumentId& id : order) {
    const DocumentState& document = *documents.find(id);
    out.array(document.deletions.empty() ? 4 : 5);
    write(out, OpId{id.change, id.index});
    out.text(document.kind);
    const auto shown = std::count_if(document.fields.begin(), document.fields.end(),
                                     [](const auto& field) { return field.second.shown(); });
    out.array(static_cast<std::size_t>(shown));
    for (const auto& [name, field] : document.fields) {
      if (!field.shown()) continue;
      write_field(out, graph, rule_for(schema, document.kind, name), name, field);
    }
    write_conflicts(out, conflicts_of(graph, schema, id, document));
    if (document.deletions.empty()) continue;
    out.array(2).boolean(is_deleted(graph, document));
    write(out, ids_of(graph, document.deletions));
  }
  if (out_of_effect.empty()) return out.take();
  out.array(out_of_effect.size());
  for (const ChangeId& id : out_of_effect) write(out, id);
  return out.take();
}

}  // namespace feltbog::document
