// SPDX-License-Identifier: Apache-2.0
// From a file's history to what core/casework derives: which courses run in it, what was recorded
// about each, and who may decide what.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/casework/derive.h"
#include "core/workspace/core.h"

namespace feltbog::workspace {

struct Course {
  document::DocumentId document;
  const casework::Pathway* pathway = nullptr;  // null when this device does not hold that version
  std::string pathway_id;
  std::int64_t pathway_version = 0;
  std::vector<casework::Event> events;  // in causal order
};

// One recorded event as it is stored in a log.
Value event_value(std::string_view type, casework::LocalTime happened, Value fields);

// What happened in the file itself, outside all courses.
std::vector<casework::Event> events_of_file(Core& core, const SpaceFile& file);
// The courses of a file, oldest first. What was logged in the file itself counts to the first.
Result<std::vector<Course>> courses_of(Core& core, const SpaceFile& file);
// The only one, or the newest. Error: not_found.
Result<Course> course_of(Core& core, const SpaceFile& file);
casework::CourseState state_of(const Course& course, casework::Date today);

// Null when the directory does not hold it, or it cannot be read by this version.
const casework::Pathway* find_pathway(Core& core, std::string_view id, std::int64_t version);
// The newest version of a published pathway; zero when there is none.
std::int64_t newest_version(Core& core, std::string_view id);

// Whether the user's roles let them act as one of the pathway's roles. Workers act for the
// provider, caseworkers for the authority and its boards; supervisors and administrators for both.
bool may_act_as(Core& core, const casework::Pathway& pathway,
                const std::vector<std::string>& roles);

}  // namespace feltbog::workspace
