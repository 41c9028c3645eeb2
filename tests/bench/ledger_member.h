// SPDX-License-Identifier: Apache-2.0
// Adding a member to a large space of a device.
#pragma once

#include <vector>

#include "tests/bench/measure.h"

namespace feltbog::bench {

// A desk adds people, each with a phone, to a file that 50 devices share: while it holds no run of
// it, and while it holds `runs` of them; and once with the table of runs out of reach. Time until
// durable, and bytes of the record and of its wraps.
std::vector<Row> member_rows(std::size_t runs);

}  // namespace feltbog::bench
