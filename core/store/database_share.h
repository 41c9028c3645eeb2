// SPDX-License-Identifier: Apache-2.0
// What the connections of one database have in common: the writer's and the readers'. All else
// (open files, ciphers, caches, errors) each has for itself. Next: core/store/wal_index.h.
#pragma once

#include "core/base/disk.h"
#include "core/store/wal_index.h"

namespace feltbog::store {

// Lives until the last connection is closed, in whatever order they close. Any thread.
struct DatabaseShare {
  DatabaseShare() = default;
  explicit DatabaseShare(std::unique_ptr<File> lock_in) : lock(std::move(lock_in)) {}

  // Claims the database for this process; null in tests of single files. Only ever closed.
  std::unique_ptr<File> lock;
  WalIndex index;
  // Connections that hold SQLite's lock on the main file. Only one that is alone there moves the
  // log and removes it as it closes.
  std::atomic<int> main_file_holders{0};
  // Counts before and after every change of the main file. What a connection keeps of the file
  // holds while this number stays what it was before the reading.
  std::atomic<std::uint64_t> main_file_version{0};
};

}  // namespace feltbog::store
