// SPDX-License-Identifier: Apache-2.0
#include "sync/client_session.h"

#include "sync/client_machine.h"
#include "sync/limits.h"

namespace feltbog::sync {

ClientMachine::ClientMachine(ledger::Replica& replica, Random& random, ClientOptions options)
    : replica_(replica), random_(random), options_(options) {}

void ClientMachine::start(Instant now) {
  if (state_ != ClientState::fresh) return;
  now_ = started_ = now;
  link_.start(now);
  say_hello();
}

void ClientMachine::receive(BytesView bytes, Instant now) {
  now_ = now;
  while (!bytes.empty() && state_ != ClientState::closed && state_ != ClientState::fresh) {
    const BytesView slice = bytes.first(std::min(bytes.size(), kInputSliceBytes));
    bytes = bytes.subspan(slice.size());
    if (auto taken = link_.receive(slice, now); !taken) return fail(taken.error());
    handle_frames();
  }
}

void ClientMachine::handle_frames() {
  while (state_ != ClientState::closed && !link_.output_full()) {
    const auto frame = link_.next_frame(kFrameBytesMax);
    if (!frame) return fail({ErrorCode::protocol_error, frame.error().detail});
    if (!frame->has_value()) break;
    if (auto handled = handle_frame(**frame); !handled) return fail(handled.error());
  }
  produce();
}

Result<void> ClientMachine::handle_frame(BytesView body) {
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

void ClientMachine::produce() {
  Result<void> produced;
  if (state_ == ClientState::sending) produced = fill_runs();
  if (state_ == ClientState::uploading) produced = fill_chunks();
  if (!produced) fail(produced.error());
}

void ClientMachine::timeout(Instant now) {
  now_ = now;
  if (state_ == ClientState::fresh || state_ == ClientState::closed) return;
  const bool admitted = state_ != ClientState::greeting && state_ != ClientState::joining;
  if (!admitted && now >= started_.after(kHandshakeMilliseconds)) {
    return fail({ErrorCode::timed_out, "handshake"});
  }
  switch (link_.due(now, awaits_answer())) {
    case Link::Due::nothing: return;
    case Link::Due::ping: return send(Ping{});
    case Link::Due::answer: return fail({ErrorCode::timed_out, "answer"});
    case Link::Due::silence: return abandon({ErrorCode::timed_out, "silence"});
  }
}

void ClientMachine::work(Instant now) {
  now_ = now;
  records_halted_ = false;
  barren_rounds_ = 0;
  if (state_ != ClientState::live) return;
  link_.progressed(now);
  if (auto stepped = next_step(); !stepped) return fail(stepped.error());
}

void ClientMachine::finish() {
  if (state_ == ClientState::closed) return;
  if (state_ != ClientState::fresh) send(Bye{});
  close({ErrorCode::cancelled, {}});
}

void ClientMachine::fail(Error error) {
  if (state_ == ClientState::closed) return;
  send(Bye{farewell_of(error.code)});
  close(std::move(error));
}

void ClientMachine::close(Error error) {
  if (state_ == ClientState::closed) return;
  enter(ClientState::closed, Phase::closed);
  link_.discard_input();
  ClientEvent event;
  event.kind = ClientEventKind::closed;
  event.error = std::move(error);
  tell(std::move(event));
}

void ClientMachine::abandon(Error error) {
  link_.discard_output();
  close(std::move(error));
}

Bytes ClientMachine::transmit(std::size_t bytes_max) {
  Bytes out = link_.transmit(bytes_max);
  // What had to wait for room may go on now.
  if (!out.empty() && state_ != ClientState::closed && !link_.output_full()) handle_frames();
  return out;
}

template <class Message>
void ClientMachine::send(const Message& message) {
  link_.send(encode_message(message));
}

void ClientMachine::enter(ClientState state, Phase phase) {
  state_ = state;
  progress_.phase = phase;
}

void ClientMachine::tell(ClientEvent event) {
  event.progress = progress_;
  if (!events_.empty() && events_.back().kind == ClientEventKind::progress) events_.pop_back();
  const bool is_repeat = !events_.empty() && events_.back().kind == event.kind &&
                         event.kind == ClientEventKind::caught_up;
  if (is_repeat) events_.pop_back();
  const bool may_be_lost = event.kind != ClientEventKind::closed;
  if (may_be_lost && events_.size() >= kEventsMax) return;
  events_.push_back(std::move(event));
}

void ClientMachine::tell_progress() {
  ClientEvent event;
  event.kind = ClientEventKind::progress;
  tell(std::move(event));
}

void ClientMachine::tell_refused(const ledger::LogName& log, ErrorCode code) {
  ++progress_.refused;
  ClientEvent event;
  event.kind = ClientEventKind::refused;
  event.error = {code, {}};
  event.log = log;
  tell(std::move(event));
}

bool ClientMachine::awaits_answer() const { return state_ != ClientState::live; }

std::optional<Instant> ClientMachine::next_timeout() const {
  if (state_ == ClientState::fresh || state_ == ClientState::closed) return std::nullopt;
  Instant next = link_.next_due(awaits_answer());
  if (state_ == ClientState::greeting || state_ == ClientState::joining) {
    next = std::min(next, started_.after(kHandshakeMilliseconds));
  }
  return next;
}

std::optional<ClientEvent> ClientMachine::next_event() {
  if (events_.empty()) return std::nullopt;
  ClientEvent event = std::move(events_.front());
  events_.pop_front();
  return event;
}

template void ClientMachine::send(const Hello&);
template void ClientMachine::send(const Proof&);
template void ClientMachine::send(const Have&);
template void ClientMachine::send(const AppendRecord&);
template void ClientMachine::send(const PushRuns&);
template void ClientMachine::send(const OfferChunks&);
template void ClientMachine::send(const PutChunk&);
template void ClientMachine::send(const GetChunks&);

ClientSession::ClientSession(ledger::Replica& replica, Random& random, ClientOptions options)
    : machine_(std::make_unique<ClientMachine>(replica, random, options)) {}
ClientSession::~ClientSession() = default;
ClientSession::ClientSession(ClientSession&&) noexcept = default;
ClientSession& ClientSession::operator=(ClientSession&&) noexcept = default;

void ClientSession::start(Instant now) { machine_->start(now); }
void ClientSession::handle_bytes(BytesView bytes, Instant now) { machine_->receive(bytes, now); }
void ClientSession::handle_timeout(Instant now) { machine_->timeout(now); }
void ClientSession::local_work(Instant now) { machine_->work(now); }
void ClientSession::finish(Instant) { machine_->finish(); }
void ClientSession::cancel(Instant) { machine_->abandon({ErrorCode::cancelled, {}}); }
void ClientSession::carrier_lost(Instant) {
  machine_->abandon({ErrorCode::unreachable, "carrier"});
}
bool ClientSession::wants_input() const { return !machine_->link().output_full(); }
Bytes ClientSession::poll_transmit(std::size_t bytes_max) { return machine_->transmit(bytes_max); }
std::optional<ClientEvent> ClientSession::poll_event() { return machine_->next_event(); }
std::optional<Instant> ClientSession::poll_timeout() const { return machine_->next_timeout(); }
bool ClientSession::closed() const {
  return machine_->state() == ClientState::closed && machine_->link().output_size() == 0;
}
const Progress& ClientSession::progress() const { return machine_->progress(); }

}  // namespace feltbog::sync
