// SPDX-License-Identifier: Apache-2.0
#include "core/casework/course_value.h"

namespace feltbog::casework {
namespace {

Value date_value(std::optional<Date> date) { return date ? Value(to_text(*date)) : Value(); }

Value ids_value(const std::vector<std::string>& ids) {
  Value::List list;
  for (const std::string& id : ids) list.emplace_back(id);
  return Value(std::move(list));
}

template <class Item, class Convert>
Value list_value(const std::vector<Item>& items, Convert convert) {
  Value::List list;
  for (const Item& item : items) list.push_back(convert(item));
  return Value(std::move(list));
}

std::string_view name_of(Truth truth) {
  switch (truth) {
    case Truth::no: return "no";
    case Truth::yes: return "yes";
    case Truth::undetermined: return "undetermined";
  }
  return "";
}

Value attempt_value(const AttemptState& attempt, Language language) {
  Value value;
  value["number"] = attempt.number;
  value["number_in_rung"] = attempt.number_in_rung;
  value["event"] = attempt.event;
  value["channel"] = attempt.channel;
  value["rung"] = attempt.rung;
  value["band"] = attempt.band;
  value["result"] = attempt.result;
  value["reached"] = attempt.reached;
  value["follow_up_missing"] = attempt.follow_up_missing;
  value["happened"] = to_text(attempt.happened);
  value["explanation"] = attempt.explanation.in(language);
  return value;
}

Value rung_value(const RungState& rung, Language language) {
  Value value;
  value["id"] = rung.id;
  value["label"] = rung.label.in(language);
  value["status"] = name_of(rung.status);
  value["made"] = rung.made;
  value["needed"] = rung.needed;
  value["not_before"] = date_value(rung.not_before);
  value["due"] = date_value(rung.due);
  value["reply_by"] = date_value(rung.reply_by);
  value["explanation"] = rung.explanation.in(language);
  return value;
}

Value next_value(const NextAct& next, Language language) {
  Value value;
  value["rung"] = next.rung;
  value["instruction"] = next.instruction.in(language);
  value["not_before"] = date_value(next.not_before);
  value["due"] = date_value(next.due);
  value["why"] = next.why.in(language);
  return value;
}

Value decided_value(const DecidedOutcome& decided) {
  Value value;
  value["step"] = decided.step;
  value["visit"] = decided.visit;
  value["outcome"] = decided.outcome;
  value["event"] = decided.event;
  value["date"] = to_text(decided.date);
  return value;
}

Value conflict_value(const OutcomeConflict& conflict, Language language) {
  Value value;
  value["step"] = conflict.step;
  value["visit"] = conflict.visit;
  value["candidates"] = list_value(conflict.candidates, decided_value);
  value["settled_by"] = ids_value(conflict.settled_by);
  value["explanation"] = conflict.explanation.in(language);
  return value;
}

Value allowed_value(const AllowedOutcome& allowed, Language language) {
  Value value;
  value["id"] = allowed.id;
  value["label"] = allowed.label.in(language);
  value["decided_by"] = ids_value(allowed.decided_by);
  value["expected"] = name_of(allowed.expected);
  return value;
}

Value finding_value(const Finding& finding, Language language) {
  Value value;
  value["code"] = finding.code;
  value["event"] = finding.event;
  value["text"] = finding.text.in(language);
  return value;
}

}  // namespace

Value to_value(const DeadlineState& deadline, Language language) {
  Value value;
  value["id"] = deadline.id;
  value["rule"] = deadline.rule;
  value["label"] = deadline.label.in(language);
  value["hardness"] = name_of(deadline.hardness);
  value["status"] = name_of(deadline.status);
  value["anchor"] = date_value(deadline.anchor);
  value["due"] = date_value(deadline.due);
  value["earliest"] = date_value(deadline.earliest);
  value["target"] = date_value(deadline.target);
  value["latest"] = date_value(deadline.latest);
  value["met_on"] = date_value(deadline.met_on);
  value["explanation"] = deadline.explanation.in(language);
  value["decisions"] = ids_value(deadline.decisions);
  return value;
}

Value to_value(const ObligationState& obligation, Language language) {
  Value value;
  value["id"] = obligation.id;
  value["label"] = obligation.label.in(language);
  value["owner"] = obligation.owner;
  value["done"] = obligation.done;
  value["undetermined"] = obligation.undetermined;
  value["opened"] = date_value(obligation.opened);
  value["due"] = date_value(obligation.due);
  value["due_status"] = name_of(obligation.due_status);
  value["done_on"] = date_value(obligation.done_on);
  value["explanation"] = obligation.explanation.in(language);
  return value;
}

Value to_value(const LadderState& ladder, Language language) {
  Value value;
  value["protocol"] = ladder.protocol;
  value["status"] = name_of(ladder.status);
  value["window_from"] = date_value(ladder.window_from);
  value["window_to"] = date_value(ladder.window_to);
  value["attempts"] = list_value(ladder.attempts, [&](const AttemptState& attempt) {
    return attempt_value(attempt, language);
  });
  value["rungs"] =
      list_value(ladder.rungs, [&](const RungState& rung) { return rung_value(rung, language); });
  value["next"] =
      list_value(ladder.next, [&](const NextAct& next) { return next_value(next, language); });
  return value;
}

Value to_value(const CourseState& state, Language language) {
  const auto convert = [&](const auto& item) { return to_value(item, language); };
  Value value;
  value["status"] = name_of(state.status);
  value["step"] = state.step;
  value["visit"] = state.visit;
  value["entered"] = date_value(state.entered);
  value["decided"] = list_value(state.decided, decided_value);
  value["conflict"] = state.conflict ? conflict_value(*state.conflict, language) : Value();
  value["allowed"] = list_value(state.allowed, [&](const AllowedOutcome& allowed) {
    return allowed_value(allowed, language);
  });
  value["ladders"] = list_value(state.ladders, convert);
  value["deadlines"] = list_value(state.deadlines, convert);
  value["obligations"] = list_value(state.obligations, convert);
  value["findings"] = list_value(
      state.findings, [&](const Finding& finding) { return finding_value(finding, language); });
  return value;
}

std::string_view name_of(CourseStatus status) {
  switch (status) {
    case CourseStatus::not_started: return "not_started";
    case CourseStatus::running: return "running";
    case CourseStatus::conflict: return "conflict";
    case CourseStatus::ended: return "ended";
  }
  return "";
}

std::string_view name_of(DeadlineStatus status) {
  switch (status) {
    case DeadlineStatus::upcoming: return "upcoming";
    case DeadlineStatus::due_soon: return "due_soon";
    case DeadlineStatus::due_today: return "due_today";
    case DeadlineStatus::overdue: return "overdue";
    case DeadlineStatus::met: return "met";
    case DeadlineStatus::met_late: return "met_late";
    case DeadlineStatus::stopped: return "stopped";
    case DeadlineStatus::undetermined: return "undetermined";
  }
  return "";
}

std::string_view name_of(Hardness hardness) {
  switch (hardness) {
    case Hardness::statutory: return "statutory";
    case Hardness::promised: return "promised";
    case Hardness::internal: return "internal";
    case Hardness::aim: return "aim";
  }
  return "";
}

std::string_view name_of(RungStatus status) {
  switch (status) {
    case RungStatus::waiting: return "waiting";
    case RungStatus::due: return "due";
    case RungStatus::done: return "done";
    case RungStatus::skipped: return "skipped";
    case RungStatus::stopped: return "stopped";
  }
  return "";
}

std::string_view name_of(LadderStatus status) {
  switch (status) {
    case LadderStatus::not_started: return "not_started";
    case LadderStatus::running: return "running";
    case LadderStatus::reached: return "reached";
    case LadderStatus::exhausted: return "exhausted";
    case LadderStatus::stopped: return "stopped";
  }
  return "";
}

}  // namespace feltbog::casework
