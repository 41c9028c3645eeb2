// SPDX-License-Identifier: Apache-2.0
// Accepts connections within limits and watches their time. What they carry comes from a
// ChannelFactory; next on the data path: connection.h.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "server/channel.h"
#include "server/limits.h"
#include "server/log.h"
#include "server/tls.h"

namespace boost::asio {
class io_context;
}

namespace feltbog::server {

struct ListenAddress {
  std::string address;     // a literal address; empty: every IPv6 and IPv4 address of the machine
  std::uint16_t port = 0;  // 0: any free one
};

// Everything runs on the one thread that runs `io`. All references must outlive it.
class Listener {
 public:
  // Binds and begins to accept. Errors: busy (the port is taken), not_permitted (a port below 1024
  // without the right), invalid_argument (no literal address, or not one of this machine),
  // io_error.
  static Result<std::unique_ptr<Listener>> open(boost::asio::io_context& io, Clock& clock, Log& log,
                                                ChannelFactory& channels, SslContext context,
                                                const ListenAddress& address, Limits limits = {});
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::uint16_t port() const;
  std::size_t connection_count() const;
  // What the listener does by itself four times a second: ends what is overdue.
  void check_time();
  // Accepts no more, and ends connections that carry no channel. Those that do end with their
  // channel.
  void stop();

 private:
  class Acceptor;
  explicit Listener(std::shared_ptr<Acceptor> acceptor);
  std::shared_ptr<Acceptor> acceptor_;
};

}  // namespace feltbog::server
