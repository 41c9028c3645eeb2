// SPDX-License-Identifier: Apache-2.0
// Regions and lock slots of the index.
#include "core/store/wal_index.h"

#include "core/crypto/secret.h"

namespace feltbog::store {
namespace {

// The slots SQLite uses (sqlite.org/walformat.html, section 2.3).
constexpr int kCheckpointSlot = 1;
constexpr int kReadersSlot = 3;  // slot 3: readers of the main file alone; 4 to 7: of the log
constexpr int kFirstMarkSlot = kReadersSlot + 1;
constexpr std::uint64_t kExclusive = 0xff;
constexpr int kBitsPerSlot = 8;

std::uint64_t lane(int slot, std::uint64_t value) { return value << (slot * kBitsPerSlot); }

std::uint64_t lanes(int first, int count) {
  std::uint64_t out = 0;
  for (int slot = first; slot < first + count; ++slot) out |= lane(slot, kExclusive);
  return out;
}

std::uint32_t bits(int first, int count) {
  return ((1U << count) - 1U) << static_cast<unsigned>(first);
}

}  // namespace

WalIndex::~WalIndex() {
  for (const auto& region : regions_) crypto::wipe(region->bytes);
}

int WalIndex::region(std::size_t number, bool create, volatile void** out) {
  *out = nullptr;
  if (number >= kRegionsMax) return SQLITE_FULL;
  const std::lock_guard guard(mutex_);
  while (create && regions_.size() <= number) regions_.push_back(std::make_unique<Region>());
  if (number < regions_.size()) *out = regions_[number]->bytes.data();
  return SQLITE_OK;
}

bool WalIndex::lock_shared(int slot) {
  std::uint64_t held = locks_.load();
  while (true) {
    const std::uint64_t holders = (held >> (slot * kBitsPerSlot)) & kExclusive;
    // One less than the mark of exclusive is as far as the count goes.
    if (holders >= kExclusive - 1) return false;
    if (locks_.compare_exchange_weak(held, held + lane(slot, 1))) return true;
  }
}

bool WalIndex::lock_exclusive(int first, int count) {
  const std::uint64_t wanted = lanes(first, count);
  std::uint64_t held = locks_.load();
  while ((held & wanted) == 0) {
    if (locks_.compare_exchange_weak(held, held | wanted)) return true;
  }
  return false;
}

void WalIndex::unlock_shared(int slot) { locks_.fetch_sub(lane(slot, 1)); }

void WalIndex::unlock_exclusive(int first, int count) { locks_.fetch_and(~lanes(first, count)); }

void WalIndex::barrier() { __sync_synchronize(); }

int WalIndexUser::map(int number, int size, bool create, volatile void** out) {
  *out = nullptr;
  if (number < 0 || size != static_cast<int>(WalIndex::kRegionSize)) return SQLITE_IOERR_SHMMAP;
  return index_.region(static_cast<std::size_t>(number), create, out);
}

int WalIndexUser::lock(int first, int count, int flags) {
  if (first < 0 || count <= 0 || first + count > SQLITE_SHM_NLOCK) return SQLITE_IOERR_SHMLOCK;
  if ((flags & SQLITE_SHM_UNLOCK) == 0) {
    return acquire(first, count, flags) ? SQLITE_OK : SQLITE_BUSY;
  }
  unlock(first, count, flags);
  return SQLITE_OK;
}

bool WalIndexUser::acquire(int first, int count, int flags) {
  if ((flags & SQLITE_SHM_SHARED) != 0) {
    FELTBOG_ASSERT(count == 1);
    const std::uint32_t bit = bits(first, 1);
    if ((shared_ & bit) != 0) return true;
    if (!index_.lock_shared(first)) return false;
    shared_ |= bit;
    return true;
  }
  if (reads_only_ && first < kReadersSlot) return false;
  if (!index_.lock_exclusive(first, count)) {
    // SQLite looks at the marks one by one only to find out how far a checkpoint may go, and
    // otherwise to set one, which no checkpoint is under way for.
    const bool checkpointing = (exclusive_ & bits(kCheckpointSlot, 1)) != 0;
    if (checkpointing && first >= kFirstMarkSlot && count == 1) cut_short_ = true;
    return false;
  }
  exclusive_ |= bits(first, count);
  return true;
}

void WalIndexUser::unlock(int first, int count, int flags) {
  const std::uint32_t wanted = bits(first, count);
  if ((flags & SQLITE_SHM_SHARED) != 0) {
    if ((shared_ & wanted) != wanted) return;
    index_.unlock_shared(first);
    shared_ &= ~wanted;
    return;
  }
  if ((exclusive_ & wanted) != wanted) return;
  index_.unlock_exclusive(first, count);
  exclusive_ &= ~wanted;
  if (first == kCheckpointSlot) cut_short_ = false;
}

void WalIndexUser::release() {
  for (int slot = 0; slot < SQLITE_SHM_NLOCK; ++slot) {
    if ((shared_ & bits(slot, 1)) != 0) index_.unlock_shared(slot);
    if ((exclusive_ & bits(slot, 1)) != 0) index_.unlock_exclusive(slot, 1);
  }
  shared_ = 0;
  exclusive_ = 0;
  cut_short_ = false;
}

}  // namespace feltbog::store
