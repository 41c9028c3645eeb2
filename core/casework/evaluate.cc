// SPDX-License-Identifier: Apache-2.0
#include "core/casework/evaluate.h"

#include <algorithm>

namespace feltbog::casework {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Answer evaluate_has(const Condition& condition, const Facts& facts, WallTime since) {
  int found = 0;
  for (const Fact& fact : facts.events) {
    if (fact.event.happened.utc < since || !matches(fact.event, condition.match)) continue;
    if (++found == condition.count) return {Truth::yes, fact.event.happened.local.date};
  }
  return {};
}

// Outcomes are events too, but only the decided ones count.
Answer evaluate_outcome_event(const Condition& condition, const Walk& walk, WallTime since) {
  int found = 0;
  for (const Decided& decided : walk.decided) {
    if (decided.event.happened.utc < since || !fields_match(decided.event, condition.match))
      continue;
    if (++found == condition.count) return {Truth::yes, decided.event.happened.local.date};
  }
  const bool open =
      std::any_of(walk.candidates.begin(), walk.candidates.end(),
                  [&](const Decided& each) { return fields_match(each.event, condition.match); });
  return {open ? Truth::undetermined : Truth::no, std::nullopt};
}

Answer evaluate_outcome(const Condition& condition, const Walk& walk, WallTime since) {
  for (const Decided& decided : walk.decided) {
    const bool counts = decided.event.happened.utc >= since;
    if (counts && contains(condition.names, decided.outcome->id)) {
      return {Truth::yes, decided.event.happened.local.date};
    }
  }
  const bool open =
      std::any_of(walk.candidates.begin(), walk.candidates.end(),
                  [&](const Decided& each) { return contains(condition.names, each.outcome->id); });
  return {open ? Truth::undetermined : Truth::no, std::nullopt};
}

Answer evaluate_entered(const Condition& condition, const Walk& walk, WallTime since) {
  for (const StepEntry& entry : walk.entries) {
    if (entry.at.utc >= since && contains(condition.names, entry.step)) {
      return {Truth::yes, entry.at.local.date};
    }
  }
  const bool open = std::any_of(
      walk.candidates.begin(), walk.candidates.end(),
      [&](const Decided& each) { return contains(condition.names, each.outcome->next_step); });
  return {open ? Truth::undetermined : Truth::no, std::nullopt};
}

Answer evaluate_ended(const Walk& walk) {
  if (walk.ended) return {Truth::yes, walk.ended->local.date};
  const bool open =
      std::any_of(walk.candidates.begin(), walk.candidates.end(),
                  [](const Decided& each) { return each.outcome->next_step.empty(); });
  return {open ? Truth::undetermined : Truth::no, std::nullopt};
}

Answer evaluate_all(const Condition& condition, const Facts& facts, const Walk& walk,
                    WallTime since) {
  Answer answer{Truth::yes, std::nullopt};
  for (const Condition& child : condition.children) {
    const Answer part = evaluate(child, facts, walk, since);
    if (part.truth == Truth::no) return part;
    if (part.truth == Truth::undetermined) answer.truth = Truth::undetermined;
    if (part.on && (!answer.on || *answer.on < *part.on)) answer.on = part.on;
  }
  if (answer.truth == Truth::undetermined) answer.on.reset();
  return answer;
}

Answer evaluate_any(const Condition& condition, const Facts& facts, const Walk& walk,
                    WallTime since) {
  Answer answer;
  for (const Condition& child : condition.children) {
    const Answer part = evaluate(child, facts, walk, since);
    if (part.truth == Truth::undetermined && answer.truth == Truth::no) {
      answer.truth = Truth::undetermined;
    }
    if (part.truth != Truth::yes) continue;
    const bool earlier = part.on && (!answer.on || *part.on < *answer.on);
    if (answer.truth != Truth::yes || earlier) answer = part;
  }
  return answer;
}

Answer negate(Answer answer) {
  if (answer.truth == Truth::undetermined) return answer;
  return {answer.truth == Truth::yes ? Truth::no : Truth::yes, std::nullopt};
}

}  // namespace

Answer evaluate(const Condition& condition, const Facts& facts, const Walk& walk, WallTime since) {
  switch (condition.kind) {
    case Condition::Kind::never: return {};
    case Condition::Kind::has:
      if (condition.match.event == kOutcomeEvent) {
        return evaluate_outcome_event(condition, walk, since);
      }
      return evaluate_has(condition, facts, since);
    case Condition::Kind::outcome: return evaluate_outcome(condition, walk, since);
    case Condition::Kind::entered: return evaluate_entered(condition, walk, since);
    case Condition::Kind::ended: return evaluate_ended(walk);
    case Condition::Kind::all: return evaluate_all(condition, facts, walk, since);
    case Condition::Kind::any: return evaluate_any(condition, facts, walk, since);
    case Condition::Kind::negation:
      return negate(evaluate(condition.children.front(), facts, walk, since));
  }
  return {};
}

WallTime start_of(Date date) { return to_utc(LocalTime{date, 0}); }

}  // namespace feltbog::casework
