// SPDX-License-Identifier: Apache-2.0
// A course told in short lines, for tests: story.call("2026-11-04T10:15", "no_answer").
#pragma once

#include <string>
#include <vector>

#include "core/casework/derive.h"

namespace feltbog::casework::testing {

// The shipped FOKUS pathway, read from its file once per test program.
const Pathway& fokus();
// The text of a file of the source tree.
std::string read_source_file(const std::string& path);
Date day(std::string_view iso);

class Story {
 public:
  Story& event(const std::string& type, std::string_view at, Value::Map fields = {});
  Story& referral(std::string_view at, Value::Map more = {});
  Story& call(std::string_view at, const char* result = "no_answer", bool sms = true);
  Story& digital_letter(std::string_view at, std::string_view reply_by = "");
  Story& doorstep(std::string_view at, bool knocked = true,
                  const char* result = "delivered_in_mailbox");
  Story& partner(std::string_view at, bool consent = true);
  Story& outcome(std::string_view at, const char* outcome, int visit = 1,
                 const char* role = "caseworker");
  Story& correct(const std::string& id, Value::Map change);

  CourseState on(std::string_view today) const { return derive(fokus(), events, day(today)); }
  LadderState ladder_on(std::string_view today) const { return on(today).ladders.front(); }
  const std::string& last_id() const { return events.back().id; }

  std::vector<Event> events;
};

const DeadlineState& deadline(const CourseState& state, std::string_view id);
// Null when there is none.
const ObligationState* obligation(const CourseState& state, std::string_view id);
const RungState& rung(const LadderState& ladder, std::string_view id);
bool has_finding(const CourseState& state, std::string_view code);

}  // namespace feltbog::casework::testing
