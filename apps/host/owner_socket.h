// SPDX-License-Identifier: Apache-2.0
// The socket of an owner: who may speak (the same user, holding the token), frames in and out, and
// slow readers held back. What is said is answered by owner.h.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "apps/host/messages.h"

namespace boost::asio {
class io_context;
}

namespace feltbog::host {

class Owner;

inline constexpr std::size_t kConnectionsMax = 64;
// Requests that are read but not answered are few, because answers come at once; what piles up is
// what a slow reader leaves unread. Above the first its requests wait, above the second it is cut
// off.
inline constexpr std::size_t kUnreadBytesHigh = std::size_t{4} << 20;
inline constexpr std::size_t kUnreadBytesMax = std::size_t{64} << 20;
inline constexpr std::int64_t kHelloMilliseconds = 5'000;

class OwnerSocket {
 public:
  // Listens at `path`, replacing what an earlier owner left there; the caller holds the lock.
  // `owner` and `io` must outlive it. Errors: io_error, disk_full.
  static Result<std::unique_ptr<OwnerSocket>> listen(boost::asio::io_context& io, Owner& owner,
                                                     const std::string& path,
                                                     const OwnerToken& token);
  ~OwnerSocket();
  OwnerSocket(const OwnerSocket&) = delete;
  OwnerSocket& operator=(const OwnerSocket&) = delete;

  // Takes nobody new, removes the socket, and closes each connection once its answers are sent.
  void close();
  // Calls `empty` once the last connection has gone; at once, when none is open.
  void on_empty(std::function<void()> empty);

 private:
  class Acceptor;
  explicit OwnerSocket(std::unique_ptr<Acceptor> acceptor);
  std::unique_ptr<Acceptor> acceptor_;
};

}  // namespace feltbog::host
