// SPDX-License-Identifier: Apache-2.0
// A SQLite VFS of one database: the two files SQLite may open, and the many things it may not. All
// file work goes through feltbog::Disk, never through SQLite's own VFS. Bytes:
// core/store/page_file.h and core/store/log_file.h.
#pragma once

#include <memory>
#include <string>

#include "core/store/vfs_file.h"

namespace feltbog::store {

// Registered under a name of its own while it lives; several live side by side, one for each
// connection. The index of the log is in the DatabaseShare of its state; there is no memory map.
class EncryptingVfs {
 public:
  // `main_file` and everything in `state` must outlive it. Error: out_of_memory.
  static Result<std::unique_ptr<EncryptingVfs>> make(VfsState& state, File& main_file);
  // The connection that used it must be closed.
  ~EncryptingVfs();
  EncryptingVfs(const EncryptingVfs&) = delete;
  EncryptingVfs& operator=(const EncryptingVfs&) = delete;

  const char* name() const { return name_.c_str(); }
  // What to give sqlite3_open_v2. The VFS knows the real path; SQLite need not parse it.
  static const char* file_name() { return "main.db"; }

  VfsState& state() { return state_; }
  File& main_file() { return main_file_; }

 private:
  EncryptingVfs(VfsState& state, File& main_file);

  VfsState& state_;
  File& main_file_;
  std::string name_;
  sqlite3_vfs vfs_{};
};

}  // namespace feltbog::store
