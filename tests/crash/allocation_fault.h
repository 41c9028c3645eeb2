// SPDX-License-Identifier: Apache-2.0
// Makes allocations of this program fail: those of SQLite, or those of operator new. Linking it
// replaces the global operator new; call install_allocation_faults() before SQLite is used.
#pragma once

#include <cstdint>

namespace feltbog::crash {

enum class Allocator { sqlite, operator_new };

void install_allocation_faults();

// From now on allocations of one kind are counted; the one numbered `at` fails, and with
// `persistent` every later one too. UINT64_MAX: none, only counting.
void arm_allocation_fault(Allocator allocator, std::uint64_t at, bool persistent);
// Ends that. True when an allocation failed.
bool disarm_allocation_fault();
std::uint64_t allocations_counted();

// While one lives, allocations are neither counted nor failed: what is tested is not the test.
class AllocationPause {
 public:
  AllocationPause();
  ~AllocationPause();
  AllocationPause(const AllocationPause&) = delete;
  AllocationPause& operator=(const AllocationPause&) = delete;
};

}  // namespace feltbog::crash
