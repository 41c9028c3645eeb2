// SPDX-License-Identifier: Apache-2.0
#include "apps/host/socket_path.h"

#include <fcntl.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace feltbog::host {

Result<SocketPath> SocketPath::of(const std::string& path) {
  if (path.size() < sizeof(sockaddr_un::sun_path)) return SocketPath(path, -1);
#ifdef __linux__
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return Error{ErrorCode::limit_exceeded, "socket path"};
  const int folder = ::open(path.substr(0, slash).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) {
    return Error{errno == ENOENT ? ErrorCode::not_found : ErrorCode::io_error,
                 "open errno " + std::to_string(errno)};
  }
  return SocketPath("/proc/self/fd/" + std::to_string(folder) + path.substr(slash), folder);
#else
  return Error{ErrorCode::limit_exceeded, "socket path"};
#endif
}

SocketPath::SocketPath(SocketPath&& other) noexcept
    : name_(std::move(other.name_)), folder_(std::exchange(other.folder_, -1)) {}

SocketPath& SocketPath::operator=(SocketPath&& other) noexcept {
  std::swap(name_, other.name_);
  std::swap(folder_, other.folder_);
  return *this;
}

SocketPath::~SocketPath() {
  if (folder_ >= 0) ::close(folder_);
}

}  // namespace feltbog::host
