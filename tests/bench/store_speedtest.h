// SPDX-License-Identifier: Apache-2.0
// SQLite's own speedtest1 on any engine, where tests/bench/store_peers.sh could build it.
#pragma once

#include <optional>
#include <string>

#include "tests/bench/measure.h"
#include "tests/bench/store_engine.h"

namespace feltbog::bench {

// Runs it in a process of its own on an empty database in `folder`. Nothing where there is no
// speedtest1 for this engine in `peers`.
std::optional<Span> run_speedtest(Engine& engine, const std::string& folder,
                                  const std::string& peers);

}  // namespace feltbog::bench
