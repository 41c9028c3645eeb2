// SPDX-License-Identifier: Apache-2.0
// Whole sentences about what was derived, in Danish and English. For the derivation only; dates and
// names alone are in explain.h.
#pragma once

#include <optional>
#include <string_view>

#include "core/casework/course_state.h"

namespace feltbog::casework {

// What a deadline's sentence needs beyond its state.
struct DeadlineFacts {
  std::optional<Date> before_correction;  // the anchor's date before it was corrected
  std::optional<Date> computed;           // before rolling
  std::optional<Text> closed_because;     // why the computed day is no working day
  bool restarted = false;                 // runs from the day contact was begun again
  bool stated = false;                    // the due date is written in the event itself
  Date today;
};

Text explain_deadline(const Pathway& pathway, const DeadlineRule& rule, const DeadlineState& state,
                      const DeadlineFacts& facts);
// `deadline` is null when none belongs to it.
Text explain_obligation(const ObligationState& state, const Role* owner,
                        const DeadlineState* deadline);
Text explain_conflict(const Pathway& pathway, const OutcomeConflict& conflict);

Text explain_attempt(const AttemptState& attempt, const Rung* rung, const TimeBand* band,
                     const Text& channel, const Text& result);
Text explain_rung(const Rung& rung, const RungState& state, const std::vector<std::string>& bands);
Text explain_next(const Rung& rung, const RungState& state, Date today);
Text explain_follow_up(const AttemptState& attempt);
Text follow_up_instruction(const AttemptState& attempt);
Text explain_hand_back(const LadderState& ladder, bool all_tried);

// What a finding of that code says about the thing of that label.
Text finding_text(std::string_view code, const Text& label, std::optional<Date> date);

}  // namespace feltbog::casework
