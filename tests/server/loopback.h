// SPDX-License-Identifier: Apache-2.0
// A real listener and real peers over loopback TLS in one process and one thread, on a clock that
// only the test moves.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/listener.h"
#include "sync/transport/websocket_client.h"

namespace feltbog::testing {

class StillClock final : public Clock {
 public:
  WallTime wall_time() override { return wall; }
  Instant instant() override { return now; }
  void advance(std::int64_t milliseconds) {
    wall.milliseconds += milliseconds;
    now.milliseconds += milliseconds;
  }
  WallTime wall{1'793'613'600'000};
  Instant now{1'000'000};
};

class LineLog final : public server::Log {
 public:
  using Log::Log;
  std::vector<std::string> lines;
  bool mentions(std::string_view text) const;

 private:
  void write(std::string_view line) override { lines.emplace_back(line); }
};

// Sends back what it gets.
class EchoFactory final : public server::ChannelFactory {
 public:
  std::unique_ptr<server::Channel> open_channel(const sync::ChannelBinding& binding,
                                                server::Carrier& carrier, Instant now) override;
  std::vector<sync::ChannelBinding> bindings;
  bool authenticate = true;
  // A channel that never reads its peer's answers away: `flood` bytes wait to be sent.
  std::size_t flood = 0;
  std::size_t closed = 0;
};

// Runs `io` until `done` or a few real seconds have passed; returns done().
bool run_until(boost::asio::io_context& io, const std::function<bool()>& done);

// A listener on a free port of 127.0.0.1.
class Loopback {
 public:
  explicit Loopback(server::ChannelFactory& channels, server::Limits limits = {});

  boost::asio::io_context io{1};
  StillClock clock;
  LineLog log{clock};
  transport::SpkiPin pin;
  std::unique_ptr<server::Listener> listener;

  transport::ServerAddress address() const;
  bool run_until(const std::function<bool()>& done) { return testing::run_until(io, done); }
  // Moves the clock and lets the listener look at it.
  void pass(std::int64_t milliseconds);
};

// What a WebSocketClient is driven by in these tests: sends what it is given, keeps what comes.
class RecordingDriver final : public transport::StreamDriver {
 public:
  Bytes to_send;
  Bytes received;
  std::optional<sync::ChannelBinding> binding;
  std::optional<Instant> timeout;
  int timeouts = 0;
  bool reads = true;
  bool is_finished = false;
  bool closed = false;
  std::optional<Error> error;

  void handle_open(const sync::ChannelBinding& found, Instant) override { binding = found; }
  void handle_bytes(BytesView bytes, Instant) override { append(received, bytes); }
  void handle_timeout(Instant) override {
    ++timeouts;
    timeout.reset();
  }
  bool wants_input() override { return reads; }
  Bytes poll_transmit(std::size_t bytes_max) override;
  std::optional<Instant> poll_timeout() override { return timeout; }
  bool finished() override { return is_finished; }
  void handle_closed(const std::optional<Error>& why, Instant) override {
    closed = true;
    error = why;
  }
};

// A TLS peer that sends any text and keeps what comes back until the other side closes.
class RawPeer {
 public:
  RawPeer(boost::asio::io_context& io, std::uint16_t port);
  ~RawPeer();
  // TCP only: says nothing, not even a handshake.
  void connect();
  // Connects, makes TLS, sends `text`.
  void send(std::string text);

  bool connected() const;
  bool secured() const;
  bool closed() const;
  const std::string& answer() const;
  std::string tls_version() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace feltbog::testing
