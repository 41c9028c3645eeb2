// SPDX-License-Identifier: Apache-2.0
#include "core/base/disk.h"

namespace feltbog {

Result<Bytes> read_file(Disk& disk, std::string_view path, std::uint64_t size_max) {
  FELTBOG_TRY(file, disk.open(path, OpenMode::read_only));
  FELTBOG_TRY(size, file->size());
  if (size > size_max) return Error{ErrorCode::limit_exceeded, std::to_string(size) + " bytes"};
  Bytes out(static_cast<std::size_t>(size));
  FELTBOG_TRY(count, file->read(0, out));
  out.resize(count);
  return out;
}

Result<void> replace_file(Disk& disk, std::string_view path, BytesView content) {
  const std::string temporary = std::string(path) + ".new";
  FELTBOG_CHECK(disk.remove(temporary));
  {
    FELTBOG_TRY(file, disk.open(temporary, OpenMode::create_or_open));
    FELTBOG_CHECK(file->write(0, content));
    FELTBOG_CHECK(file->sync());
  }
  FELTBOG_CHECK(disk.rename(temporary, path));
  return disk.sync_directory(path);
}

}  // namespace feltbog
