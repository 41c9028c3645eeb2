// SPDX-License-Identifier: Apache-2.0
// For programs that are no tests but stand on the tests' fixtures: benchmarks and fuzz targets.
#pragma once

namespace feltbog::testing {

// From now on a REQUIRE or CHECK that fails outside a test case prints itself and aborts the
// program.
void abort_on_failed_assertions();

}  // namespace feltbog::testing
