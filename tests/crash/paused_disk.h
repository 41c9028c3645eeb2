// SPDX-License-Identifier: Apache-2.0
// Passes every call on to another disk, with allocation faults paused meanwhile: a disk of a test
// allocates what a real one would not.
#pragma once

#include "core/base/disk.h"
#include "tests/crash/allocation_fault.h"

namespace feltbog::crash {

class PausedFile final : public File {
 public:
  explicit PausedFile(std::unique_ptr<File> inner) : inner_(std::move(inner)) {}
  Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out) override {
    const AllocationPause pause;
    return inner_->read(offset, out);
  }
  Result<void> write(std::uint64_t offset, BytesView bytes) override {
    const AllocationPause pause;
    return inner_->write(offset, bytes);
  }
  Result<void> truncate(std::uint64_t size) override {
    const AllocationPause pause;
    return inner_->truncate(size);
  }
  Result<void> sync() override {
    const AllocationPause pause;
    return inner_->sync();
  }
  Result<std::uint64_t> size() override {
    const AllocationPause pause;
    return inner_->size();
  }

 private:
  std::unique_ptr<File> inner_;
};

class PausedDisk final : public Disk {
 public:
  explicit PausedDisk(Disk& inner) : inner_(inner) {}
  Result<std::unique_ptr<File>> open(std::string_view path, OpenMode mode) override {
    const AllocationPause pause;
    return wrap(inner_.open(path, mode));
  }
  Result<bool> exists(std::string_view path) override {
    const AllocationPause pause;
    return inner_.exists(path);
  }
  Result<void> remove(std::string_view path) override {
    const AllocationPause pause;
    return inner_.remove(path);
  }
  Result<void> rename(std::string_view from, std::string_view to) override {
    const AllocationPause pause;
    return inner_.rename(from, to);
  }
  Result<void> sync_directory(std::string_view path) override {
    const AllocationPause pause;
    return inner_.sync_directory(path);
  }
  Result<void> make_directories(std::string_view path) override {
    const AllocationPause pause;
    return inner_.make_directories(path);
  }
  Result<std::vector<std::string>> list(std::string_view directory) override {
    const AllocationPause pause;
    return inner_.list(directory);
  }
  Result<std::unique_ptr<File>> lock(std::string_view path) override {
    const AllocationPause pause;
    return wrap(inner_.lock(path));
  }

 private:
  static Result<std::unique_ptr<File>> wrap(Result<std::unique_ptr<File>> file) {
    if (!file) return file.error();
    return std::unique_ptr<File>(std::make_unique<PausedFile>(std::move(file).value()));
  }
  Disk& inner_;
};

}  // namespace feltbog::crash
