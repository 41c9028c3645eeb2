// SPDX-License-Identifier: Apache-2.0
// The server's log: one line per event, ids and codes only. Never an address, a name, a key, or
// bytes that a peer chose.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/disk.h"

namespace feltbog::server {

struct LogField {
  LogField(std::string_view name_in, std::string_view value_in) : name(name_in), value(value_in) {}
  LogField(std::string_view name_in, std::uint64_t number)
      : name(name_in), value(std::to_string(number)) {}
  template <std::size_t N, class Tag>
  LogField(std::string_view name_in, const FixedBytes<N, Tag>& id)
      : name(name_in), value(to_hex(id.view())) {}

  std::string_view name;
  std::string value;
};

class Log {
 public:
  // The clock must outlive it.
  explicit Log(Clock& clock) : clock_(clock) {}
  virtual ~Log() = default;
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  void event(std::string_view name, std::initializer_list<LogField> fields = {});
  void error(std::string_view name, const Error& error);

 private:
  // `line` has no line feed.
  virtual void write(std::string_view line) = 0;
  Clock& clock_;
};

// "2026-11-22T11:12:50Z listening port=7443". Every character of a value that is not a letter, a
// digit or one of "._:-" becomes "?", so that no value can forge a line.
std::string log_line(WallTime time, std::string_view name, std::initializer_list<LogField> fields);

// Appends to a file of the owner's. A full disk loses lines, never the service.
class FileLog final : public Log {
 public:
  // Errors: those of Disk::open.
  static Result<std::unique_ptr<FileLog>> open(Disk& disk, std::string_view path, Clock& clock);

 private:
  FileLog(std::unique_ptr<File> file, std::uint64_t size, Clock& clock);
  void write(std::string_view line) override;
  std::unique_ptr<File> file_;
  std::uint64_t size_;
};

// Writes to standard error.
class StandardErrorLog final : public Log {
 public:
  using Log::Log;

 private:
  void write(std::string_view line) override;
};

}  // namespace feltbog::server
