// SPDX-License-Identifier: Apache-2.0
// The contact ladder as data: which attempts, in which order, by when. Derivation:
// contact_ladder.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/casework/condition.h"
#include "core/casework/deadline_rule.h"
#include "core/casework/text.h"

namespace feltbog::casework {

// A part of the day, [from, to) in minutes after midnight.
struct TimeBand {
  std::string id;
  Text label;
  int from_minute = 0;
  int to_minute = 0;
};

// One rung. An attempt belongs to it when its event has one of the rung's channels.
struct Rung {
  std::string id;
  Text label;
  Text instruction;                   // what to do, one sentence
  std::vector<std::string> channels;  // "phone", "digital_post", "letter", "visit", "partner"
  int attempts = 1;                   // how many before the next rung
  int different_bands = 1;            // spread over at least that many parts of the day
  std::string follow_up_channel;      // "sms": each attempt is followed by one; empty: none
  std::optional<int>
      reply_days;               // default days to answer; the next rung waits for the reply-by date
  std::string required_field;   // "knocked": an attempt without it true does not count; or empty
  std::string skip_when_field;  // referral field that, true, skips the rung ("exempt_digital_post")
  std::string per_item_of;  // referral field listing whom to contact ("partners"); none: skipped
  std::vector<std::string>
      grounds;               // an attempt needs one of these fields ("consent", "legal_ground")
  std::string due_deadline;  // deadline that says by when the first attempt is made; may be empty
  std::optional<Period> start_within;   // else: the first attempt, from the end of the rung before
  std::optional<Period> repeat_within;  // each further attempt, from the one before
  std::vector<std::string> decisions;
  SourceRef source;
};

struct ContactProtocol {
  std::string id;
  Text label;
  std::string start_event;  // "referral_received"
  std::string step;         // the step it runs in
  std::vector<std::string>
      success_results;  // results of an attempt that mean the citizen is reached
  std::vector<std::string> success_events;  // events that mean the same ("citizen_responded")
  std::vector<TimeBand> bands;
  std::vector<Rung> rungs;
  std::string window_deadline;  // the period of attempts; its end is the day to hand back
  Text hand_back;               // what to do then
  std::vector<std::string> decisions;
  SourceRef source;
};

}  // namespace feltbog::casework
