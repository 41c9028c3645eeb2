// SPDX-License-Identifier: Apache-2.0
// The office's side of a sync session with one device: bytes and time in; bytes, events and the
// next timeout out. It holds no key that opens a run. Data path: from server/hub.h; next:
// sync/relay.h, which the server implements (server/relay_runs.cc).
#pragma once

#include <memory>
#include <optional>

#include "core/base/clock.h"
#include "core/base/random.h"
#include "sync/client_session.h"
#include "sync/relay.h"

namespace feltbog::sync {

class ServerMachine;

struct ServerOptions {
  std::optional<ChannelBinding> binding;
  // Refuse clients that do not bind the channel.
  bool binding_required = false;
};

enum class ServerEventKind : std::uint8_t {
  admitted,   // admission is set
  committed,  // this session appended to `log` (records or runs): notify the other sessions
  closed,     // the last event. error: cancelled when the client said farewell, else why it ended
};
struct ServerEvent {
  ServerEventKind kind = ServerEventKind::closed;
  Admission admission;
  ledger::LogName log;
  Error error{ErrorCode::internal, {}};
};

struct ServerCounts {
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t runs_received = 0;  // appended or held already
  std::uint64_t runs_sent = 0;
  std::uint64_t refused = 0;
};

// Driven like a ClientSession. relay and random must outlive it.
class ServerSession {
 public:
  ServerSession(Relay& relay, Random& random, ServerOptions options = {});
  ~ServerSession();
  ServerSession(ServerSession&&) noexcept;
  ServerSession& operator=(ServerSession&&) noexcept;

  void start(Instant now);
  void handle_bytes(BytesView bytes, Instant now);
  void handle_timeout(Instant now);
  // The log, or the runs of its space, may have grown. Safe to call for every space: the session
  // asks the relay whether its device is a member. Calls before the device has caught up are
  // remembered.
  void notify(const ledger::LogName& log, Instant now);
  // Ends and tells the client why: revoked, or cancelled when the server stops.
  void close(ErrorCode code, Instant now);
  void carrier_lost(Instant now);

  bool wants_input() const;
  Bytes poll_transmit(std::size_t bytes_max);
  std::optional<ServerEvent> poll_event();
  std::optional<Instant> poll_timeout() const;
  bool closed() const;
  // Whom it speaks for; none before it is admitted.
  const std::optional<Admission>& admission() const;
  ServerCounts counts() const;

 private:
  std::unique_ptr<ServerMachine> machine_;
};

}  // namespace feltbog::sync
