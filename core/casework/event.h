// SPDX-License-Identifier: Apache-2.0
// What was recorded about a course: the only input besides the pathway and the day. Next: derive.h.
#pragma once

#include <string>
#include <vector>

#include "core/base/value.h"
#include "core/casework/time_zone.h"

namespace feltbog::casework {

// One recorded fact. Nothing here is checked when it is recorded: recording is never refused. What
// a pathway's event types ask for only drives forms and findings.
//
// Events with a meaning of their own in every pathway (constants below):
//   outcome     fields step, outcome ("contact.reached"), visit (which time the step is decided,
//   from 1;
//               1 when absent). Pass one per surviving candidate of the multi-value field; two that
//               differ leave the course in conflict until one is left.
//   correction  fields event (an id), then any of: happened ("2026-11-17T10:00"), fields (a map
//   laid over
//               the event's own, null removes), void (true: recorded by mistake, counts as absent).
//   reopened    a course that ended begins again at the pathway's reopening step.
//   contact_attempt  fields as the contact protocol of the pathway names them (docs/pathways.md).
struct Event {
  std::string type;
  std::string id;     // unique in the course; ties and references
  Moment happened;    // when it took place, as the person says
  WallTime recorded;  // when it was written down
  std::string actor;  // an opaque id of who recorded it
  std::string role;   // the role acted in; may be empty
  Value fields;       // a map; dates as "2026-11-18"
};

inline constexpr std::string_view kOutcomeEvent = "outcome";
inline constexpr std::string_view kCorrectionEvent = "correction";
inline constexpr std::string_view kReopenedEvent = "reopened";
inline constexpr std::string_view kContactAttemptEvent = "contact_attempt";

}  // namespace feltbog::casework
