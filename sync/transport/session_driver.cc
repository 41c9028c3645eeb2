// SPDX-License-Identifier: Apache-2.0
// A ClientSession behind the calls of a connection.
#include "sync/transport/session_driver.h"

#include <utility>

namespace feltbog::transport {

SessionDriver::SessionDriver(ledger::Replica& replica, Random& random, sync::ClientOptions options,
                             OnEvent on_event)
    : replica_(replica),
      random_(random),
      options_(std::move(options)),
      on_event_(std::move(on_event)) {}

void SessionDriver::local_work(Instant now) {
  if (!session_) return;
  session_->local_work(now);
  tell_events();
}

void SessionDriver::finish(Instant now) {
  if (!session_) return;
  session_->finish(now);
  tell_events();
}

void SessionDriver::handle_open(const sync::ChannelBinding& binding, Instant now) {
  options_.binding = binding;
  session_.emplace(replica_, random_, options_);
  session_->start(now);
  tell_events();
}

void SessionDriver::handle_bytes(BytesView bytes, Instant now) {
  session_->handle_bytes(bytes, now);
  tell_events();
}

void SessionDriver::handle_timeout(Instant now) {
  session_->handle_timeout(now);
  tell_events();
}

bool SessionDriver::wants_input() { return session_->wants_input(); }

Bytes SessionDriver::poll_transmit(std::size_t bytes_max) {
  Bytes bytes = session_->poll_transmit(bytes_max);
  tell_events();
  return bytes;
}

std::optional<Instant> SessionDriver::poll_timeout() { return session_->poll_timeout(); }

bool SessionDriver::finished() { return session_->closed(); }

void SessionDriver::handle_closed(const std::optional<Error>& error, Instant now) {
  if (!session_) {
    sync::ClientEvent event;
    event.kind = sync::ClientEventKind::closed;
    event.error = error.value_or(Error{ErrorCode::cancelled, "closed before it stood"});
    return on_event_(event);
  }
  session_->carrier_lost(now);
  tell_events(error);
}

// An event's receiver may call back into the session, which makes further events: the loop that is
// under way tells those too, so that their order holds.
void SessionDriver::tell_events(const std::optional<Error>& carrier_error) {
  if (telling_) return;
  telling_ = true;
  while (auto event = session_->poll_event()) {
    const bool lost =
        event->kind == sync::ClientEventKind::closed && event->error.code == ErrorCode::unreachable;
    // The session knows only that the carrier went; the carrier knows why.
    if (lost && carrier_error) event->error = *carrier_error;
    on_event_(*event);
  }
  telling_ = false;
}

}  // namespace feltbog::transport
