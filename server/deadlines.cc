// SPDX-License-Identifier: Apache-2.0
// The deadline of each phase of a connection.
#include "server/deadlines.h"

namespace feltbog::server {

const char* phase_name(Phase phase) {
  switch (phase) {
    case Phase::handshake: return "handshake";
    case Phase::header: return "header";
    case Phase::response: return "response";
    case Phase::authentication: return "authentication";
    case Phase::live: return "live";
    case Phase::closing: return "closing";
    case Phase::closed: return "closed";
  }
  return "unknown";
}

void Deadlines::enter(Phase phase, Instant now) {
  phase_ = phase;
  switch (phase) {
    case Phase::handshake: deadline_ = now.after(limits_.handshake_milliseconds); break;
    case Phase::header: deadline_ = now.after(limits_.header_milliseconds); break;
    case Phase::response: deadline_ = now.after(limits_.write_milliseconds); break;
    case Phase::authentication: deadline_ = now.after(limits_.authentication_milliseconds); break;
    case Phase::live: deadline_ = now.after(limits_.idle_milliseconds); break;
    case Phase::closing: deadline_ = now.after(limits_.close_milliseconds); break;
    case Phase::closed: deadline_.reset(); break;
  }
}

void Deadlines::received(Instant now) {
  if (phase_ == Phase::live) deadline_ = now.after(limits_.idle_milliseconds);
}

bool Deadlines::expired(Instant now) const {
  if (phase_ == Phase::closed) return false;
  return (deadline_ && now >= *deadline_) || (write_deadline_ && now >= *write_deadline_);
}

}  // namespace feltbog::server
