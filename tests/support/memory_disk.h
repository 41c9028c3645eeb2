// SPDX-License-Identifier: Apache-2.0
// A disk in memory that knows what would survive a power cut, and fails when told to.
// Deterministic: every choice comes from a seed. For crash tests and the simulator; not safe for
// threads.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/disk.h"

namespace feltbog::testing {

// What becomes of the changes no sync has made durable yet. Contents: writes and truncations of a
// file since its last sync. Entries: creations, renames and removals since the last sync_directory.
enum class CrashPolicy {
  lose_unsynced,    // contents and entries lost
  keep_all,         // everything reached the disk
  keep_prefix,      // a prefix of all changes, across files, in order
  random_sectors,   // any subset of the written parts of 512-byte sectors; some entries, in order
  garbage_sectors,  // as random_sectors, but parts that were lost read as noise
  lose_entries,     // contents kept, entries lost
};
constexpr CrashPolicy kCrashPolicies[] = {CrashPolicy::lose_unsynced,   CrashPolicy::keep_all,
                                          CrashPolicy::keep_prefix,     CrashPolicy::random_sectors,
                                          CrashPolicy::garbage_sectors, CrashPolicy::lose_entries};
std::string_view crash_policy_name(CrashPolicy policy);

enum class FaultKind { io_error, disk_full, short_read };

// An io_error of a sync loses what it should have made durable, though it stays readable until the
// power is cut, and a later sync that succeeds does not bring it back: kernels behave so. A write
// that fails has written half. disk_full meets calls that may need room, short_read meets reads.
struct Fault {
  std::uint64_t at_call = 0;  // the number of the call, counted from 0 (call_count)
  FaultKind kind = FaultKind::io_error;
  bool persistent = false;  // this call only, or every one from there on
};

struct DiskChange;
struct DiskState;

class MemoryDisk final : public Disk {
 public:
  MemoryDisk();
  ~MemoryDisk() override;

  Result<std::unique_ptr<File>> open(std::string_view path, OpenMode mode) override;
  Result<bool> exists(std::string_view path) override;
  Result<void> remove(std::string_view path) override;
  Result<void> rename(std::string_view from, std::string_view to) override;
  Result<void> sync_directory(std::string_view path) override;
  Result<void> make_directories(std::string_view path) override;
  Result<std::vector<std::string>> list(std::string_view directory) override;
  Result<std::unique_ptr<File>> lock(std::string_view path) override;

  // --- power cuts ---
  // Cuts the power now: this disk becomes what survived. Files opened before answer io_error from
  // then on, and locks are free.
  void crash(CrashPolicy policy, std::uint64_t seed);
  // From here on every change is recorded, so that image_at can go back. Costs memory.
  void start_recording();
  // Changes recorded so far: writes, truncations, syncs, creations, renames, removals.
  std::uint64_t change_count() const;
  // A new disk as a power cut after the first `changes` recorded changes leaves it.
  std::unique_ptr<MemoryDisk> image_at(std::uint64_t changes, CrashPolicy policy,
                                       std::uint64_t seed) const;
  // A copy as it stands, everything durable.
  std::unique_ptr<MemoryDisk> clone() const;

  // --- faults ---
  void inject(const Fault& fault) { fault_ = fault; }
  void clear_faults() { fault_.reset(); }
  bool fault_hit() const { return fault_hit_; }
  // Calls so far, of every kind, reads included.
  std::uint64_t call_count() const { return calls_; }
  // Bytes all files together may hold; growing beyond is disk_full.
  void limit_capacity(std::uint64_t bytes) { capacity_ = bytes; }

  // --- looking in from outside, never counted and never failing ---
  std::vector<std::string> paths() const;
  bool has(std::string_view path) const;
  Bytes content(std::string_view path) const;
  // Replaces a file's bytes, durably, as somebody with a screwdriver would.
  void set_content(std::string_view path, BytesView bytes);
  std::uint64_t sync_count() const { return syncs_; }
  std::uint64_t bytes_written() const { return bytes_written_; }

 private:
  friend class MemoryFile;
  enum class CallKind { read, grow, sync, other };
  // Counts a call and answers with the fault that is due for it, if any.
  std::optional<ErrorCode> count_call(CallKind kind);
  void apply(DiskChange change);
  Result<std::unique_ptr<File>> open_uncounted(std::string_view path, OpenMode mode);
  std::uint64_t room_left() const;

  std::unique_ptr<DiskState> state_;
  std::unique_ptr<DiskState> recording_start_;
  std::vector<DiskChange> recording_;
  std::optional<Fault> fault_;
  std::optional<std::uint64_t> capacity_;
  std::shared_ptr<std::set<std::string, std::less<>>> locks_;
  std::map<std::uint64_t, int> open_handles_;  // by inode
  std::uint64_t incarnation_ = 0;  // grows at every crash; open files of an older one are dead
  std::uint64_t calls_ = 0;
  std::uint64_t syncs_ = 0;
  std::uint64_t bytes_written_ = 0;
  bool fault_hit_ = false;
  bool short_read_due_ = false;
};

}  // namespace feltbog::testing
