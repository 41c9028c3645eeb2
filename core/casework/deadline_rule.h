// SPDX-License-Identifier: Apache-2.0
// A pathway's clocks and duties as data. Evaluation: deadlines.h and obligations.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/casework/calendar.h"
#include "core/casework/condition.h"
#include "core/casework/text.h"

namespace feltbog::casework {

// Where in a document a rule stands.
struct SourceRef {
  std::string document;  // "slagelse-fokus-henvisningspraksis-2021"
  std::string place;     // "Modtagelsespraksis, step 3"
  friend bool operator==(const SourceRef&, const SourceRef&) = default;
};

enum class Hardness { statutory, promised, internal, aim };

struct Period {
  int count = 0;
  Unit unit = Unit::day;
};

struct Anchor {
  enum class Which { first, last, each };
  EventMatch match;  // the event that starts the clock; its name empty when `step` is set
  std::string step;  // or: the day the step was entered (last time)
  Which which = Which::first;
  std::string field;  // the event's field with the date; the event's own date when absent or empty
};

struct DeadlineRule {
  std::string id;
  Text label;
  Text subject;       // "first call", for sentences; starts lower case
  Text anchor_label;  // "the referral", definite, for sentences
  Anchor anchor;
  Period period;
  bool unsettled = false;  // the document gives no period and the municipality has chosen none yet
  std::string
      restarts_with;      // a step: counted anew from the day a restart of contact enters it again
  std::string due_field;  // a field of the anchor event that, when present, is the due date itself
  Roll roll = Roll::duty;
  Hardness hardness = Hardness::internal;
  std::optional<Period> earliest;  // a window: not before
  std::optional<Period> latest;    // a window: not after; the period itself is then the target
  Condition met_by;                // counted from the anchor on
  std::string qualifier;           // how it is met: attempt, reached, offered, held, sent, ended
  Condition stopped_by;            // no longer asked for
  bool after_end = false;          // runs on when the course has ended; others stop then
  std::vector<std::string>
      flags;  // event types that are flagged when they happen after it (a maximum)
  int warn_before_days = 3;
  std::vector<std::string> decisions;  // local choices the date rests on
  SourceRef source;
};

struct ObligationRule {
  std::string id;
  Text label;
  std::string owner;         // role
  Condition opened_by;       // an effect `open_obligation` opens it too
  std::string due_deadline;  // deadline id; empty: no date is given
  Condition done_when;       // counted from the moment it was opened
  Condition lapses_when;     // no longer asked for; the end of the course alone ends no obligation
  SourceRef source;
};

}  // namespace feltbog::casework
