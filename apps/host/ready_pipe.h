// SPDX-License-Identifier: Apache-2.0
// How an owner that was just started tells its starter that it listens, or why it does not.
#pragma once

#include "core/base/result.h"

namespace feltbog::host {

// Writes the outcome and closes the descriptor. Nothing happens for a negative one.
void report_ready(int descriptor, const Result<void>& outcome);

// Waits for the outcome. Errors: the one reported; timed_out; internal (the other end went without
// a word).
Result<void> await_ready(int descriptor, int timeout_milliseconds);

}  // namespace feltbog::host
