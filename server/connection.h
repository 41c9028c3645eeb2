// SPDX-License-Identifier: Apache-2.0
// One connection: TLS, one HTTP request, and then a plain answer or a WebSocket that carries a
// channel. Private to the room, as it shows Asio's types.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "server/channel.h"
#include "server/deadlines.h"
#include "server/log.h"

namespace feltbog::server {

// What connections share and whom they report to. Each connection keeps it alive.
class ConnectionHost {
 public:
  virtual ~ConnectionHost() = default;
  virtual Instant now() = 0;
  virtual const Limits& limits() const = 0;
  virtual Log& log() = 0;
  virtual ChannelFactory& channels() = 0;
  // The connection no longer counts as that of a stranger.
  virtual void connection_authenticated(std::uint64_t number) = 0;
  // Called once, last.
  virtual void connection_closed(std::uint64_t number) = 0;
};

class Connection : public Carrier {
 public:
  // Starts the handshake. `number` names the connection in the log.
  static std::shared_ptr<Connection> start(boost::asio::ip::tcp::socket socket,
                                           boost::asio::ssl::context& context,
                                           std::shared_ptr<ConnectionHost> host,
                                           std::uint64_t number);
  // Ends the connection when a deadline has passed, and hands a channel its timeout.
  virtual void check_time(Instant now) = 0;
  // Ends the connection unless it carries a channel, which ends by itself.
  virtual void stop() = 0;
};

}  // namespace feltbog::server
