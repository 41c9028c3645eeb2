// SPDX-License-Identifier: Apache-2.0
// Bytes changed, moved and cut off by somebody with access to the files: the same data or an error,
// never other data.
#pragma once

#include "tests/crash/recording.h"

namespace feltbog::crash {

// One bit of every sampled byte of one file: "main", "log", "slots" (one copy, then both) or
// "tries". Near the end of the log older states are right too, as docs/store-format.md says
// in "The end of the log".
Tally check_flips(std::string_view file, const Sampling& sampling);

// Pages and frames in each other's place: within a file, between the files, and from a second
// database under the same key.
Tally check_moves();

// Both files cut at every sampled length; the log at every single length of its last two frames.
Tally check_cuts(const Sampling& sampling);

}  // namespace feltbog::crash
