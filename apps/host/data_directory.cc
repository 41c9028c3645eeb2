// SPDX-License-Identifier: Apache-2.0
#include "apps/host/data_directory.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "core/base/platform/posix_disk.h"

namespace feltbog::host {

Result<DataDirectory> DataDirectory::prepare(std::string_view path) {
  if (path.empty()) return Error{ErrorCode::invalid_argument, "data directory"};
  std::error_code failure;
  const std::filesystem::path absolute =
      std::filesystem::absolute(path, failure).lexically_normal();
  if (failure) return Error{ErrorCode::io_error, "cwd errno " + std::to_string(failure.value())};
  std::string name = absolute.string();
  while (name.size() > 1 && name.back() == '/') name.pop_back();

  PosixDisk disk;
  FELTBOG_CHECK(disk.make_directories(name));
  struct stat status {};
  if (::stat(name.c_str(), &status) != 0) {
    return Error{ErrorCode::io_error, "stat errno " + std::to_string(errno)};
  }
  if (!S_ISDIR(status.st_mode))
    return Error{ErrorCode::invalid_argument, "data directory is a file"};
  if (status.st_uid != ::geteuid()) {
    return Error{ErrorCode::not_permitted,
                 "data directory of user " + std::to_string(status.st_uid)};
  }
  if ((status.st_mode & 0077) != 0) {
    return Error{ErrorCode::not_permitted, "data directory is open to others: chmod 700"};
  }
  return DataDirectory(std::move(name));
}

}  // namespace feltbog::host
