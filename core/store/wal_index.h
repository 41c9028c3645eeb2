// SPDX-License-Identifier: Apache-2.0
// SQLite's index of the log ("shared memory", sqlite.org/walformat.html, section 2) in memory of
// this process, and the locks that go with it. Never a file: it holds page numbers and the
// checksums that sealed frames hide.
#pragma once

#include <sqlite3.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "core/store/geometry.h"

namespace feltbog::store {

// One for all connections of a database. Every function may be called from any thread; what SQLite
// does within the regions it orders itself, by these locks and barriers. Wiped when it goes.
class WalIndex {
 public:
  static constexpr std::size_t kRegionSize = 32768;
  // Regions of 4096 frames each: a log of 256 GiB.
  static constexpr std::size_t kRegionsMax = 1U << 14;

  WalIndex() = default;
  ~WalIndex();
  WalIndex(const WalIndex&) = delete;
  WalIndex& operator=(const WalIndex&) = delete;

  // A region, zeroed when made; null in `out` where it is not there and `create` is false. Stays
  // where it is while the index lives. SQLITE_FULL beyond kRegionsMax; throws bad_alloc.
  int region(std::size_t number, bool create, volatile void** out);

  // Locks are granted or refused, nobody waits. A slot has one exclusive holder or many shared
  // ones.
  bool lock_shared(int slot);
  bool lock_exclusive(int first, int count);
  void unlock_shared(int slot);
  void unlock_exclusive(int first, int count);
  // Orders everything before it before everything after it, for all threads.
  static void barrier();

 private:
  struct alignas(8) Region {
    std::array<std::uint8_t, kRegionSize> bytes{};
  };
  std::mutex mutex_;  // guards the list, not what the regions hold
  std::vector<std::unique_ptr<Region>> regions_;
  // A byte for each slot: how many hold it shared, or kExclusive.
  std::atomic<std::uint64_t> locks_{0};
};

// What one connection holds of the index, and what it may ask for. The thread of its connection.
class WalIndexUser {
 public:
  // A connection that only reads never gets a lock that belongs to writing, to checkpoints or to
  // recovery: it then tries again until the writer has finished what it is at.
  WalIndexUser(WalIndex& index, bool reads_only) : index_(index), reads_only_(reads_only) {}
  ~WalIndexUser() { release(); }
  WalIndexUser(const WalIndexUser&) = delete;
  WalIndexUser& operator=(const WalIndexUser&) = delete;

  // SQLite's xShmMap and xShmLock, with its result codes.
  int map(int number, int size, bool create, volatile void** out);
  int lock(int first, int count, int flags);
  // Gives back everything, as when the connection is closed.
  void release();
  // True while a checkpoint is under way that readers let come only so far. SQLite publishes what
  // such a checkpoint moved without a sync, hence without another chance to report an error.
  bool checkpoint_cut_short() const { return cut_short_; }

 private:
  void unlock(int first, int count, int flags);
  bool acquire(int first, int count, int flags);

  WalIndex& index_;
  const bool reads_only_;
  bool cut_short_ = false;
  std::uint32_t shared_ = 0;  // slots held, a bit each
  std::uint32_t exclusive_ = 0;
};

}  // namespace feltbog::store
