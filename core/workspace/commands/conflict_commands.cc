// SPDX-License-Identifier: Apache-2.0
// The inbox of conflicts: what people wrote unaware of each other, and the settling of it by
// somebody entitled to. Nothing is lost by settling: every value stays in the history, and what was
// settled can be settled otherwise.
#include <algorithm>
#include <iterator>

#include "core/workspace/call.h"
#include "core/workspace/commands/commands.h"
#include "core/workspace/conflict_suggestion.h"
#include "core/workspace/course.h"
#include "core/workspace/naming.h"
#include "core/workspace/note_history.h"
#include "core/workspace/schema.h"

namespace feltbog::workspace {
namespace {

// An open conflict, or a settled one, which a revision takes up again.
struct Found {
  SpaceFile* file = nullptr;
  document::Conflict conflict;
  std::optional<document::Settlement> settled;
};

Result<std::vector<Found>> open_conflicts(Core& core) {
  std::vector<Found> out;
  for (const auto& [id, log] : core.membership.spaces()) {
    FELTBOG_TRY(file, core.files.open(id));
    for (auto& conflict : file->history.conflicts()) {
      out.push_back({file, std::move(conflict), std::nullopt});
    }
  }
  return out;
}

// Those whose settlement stands.
Result<std::vector<Found>> settled_conflicts(Core& core) {
  std::vector<Found> out;
  for (const auto& [id, log] : core.membership.spaces()) {
    FELTBOG_TRY(file, core.files.open(id));
    for (auto& settled : file->history.settlements()) {
      if (!settled.stands) continue;
      document::Conflict conflict{document::ConflictKind::values,
                                  settled.document,
                                  settled.field,
                                  settled.replaced,
                                  {settled.value.op}};
      out.push_back({file, std::move(conflict), std::move(settled)});
    }
  }
  return out;
}

// An open one before a settled one of the same field.
Result<Found> find_conflict(Core& core, std::string_view id) {
  FELTBOG_TRY(all, open_conflicts(core));
  FELTBOG_TRY(settled, settled_conflicts(core));
  std::move(settled.begin(), settled.end(), std::back_inserter(all));
  for (Found& each : all) {
    if (conflict_id(each.file->id, each.conflict) == id) return std::move(each);
  }
  return Error{ErrorCode::not_found, "conflict"};
}

std::string_view kind_name(document::ConflictKind kind) {
  switch (kind) {
    case document::ConflictKind::values: return "values";
    case document::ConflictKind::late_edit: return "late_edit";
    case document::ConflictKind::signings: return "signings";
    case document::ConflictKind::deletion: return "deletion";
  }
  return "unknown";
}

// The course an outcome's conflict belongs to, if it is one.
Result<std::optional<Course>> course_of_conflict(Core& core, const Found& found) {
  if (!is_outcome_field(found.conflict.field)) return std::optional<Course>();
  FELTBOG_TRY(courses, courses_of(core, *found.file));
  for (Course& course : courses) {
    if (course.document == found.conflict.document) return std::optional<Course>(std::move(course));
  }
  return std::optional<Course>();
}

const casework::Step* step_of(const Course& course, const document::Conflict& conflict) {
  if (course.pathway == nullptr) return nullptr;
  return casework::find_step(*course.pathway,
                             conflict.candidates.front().value["fields"]["step"].text_or({}));
}

// An outcome is settled by those its step names; words after a signing by whoever may write;
// anything else by the authority or a supervisor.
Result<bool> may_settle(Core& core, const Found& found) {
  if (found.conflict.kind == document::ConflictKind::late_edit) return true;
  FELTBOG_TRY(course, course_of_conflict(core, found));
  if (course && course->pathway != nullptr) {
    const casework::Step* step = step_of(*course, found.conflict);
    if (step != nullptr) return may_act_as(core, *course->pathway, step->settled_by);
  }
  return core.roles().has_any({ledger::Role::caseworker, ledger::Role::supervisor});
}

Value candidate_value(Core& core, const document::FieldValue& candidate, std::int64_t number) {
  Value out;
  out["number"] = number;
  out["value"] = candidate.value;
  out["by"] = author_name(core, candidate.op.change.writer);
  out["device"] = device_of(core, candidate.op.change.writer);
  out["recorded"] = casework::to_text(casework::to_copenhagen(candidate.recorded_at));
  const std::string happened = candidate.value["happened"].text_or({});
  if (!happened.empty()) out["happened"] = happened;
  return out;
}

Value settlement_value(Core& core, const document::Settlement& settled) {
  Value out;
  out["value"] = settled.value.value;
  out["by"] = author_name(core, settled.value.op.change.writer);
  out["recorded"] = casework::to_text(casework::to_copenhagen(settled.value.recorded_at));
  return out;
}

Value suggestion_value(const document::Conflict& conflict) {
  const Suggestion suggestion = suggestion_for(conflict);
  Value out;
  if (suggestion.pick > 0) out["pick"] = static_cast<std::int64_t>(suggestion.pick);
  out["because"] = suggestion.why;
  return out;
}

Result<Value> describe(Core& core, const Found& found) {
  Value out;
  out["id"] = conflict_id(found.file->id, found.conflict);
  out["case"] = short_id(found.file->id);
  out["title"] = title_of(*found.file);
  out["kind"] = kind_name(found.conflict.kind);
  out["field"] = found.conflict.field;
  out["values"] = static_cast<std::int64_t>(found.conflict.candidates.size());
  FELTBOG_TRY(mine, may_settle(core, found));
  out["yours_to_settle"] = mine;
  WallTime oldest = found.conflict.candidates.front().recorded_at;
  for (const auto& candidate : found.conflict.candidates) {
    oldest = std::min(oldest, candidate.recorded_at);
  }
  out["since"] = casework::to_text(casework::to_copenhagen(oldest));
  if (found.settled) out["settled"] = settlement_value(core, *found.settled);
  return out;
}

Result<Value> conflicts_list(Call& call) {
  const bool settled = call.parameters()["settled"].boolean_or(false);
  FELTBOG_TRY(all, settled ? settled_conflicts(call.core()) : open_conflicts(call.core()));
  Value rows = Value::List{};
  for (const Found& each : all) {
    FELTBOG_TRY(row, describe(call.core(), each));
    call.shows(each.file->id);
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<Value> conflicts_show(Call& call) {
  FELTBOG_TRY(found, find_conflict(call.core(), call.text("conflict")));
  FELTBOG_TRY(out, describe(call.core(), found));
  call.shows(found.file->id);
  out["candidates"] = Value::List{};
  std::int64_t number = 0;
  for (const auto& candidate : found.conflict.candidates) {
    Value told = candidate_value(call.core(), candidate, ++number);
    const std::string* first = found.conflict.candidates.front().value.text();
    const std::string* text = candidate.value.text();
    if (number > 1 && first != nullptr && text != nullptr) {
      told["difference"] = difference_value(*first, *text);
    }
    out["candidates"].push_back(std::move(told));
  }
  if (!found.settled) out["suggestion"] = suggestion_value(found.conflict);
  return out;
}

// Words that came after a signing become an addendum in their author's name, or are put by. Of
// texts signed apart the first stands, and the others are treated so.
void settle_signed(const Found& found, Draft& draft, bool keep) {
  if (keep) {
    const bool first_stands = found.conflict.kind == document::ConflictKind::signings;
    for (const auto& candidate : found.conflict.candidates) {
      const std::string words = candidate.value.text_or({});
      if (words.empty()) continue;
      if (first_stands && &candidate == &found.conflict.candidates.front()) continue;
      Value addendum;
      addendum["text"] = words;
      addendum["from"] = document::to_text(candidate.op);
      draft.append(found.conflict.document, field::kAddenda, std::move(addendum));
    }
  }
  draft.remove(found.conflict.document, found.conflict.field, found.conflict.ops);
}

// One of the candidates, or another value. An outcome is an event with its fields, so that one is
// picked; another outcome is recorded on top afterwards.
Result<Value> settled_value(Call& call, const Found& found) {
  const auto& candidates = found.conflict.candidates;
  const auto count = static_cast<std::int64_t>(candidates.size());
  if (call.has("pick") != call.has("value")) {
    if (call.has("value") && !is_outcome_field(found.conflict.field)) {
      return call.parameters()["value"];
    }
    const std::int64_t pick = call.parameters()["pick"].integer_or(0);
    if (pick >= 1 && pick <= count) return candidates[static_cast<std::size_t>(pick - 1)].value;
  }
  return Error{ErrorCode::invalid_argument,
               "pick from 1 to " + std::to_string(count) + ", or a value"};
}

Result<Value> conflicts_settle(Call& call) {
  FELTBOG_TRY(found, find_conflict(call.core(), call.text("conflict")));
  FELTBOG_TRY(mine, may_settle(call.core(), found));
  if (!mine) return Error{ErrorCode::not_permitted, "this conflict is settled by another role"};
  // Somebody who still sees the conflict open must not overturn what a colleague decided meanwhile.
  if (found.settled && !call.parameters()["revise"].boolean_or(false)) {
    return Error{ErrorCode::wrong_state, "settled already: revise it to settle it otherwise"};
  }
  FELTBOG_TRY(draft, call.work().draft(found.file->id));
  const bool discard = call.parameters()["discard"].boolean_or(false);
  if (found.conflict.kind == document::ConflictKind::values) {
    FELTBOG_TRY(value, settled_value(call, found));
    draft->set(found.conflict.document, found.conflict.field, std::move(value), found.conflict.ops);
  } else if (found.conflict.kind == document::ConflictKind::deletion) {
    if (discard)
      draft->delete_document(found.conflict.document);
    else
      draft->restore(found.conflict.document, found.conflict.ops);
  } else {
    settle_signed(found, *draft, !discard);
  }
  Value out;
  out["conflict"] = call.text("conflict");
  out["case"] = short_id(found.file->id);
  out["settled"] = true;
  return out;
}

constexpr Parameter kConflict{
    "conflict", ParameterType::text, Presence::positional, {"The conflict's id", "Konfliktens id"}};
constexpr Parameter kShowParameters[] = {kConflict};
constexpr Parameter kListParameters[] = {
    {"settled",
     ParameterType::boolean,
     Presence::optional,
     {"Those that were settled, with what was chosen and what it was chosen from",
      "Dem der er afgjort, med det valgte og det der blev valgt imellem"}}};
constexpr Parameter kSettleParameters[] = {
    kConflict,
    {"pick",
     ParameterType::integer,
     Presence::optional,
     {"The number of the value that stands", "Nummeret på den værdi der skal gælde"}},
    {"value",
     ParameterType::text,
     Presence::optional,
     {"Another value instead", "En anden værdi i stedet"}},
    {"revise",
     ParameterType::boolean,
     Presence::optional,
     {"Settle it otherwise than it was settled", "Afgør den anderledes end den blev afgjort"}},
    {"discard",
     ParameterType::boolean,
     Presence::optional,
     {"Words after a signing: put them by instead of adding them. A deleted document others wrote "
      "in: delete it after all",
      "Ord efter en underskrift: læg dem til side i stedet for at tilføje dem. Et slettet dokument "
      "som andre skrev i: slet det alligevel"}}};
constexpr Column kListColumns[] = {
    {"id", {"Conflict", "Konflikt"}},  {"case", {"Case", "Sag"}},
    {"title", {"Title", "Titel"}},     {"field", {"Field", "Felt"}},
    {"values", {"Values", "Værdier"}}, {"yours_to_settle", {"Yours to settle", "Din at afgøre"}},
    {"since", {"Since", "Siden"}}};

constexpr CommandRow kRows[] = {
    {"conflicts.list",
     Shape::query,
     1,
     {"List open conflicts", "Vis åbne konflikter"},
     "feltbog conflicts list --settled",
     kListParameters,
     kListColumns,
     Entitlement::anyone,
     AccessClass::view,
     true,
     false,
     conflicts_list,
     WhileLapsed::refused},
    {"conflicts.settle",
     Shape::command,
     1,
     {"Settle a conflict", "Afgør en konflikt"},
     "feltbog conflicts settle abc123 --pick 1",
     kSettleParameters,
     {},
     Entitlement::anyone,
     AccessClass::change,
     false,
     false,
     conflicts_settle,
     WhileLapsed::refused},
    {"conflicts.show",
     Shape::query,
     1,
     {"Show the values, who wrote them and when", "Vis værdierne, hvem der skrev dem og hvornår"},
     "feltbog conflicts show abc123",
     kShowParameters,
     {},
     Entitlement::anyone,
     AccessClass::view,
     true,
     false,
     conflicts_show,
     WhileLapsed::refused},
};

}  // namespace

std::span<const CommandRow> conflict_commands() { return kRows; }

}  // namespace feltbog::workspace
