// SPDX-License-Identifier: Apache-2.0
// SQLite's allocator with a wipe in front of every release.
#include "core/store/wiping_memory.h"

#include <sqlite3.h>

#include <cstring>

#include "core/crypto/secret.h"

namespace feltbog::store {
namespace {

// What SQLite came with, malloc and friends. SQLite's allocator is one for the process, and its
// functions have no argument through which this could come.
sqlite3_mem_methods& original() {
  static sqlite3_mem_methods methods{};
  return methods;
}

void wipe_and_free(void* memory) noexcept {
  if (memory == nullptr) return;
  const int size = original().xSize(memory);
  crypto::wipe({static_cast<std::uint8_t*>(memory), static_cast<std::size_t>(size)});
  original().xFree(memory);
}

// Never in place: where the allocator moves a block it would leave the old one as it was.
void* move_and_wipe(void* memory, int size) noexcept {
  const int size_before = original().xSize(memory);
  if (size <= size_before && size > size_before / 2) return memory;
  void* moved = original().xMalloc(size);
  if (moved == nullptr) return nullptr;
  std::memcpy(moved, memory, static_cast<std::size_t>(size < size_before ? size : size_before));
  wipe_and_free(memory);
  return moved;
}

bool install() {
  if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &original()) != SQLITE_OK) return false;
  sqlite3_mem_methods wiping = original();
  wiping.xFree = wipe_and_free;
  wiping.xRealloc = move_and_wipe;
  return sqlite3_config(SQLITE_CONFIG_MALLOC, &wiping) == SQLITE_OK;
}

}  // namespace

bool wipe_freed_sqlite_memory() {
  static const bool kWipes = install();
  return kWipes;
}

}  // namespace feltbog::store
