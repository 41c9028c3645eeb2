// SPDX-License-Identifier: Apache-2.0
// One connection to an office server: TCP, TLS 1.3 with a pinned public key, a WebSocket at
// /v1/sync, and the pumping of bytes and timeouts for a StreamDriver. It neither reconnects
// (backoff.h says when to) nor knows the protocol (sync/client_session.h does).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "sync/transport/stream_driver.h"
#include "sync/transport/traffic.h"

namespace boost::asio {
class io_context;
}

namespace feltbog::transport {

// SHA-256 of a certificate's SubjectPublicKeyInfo in DER (RFC 7469, section 2.4).
using SpkiPin = FixedBytes<32, struct SpkiPinTag>;

struct ServerAddress {
  std::string host;  // a name or a literal IPv4 or IPv6 address
  std::uint16_t port = 0;
  // The server's key must be one of these: the current one and, at most, its announced successors.
  std::vector<SpkiPin> pins;
};

struct WebSocketLimits {
  std::int64_t connect_milliseconds = 15'000;  // from start() until the WebSocket stands
  std::int64_t idle_milliseconds = 120'000;    // without a byte, pings and pongs included
  std::int64_t close_milliseconds = 2'000;     // for the farewell
  std::size_t message_size_max = std::size_t{1} << 20;
};

// Not thread safe: use it on the thread that runs `io`. `io`, `clock`, `driver` and `sink` must
// outlive it. After destruction the driver is not called any more.
class WebSocketClient {
 public:
  // `sink` may be null.
  WebSocketClient(boost::asio::io_context& io, Clock& clock, StreamDriver& driver,
                  ServerAddress address, WebSocketLimits limits = {}, TrafficSink* sink = nullptr);
  ~WebSocketClient();
  WebSocketClient(const WebSocketClient&) = delete;
  WebSocketClient& operator=(const WebSocketClient&) = delete;

  // Begins to connect; once per object. The driver hears of the outcome from the io_context, never
  // from inside this call.
  void start();
  // Says that the driver has new bytes to send or another timeout than before.
  void wake();
  // Says farewell and closes; handle_closed follows. May be called at any time, more than once.
  void close();
  TrafficCount traffic() const;

 private:
  class Connection;
  std::shared_ptr<Connection> connection_;
};

}  // namespace feltbog::transport
