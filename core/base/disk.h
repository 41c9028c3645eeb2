// SPDX-License-Identifier: Apache-2.0
// Files as an argument. The encrypting VFS and the key slots read and write through this, so that a
// recording disk can replay every crash. The real one is core/base/platform/posix_disk.h.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"

namespace feltbog {

// An open file. Closes when destroyed. One thread at a time.
class File {
 public:
  virtual ~File() = default;
  // Reads up to out.size() bytes at `offset`; returns how many were there. Error: io_error.
  virtual Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out) = 0;
  // Writes all of `bytes` at `offset`, growing the file as needed. After an error any prefix may
  // have been written. Errors: io_error, disk_full.
  virtual Result<void> write(std::uint64_t offset, BytesView bytes) = 0;
  virtual Result<void> truncate(std::uint64_t size) = 0;
  // Returns once everything written so far survives a power cut. After an error nothing is known
  // about what survives; the caller must not go on as if a second try could tell. Error: io_error.
  virtual Result<void> sync() = 0;
  virtual Result<std::uint64_t> size() = 0;
};

enum class OpenMode { read_only, read_write, create_or_open };

class Disk {
 public:
  virtual ~Disk() = default;
  // Created files are readable by their owner only. Errors: not_found, io_error, disk_full.
  virtual Result<std::unique_ptr<File>> open(std::string_view path, OpenMode mode) = 0;
  virtual Result<bool> exists(std::string_view path) = 0;
  // Removing what is not there is no error.
  virtual Result<void> remove(std::string_view path) = 0;
  // Replaces `to` in one step; durable after sync_directory of its folder.
  virtual Result<void> rename(std::string_view from, std::string_view to) = 0;
  // Makes creations, renames and removals in the folder of `path` durable.
  virtual Result<void> sync_directory(std::string_view path) = 0;
  virtual Result<void> make_directories(std::string_view path) = 0;
  // The names (not paths) of the files in a folder, sorted.
  virtual Result<std::vector<std::string>> list(std::string_view directory) = 0;
  // Claims a file for this process until the handle is destroyed. Error: busy.
  virtual Result<std::unique_ptr<File>> lock(std::string_view path) = 0;
};

// Reads a whole file. Errors: not_found, io_error, limit_exceeded (larger than `size_max`).
Result<Bytes> read_file(Disk& disk, std::string_view path, std::uint64_t size_max);
// Writes a file so that after a crash either the old or the new content stands: temporary file,
// sync, rename, sync of the folder. Errors: io_error, disk_full.
Result<void> replace_file(Disk& disk, std::string_view path, BytesView content);

}  // namespace feltbog
