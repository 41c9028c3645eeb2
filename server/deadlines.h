// SPDX-License-Identifier: Apache-2.0
// When a connection must go: one absolute deadline per phase. It holds no timer.
#pragma once

#include <optional>

#include "core/base/clock.h"
#include "server/limits.h"

namespace feltbog::server {

enum class Phase {
  handshake,       // TLS
  header,          // the HTTP request
  response,        // a plain answer is being written
  authentication,  // the WebSocket stands, the session does not know the device yet
  live,            // the device is known
  closing,         // the farewell
  closed,
};

// The name used in log lines, "handshake".
const char* phase_name(Phase phase);

class Deadlines {
 public:
  // Starts in Phase::handshake. `limits` must outlive it.
  Deadlines(const Limits& limits, Instant now) : limits_(limits) { enter(Phase::handshake, now); }

  void enter(Phase phase, Instant now);
  Phase phase() const { return phase_; }
  // A sign of life was received. Moves the deadline of the live phase only.
  void received(Instant now);
  void write_started(Instant now) { write_deadline_ = now.after(limits_.write_milliseconds); }
  void write_finished() { write_deadline_.reset(); }
  bool expired(Instant now) const;

 private:
  const Limits& limits_;
  Phase phase_ = Phase::handshake;
  std::optional<Instant> deadline_;
  std::optional<Instant> write_deadline_;
};

}  // namespace feltbog::server
