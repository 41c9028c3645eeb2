// SPDX-License-Identifier: Apache-2.0
#include "sync/server_session.h"

#include "sync/limits.h"
#include "sync/server_machine.h"

namespace feltbog::sync {

ServerMachine::ServerMachine(Relay& relay, Random& random, ServerOptions options)
    : relay_(relay), random_(random), options_(options) {}

void ServerMachine::start(Instant now) {
  if (state_ != ServerState::fresh) return;
  now_ = started_ = now;
  link_.start(now);
  state_ = ServerState::greeting;
}

void ServerMachine::receive(BytesView bytes, Instant now) {
  now_ = now;
  while (!bytes.empty() && state_ != ServerState::closed && state_ != ServerState::fresh) {
    const BytesView slice = bytes.first(std::min(bytes.size(), kInputSliceBytes));
    bytes = bytes.subspan(slice.size());
    if (auto taken = link_.receive(slice, now); !taken) return fail(taken.error());
    handle_frames();
  }
}

void ServerMachine::handle_frames() {
  while (state_ != ServerState::closed && !link_.output_full()) {
    const bool is_stranger = !admission_.has_value();
    const auto frame = link_.next_frame(is_stranger ? kGreetingBytesMax : kFrameBytesMax);
    if (!frame) return fail({ErrorCode::protocol_error, frame.error().detail});
    if (!frame->has_value()) break;
    if (auto handled = handle_frame(**frame); !handled) return fail(handled.error());
  }
  if (auto produced = produce(); !produced) fail(produced.error());
}

Result<void> ServerMachine::handle_frame(BytesView body) {
  FELTBOG_TRY(type, message_type(body));
  const Handler handler = handler_for(state_, type);
  if (handler == nullptr) {
    return Error{ErrorCode::protocol_error, "message " + std::to_string(static_cast<int>(type)) +
                                                " in state " +
                                                std::to_string(static_cast<int>(state_))};
  }
  if (type != MessageType::ping) link_.progressed(now_);
  return (this->*handler)(body);
}

void ServerMachine::timeout(Instant now) {
  now_ = now;
  if (state_ == ServerState::fresh || state_ == ServerState::closed) return;
  if (!admission_ && now >= started_.after(kHandshakeMilliseconds)) {
    return fail({ErrorCode::timed_out, "handshake"});
  }
  switch (link_.due(now, state_ == ServerState::asking)) {
    case Link::Due::nothing: return;
    // Nothing is said to a stranger that he did not ask for.
    case Link::Due::ping: return admission_ ? send(Ping{}) : void();
    case Link::Due::answer: return fail({ErrorCode::timed_out, "holdings"});
    case Link::Due::silence: return abandon({ErrorCode::timed_out, "silence"});
  }
}

void ServerMachine::fail(Error error) {
  if (state_ == ServerState::closed) return;
  if (state_ != ServerState::fresh) send(Bye{farewell_of(error.code)});
  close(std::move(error));
}

void ServerMachine::abandon(Error error) {
  link_.discard_output();
  close(std::move(error));
}

void ServerMachine::close(Error error) {
  if (state_ == ServerState::closed) return;
  state_ = ServerState::closed;
  link_.discard_input();
  ServerEvent event;
  event.kind = ServerEventKind::closed;
  event.error = std::move(error);
  if (admission_) event.admission = *admission_;
  events_.push_back(std::move(event));
}

Bytes ServerMachine::transmit(std::size_t bytes_max) {
  Bytes out = link_.transmit(bytes_max);
  // What had to wait for room may go on now.
  if (!out.empty() && state_ != ServerState::closed && !link_.output_full()) handle_frames();
  return out;
}

std::optional<Instant> ServerMachine::next_timeout() const {
  if (state_ == ServerState::fresh || state_ == ServerState::closed) return std::nullopt;
  const Instant next = link_.next_due(state_ == ServerState::asking);
  return admission_ ? next : std::min(next, started_.after(kHandshakeMilliseconds));
}

// `closed` comes last: what was committed is told before it.
std::optional<ServerEvent> ServerMachine::next_event() {
  ServerEvent event;
  const bool is_closing = !events_.empty() && events_.front().kind == ServerEventKind::closed;
  if (!committed_.empty() && (events_.empty() || is_closing)) {
    event.kind = ServerEventKind::committed;
    event.log = *committed_.begin();
    if (admission_) event.admission = *admission_;
    committed_.erase(committed_.begin());
    return event;
  }
  if (events_.empty()) return std::nullopt;
  event = std::move(events_.front());
  events_.pop_front();
  return event;
}

ServerCounts ServerMachine::counts() const {
  ServerCounts out = counts_;
  out.bytes_received = link_.bytes_received();
  out.bytes_sent = link_.bytes_sent();
  return out;
}

ServerSession::ServerSession(Relay& relay, Random& random, ServerOptions options)
    : machine_(std::make_unique<ServerMachine>(relay, random, options)) {}
ServerSession::~ServerSession() = default;
ServerSession::ServerSession(ServerSession&&) noexcept = default;
ServerSession& ServerSession::operator=(ServerSession&&) noexcept = default;

void ServerSession::start(Instant now) { machine_->start(now); }
void ServerSession::handle_bytes(BytesView bytes, Instant now) { machine_->receive(bytes, now); }
void ServerSession::handle_timeout(Instant now) { machine_->timeout(now); }
void ServerSession::notify(const ledger::LogName& log, Instant now) { machine_->notify(log, now); }
void ServerSession::close(ErrorCode code, Instant) { machine_->fail({code, "by the server"}); }
void ServerSession::carrier_lost(Instant) {
  machine_->abandon({ErrorCode::unreachable, "carrier"});
}
bool ServerSession::wants_input() const { return !machine_->link().output_full(); }
Bytes ServerSession::poll_transmit(std::size_t bytes_max) { return machine_->transmit(bytes_max); }
std::optional<ServerEvent> ServerSession::poll_event() { return machine_->next_event(); }
std::optional<Instant> ServerSession::poll_timeout() const { return machine_->next_timeout(); }
bool ServerSession::closed() const {
  return machine_->state() == ServerState::closed && machine_->link().output_size() == 0;
}
const std::optional<Admission>& ServerSession::admission() const { return machine_->admission(); }
ServerCounts ServerSession::counts() const { return machine_->counts(); }

}  // namespace feltbog::sync
