// SPDX-License-Identifier: Apache-2.0
// The recorded events with their corrections applied, in the order things took place. Next: walk.h.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/casework/course_state.h"
#include "core/casework/event.h"

namespace feltbog::casework {

struct Fact {
  Event event;
  std::optional<Event> before_correction;
};

struct Facts {
  std::vector<Fact> events;    // neither corrections nor outcomes; by time, then recording, then id
  std::vector<Fact> outcomes;  // every candidate, in the same order
  std::vector<Finding> findings;
};

Facts collect_facts(std::span<const Event> events);

// The date in that field; the day the event took place when the field is absent, empty or no date.
Date date_in(const Event& event, std::string_view field);
// Whether the fields have one of the wanted values, each. The type is not looked at.
bool fields_match(const Event& event, const EventMatch& match);
bool matches(const Event& event, const EventMatch& match);

}  // namespace feltbog::casework
