// SPDX-License-Identifier: Apache-2.0
// How an error is told to the other side of a session, as a number.
#pragma once

#include <cstdint>

#include "core/base/result.h"

namespace feltbog::sync {

// In answers, 0 stands for success; any other number is an ErrorCode.
using AnswerCode = std::uint64_t;
inline constexpr AnswerCode kTaken = 0;
inline constexpr AnswerCode kAnswerCodeMax = 65'535;

// What an answer or a farewell carries for `code`, and the code a number stands for: internal for
// one this version does not know.
AnswerCode answer_of(ErrorCode code);
ErrorCode error_of(AnswerCode answer);
// What a side tells the other when it ends for this reason: trouble of its own disk or making is
// its own affair, and told as internal.
AnswerCode farewell_of(ErrorCode code);
// Whether the code speaks of an item or of who asks, not of trouble at the one who answers.
bool is_refusal(ErrorCode code);

}  // namespace feltbog::sync
