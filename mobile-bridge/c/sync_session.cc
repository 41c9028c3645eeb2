// SPDX-License-Identifier: Apache-2.0
#include "mobile-bridge/c/sync_session.h"

#include <algorithm>

namespace feltbog::bridge {
namespace {

constexpr std::int64_t kInstantMax = std::int64_t{1} << 53;
constexpr std::size_t kEventsMax = 256;
// A session is told of work that the replica made itself this often before it counts as caught up:
// what the server refused stays waiting and must not keep a session going for ever.
constexpr int kNudgesMax = 3;

std::string_view kind_name(sync::ClientEventKind kind) {
  switch (kind) {
    case sync::ClientEventKind::connected: return "connected";
    case sync::ClientEventKind::progress: return "progress";
    case sync::ClientEventKind::refused: return "refused";
    case sync::ClientEventKind::caught_up: return "caught_up";
    case sync::ClientEventKind::closed: return "closed";
  }
  return "unknown";
}

std::string_view phase_name(sync::Phase phase) {
  switch (phase) {
    case sync::Phase::connecting: return "connecting";
    case sync::Phase::receiving: return "receiving";
    case sync::Phase::sending: return "sending";
    case sync::Phase::chunks: return "chunks";
    case sync::Phase::live: return "live";
    case sync::Phase::closed: return "closed";
  }
  return "unknown";
}

// Counts are estimates told by the server in part: what does not fit is the largest that does.
Value count(std::uint64_t number) { return Value(std::min<std::uint64_t>(number, INT64_MAX)); }

void describe(const sync::Progress& progress, Value& out) {
  out["phase"] = phase_name(progress.phase);
  out["records_received"] = count(progress.records_received);
  out["records_accepted"] = count(progress.records_accepted);
  out["runs_expected"] = count(progress.runs_expected);
  out["runs_received"] = count(progress.runs_received);
  out["runs_to_send"] = count(progress.runs_to_send);
  out["runs_receipted"] = count(progress.runs_receipted);
  out["run_bytes_expected"] = count(progress.run_bytes_expected);
  out["run_bytes_received"] = count(progress.run_bytes_received);
  out["run_bytes_to_send"] = count(progress.run_bytes_to_send);
  out["run_bytes_receipted"] = count(progress.run_bytes_receipted);
  out["chunks_receipted"] = count(progress.chunks_receipted);
  out["chunks_fetched"] = count(progress.chunks_fetched);
  out["refused"] = count(progress.refused);
}

sync::ClientOptions options_for(std::optional<sync::ChannelBinding> binding) {
  // A host that has a binding speaks to a server that has one: anything else is somebody between.
  return {binding, binding.has_value(), true};
}

}  // namespace

SyncSession::SyncSession(workspace::Workspace& workspace, Random& random,
                         std::optional<sync::ChannelBinding> binding)
    : workspace_(workspace),
      was_member_(workspace.stage() == workspace::Stage::member),
      session_(workspace.replica(), random, options_for(binding)) {}

Result<Instant> SyncSession::moment(std::int64_t now) {
  if (now < 0 || now > kInstantMax) return Error{ErrorCode::invalid_argument, "now"};
  now_ = std::max(now_, Instant{now});
  return now_;
}

Result<Instant> SyncSession::moment_once_started(std::int64_t now) {
  if (!started_) return Error{ErrorCode::wrong_state, "not started"};
  return moment(now);
}

Result<void> SyncSession::start(std::int64_t now) {
  if (started_) return Error{ErrorCode::wrong_state, "started already"};
  FELTBOG_TRY(instant, moment(now));
  started_ = true;
  session_.start(instant);
  settle();
  return {};
}

Result<void> SyncSession::receive(BytesView bytes, std::int64_t now) {
  FELTBOG_TRY(instant, moment_once_started(now));
  session_.handle_bytes(bytes, instant);
  settle();
  return {};
}

Result<void> SyncSession::expire(std::int64_t now) {
  FELTBOG_TRY(instant, moment_once_started(now));
  session_.handle_timeout(instant);
  settle();
  return {};
}

Result<void> SyncSession::local_work(std::int64_t now) {
  FELTBOG_TRY(instant, moment_once_started(now));
  nudges_ = 0;
  session_.local_work(instant);
  settle();
  return {};
}

Result<void> SyncSession::finish(std::int64_t now) {
  FELTBOG_TRY(instant, moment_once_started(now));
  session_.finish(instant);
  settle();
  return {};
}

Result<void> SyncSession::lost(std::int64_t now) {
  FELTBOG_TRY(instant, moment_once_started(now));
  session_.carrier_lost(instant);
  settle();
  return {};
}

Result<bool> SyncSession::wants_input() {
  if (!started_) return Error{ErrorCode::wrong_state, "not started"};
  return session_.wants_input();
}

Result<Bytes> SyncSession::output(std::size_t size_max) {
  if (!started_) return Error{ErrorCode::wrong_state, "not started"};
  if (size_max == 0) return Error{ErrorCode::invalid_argument, "size_max"};
  Bytes bytes = session_.poll_transmit(size_max);
  settle();
  // Settling may have made some: empty has to mean that there are none.
  return bytes.empty() ? session_.poll_transmit(size_max) : std::move(bytes);
}

void SyncSession::settle() {
  while (const auto event = session_.poll_event()) {
    if (event->kind == sync::ClientEventKind::caught_up && !caught_up()) continue;
    keep(*event);
  }
}

bool SyncSession::caught_up() {
  const bool is_member = workspace_.stage() == workspace::Stage::member;
  const bool has_more = was_member_ ? workspace_.has_local_work() : !is_member;
  if (has_more && nudges_ < kNudgesMax) {
    // The record that lets this device in is made once it has seen the log.
    ++nudges_;
    session_.local_work(now_);
    return false;
  }
  if (was_member_) return true;
  session_.finish(now_);
  return false;
}

void SyncSession::keep(const sync::ClientEvent& event) {
  Value out;
  out["kind"] = kind_name(event.kind);
  describe(event.progress, out);
  const bool has_error =
      event.kind == sync::ClientEventKind::refused || event.kind == sync::ClientEventKind::closed;
  if (has_error) {
    out["error"] = static_cast<std::int64_t>(event.error.code);
    out["error_name"] = error_name(event.error.code);
  }
  if (event.kind == sync::ClientEventKind::connected) {
    out["server_time"] = event.server_time.milliseconds;
  }
  if (event.kind == sync::ClientEventKind::closed) {
    out["again"] = !was_member_ && workspace_.stage() == workspace::Stage::member;
    const auto wipe = workspace_.wipe_due();
    out["wipe"] = wipe && *wipe;
  } else if (events_.size() >= kEventsMax) {
    return;
  }
  // Counts are told as they stand: the newest is enough.
  if (!events_.empty() && events_.back()["kind"] == Value("progress")) events_.pop_back();
  events_.push_back(std::move(out));
}

std::optional<Value> SyncSession::event() {
  if (events_.empty()) return std::nullopt;
  Value out = std::move(events_.front());
  events_.pop_front();
  return out;
}

std::optional<std::int64_t> SyncSession::timeout() const {
  if (!started_) return std::nullopt;
  const auto due = session_.poll_timeout();
  if (!due.has_value()) return std::nullopt;
  return due->milliseconds;
}

}  // namespace feltbog::bridge
