// SPDX-License-Identifier: Apache-2.0
// Where a course stands on a day: everything here is derived, nothing is ever stored or synced.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/casework/event.h"
#include "core/casework/pathway.h"

namespace feltbog::casework {

enum class CourseStatus {
  not_started,  // no event yet
  running,
  conflict,  // differing outcomes for the current step: undetermined until settled
  ended,
};

enum class DeadlineStatus {
  upcoming,
  due_soon,  // within the rule's warning days
  due_today,
  overdue,
  met,
  met_late,
  stopped,
  undetermined,  // no anchor, or a conflict decides it; never shown as met
};

struct DeadlineState {
  std::string id;  // the rule's id; "no_show_follow_up#2" for the second of several
  std::string rule;
  Text label;
  Hardness hardness = Hardness::internal;
  DeadlineStatus status = DeadlineStatus::undetermined;
  std::optional<Date> anchor;
  std::optional<Date> due;       // what the status is judged by
  std::optional<Date> earliest;  // windows
  std::optional<Date> target;
  std::optional<Date> latest;
  std::optional<Date> met_on;          // or ended on, for a maximum
  Text explanation;                    // with the dates in it
  std::vector<std::string> decisions;  // the local choices it rests on
};

struct ObligationState {
  std::string id;
  Text label;
  std::string owner;  // role
  bool done = false;
  bool undetermined = false;  // a conflict decides whether it stands
  std::optional<Date> opened;
  std::optional<Date> due;
  DeadlineStatus due_status = DeadlineStatus::undetermined;
  std::optional<Date> done_on;
  Text explanation;
};

struct AttemptState {
  int number = 0;          // 1, 2, 3 in the order they took place
  int number_in_rung = 0;  // 0 when it counts for no rung
  std::string event;       // id
  std::string channel;
  std::string rung;  // empty when it counts for none
  std::string band;  // part of the day; empty outside all
  std::string result;
  bool reached = false;
  bool follow_up_missing = false;  // the text message that belongs to it is not recorded
  LocalTime happened;
  Text explanation;  // "2nd call, afternoon, no answer; text message sent"
};

enum class RungStatus { waiting, due, done, skipped, stopped };

struct RungState {
  std::string id;
  Text label;
  RungStatus status = RungStatus::waiting;
  int made = 0;
  int needed = 0;
  std::optional<Date> not_before;
  std::optional<Date> due;
  std::optional<Date> reply_by;
  Text explanation;
};

struct NextAct {
  std::string rung;  // "hand_back" when the period of attempts is over
  Text instruction;
  std::optional<Date> not_before;
  std::optional<Date> due;
  Text why;
};

enum class LadderStatus { not_started, running, reached, exhausted, stopped };

struct LadderState {
  std::string protocol;
  LadderStatus status = LadderStatus::not_started;
  std::optional<Date> window_from;
  std::optional<Date> window_to;  // attempts until here; then hand back
  std::vector<AttemptState> attempts;
  std::vector<RungState> rungs;
  std::vector<NextAct> next;  // what is due now or next, first first
};

struct AllowedOutcome {
  std::string id;
  Text label;
  std::vector<std::string> decided_by;  // roles
  Truth expected = Truth::yes;          // no: something it expects is not recorded (still allowed)
};

struct DecidedOutcome {
  std::string step;
  int visit = 1;
  std::string outcome;
  std::string event;
  Date date;
};

struct OutcomeConflict {
  std::string step;
  int visit = 1;
  std::vector<DecidedOutcome> candidates;  // at least two different outcomes
  std::vector<std::string> settled_by;     // roles
  Text explanation;
};

// A thing somebody should look at. Nothing was refused because of it.
struct Finding {
  // "outcome_outside_step", "unknown_outcome", "role_not_entitled", "expected_missing",
  // "beyond_maximum", "no_ground", "correction_of_unknown"
  std::string code;
  std::string event;  // id of the event it is about; may be empty
  Text text;
};

struct CourseState {
  CourseStatus status = CourseStatus::not_started;
  std::string step;             // the current step, or the last one when ended
  int visit = 1;                // which time this step is decided: the outcome event's `visit`
  std::optional<Date> entered;  // the current step
  std::vector<DecidedOutcome> decided;  // the way here, in order
  std::optional<OutcomeConflict> conflict;
  std::vector<AllowedOutcome>
      allowed;  // of the current step; while in conflict: its candidates' step
  std::vector<LadderState> ladders;
  std::vector<DeadlineState> deadlines;      // by due date, undetermined last
  std::vector<ObligationState> obligations;  // open first, by due date
  std::vector<Finding> findings;
};

}  // namespace feltbog::casework
