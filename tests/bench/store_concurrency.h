// SPDX-License-Identifier: Apache-2.0
// What units of work gain by sharing a sync, and what a reader feels of a writer. Our store alone:
// the peers have neither.
#pragma once

#include <string>
#include <vector>

#include "tests/bench/measure.h"

namespace feltbog::bench {

// Eight notes in one group, over eight notes each in a transaction of its own.
Row measure_group_commit(const std::string& folder, int rounds);
// A snapshot and a screen of rows while another thread commits notes, over the same in quiet.
Row measure_reader(const std::string& folder, int rounds);

}  // namespace feltbog::bench
