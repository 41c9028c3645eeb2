// SPDX-License-Identifier: Apache-2.0
// What a connection drives: something that takes and gives bytes and time and does no I/O of its
// own. session_driver.h makes one of a sync session; websocket_client.h calls it.
#pragma once

#include <optional>

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "sync/client_session.h"

namespace feltbog::transport {

// All calls come from the thread that runs the connection's io_context, one at a time. Order:
// handle_open once, then any of the others, then handle_closed once and nothing after it. A
// connection that never stood gives handle_closed alone.
class StreamDriver {
 public:
  virtual ~StreamDriver() = default;
  // The encrypted stream to the expected server stands. `binding` is its TLS exporter value (RFC
  // 9266): equal on both ends of this connection and on no other.
  virtual void handle_open(const sync::ChannelBinding& binding, Instant now) = 0;
  // Received bytes, in order, split anywhere.
  virtual void handle_bytes(BytesView bytes, Instant now) = 0;
  // The instant given by poll_timeout has passed.
  virtual void handle_timeout(Instant now) = 0;
  // False while received bytes should stay in the network. Asked again after every sending.
  virtual bool wants_input() = 0;
  // Up to `bytes_max` of the next bytes to send; empty when there are none now. Asked again only
  // when the bytes before were taken by the network, so that what waits, waits in the session,
  // which has limits for it.
  virtual Bytes poll_transmit(std::size_t bytes_max) = 0;
  virtual std::optional<Instant> poll_timeout() = 0;
  // True once nothing more is wanted: what poll_transmit still gives is sent, then the stream
  // closes.
  virtual bool finished() = 0;
  // The connection is gone. Without an error when this side closed or was finished. Errors:
  // unreachable (no such host, refused, lost), timed_out, wrong_server (another public key),
  // protocol_error (it speaks something else).
  virtual void handle_closed(const std::optional<Error>& error, Instant now) = 0;
};

}  // namespace feltbog::transport
