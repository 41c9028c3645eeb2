// SPDX-License-Identifier: Apache-2.0
// Sessions behind channels, and what passes between them.
#include "server/hub.h"

#include <utility>

#include "sync/server_session.h"

namespace feltbog::server {

class Hub::SessionChannel final : public Channel {
 public:
  SessionChannel(Hub& hub, Carrier& carrier, std::uint64_t number, sync::ServerSession session)
      : hub_(hub), carrier_(carrier), number_(number), session_(std::move(session)) {}

  std::uint64_t number() const { return number_; }
  Carrier& carrier() { return carrier_; }
  sync::ServerSession& session() { return session_; }
  const std::optional<sync::Admission>& admission() const { return session_.admission(); }

  void handle_bytes(BytesView bytes, Instant now) override {
    session_.handle_bytes(bytes, now);
    hear_events();
  }
  void handle_timeout(Instant now) override {
    session_.handle_timeout(now);
    hear_events();
  }
  bool wants_input() override { return session_.wants_input(); }
  Bytes poll_transmit(std::size_t bytes_max) override {
    if (hub_.store_.uncommitted()) return {};
    Bytes bytes = session_.poll_transmit(bytes_max);
    hear_events();
    // Draining may have made the session handle more input, and store it. Such bytes were produced
    // before that and may go.
    return bytes;
  }
  std::optional<Instant> poll_timeout() override { return session_.poll_timeout(); }
  bool authenticated() override { return session_.admission().has_value(); }
  bool finished() override { return !hub_.store_.uncommitted() && session_.closed(); }
  void handle_closed(Instant now) override {
    session_.carrier_lost(now);
    hear_events();
    hub_.left(*this);
  }

  void close(ErrorCode code, Instant now) {
    session_.close(code, now);
    hear_events();
    carrier_.wake();
  }

 private:
  void hear_events() {
    while (auto event = session_.poll_event()) {
      switch (event->kind) {
        case sync::ServerEventKind::admitted: hub_.joined(*this); break;
        case sync::ServerEventKind::committed: hub_.committed(*this, event->log); break;
        case sync::ServerEventKind::closed: tell_end(event->error); break;
      }
    }
    if (hub_.store_.uncommitted()) hub_.commit_soon();
  }

  void tell_end(const Error& error) {
    const sync::ServerCounts& counts = session_.counts();
    hub_.log_.event("session_closed", {{"session", number_},
                                       {"code", error_name(error.code)},
                                       {"bytes_in", counts.bytes_received},
                                       {"bytes_out", counts.bytes_sent},
                                       {"runs_in", counts.runs_received},
                                       {"runs_out", counts.runs_sent},
                                       {"refused", counts.refused}});
  }

  Hub& hub_;
  Carrier& carrier_;
  std::uint64_t number_;
  sync::ServerSession session_;
};

Hub::Hub(RelayStore& store, Clock& clock, Log& log, Random& random, Later later)
    : store_(store),
      clock_(clock),
      log_(log),
      random_(random),
      later_(std::move(later)),
      alive_(std::make_shared<bool>(true)) {
  store_.group_commits(true);
}

Hub::~Hub() {
  *alive_ = false;
  // Nobody is left who could be told, but what was stored is worth keeping.
  if (auto done = store_.commit(); !done) log_.error("commit_failed", done.error());
  store_.group_commits(false);
}

std::unique_ptr<Channel> Hub::open_channel(const sync::ChannelBinding& binding, Carrier& carrier,
                                           Instant now) {
  sync::ServerOptions options;
  options.binding = binding;
  // Used wherever the client's carrier has an exporter. A phone's own network stack may have none;
  // its session is still proven by both identities over fresh nonces (docs/threat-model.md).
  options.binding_required = false;
  const std::uint64_t number = ++last_number_;
  auto channel = std::make_unique<SessionChannel>(*this, carrier, number,
                                                  sync::ServerSession(store_, random_, options));
  channel->session().start(now);
  sessions_[number] = channel.get();
  return channel;
}

// The newest session of a device wins: the older one is most often a connection that died
// unnoticed.
void Hub::joined(SessionChannel& session) {
  const sync::Admission& admission = *session.admission();
  if (admission.party != ledger::SessionParty::device) {
    log_.event("session_admitted",
               {{"session", session.number()},
                {"party", admission.party == ledger::SessionParty::invite ? "invite" : "founder"}});
    return;
  }
  log_.event(admission.barred ? "barred_session_admitted" : "session_admitted",
             {{"session", session.number()}, {"device", admission.device}});
  const auto [place, is_first] = by_device_.try_emplace(admission.device, session.number());
  if (is_first) return;
  const auto older = sessions_.find(place->second);
  place->second = session.number();
  if (older == sessions_.end()) return;
  log_.event("session_replaced",
             {{"session", older->second->number()}, {"device", admission.device}});
  older->second->close(ErrorCode::cancelled, clock_.instant());
}

void Hub::left(const SessionChannel& session) {
  sessions_.erase(session.number());
  if (!session.admission()) return;
  const auto found = by_device_.find(session.admission()->device);
  if (found != by_device_.end() && found->second == session.number()) by_device_.erase(found);
}

void Hub::committed(const SessionChannel& from, const ledger::LogName& log) {
  news_.push_back({from.number(), log});
  commit_soon();
}

void Hub::commit_soon() {
  if (commit_waits_) return;
  commit_waits_ = true;
  later_([this, alive = alive_] {
    if (*alive) commit();
  });
}

void Hub::commit() {
  commit_waits_ = false;
  const auto done = store_.commit();
  const std::vector<News> news = std::exchange(news_, {});
  if (!done) {
    // What the sessions believe no longer exists. They are cut off without a word, and their
    // clients send it again.
    log_.error("commit_failed", done.error());
    for (const auto& [number, session] : sessions_) session->carrier().drop();
    if (store_.poisoned() && failed_) failed_(done.error());
    return;
  }
  for (const News& item : news) notify_others(item.from, item.log);
  for (const auto& [number, session] : sessions_) session->carrier().wake();
}

void Hub::notify_others(std::uint64_t from, const ledger::LogName& log) {
  const Instant now = clock_.instant();
  if (!log) bar_revoked(now);
  for (const auto& [number, session] : sessions_) {
    if (number == from || !session->admission()) continue;
    session->session().notify(log, now);
  }
}

// A record of the organisation's log may have barred a device that is connected. It is let in again
// as barred, to hand in what it had not sent.
void Hub::bar_revoked(Instant now) {
  for (const auto& [number, session] : sessions_) {
    const auto& admission = session->admission();
    if (!admission || admission->party != ledger::SessionParty::device) continue;
    if (admission->barred) continue;
    if (store_.device_active(admission->device) || session->session().closed()) continue;
    log_.event("session_barred", {{"session", number}, {"device", admission->device}});
    session->close(ErrorCode::revoked, now);
  }
}

void Hub::close_all() {
  const Instant now = clock_.instant();
  for (const auto& [number, session] : sessions_) session->close(ErrorCode::cancelled, now);
}

}  // namespace feltbog::server
