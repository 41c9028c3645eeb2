// SPDX-License-Identifier: Apache-2.0
#include "core/casework/deadlines.h"

#include <algorithm>

#include "core/casework/evaluate.h"
#include "core/casework/sentences.h"

namespace feltbog::casework {
namespace {

// Where a clock starts.
struct Start {
  Date date;
  WallTime since;                // what took place from here on can meet it
  const Event* event = nullptr;  // null when a step or a restart starts it
  std::optional<Date> before_correction;
};

class DeadlineMaker {
 public:
  DeadlineMaker(const CourseView& view, const DeadlineRule& rule) : view_(view), rule_(rule) {}

  std::vector<DeadlineState> make() const {
    const std::vector<Start> starts = find_starts();
    if (starts.empty() && rule_.anchor.which == Anchor::Which::each) return {};
    if (starts.empty()) return {without_start()};
    std::vector<DeadlineState> states;
    for (const Start& start : starts) {
      states.push_back(with_start(start));
      if (states.size() > 1) states.back().id += '#' + std::to_string(states.size());
    }
    return states;
  }

 private:
  Start start_at(const Event& event, const std::optional<Event>& before) const {
    Start start{date_in(event, rule_.anchor.field), event.happened.utc, &event, std::nullopt};
    if (start.date != event.happened.local.date) start.since = start_of(start.date);
    if (before) {
      const Date old_date = date_in(*before, rule_.anchor.field);
      if (old_date != start.date) start.before_correction = old_date;
    }
    return start;
  }

  std::vector<Start> find_starts() const {
    if (!rule_.anchor.step.empty()) return step_start();
    const StepEntry* restart = find_restart(view_.walk, rule_.restarts_with);
    WallTime from = restart != nullptr ? restart->at.utc : kAlways;
    // A course that begins again has new clocks; what is still owed from the ended one keeps its
    // own.
    if (view_.walk.reopened && !rule_.after_end) from = std::max(from, view_.walk.reopened->utc);
    std::vector<Start> starts = event_starts(from);
    if (starts.empty() && restart != nullptr && starts_contact()) {
      starts.push_back({restart->at.local.date, restart->at.utc, nullptr, std::nullopt});
    }
    if (starts.size() < 2 || rule_.anchor.which == Anchor::Which::each) return starts;
    return {rule_.anchor.which == Anchor::Which::first ? starts.front() : starts.back()};
  }

  std::vector<Start> step_start() const {
    const auto& entries = view_.walk.entries;
    const auto found = std::find_if(entries.rbegin(), entries.rend(), [&](const StepEntry& entry) {
      return entry.step == rule_.anchor.step;
    });
    if (found == entries.rend()) return {};
    return {{found->at.local.date, found->at.utc, nullptr, std::nullopt}};
  }

  std::vector<Start> event_starts(WallTime from) const {
    std::vector<Start> starts;
    if (rule_.anchor.match.event == kOutcomeEvent) {
      for (const Decided& decided : view_.walk.decided) {
        const bool counts = fields_match(decided.event, rule_.anchor.match);
        if (counts) starts.push_back(start_at(decided.event, std::nullopt));
      }
      return starts;
    }
    for (const Fact& fact : view_.facts.events) {
      const bool counts =
          fact.event.happened.utc >= from && matches(fact.event, rule_.anchor.match);
      if (counts) starts.push_back(start_at(fact.event, fact.before_correction));
    }
    return starts;
  }

  // Whether this clock runs from the event that begins a contact protocol; a restart stands in for
  // it.
  bool starts_contact() const {
    const auto& protocols = view_.pathway.contact_protocols;
    return std::any_of(protocols.begin(), protocols.end(), [&](const ContactProtocol& protocol) {
      return protocol.step == rule_.restarts_with &&
             protocol.start_event == rule_.anchor.match.event;
    });
  }

  DeadlineState blank() const {
    DeadlineState state;
    state.id = rule_.id;
    state.rule = rule_.id;
    state.label = rule_.label;
    state.hardness = rule_.hardness;
    state.decisions = rule_.decisions;
    return state;
  }

  DeadlineState without_start() const {
    DeadlineState state = blank();
    const Answer stopped = evaluate(rule_.stopped_by, view_.facts, view_.walk, kAlways);
    const bool ended = view_.walk.ended && !rule_.after_end;
    if (stopped.truth == Truth::yes || ended) state.status = DeadlineStatus::stopped;
    state.explanation = explain_deadline(view_.pathway, rule_, state, {});
    return state;
  }

  void place(const Start& start, DeadlineState& state) const {
    const Calendar& calendar = view_.calendar;
    const auto dated = [&](const Period& period) {
      if (rule_.roll == Roll::maximum) {
        return calendar.last_day_of_maximum(start.date, period.count, period.unit);
      }
      return calendar.roll(calendar.add(start.date, period.count, period.unit), rule_.roll);
    };
    state.anchor = start.date;
    if (rule_.unsettled) return;
    state.due = dated(rule_.period);
    const std::string stated =
        start.event != nullptr ? start.event->fields[rule_.due_field].text_or("") : "";
    if (const auto date = parse_date(stated)) state.due = *date;
    if (rule_.earliest) state.earliest = dated(*rule_.earliest);
    if (rule_.latest) {
      state.target = state.due;
      state.latest = dated(*rule_.latest);
      state.due = state.latest;
    }
  }

  DeadlineState with_start(const Start& start) const {
    DeadlineState state = blank();
    place(start, state);
    judge(start, state);
    DeadlineFacts facts;
    facts.before_correction = start.before_correction;
    facts.restarted = start.event == nullptr && rule_.anchor.step.empty();
    facts.stated = start.event != nullptr && !rule_.due_field.empty() &&
                   parse_date(start.event->fields[rule_.due_field].text_or("")).has_value();
    facts.today = view_.today;
    facts.computed = view_.calendar.add(start.date, rule_.period.count, rule_.period.unit);
    if (facts.computed) facts.closed_because = view_.calendar.why_closed(*facts.computed);
    state.explanation = explain_deadline(view_.pathway, rule_, state, facts);
    return state;
  }

  Answer stopped(WallTime since) const {
    const Answer by_rule = evaluate(rule_.stopped_by, view_.facts, view_.walk, since);
    if (by_rule.truth != Truth::no || rule_.after_end) return by_rule;
    return evaluate(Condition{Condition::Kind::ended, {}, 1, {}, {}}, view_.facts, view_.walk,
                    since);
  }

  void judge(const Start& start, DeadlineState& state) const {
    const Answer met = evaluate(rule_.met_by, view_.facts, view_.walk, start.since);
    const Answer stop = stopped(start.since);
    if (met.truth == Truth::yes) state.met_on = met.on;
    if (!state.due) {
      if (met.truth == Truth::yes) state.status = DeadlineStatus::met;
      if (met.truth == Truth::no && stop.truth == Truth::yes)
        state.status = DeadlineStatus::stopped;
      return;
    }
    state.status = status(met, stop, *state.due);
  }

  DeadlineStatus status(const Answer& met, const Answer& stop, Date due) const {
    const bool met_in_time = met.truth == Truth::yes && (!met.on || *met.on <= due);
    if (met_in_time) return DeadlineStatus::met;
    const bool stopped_first =
        stop.truth == Truth::yes && (met.truth != Truth::yes || (stop.on && *stop.on <= due));
    if (stopped_first) return DeadlineStatus::stopped;
    if (met.truth == Truth::yes) return DeadlineStatus::met_late;
    if (met.truth == Truth::undetermined || stop.truth == Truth::undetermined) {
      return DeadlineStatus::undetermined;
    }
    return open_status(view_.calendar, due, view_.today, rule_.warn_before_days);
  }

  const CourseView& view_;
  const DeadlineRule& rule_;
};

}  // namespace

DeadlineStatus open_status(const Calendar& calendar, Date due, Date today, int warn_before_days) {
  if (today > due) return DeadlineStatus::overdue;
  if (today == due) return DeadlineStatus::due_today;
  const Date warning = calendar.roll(add_days(due, -warn_before_days), Roll::reminder);
  return today >= warning ? DeadlineStatus::due_soon : DeadlineStatus::upcoming;
}

std::vector<DeadlineState> derive_deadlines(const CourseView& view) {
  std::vector<DeadlineState> states;
  for (const DeadlineRule& rule : view.pathway.deadlines) {
    for (DeadlineState& state : DeadlineMaker(view, rule).make())
      states.push_back(std::move(state));
  }
  return states;
}

std::vector<Finding> find_beyond_limits(const CourseView& view,
                                        const std::vector<DeadlineState>& deadlines) {
  std::vector<Finding> findings;
  for (const DeadlineState& state : deadlines) {
    const DeadlineRule* rule = find_deadline(view.pathway, state.rule);
    if (rule == nullptr || !state.due) continue;
    for (const Fact& fact : view.facts.events) {
      const bool flagged =
          fact.event.happened.local.date > *state.due &&
          std::find(rule->flags.begin(), rule->flags.end(), fact.event.type) != rule->flags.end();
      if (!flagged) continue;
      findings.push_back(
          {"beyond_maximum", fact.event.id,
           finding_text("beyond_maximum", rule->label, fact.event.happened.local.date)});
    }
  }
  return findings;
}

const DeadlineState* find_state(const std::vector<DeadlineState>& deadlines,
                                std::string_view rule) {
  const auto found = std::find_if(deadlines.rbegin(), deadlines.rend(),
                                  [&](const DeadlineState& state) { return state.rule == rule; });
  return found == deadlines.rend() ? nullptr : &*found;
}

const StepEntry* find_restart(const Walk& walk, std::string_view step) {
  const auto found = std::find_if(
      walk.entries.rbegin(), walk.entries.rend(),
      [&](const StepEntry& entry) { return entry.step == step && entry.restarts_contact; });
  return found == walk.entries.rend() ? nullptr : &*found;
}

}  // namespace feltbog::casework
