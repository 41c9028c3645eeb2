// SPDX-License-Identifier: Apache-2.0
#include "core/casework/obligations.h"

#include <algorithm>
#include <map>

#include "core/casework/evaluate.h"
#include "core/casework/sentences.h"

namespace feltbog::casework {
namespace {

struct Opening {
  Date date;
  WallTime since;
};

class ObligationMaker {
 public:
  ObligationMaker(const CourseView& view, const std::vector<DeadlineState>& deadlines)
      : view_(view), deadlines_(deadlines) {}

  std::vector<ObligationState> make() {
    for (const ObligationRule& rule : view_.pathway.obligations) from_rule(rule);
    for (const Decided& decided : view_.walk.decided) from_notices(decided);
    std::stable_sort(states_.begin(), states_.end(), [](const auto& left, const auto& right) {
      if (left.done != right.done) return right.done;
      if (left.due.has_value() != right.due.has_value()) return left.due.has_value();
      return left.due < right.due;
    });
    return std::move(states_);
  }

 private:
  void from_rule(const ObligationRule& rule) {
    const DeadlineRule* deadline = find_deadline(view_.pathway, rule.due_deadline);
    if (deadline != nullptr && deadline->anchor.which == Anchor::Which::each) {
      return one_per_deadline(rule);
    }
    for (const Opening& opening : find_openings(rule)) from_opening(rule, opening);
    const bool undecided =
        evaluate(rule.opened_by, view_.facts, view_.walk, kAlways).truth == Truth::undetermined ||
        std::any_of(view_.walk.candidates.begin(), view_.walk.candidates.end(),
                    [&](const Decided& candidate) { return opens(*candidate.outcome, rule.id); });
    if (!undecided) return;
    ObligationState state = blank(rule);
    state.undetermined = true;
    finish(state, nullptr);
  }

  // A clock that starts with each of several events gives a duty for each.
  void one_per_deadline(const ObligationRule& rule) {
    for (const DeadlineState& deadline : deadlines_) {
      if (deadline.rule != rule.due_deadline || deadline.status == DeadlineStatus::stopped)
        continue;
      ObligationState state = blank(rule);
      state.opened = deadline.anchor;
      state.undetermined = deadline.status == DeadlineStatus::undetermined;
      state.done_on = deadline.met_on;
      state.done = deadline.met_on.has_value();
      finish(state, &deadline);
    }
  }

  static bool opens(const Outcome& outcome, const std::string& obligation) {
    return std::any_of(outcome.effects.begin(), outcome.effects.end(), [&](const Effect& effect) {
      return effect.kind == Effect::Kind::open_obligation && effect.target == obligation;
    });
  }

  std::vector<Opening> find_openings(const ObligationRule& rule) const {
    std::vector<Opening> openings;
    const Answer opened = evaluate(rule.opened_by, view_.facts, view_.walk, kAlways);
    if (opened.truth == Truth::yes && opened.on) {
      openings.push_back({*opened.on, start_of(*opened.on)});
    }
    for (const Decided& decided : view_.walk.decided) {
      if (!opens(*decided.outcome, rule.id)) continue;
      openings.push_back({decided.event.happened.local.date, decided.event.happened.utc});
    }
    return openings;
  }

  void from_opening(const ObligationRule& rule, const Opening& opening) {
    const Answer done = evaluate(rule.done_when, view_.facts, view_.walk, opening.since);
    const Answer lapsed = evaluate(rule.lapses_when, view_.facts, view_.walk, opening.since);
    if (done.truth != Truth::yes && lapsed.truth == Truth::yes) return;
    ObligationState state = blank(rule);
    state.opened = opening.date;
    state.done = done.truth == Truth::yes;
    state.done_on = state.done ? done.on : std::nullopt;
    state.undetermined =
        !state.done && (done.truth == Truth::undetermined || lapsed.truth == Truth::undetermined);
    finish(state, find_state(deadlines_, rule.due_deadline));
  }

  void from_notices(const Decided& decided) {
    for (const Effect& effect : decided.outcome->effects) {
      if (effect.kind != Effect::Kind::send_notice) continue;
      const Notice* notice = find_notice(view_.pathway, effect.target);
      if (notice == nullptr) continue;
      Condition sent;
      sent.kind = Condition::Kind::has;
      sent.match = {std::string(kNoticeSentEvent), {{"notice", {Value(notice->id)}}}};
      const Answer done = evaluate(sent, view_.facts, view_.walk, decided.event.happened.utc);
      ObligationState state;
      state.id = "notice:" + notice->id;
      state.label = notice->label;
      state.owner = notice->from;
      state.opened = decided.event.happened.local.date;
      state.done = done.truth == Truth::yes;
      state.done_on = done.on;
      finish(state, nullptr);
    }
  }

  static ObligationState blank(const ObligationRule& rule) {
    ObligationState state;
    state.id = rule.id;
    state.label = rule.label;
    state.owner = rule.owner;
    return state;
  }

  void finish(ObligationState& state, const DeadlineState* deadline) {
    const int times = ++count_[state.id];
    if (times > 1) state.id += '#' + std::to_string(times);
    if (deadline != nullptr) {
      state.due = deadline->due;
      state.due_status = deadline->status;
    }
    state.explanation = explain_obligation(state, find_role(view_.pathway, state.owner), deadline);
    states_.push_back(std::move(state));
  }

  const CourseView& view_;
  const std::vector<DeadlineState>& deadlines_;
  std::vector<ObligationState> states_;
  std::map<std::string, int> count_;
};

}  // namespace

std::vector<ObligationState> derive_obligations(const CourseView& view,
                                                const std::vector<DeadlineState>& deadlines) {
  return ObligationMaker(view, deadlines).make();
}

}  // namespace feltbog::casework
