// SPDX-License-Identifier: Apache-2.0
#include "core/casework/contact_ladder.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/casework/evaluate.h"
#include "core/casework/sentences.h"

namespace feltbog::casework {
namespace {

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_given(const Value& value) { return value.boolean_or(false) || !value.text_or("").empty(); }

bool has_ground(const Rung& rung, const Event& event) {
  return rung.grounds.empty() ||
         std::any_of(rung.grounds.begin(), rung.grounds.end(),
                     [&](const std::string& field) { return is_given(event.fields[field]); });
}

const TimeBand* find_band(const ContactProtocol& protocol, LocalTime time) {
  const int minute = time.second_of_day / 60;
  for (const TimeBand& band : protocol.bands) {
    if (band.from_minute <= minute && minute < band.to_minute) return &band;
  }
  return nullptr;
}

// What the pathway calls that choice of a contact attempt's field; the bare word when it has no
// name.
Text choice_label(const Pathway& pathway, std::string_view field, const std::string& choice) {
  const EventType* type = find_event_type(pathway, kContactAttemptEvent);
  if (type == nullptr) return {choice, choice};
  for (const FieldType& each : type->fields) {
    if (each.id != field) continue;
    for (std::size_t index = 0; index < each.choices.size(); ++index) {
      if (each.choices[index] == choice) return each.choice_labels[index];
    }
  }
  return {choice, choice};
}

class LadderMaker {
 public:
  LadderMaker(const CourseView& view, const ContactProtocol& protocol,
              const std::vector<DeadlineState>& deadlines)
      : view_(view), protocol_(protocol), deadlines_(deadlines) {}

  LadderState make() {
    state_.protocol = protocol_.id;
    find_start();
    collect_attempts();
    set_window();
    set_status();
    make_rungs();
    if (state_.status == LadderStatus::running) plan_next();
    return std::move(state_);
  }

 private:
  void find_start() {
    for (const Fact& fact : view_.facts.events) {
      if (fact.event.type == protocol_.start_event) referral_ = &fact.event;
    }
    const StepEntry* restart = find_restart(view_.walk, protocol_.step);
    if (restart != nullptr) {
      from_ = restart->at.utc;
      start_ = restart->at.local.date;
    } else if (referral_ != nullptr) {
      const DeadlineState* window = find_state(deadlines_, first_deadline());
      start_ =
          window != nullptr && window->anchor ? window->anchor : referral_->happened.local.date;
    }
  }

  std::string_view first_deadline() const { return protocol_.rungs.front().due_deadline; }

  const Rung* rung_of(const Event& event) const {
    const std::string channel = event.fields["channel"].text_or("");
    for (const Rung& rung : protocol_.rungs) {
      const bool counts =
          contains(rung.channels, channel) && has_ground(rung, event) &&
          (rung.required_field.empty() || event.fields[rung.required_field].boolean_or(false));
      if (counts) return &rung;
    }
    return nullptr;
  }

  void collect_attempts() {
    for (const Fact& fact : view_.facts.events) {
      const Event& event = fact.event;
      if (event.happened.utc < from_) continue;
      if (contains(protocol_.success_events, event.type)) reached_ = true;
      if (event.type == kContactAttemptEvent) add_attempt(event);
    }
    for (AttemptState& attempt : state_.attempts) explain(attempt);
  }

  void add_attempt(const Event& event) {
    const Rung* rung = rung_of(event);
    AttemptState attempt;
    attempt.number = static_cast<int>(state_.attempts.size()) + 1;
    attempt.event = event.id;
    attempt.channel = event.fields["channel"].text_or("");
    attempt.result = event.fields["result"].text_or("");
    attempt.happened = event.happened.local;
    attempt.reached = contains(protocol_.success_results, attempt.result);
    if (const TimeBand* band = find_band(protocol_, attempt.happened)) attempt.band = band->id;
    if (rung != nullptr) {
      attempt.rung = rung->id;
      attempt.number_in_rung = ++made_[rung->id];
      attempt.follow_up_missing = !rung->follow_up_channel.empty() && !attempt.reached &&
                                  !event.fields["sms_sent"].boolean_or(false);
    }
    reached_ = reached_ || attempt.reached;
    take_as_follow_up(attempt.channel);
    state_.attempts.push_back(std::move(attempt));
    events_.push_back(&event);
  }

  // A text message recorded on its own belongs to the latest attempt that lacks one.
  void take_as_follow_up(const std::string& channel) {
    for (auto earlier = state_.attempts.rbegin(); earlier != state_.attempts.rend(); ++earlier) {
      const Rung* rung = find_rung(earlier->rung);
      const bool fits =
          rung != nullptr && earlier->follow_up_missing && rung->follow_up_channel == channel;
      if (!fits) continue;
      earlier->follow_up_missing = false;
      return;
    }
  }

  const Rung* find_rung(std::string_view id) const {
    for (const Rung& rung : protocol_.rungs) {
      if (rung.id == id) return &rung;
    }
    return nullptr;
  }

  void explain(AttemptState& attempt) const {
    const auto band = std::find_if(protocol_.bands.begin(), protocol_.bands.end(),
                                   [&](const TimeBand& each) { return each.id == attempt.band; });
    attempt.explanation = explain_attempt(attempt, find_rung(attempt.rung),
                                          band == protocol_.bands.end() ? nullptr : &*band,
                                          choice_label(view_.pathway, "channel", attempt.channel),
                                          choice_label(view_.pathway, "result", attempt.result));
  }

  void set_window() {
    const DeadlineState* window = find_state(deadlines_, protocol_.window_deadline);
    if (window == nullptr) return;
    state_.window_from = window->anchor;
    state_.window_to = window->due;
  }

  void set_status() {
    const bool here = !view_.walk.entries.empty() &&
                      view_.walk.entries.back().step == protocol_.step && !view_.walk.ended;
    if (!start_) {
      state_.status = LadderStatus::not_started;
    } else if (reached_) {
      state_.status = LadderStatus::reached;
    } else if (!here) {
      state_.status = LadderStatus::stopped;
    } else {
      state_.status = LadderStatus::running;
    }
  }

  bool is_skipped(const Rung& rung) const {
    if (referral_ == nullptr) return false;
    if (!rung.skip_when_field.empty() &&
        referral_->fields[rung.skip_when_field].boolean_or(false)) {
      return true;
    }
    return !rung.per_item_of.empty() && referral_->fields[rung.per_item_of].items().empty();
  }

  // Parts of the day the rung's attempts were made in.
  std::vector<std::string> bands_of(const Rung& rung) const {
    std::set<std::string> bands;
    for (const AttemptState& attempt : state_.attempts) {
      if (attempt.rung == rung.id) bands.insert(attempt.band);
    }
    return {bands.begin(), bands.end()};
  }

  std::optional<Date> last_attempt_of(const Rung& rung) const {
    std::optional<Date> last;
    for (const AttemptState& attempt : state_.attempts) {
      if (attempt.rung == rung.id) last = attempt.happened.date;
    }
    return last;
  }

  std::optional<Date> reply_by(const Rung& rung) const {
    std::optional<Date> date;
    for (std::size_t index = 0; index < events_.size(); ++index) {
      if (!rung.reply_days || state_.attempts[index].rung != rung.id) continue;
      const auto stated = parse_date(events_[index]->fields["reply_by"].text_or(""));
      date = stated ? *stated : add_days(state_.attempts[index].happened.date, *rung.reply_days);
    }
    return date;
  }

  Date add(Date from, const Period& period) const {
    return view_.calendar.roll(view_.calendar.add(from, period.count, period.unit), Roll::duty);
  }

  std::optional<Date> due_of(const Rung& rung, std::optional<Date> ready) const {
    const auto last = last_attempt_of(rung);
    if (last && rung.repeat_within) return add(*last, *rung.repeat_within);
    if (last) return std::nullopt;
    const DeadlineState* deadline = find_state(deadlines_, rung.due_deadline);
    if (deadline != nullptr && deadline->due) return deadline->due;
    if (ready && rung.start_within) return add(*ready, *rung.start_within);
    return std::nullopt;
  }

  RungState make_rung(const Rung& rung, std::optional<Date> ready) {
    RungState made;
    made.id = rung.id;
    made.label = rung.label;
    const auto count = made_.find(rung.id);
    made.made = count == made_.end() ? 0 : count->second;
    const int listed = referral_ == nullptr
                           ? 0
                           : static_cast<int>(referral_->fields[rung.per_item_of].items().size());
    made.needed = rung.per_item_of.empty() ? rung.attempts : listed;
    const auto bands = bands_of(rung);
    const bool spread = static_cast<int>(bands.size()) >= rung.different_bands;
    if (made.made >= made.needed && !spread) made.needed = made.made + 1;
    made.reply_by = reply_by(rung);
    if (is_skipped(rung)) {
      made.status = RungStatus::skipped;
    } else if (made.made >= made.needed) {
      made.status = RungStatus::done;
    } else if (state_.status != LadderStatus::running) {
      made.status =
          state_.status == LadderStatus::not_started ? RungStatus::waiting : RungStatus::stopped;
    } else if (!current_) {
      made.status = RungStatus::due;
      current_ = state_.rungs.size();
      if (made.made == 0 && ready) made.not_before = ready;
      made.due = due_of(rung, ready);
    }
    made.explanation = explain_rung(rung, made, bands);
    return made;
  }

  void make_rungs() {
    std::optional<Date> ready = start_;
    for (const Rung& rung : protocol_.rungs) {
      RungState made = make_rung(rung, ready);
      if (made.status == RungStatus::done) {
        ready = made.reply_by ? add_days(*made.reply_by, 1) : last_attempt_of(rung);
        if (!made.reply_by) wait_until_.reset();
        if (made.reply_by) wait_until_ = ready;
      }
      state_.rungs.push_back(std::move(made));
    }
  }

  void plan_next() {
    plan_follow_ups();
    const bool window_over = state_.window_to && view_.today >= *state_.window_to;
    if (window_over) plan_hand_back(!current_);
    if (current_) plan_rung(*current_);
    if (!window_over) plan_hand_back(!current_);
    if (!current_) state_.status = LadderStatus::exhausted;
  }

  void plan_follow_ups() {
    for (const AttemptState& attempt : state_.attempts) {
      if (!attempt.follow_up_missing) continue;
      state_.next.push_back({attempt.rung + ":follow_up", follow_up_instruction(attempt),
                             std::nullopt, attempt.happened.date, explain_follow_up(attempt)});
    }
  }

  void plan_rung(std::size_t index) {
    RungState& rung = state_.rungs[index];
    const Rung& rule = protocol_.rungs[index];
    state_.next.push_back({rung.id, rule.instruction, rung.not_before, rung.due,
                           explain_next(rule, rung, view_.today)});
  }

  void plan_hand_back(bool all_tried) {
    if (!state_.window_to && !all_tried) return;
    state_.next.push_back({"hand_back", protocol_.hand_back,
                           all_tried ? wait_until_ : state_.window_to, state_.window_to,
                           explain_hand_back(state_, all_tried)});
  }

  const CourseView& view_;
  const ContactProtocol& protocol_;
  const std::vector<DeadlineState>& deadlines_;
  LadderState state_;
  std::vector<const Event*> events_;  // beside state_.attempts
  std::map<std::string, int, std::less<>> made_;
  const Event* referral_ = nullptr;
  WallTime from_ = kAlways;
  std::optional<Date> start_;
  std::optional<Date> wait_until_;
  std::optional<std::size_t> current_;
  bool reached_ = false;
};

}  // namespace

LadderState derive_ladder(const CourseView& view, const ContactProtocol& protocol,
                          const std::vector<DeadlineState>& deadlines) {
  return LadderMaker(view, protocol, deadlines).make();
}

std::vector<Finding> find_missing_grounds(const CourseView& view, const ContactProtocol& protocol) {
  std::vector<Finding> findings;
  for (const Fact& fact : view.facts.events) {
    if (fact.event.type != kContactAttemptEvent) continue;
    const std::string channel = fact.event.fields["channel"].text_or("");
    for (const Rung& rung : protocol.rungs) {
      if (!contains(rung.channels, channel) || has_ground(rung, fact.event)) continue;
      findings.push_back({"no_ground", fact.event.id,
                          finding_text("no_ground", rung.label, fact.event.happened.local.date)});
    }
  }
  return findings;
}

}  // namespace feltbog::casework
