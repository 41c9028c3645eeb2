// SPDX-License-Identifier: Apache-2.0
#include "apps/host/peer_user.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace feltbog::host {

Result<uid_t> peer_user(int descriptor) {
#ifdef __linux__
  struct ucred credentials {};
  socklen_t size = sizeof(credentials);
  if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0) {
    return credentials.uid;
  }
#else
  uid_t user = 0;
  gid_t group = 0;
  if (::getpeereid(descriptor, &user, &group) == 0) return user;
#endif
  return Error{ErrorCode::io_error, "peer errno " + std::to_string(errno)};
}

}  // namespace feltbog::host
