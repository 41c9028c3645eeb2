// SPDX-License-Identifier: Apache-2.0
// Log lines and where they go.
#include "server/log.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <string_view>
#include <utility>

namespace feltbog::server {
namespace {

std::string utc(WallTime time) {
  const std::chrono::sys_time<std::chrono::milliseconds> point{
      std::chrono::milliseconds(time.milliseconds)};
  const auto day = std::chrono::floor<std::chrono::days>(point);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(point - day)};
  std::array<char, 40> text{};
  const int length = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()));
  return {text.data(), static_cast<std::size_t>(length)};
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == ':' || c == '-';
}

}  // namespace

std::string log_line(WallTime time, std::string_view name, std::initializer_list<LogField> fields) {
  std::string line = utc(time);
  line += ' ';
  line += name;
  for (const LogField& field : fields) {
    line += ' ';
    line += field.name;
    line += '=';
    for (const char c : field.value) line += is_plain(c) ? c : '?';
  }
  return line;
}

void Log::event(std::string_view name, std::initializer_list<LogField> fields) {
  write(log_line(clock_.wall_time(), name, fields));
}

void Log::error(std::string_view name, const Error& error) {
  event(name, {{"code", error_name(error.code)}, {"detail", error.detail}});
}

FileLog::FileLog(std::unique_ptr<File> file, std::uint64_t size, Clock& clock)
    : Log(clock), file_(std::move(file)), size_(size) {}

Result<std::unique_ptr<FileLog>> FileLog::open(Disk& disk, std::string_view path, Clock& clock) {
  FELTBOG_TRY(file, disk.open(path, OpenMode::create_or_open));
  FELTBOG_TRY(size, file->size());
  return std::unique_ptr<FileLog>(new FileLog(std::move(file), size, clock));
}

void FileLog::write(std::string_view line) {
  const std::string whole = std::string(line) + "\n";
  if (file_->write(size_, as_bytes(whole))) size_ += whole.size();
}

void StandardErrorLog::write(std::string_view line) {
  const std::string whole = std::string(line) + "\n";
  static_cast<void>(std::fwrite(whole.data(), 1, whole.size(), stderr));
}

}  // namespace feltbog::server
