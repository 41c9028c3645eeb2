// SPDX-License-Identifier: Apache-2.0
// How far the attempts to reach a citizen have come, and what is due next. It documents attempts
// made by named persons elsewhere; it sends nothing. Next: obligations.h.
#pragma once

#include "core/casework/deadlines.h"

namespace feltbog::casework {

LadderState derive_ladder(const CourseView& view, const ContactProtocol& protocol,
                          const std::vector<DeadlineState>& deadlines);
// Attempts to reach others than the citizen with neither consent nor a legal ground recorded.
std::vector<Finding> find_missing_grounds(const CourseView& view, const ContactProtocol& protocol);

}  // namespace feltbog::casework
