// SPDX-License-Identifier: Apache-2.0
// A device's side of a sync session: bytes and time in; bytes, events and the next timeout out. It
// opens no socket and reads no clock. What passes: docs/protocol.md. Data path: outgoing, next is
// server/hub.h; incoming, core/workspace/inbox.h.
#pragma once

#include <memory>
#include <optional>

#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/ledger/replica.h"

namespace feltbog::sync {

class ClientMachine;

// 32 bytes that only the two ends of one carrier connection share: the TLS exporter.
using ChannelBinding = ledger::ChannelBinding;

struct ClientOptions {
  std::optional<ChannelBinding> binding;
  // End with authentication_failed when the server's carrier has no binding (a proxy in between).
  bool binding_required = false;
  bool fetch_chunks = true;
};

enum class Phase : std::uint8_t { connecting, receiving, sending, chunks, live, closed };

// Counts since the session started. "expected" and "to send" are estimates of the whole, never less
// than what was done.
struct Progress {
  Phase phase = Phase::connecting;
  std::uint64_t records_received = 0;
  std::uint64_t runs_expected = 0;
  std::uint64_t run_bytes_expected = 0;
  std::uint64_t runs_received = 0;
  std::uint64_t run_bytes_received = 0;
  std::uint64_t records_accepted = 0;
  std::uint64_t runs_to_send = 0;
  std::uint64_t run_bytes_to_send = 0;
  std::uint64_t runs_receipted = 0;
  std::uint64_t run_bytes_receipted = 0;
  std::uint64_t chunks_receipted = 0;
  std::uint64_t chunks_fetched = 0;
  std::uint64_t refused = 0;  // records, runs and chunks
};

enum class ClientEventKind : std::uint8_t {
  connected,  // each side has proven itself; server_time is set
  progress,   // numbers changed; several changes may be told as one
  refused,    // the server did not take an item: error, and log when it was a record or run of a
              // space
  caught_up,  // all that was to receive is stored, all that was to send is receipted or refused
  closed,     // the last event. error: cancelled after finish() or cancel(), else why it ended
};
struct ClientEvent {
  ClientEventKind kind = ClientEventKind::progress;
  Progress progress;
  Error error{ErrorCode::internal, {}};
  ledger::LogName log;
  WallTime server_time;
};

// Use: start(); then, whenever bytes arrive, time passes or local_work() is called: poll_transmit()
// until empty, poll_event() until none, and arm a timer for poll_timeout(). After `caught_up` the
// session stays and brings what is new as it happens, until finish(). An enrolling or founding
// device: after the first `caught_up` make the record, call local_work(), and after the next
// `caught_up` call finish(); it then starts a session as a member.
//
// The calls store into the replica and read from it, so they take as long as its disk does. One
// thread at a time. `now` never goes back. replica and random must outlive the session.
class ClientSession {
 public:
  ClientSession(ledger::Replica& replica, Random& random, ClientOptions options = {});
  ~ClientSession();
  ClientSession(ClientSession&&) noexcept;
  ClientSession& operator=(ClientSession&&) noexcept;

  void start(Instant now);
  // Bytes from the carrier, cut anywhere. Ignored once closed.
  void handle_bytes(BytesView bytes, Instant now);
  // To be called at poll_timeout() or later; earlier does nothing.
  void handle_timeout(Instant now);
  // The replica has something new to send or to fetch. Cheap, and welcome at any time.
  void local_work(Instant now);
  // Ends politely: the farewell is the last output. What is without a receipt stays in the outbox.
  void finish(Instant now);
  // Ends at once, without a farewell. What was stored stays.
  void cancel(Instant now);
  // The carrier is gone. Ends with unreachable, unless ended already.
  void carrier_lost(Instant now);

  // False while the output is full: leave bytes in the carrier until it was drained. Given more all
  // the same, the session buffers up to kInputBytesMax and then ends with limit_exceeded.
  bool wants_input() const;
  // Up to `bytes_max` of the bytes to send, in order; empty when there are none. Draining may
  // produce more.
  Bytes poll_transmit(std::size_t bytes_max);
  std::optional<ClientEvent> poll_event();
  // None once closed.
  std::optional<Instant> poll_timeout() const;
  // Ended, and nothing left to send.
  bool closed() const;
  const Progress& progress() const;

 private:
  std::unique_ptr<ClientMachine> machine_;
};

}  // namespace feltbog::sync
