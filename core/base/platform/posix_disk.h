// SPDX-License-Identifier: Apache-2.0
// The operating system's files behind core/base/disk.h: Linux, Android, macOS and iOS.
#pragma once

#include "core/base/disk.h"

namespace feltbog {

// Any thread; of a file, one at a time, and different ones may be used by different threads.
class PosixDisk final : public Disk {
 public:
  Result<std::unique_ptr<File>> open(std::string_view path, OpenMode mode) override;
  Result<bool> exists(std::string_view path) override;
  Result<void> remove(std::string_view path) override;
  Result<void> rename(std::string_view from, std::string_view to) override;
  Result<void> sync_directory(std::string_view path) override;
  Result<void> make_directories(std::string_view path) override;
  Result<std::vector<std::string>> list(std::string_view directory) override;
  Result<std::unique_ptr<File>> lock(std::string_view path) override;
};

}  // namespace feltbog
