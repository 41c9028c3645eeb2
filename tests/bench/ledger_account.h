// SPDX-License-Identifier: Apache-2.0
// What sealing, signing and keeping cost in bytes: everything beside the compressed changes.
#pragma once

#include <string>
#include <vector>

#include "tests/bench/measure.h"

namespace feltbog::bench {

// Bytes of overhead for each change: in a run_batch; in a session, which carries the stored form;
// and on a device's disk, with the opened copy. In runs of 1, 10 and 100.
std::vector<Row> account_rows();

// Field by field, for a run of ten: where the bytes go.
void print_account();

}  // namespace feltbog::bench
