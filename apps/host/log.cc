// SPDX-License-Identifier: Apache-2.0
#include "apps/host/log.h"

#include "core/casework/time_zone.h"

namespace feltbog::host {

Result<std::unique_ptr<Log>> Log::open(Disk& disk, std::string_view path, Clock& clock) {
  FELTBOG_TRY(file, disk.open(path, OpenMode::create_or_open));
  FELTBOG_TRY(size, file->size());
  if (size > kLogBytesMax) {
    FELTBOG_CHECK(file->truncate(0));
    size = 0;
  }
  return std::unique_ptr<Log>(new Log(std::move(file), size, clock));
}

void Log::event(std::string_view name) {
  std::string line = casework::to_text(casework::to_copenhagen(clock_.wall_time()));
  line += ' ';
  line += name;
  line += '\n';
  if (file_->write(size_, as_bytes(line)).has_value()) size_ += line.size();
}

void Log::error(std::string_view name, ErrorCode code) {
  event(std::string(name) + " " + std::string(error_name(code)));
}

}  // namespace feltbog::host
