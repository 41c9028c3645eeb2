// SPDX-License-Identifier: Apache-2.0
// The seam between a connection, which moves bytes, and what it carries. hub.h puts sync sessions
// behind it; connection.h drives it.
#pragma once

#include <memory>
#include <optional>

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "sync/client_session.h"

namespace feltbog::server {

// Owned by its connection. All calls from the thread of the io_context.
class Channel {
 public:
  virtual ~Channel() = default;
  virtual void handle_bytes(BytesView bytes, Instant now) = 0;
  virtual void handle_timeout(Instant now) = 0;
  virtual bool wants_input() = 0;
  virtual Bytes poll_transmit(std::size_t bytes_max) = 0;
  virtual std::optional<Instant> poll_timeout() = 0;
  // It is known whom it serves.
  virtual bool authenticated() = 0;
  // Nothing more is wanted or to be sent: the connection says farewell.
  virtual bool finished() = 0;
  // The connection is gone, for whatever reason. The last call.
  virtual void handle_closed(Instant now) = 0;
};

// What a channel may ask of its connection. Valid until handle_closed.
class Carrier {
 public:
  virtual ~Carrier() = default;
  // There is something to send, or another timeout than before. Never calls back from inside.
  virtual void wake() = 0;
  // Ends the connection without a farewell. Never calls back from inside.
  virtual void drop() = 0;
};

class ChannelFactory {
 public:
  virtual ~ChannelFactory() = default;
  // A connection stands. `binding` is its TLS exporter value.
  virtual std::unique_ptr<Channel> open_channel(const sync::ChannelBinding& binding,
                                                Carrier& carrier, Instant now) = 0;
};

}  // namespace feltbog::server
