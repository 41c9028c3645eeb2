// SPDX-License-Identifier: Apache-2.0
// The state of a memory disk: what is readable, what is durable, and every change in between.
// Internal to memory_disk.cc.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/support/memory_disk.h"

namespace feltbog::testing {

struct DiskChange {
  enum class Kind { create, write, truncate, sync, sync_failed, remove, rename, sync_directory };
  Kind kind = Kind::write;
  std::uint64_t inode = 0;
  std::string path;          // of create, remove, rename (from), sync_directory
  std::string target;        // of rename
  std::uint64_t offset = 0;  // of write; the new size for truncate
  Bytes bytes;
};

// A write or truncation no sync has made durable.
struct PendingContent {
  std::uint64_t order = 0;
  bool truncates = false;
  bool lost = false;  // a sync failed on it
  std::uint64_t offset = 0;
  Bytes bytes;
};

// A creation, renaming or removal no sync of the folder has made durable.
struct PendingEntry {
  std::uint64_t order = 0;
  DiskChange::Kind kind = DiskChange::Kind::create;
  std::uint64_t inode = 0;
  std::string path;
  std::string target;
};

struct Inode {
  Bytes current;
  Bytes durable;
  std::vector<PendingContent> pending;
};

using Entries = std::map<std::string, std::uint64_t, std::less<>>;

struct DiskState {
  std::map<std::uint64_t, Inode> inodes;
  Entries current;
  Entries durable;
  std::vector<PendingEntry> pending;
  std::uint64_t next_inode = 1;
  std::uint64_t next_order = 0;

  void apply(const DiskChange& change);
  // What a power cut leaves, everything durable.
  void crash(CrashPolicy policy, std::uint64_t seed);
  // Forgets files no entry leads to, except those for which `keep` is true.
  void collect(const std::map<std::uint64_t, int>& open_handles);

 private:
  void add_entry_change(const DiskChange& change);
  void sync_folder(const std::string& folder);
};

std::string folder_of(std::string_view path);

}  // namespace feltbog::testing
