// SPDX-License-Identifier: Apache-2.0
// The definitions, one function each.
#include "tests/core/document/oracle.h"

#include <algorithm>
#include <functional>
#include <tuple>

#include "core/base/cbor.h"
#include "core/document/action_kind.h"

namespace feltbog::document::oracle {
namespace {

std::string show(const Value& value) { return to_hex(encode_cbor(value)); }

std::string show(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += " " + part;
  return out;
}

// Sorted, "begin-end name = value".
std::vector<std::string> show(std::vector<MarkRun> runs) {
  std::sort(runs.begin(), runs.end(), [](const MarkRun& a, const MarkRun& b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  std::vector<std::string> out;
  for (const MarkRun& run : runs) {
    out.push_back(std::to_string(run.begin) + "-" + std::to_string(run.end) + run.name + "=" +
                  show(run.value));
  }
  return out;
}

std::size_t rung(const FieldRule& rule, const Value& value) {
  for (std::size_t i = 0; i < rule.ladder.size(); ++i) {
    if (rule.ladder[i] == value) return i + 1;
  }
  return 0;
}

bool names(const std::vector<OpId>& ids, const OpId& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

std::string line(const std::string& what, const std::vector<std::string>& parts) {
  return "  " + what + show(parts) + "\n";
}

}  // namespace

Oracle::Oracle(Schema schema, std::vector<Change> changes, std::set<ChangeId> masked)
    : schema_(std::move(schema)), masked_(std::move(masked)) {
  for (Change& change : changes) changes_[change.id] = std::move(change);
  const std::function<const Past&(const ChangeId&)> past = [&](const ChangeId& id) -> const Past& {
    const auto known = past_.find(id);
    if (known != past_.end()) return known->second;
    Past out{id};
    const Change& change = changes_.at(id);
    std::vector<ChangeId> direct = change.dependencies;
    if (id.counter > 1) direct.push_back({id.writer, id.counter - 1});
    for (const ChangeId& other : direct) {
      const Past& more = past(other);
      out.insert(more.begin(), more.end());
    }
    return past_.emplace(id, std::move(out)).first->second;
  };
  for (const auto& [id, change] : changes_) {
    past(id);
    for (std::uint32_t i = 0; i < change.ops.size(); ++i) {
      events_.push_back({OpId{id, i}, change.lamport, &change.ops[i]});
    }
  }
  std::sort(events_.begin(), events_.end(),
            [&](const Event& a, const Event& b) { return before(a, b); });
}

bool Oracle::saw(const OpId& later, const OpId& earlier) const {
  if (later.change == earlier.change) return earlier.index < later.index;
  return past_.at(later.change).count(earlier.change) > 0;
}

Oracle::Seen Oracle::seen_by(const OpId& later) const {
  return [this, later](const OpId& id) { return id.change.counter > 0 && saw(later, id); };
}

bool Oracle::before(const Event& a, const Event& b) const {
  return std::pair(a.lamport, a.id) < std::pair(b.lamport, b.id);
}

bool Oracle::has_effect(const Event& event) const {
  return masked_.count(event.id.change) == 0 && is_sound(event);
}

bool Oracle::is_sound(const Event& event) const {
  if (std::holds_alternative<Create>(event.op->action)) return false;
  if (std::holds_alternative<Unknown>(event.op->action)) return false;
  return sees_document(event);
}

bool Oracle::sees_document(const Event& event) const {
  const DocumentId& document = event.op->document;
  if (document.is_root()) return true;
  const auto change = changes_.find(document.change);
  if (change == changes_.end() || document.index >= change->second.ops.size()) return false;
  return std::holds_alternative<Create>(change->second.ops[document.index].action) &&
         saw(event.id, {document.change, document.index});
}

std::vector<Oracle::Event> Oracle::events_of(const DocumentId& document,
                                             const std::string& field) const {
  std::vector<Event> out;
  for (const Event& event : events_) {
    const bool here = event.op->document == document && event.op->field == field;
    if (here && is_sound(event)) out.push_back(event);
  }
  return out;
}

// Edits of newer versions, by people who had seen the document.
std::vector<Oracle::Event> Oracle::newer_edits(const DocumentId& document,
                                               const std::string& field) const {
  std::vector<Event> out;
  for (const Event& event : events_) {
    const auto* unknown = std::get_if<Unknown>(&event.op->action);
    const bool here = event.op->document == document && event.op->field == field;
    if (here && unknown != nullptr && unknown->kind >= kTextKinds && sees_document(event)) {
      out.push_back(event);
    }
  }
  return out;
}

CharacterTree Oracle::tree_of(const std::vector<Event>& edits) const {
  CharacterTree tree;
  for (const Event& event : edits) {
    const Seen seen = seen_by(event.id);
    if (const auto* insert = std::get_if<Insert>(&event.op->action)) {
      tree.insert(event.id, insert->position, insert->text, seen);
    } else if (const auto* erase = std::get_if<Erase>(&event.op->action)) {
      tree.erase(event.id, erase->position, erase->count, seen);
    }
  }
  return tree;
}

// Character by character: of the marks that reach over it the last one counts.
std::vector<std::string> Oracle::marks_of(const std::vector<Event>& edits,
                                          const std::vector<Event>& marks,
                                          const std::set<ChangeId>& masked) const {
  const CharacterTree tree = tree_of(edits);
  const std::vector<bool> shown = tree.shown(masked);
  std::map<std::string, std::vector<Value>> by_name;
  for (const Event& event : marks) {
    const Mark& mark = std::get<Mark>(event.op->action);
    const auto [first, last] = tree.reach(mark, seen_by(event.id));
    std::vector<Value>& values = by_name[mark.name];
    values.resize(shown.size());
    for (std::size_t at = first; at < last; ++at) values[at] = mark.value;
  }
  std::vector<MarkRun> runs;
  for (const auto& [name, values] : by_name) {
    MarkRun run;
    std::uint64_t position = 0;
    const auto finish = [&] {
      if (!run.value.is_null()) runs.push_back(run);
    };
    for (std::size_t at = 0; at < values.size(); ++at) {
      if (!shown[at]) continue;
      if (values[at] != run.value) {
        finish();
        run = {position, position, name, values[at]};
      }
      run.end = ++position;
    }
    finish();
  }
  return show(std::move(runs));
}

std::set<OpId> Oracle::erased_in(const std::vector<Event>& edits, const Seen& counts) const {
  return tree_of(edits).erased(counts);
}

std::vector<Oracle::Event> Oracle::standing(const std::vector<Event>& events,
                                            const FieldRule& rule) const {
  std::vector<Event> out;
  for (const Event& event : events) {
    const auto* set = std::get_if<Set>(&event.op->action);
    if (set == nullptr) continue;
    const bool gone = std::any_of(events.begin(), events.end(), [&](const Event& other) {
      const auto* newer = std::get_if<Set>(&other.op->action);
      if (newer == nullptr || !saw(other.id, event.id)) return false;
      if (newer->replaces) return names(*newer->replaces, event.id);
      return rule.policy != Policy::monotone || rung(rule, newer->value) >= rung(rule, set->value);
    });
    if (!gone) out.push_back(event);
  }
  if (out.empty() || rule.policy == Policy::multi_value) return out;
  if (rule.policy == Policy::monotone) {
    std::size_t highest = 0;
    const auto rung_of = [&](const Event& event) {
      return rung(rule, std::get<Set>(event.op->action).value);
    };
    for (const Event& event : out) highest = std::max(highest, rung_of(event));
    std::erase_if(out, [&](const Event& event) { return rung_of(event) < highest; });
    return {out.back()};
  }
  if (rule.policy == Policy::resolved && out.size() > 1) {
    std::vector<Value> values;
    for (const Event& event : out) values.push_back(std::get<Set>(event.op->action).value);
    if (const auto chosen = rule.resolver(values)) return {out[*chosen]};
  }
  return rule.policy == Policy::last_writer ? std::vector<Event>{out.back()} : out;
}

// Straight from the definition: what stands behind a position, the newest first, each followed by
// what stands behind it.
std::vector<std::string> Oracle::list_of(const std::vector<Event>& events) const {
  std::vector<Event> places;
  for (const Event& event : events) {
    if (std::holds_alternative<PlaceItem>(event.op->action)) places.push_back(event);
  }
  const auto find = [&](const Event& by, const std::optional<OpId>& id) -> const Event* {
    for (const Event& event : places) {
      if (id && event.id == *id && saw(by.id, event.id)) return &event;
    }
    return nullptr;
  };
  const auto item_of = [&](const Event& event) -> std::optional<OpId> {
    if (!has_effect(event)) return std::nullopt;
    const auto& put = std::get<PlaceItem>(event.op->action);
    if (!put.item) return event.id;
    const Event* item = find(event, put.item);
    const bool sound = item != nullptr && has_effect(*item) &&
                       !std::get<PlaceItem>(item->op->action).item.has_value();
    return sound ? put.item : std::nullopt;
  };
  const auto is_last = [&](const Event& event, const OpId& item) {
    return std::none_of(places.begin(), places.end(), [&](const Event& other) {
      return item_of(other) == item && before(event, other);
    });
  };
  const auto is_gone = [&](const OpId& item) {
    return std::any_of(events.begin(), events.end(), [&](const Event& event) {
      const auto* remove = std::get_if<Remove>(&event.op->action);
      if (remove == nullptr || !has_effect(event) || !names(remove->tags, item)) return false;
      return std::all_of(places.begin(), places.end(), [&](const Event& other) {
        return item_of(other) != item || saw(event.id, other.id);
      });
    });
  };
  std::vector<std::string> out;
  const std::function<void(const Event*)> walk = [&](const Event* parent) {
    for (std::size_t i = places.size(); i-- > 0;) {
      const Event* after = find(places[i], std::get<PlaceItem>(places[i].op->action).after);
      const bool child =
          parent == nullptr ? after == nullptr : after != nullptr && after->id == parent->id;
      if (!child) continue;
      const auto item = item_of(places[i]);
      if (item && is_last(places[i], *item) && !is_gone(*item)) {
        const auto& made = changes_.at(item->change).ops[item->index].action;
        out.push_back(to_text(*item) + "@" + to_text(places[i].id) + "=" +
                      show(std::get<PlaceItem>(made).value));
      }
      walk(&places[i]);
    }
  };
  walk(nullptr);
  return out;
}

bool Oracle::is_deleted(const DocumentId& document) const {
  const auto concerns = [&](const Event& event) {
    return event.op->document == document && has_effect(event);
  };
  return std::any_of(events_.begin(), events_.end(), [&](const Event& deletion) {
    if (!concerns(deletion) || !std::holds_alternative<Delete>(deletion.op->action)) return false;
    return std::all_of(events_.begin(), events_.end(), [&](const Event& other) {
      if (!concerns(other) || std::holds_alternative<Delete>(other.op->action)) return true;
      const auto* restore = std::get_if<Restore>(&other.op->action);
      const bool restored = restore != nullptr && names(restore->deletions, deletion.id) &&
                            saw(other.id, deletion.id);
      return !restored && saw(deletion.id, other.id);
    });
  });
}

std::string Oracle::dump_text(const DocumentId& document, const std::string& field,
                              const std::vector<Event>& events) const {
  const std::vector<Event> newer = newer_edits(document, field);
  std::vector<Event> edits;
  std::vector<Event> marks;
  std::vector<Event> signings;
  for (const Event& event : events) {
    const bool on_newer = std::any_of(newer.begin(), newer.end(),
                                      [&](const Event& edit) { return saw(event.id, edit.id); });
    if (on_newer) continue;
    const Action& action = event.op->action;
    if (std::holds_alternative<Insert>(action) || std::holds_alternative<Erase>(action)) {
      edits.push_back(event);
    }
    if (std::holds_alternative<Mark>(action)) marks.push_back(event);
    if (std::holds_alternative<Freeze>(action) && has_effect(event)) signings.push_back(event);
  }
  const std::string merged = tree_of(edits).text(masked_);
  if (signings.empty()) {
    std::erase_if(marks, [&](const Event& mark) { return !has_effect(mark); });
    return line("text", {to_hex(as_bytes(merged))}) +
           line("marks", marks_of(edits, marks, masked_));
  }
  std::vector<Event> first;
  for (const Event& signing : signings) {
    const bool later = std::any_of(signings.begin(), signings.end(),
                                   [&](const Event& other) { return saw(signing.id, other.id); });
    if (!later) first.push_back(signing);
  }
  Event stands = first.front();
  for (const Event& signing : first) {
    if (signing.id.change.writer == document.change.writer) stands = signing;
  }
  std::erase_if(edits, [&](const Event& edit) { return !saw(stands.id, edit.id); });
  std::erase_if(marks, [&](const Event& mark) { return !saw(stands.id, mark.id); });
  const std::string text = tree_of(edits).text({});
  return line("signed", {to_text(stands.id), to_hex(as_bytes(text)), to_hex(as_bytes(merged))}) +
         line("marks", marks_of(edits, marks, {}));
}

std::string Oracle::dump_field(const DocumentId& document, const std::string& kind,
                               const std::string& field) const {
  const std::vector<Event> all = events_of(document, field);
  std::vector<Event> events = all;
  std::erase_if(events, [&](const Event& event) { return !has_effect(event); });
  const FieldRule* declared = schema_.find(kind, field);
  const FieldRule rule = declared != nullptr ? *declared : FieldRule{};
  std::string out = line("field", {field});
  std::vector<std::string> values, log;
  std::map<Bytes, std::vector<std::string>> members;
  std::uint64_t sum = 0;
  for (const Event& event : standing(events, rule)) {
    values.push_back(to_text(event.id) + "=" + show(std::get<Set>(event.op->action).value));
  }
  for (const Event& event : events) {
    if (const auto* append = std::get_if<Append>(&event.op->action)) {
      log.push_back(to_text(event.id) + "=" + show(append->value));
    } else if (const auto* increment = std::get_if<Increment>(&event.op->action)) {
      sum += static_cast<std::uint64_t>(increment->amount);
    }
  }
  std::map<Bytes, std::set<OpId>> tags;
  for (const Event& event : events) {
    const auto* added = std::get_if<Add>(&event.op->action);
    if (added == nullptr) continue;
    const bool removed = std::any_of(events.begin(), events.end(), [&](const Event& other) {
      const auto* remove = std::get_if<Remove>(&other.op->action);
      return remove != nullptr && saw(other.id, event.id) && names(remove->tags, event.id);
    });
    if (!removed) tags[encode_cbor(added->value)].insert(event.id);
  }
  std::vector<std::string> set;
  for (const auto& [value, ids] : tags) {
    set.push_back(to_hex(value) + ":");
    for (const OpId& id : ids) set.push_back(to_text(id));
  }
  out += line("values", values) + line("log", log) + line("set", set);
  out += line("count", {std::to_string(static_cast<std::int64_t>(sum))});
  out += line("list", list_of(all));
  if (!newer_edits(document, field).empty()) out += line("needs update", {});
  return out + dump_text(document, field, all);
}

std::set<ChangeId> Oracle::forgettable(const std::vector<ChangeId>& line) const {
  std::set<ChangeId> out;
  const auto counts = [&](const OpId& id) {
    return masked_.count(id.change) == 0 &&
           std::any_of(line.begin(), line.end(), [&](const ChangeId& newest) {
             const auto past = past_.find(newest);
             return past != past_.end() && past->second.count(id.change) > 0;
           });
  };
  const auto goes = [&](const Event& event) {
    const Op& op = *event.op;
    const auto* set = std::get_if<Set>(&op.action);
    const auto* added = std::get_if<Add>(&op.action);
    if (set == nullptr && added == nullptr) return false;
    if ((set != nullptr ? set->value : added->value).is_null()) return false;
    const FieldRule* rule = schema_.find(kind_of(op.document), op.field);
    const bool ladder = rule == nullptr || rule->policy == Policy::monotone;
    if (set != nullptr && (ladder || !is_sound(event) || is_settled(event))) return false;
    return std::any_of(events_.begin(), events_.end(), [&](const Event& newer) {
      const bool here = newer.op->document == op.document && newer.op->field == op.field;
      if (!here || !counts(newer.id) || !saw(newer.id, event.id)) return false;
      const auto* remove = std::get_if<Remove>(&newer.op->action);
      if (added != nullptr) return remove != nullptr && names(remove->tags, event.id);
      const auto* other = std::get_if<Set>(&newer.op->action);
      return other != nullptr && (!other->replaces || names(*other->replaces, event.id));
    });
  };
  std::set<std::pair<DocumentId, std::string>> fields;
  for (const Event& event : events_) {
    if (is_sound(event)) fields.emplace(event.op->document, event.op->field);
    if (masked_.count(event.id.change) == 0 && goes(event)) out.insert(event.id.change);
  }
  for (const auto& [document, field] : fields) {
    if (!newer_edits(document, field).empty()) continue;
    const std::vector<Event> events = events_of(document, field);
    const auto known_to_signers = [&](const OpId& id) {
      return counts(id) && std::all_of(events.begin(), events.end(), [&](const Event& event) {
               return !std::holds_alternative<Freeze>(event.op->action) || saw(event.id, id);
             });
    };
    for (const OpId& id : erased_in(events, known_to_signers)) out.insert(id.change);
  }
  return out;
}

bool Oracle::is_settled(const Event& event) const {
  std::vector<Event> events = events_of(event.op->document, event.op->field);
  std::erase_if(events, [&](const Event& each) { return !has_effect(each); });
  const std::vector<Event> standing = this->standing(events, FieldRule{});
  return std::any_of(standing.begin(), standing.end(), [&](const Event& newer) {
    const auto& named = std::get<Set>(newer.op->action).replaces;
    return named && named->size() > 1 && names(*named, event.id);
  });
}

std::string Oracle::kind_of(const DocumentId& document) const {
  const auto change = changes_.find(document.change);
  if (change == changes_.end() || document.index >= change->second.ops.size()) {
    return std::string(kRootKind);
  }
  const auto* create = std::get_if<Create>(&change->second.ops[document.index].action);
  return create == nullptr ? std::string(kRootKind) : create->kind;
}

bool Oracle::is_touched(const DocumentId& document) const {
  return std::any_of(events_.begin(), events_.end(), [&](const Event& event) {
    return event.op->document == document && has_effect(event) &&
           !std::holds_alternative<Delete>(event.op->action);
  });
}

std::string Oracle::dump() const {
  std::vector<std::pair<DocumentId, std::string>> documents{{DocumentId{}, std::string(kRootKind)}};
  for (const Event& event : events_) {
    if (const auto* create = std::get_if<Create>(&event.op->action)) {
      documents.push_back({{event.id.change, event.id.index}, create->kind});
    }
  }
  std::string out;
  for (const auto& [id, kind] : documents) {
    const bool shown = id.is_root() || masked_.count(id.change) == 0 || is_touched(id);
    if (!shown || is_deleted(id)) continue;
    out += to_text(id) + " " + kind + "\n";
    std::set<std::string> fields;
    for (const Event& event : events_) {
      const bool here = event.op->document == id && has_effect(event);
      if (here && !event.op->field.empty()) fields.insert(event.op->field);
    }
    for (const std::string& field : fields) out += dump_field(id, kind, field);
  }
  return out;
}

std::string dump(const History& history) {
  std::string out;
  for (const DocumentInfo& document : history.documents()) {
    out += to_text(document.id) + " " + document.kind + "\n";
    for (const std::string& field : history.fields(document.id)) {
      std::vector<std::string> values, log, set;
      for (const FieldValue& value : history.values(document.id, field)) {
        values.push_back(to_text(value.op) + "=" + show(value.value));
      }
      for (const FieldValue& entry : history.log(document.id, field)) {
        log.push_back(to_text(entry.op) + "=" + show(entry.value));
      }
      for (const SetMember& member : history.members(document.id, field)) {
        set.push_back(show(member.value) + ":");
        for (const OpId& tag : member.tags) set.push_back(to_text(tag));
      }
      out += line("field", {field}) + line("values", values) + line("log", log) + line("set", set);
      out += line("count", {std::to_string(history.counter(document.id, field))});
      std::vector<std::string> list;
      for (const ListItem& item : history.list(document.id, field)) {
        list.push_back(to_text(item.id) + "@" + to_text(item.position) + "=" + show(item.value));
      }
      out += line("list", list);
      if (history.needs_update(document.id, field)) out += line("needs update", {});
      const std::string text = to_hex(as_bytes(history.text(document.id, field)));
      const std::string merged = to_hex(as_bytes(history.unfrozen_text(document.id, field)));
      const auto frozen = history.frozen(document.id, field);
      out += frozen ? line("signed", {to_text(frozen->op), text, merged}) : line("text", {text});
      out += line("marks", show(history.marks(document.id, field)));
    }
  }
  return out;
}

}  // namespace feltbog::document::oracle
