// SPDX-License-Identifier: Apache-2.0
// A sync session as a StreamDriver: makes a ClientSession once the connection stands and hands its
// events on. Next on the data path: sync/client_session.h.
#pragma once

#include <functional>
#include <optional>

#include "sync/transport/stream_driver.h"

namespace feltbog::transport {

// For one connection; make another for the next. The session needs the connection's binding, so it
// does not exist before handle_open.
class SessionDriver final : public StreamDriver {
 public:
  // Called with each event, in order, from within the driver's calls; it may call local_work and
  // finish, and must not destroy driver or connection. The last event is `closed`, also when no
  // session came about; its error is then the connection's.
  using OnEvent = std::function<void(const sync::ClientEvent&)>;

  // replica, random and what `on_event` refers to must outlive it. options.binding is replaced.
  SessionDriver(ledger::Replica& replica, Random& random, sync::ClientOptions options,
                OnEvent on_event);

  // The replica has something new. Follow with WebSocketClient::wake().
  void local_work(Instant now);
  // Ends politely. Follow with WebSocketClient::wake(). Before the connection stands it does
  // nothing: close the connection instead.
  void finish(Instant now);
  // Null before the connection stands.
  const sync::ClientSession* session() const { return session_ ? &*session_ : nullptr; }

  void handle_open(const sync::ChannelBinding& binding, Instant now) override;
  void handle_bytes(BytesView bytes, Instant now) override;
  void handle_timeout(Instant now) override;
  bool wants_input() override;
  Bytes poll_transmit(std::size_t bytes_max) override;
  std::optional<Instant> poll_timeout() override;
  bool finished() override;
  void handle_closed(const std::optional<Error>& error, Instant now) override;

 private:
  void tell_events(const std::optional<Error>& carrier_error = std::nullopt);
  ledger::Replica& replica_;
  Random& random_;
  sync::ClientOptions options_;
  OnEvent on_event_;
  std::optional<sync::ClientSession> session_;
  bool telling_ = false;
};

}  // namespace feltbog::transport
