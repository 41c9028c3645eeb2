// SPDX-License-Identifier: Apache-2.0
// The way through the steps that the recorded outcomes describe. Next: evaluate.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/casework/course_state.h"
#include "core/casework/facts.h"

namespace feltbog::casework {

struct StepEntry {
  std::string step;
  int visit = 1;
  Moment at;
  bool restarts_contact = false;  // entered by an outcome that begins the contact protocol again
};

struct Decided {
  const Outcome* outcome = nullptr;  // of the pathway
  int visit = 1;
  Event event;
};

struct Walk {
  CourseStatus status = CourseStatus::not_started;
  std::vector<StepEntry> entries;  // in order; the last is the current step. Empty: not started
  std::vector<Decided> decided;
  std::vector<Decided> candidates;  // when status is conflict
  std::optional<Moment> ended;
  std::optional<Moment> reopened;  // the last time
  std::vector<Finding> findings;
};

// Begins at the pathway's start step and follows, per step and visit, the outcome decided for it; a
// step whose candidates differ stops the walk. The pathway must outlive the result.
Walk walk_steps(const Pathway& pathway, const Facts& facts);

bool has_effect(const Outcome& outcome, Effect::Kind kind);

}  // namespace feltbog::casework
