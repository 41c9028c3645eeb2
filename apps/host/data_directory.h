// SPDX-License-Identifier: Apache-2.0
// The folder of one device's database and everything that goes with it. Names only: nothing here
// opens a file except prepare().
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace feltbog::host {

class DataDirectory {
 public:
  // Makes the folder (0700) if it is not there, and makes its path absolute. Errors: not_permitted
  // (it belongs to somebody else, or others may enter it), io_error, disk_full.
  static Result<DataDirectory> prepare(std::string_view path);
  // The same folder without touching the disk. `path` is absolute.
  explicit DataDirectory(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  std::string database() const { return path_ + "/feltbog.db"; }
  std::string slots() const { return path_ + "/slots"; }  // a prefix: core/store/key_slot.h
  std::string hardware_key() const { return path_ + "/hardware.key"; }
  std::string socket() const { return path_ + "/owner.sock"; }
  std::string token() const { return path_ + "/owner.token"; }
  std::string lock() const { return path_ + "/owner.lock"; }
  std::string log() const { return path_ + "/owner.log"; }

 private:
  std::string path_;
};

}  // namespace feltbog::host
