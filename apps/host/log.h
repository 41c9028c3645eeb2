// SPDX-License-Identifier: Apache-2.0
// The owner's log file: a line per event, codes and numbers only, never a person's words.
#pragma once

#include <memory>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/disk.h"

namespace feltbog::host {

class Log {
 public:
  // Appends to the file; starts it anew when it has grown beyond kLogBytesMax. Errors: those of
  // Disk::open.
  static Result<std::unique_ptr<Log>> open(Disk& disk, std::string_view path, Clock& clock);

  // A full disk loses lines, nothing else.
  void event(std::string_view name);
  // The code's name; the detail stays out, as it may come from outside.
  void error(std::string_view name, ErrorCode code);

 private:
  Log(std::unique_ptr<File> file, std::uint64_t size, Clock& clock)
      : file_(std::move(file)), size_(size), clock_(clock) {}
  std::unique_ptr<File> file_;
  std::uint64_t size_;
  Clock& clock_;
};

inline constexpr std::uint64_t kLogBytesMax = 1 << 20;

}  // namespace feltbog::host
