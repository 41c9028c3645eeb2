// SPDX-License-Identifier: Apache-2.0
// The hooks: SQLite's own (SQLITE_CONFIG_MALLOC), and the replaceable operator new.
#include "tests/crash/allocation_fault.h"

#include <sqlite3.h>

#include <cstdlib>
#include <new>

namespace feltbog::crash {
namespace {

struct Plan {
  bool armed = false;
  bool failed = false;
  bool persistent = false;
  int paused = 0;
  Allocator allocator = Allocator::sqlite;
  std::uint64_t at = 0;
  std::uint64_t count = 0;
};
// One thread plays; a hook has no argument through which this could come.
Plan plan;
sqlite3_mem_methods original;

bool fails(Allocator allocator) {
  if (!plan.armed || plan.paused > 0 || plan.allocator != allocator) return false;
  const std::uint64_t number = plan.count++;
  const bool due = plan.persistent ? number >= plan.at : number == plan.at;
  plan.failed = plan.failed || due;
  return due;
}

void* allocate(int size) { return fails(Allocator::sqlite) ? nullptr : original.xMalloc(size); }
void* reallocate(void* memory, int size) {
  return fails(Allocator::sqlite) ? nullptr : original.xRealloc(memory, size);
}

}  // namespace

// For the operators below, which belong to no namespace.
static void* allocate_or_throw(std::size_t size) {
  void* memory = fails(Allocator::operator_new) ? nullptr : std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void install_allocation_faults() {
  if (original.xMalloc != nullptr) return;
  sqlite3_shutdown();
  sqlite3_config(SQLITE_CONFIG_GETMALLOC, &original);
  sqlite3_mem_methods hooked = original;
  hooked.xMalloc = allocate;
  hooked.xRealloc = reallocate;
  sqlite3_config(SQLITE_CONFIG_MALLOC, &hooked);
  sqlite3_initialize();
}

void arm_allocation_fault(Allocator allocator, std::uint64_t at, bool persistent) {
  plan = Plan{.armed = true, .persistent = persistent, .allocator = allocator, .at = at};
}

bool disarm_allocation_fault() {
  plan.armed = false;
  return plan.failed;
}

std::uint64_t allocations_counted() { return plan.count; }

AllocationPause::AllocationPause() { ++plan.paused; }
AllocationPause::~AllocationPause() { --plan.paused; }

}  // namespace feltbog::crash

void* operator new(std::size_t size) { return feltbog::crash::allocate_or_throw(size); }
void* operator new[](std::size_t size) { return feltbog::crash::allocate_or_throw(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
