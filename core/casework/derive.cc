// SPDX-License-Identifier: Apache-2.0
#include "core/casework/derive.h"

#include <algorithm>

#include "core/casework/contact_ladder.h"
#include "core/casework/evaluate.h"
#include "core/casework/obligations.h"
#include "core/casework/sentences.h"

namespace feltbog::casework {
namespace {

DecidedOutcome describe(const Decided& decided) {
  return {decided.outcome->step, decided.visit, decided.outcome->id, decided.event.id,
          decided.event.happened.local.date};
}

void describe_place(const CourseView& view, CourseState& state) {
  const Walk& walk = view.walk;
  state.status = walk.status;
  for (const Decided& decided : walk.decided) state.decided.push_back(describe(decided));
  if (walk.entries.empty()) {
    state.step = view.pathway.start_step;
    return;
  }
  const StepEntry& current = walk.entries.back();
  state.step = current.step;
  state.visit = current.visit;
  state.entered = current.at.local.date;
}

void describe_conflict(const CourseView& view, CourseState& state) {
  if (view.walk.status != CourseStatus::conflict) return;
  OutcomeConflict conflict{state.step, state.visit, {}, {}, {}};
  for (const Decided& candidate : view.walk.candidates) {
    conflict.candidates.push_back(describe(candidate));
  }
  const Step* step = find_step(view.pathway, state.step);
  if (step != nullptr) conflict.settled_by = step->settled_by;
  conflict.explanation = explain_conflict(view.pathway, conflict);
  state.conflict = std::move(conflict);
}

// What an outcome expects is asked of the time since its step was entered.
void describe_allowed(const CourseView& view, CourseState& state) {
  if (state.status == CourseStatus::ended) return;
  for (const Outcome& outcome : view.pathway.outcomes) {
    if (outcome.step != state.step) continue;
    const bool asks = outcome.expects.kind != Condition::Kind::never;
    const WallTime since =
        find_restart(view.walk, state.step) != nullptr ? view.walk.entries.back().at.utc : kAlways;
    const Answer expected = evaluate(outcome.expects, view.facts, view.walk, since);
    state.allowed.push_back(
        {outcome.id, outcome.label, outcome.decided_by, asks ? expected.truth : Truth::yes});
  }
}

void find_unexpected(const CourseView& view, CourseState& state) {
  for (const Decided& decided : view.walk.decided) {
    const Outcome& outcome = *decided.outcome;
    const bool missing =
        outcome.expects.kind != Condition::Kind::never &&
        evaluate(outcome.expects, view.facts, view.walk, kAlways).truth == Truth::no;
    if (!missing) continue;
    state.findings.push_back(
        {"expected_missing", decided.event.id,
         finding_text("expected_missing", outcome.label, decided.event.happened.local.date)});
  }
}

void append(std::vector<Finding>& into, std::vector<Finding> more) {
  for (Finding& finding : more) into.push_back(std::move(finding));
}

}  // namespace

CourseState derive(const Pathway& pathway, std::span<const Event> events, Date today) {
  const Calendar calendar(pathway.closing_days);
  const Facts facts = collect_facts(events);
  const Walk walk = walk_steps(pathway, facts);
  const CourseView view{pathway, facts, walk, calendar, today};
  CourseState state;
  describe_place(view, state);
  describe_conflict(view, state);
  describe_allowed(view, state);
  state.deadlines = derive_deadlines(view);
  state.obligations = derive_obligations(view, state.deadlines);
  state.findings = facts.findings;
  append(state.findings, walk.findings);
  find_unexpected(view, state);
  append(state.findings, find_beyond_limits(view, state.deadlines));
  for (const ContactProtocol& protocol : pathway.contact_protocols) {
    state.ladders.push_back(derive_ladder(view, protocol, state.deadlines));
    append(state.findings, find_missing_grounds(view, protocol));
  }
  std::stable_sort(state.deadlines.begin(), state.deadlines.end(),
                   [](const DeadlineState& left, const DeadlineState& right) {
                     if (left.due.has_value() != right.due.has_value()) return left.due.has_value();
                     return left.due < right.due;
                   });
  return state;
}

}  // namespace feltbog::casework
