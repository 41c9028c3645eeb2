// SPDX-License-Identifier: Apache-2.0
#include "apps/host/sync_runner.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

#include "sync/transport/session_driver.h"
#include "sync/transport/websocket_client.h"

namespace feltbog::host {
namespace {

constexpr std::size_t kListenersMax = 32;
// A session is told of work that the replica made itself this often before it counts as caught up:
// what the server refused stays waiting and must not keep a session going for ever.
constexpr int kNudgesMax = 3;
// Sessions from an invite to a member: one to enrol, one as a member, and room for a lost race.
constexpr int kMembershipRoundsMax = 4;

// What time, or another try, can mend.
bool worth_retrying(ErrorCode code) {
  switch (code) {
    case ErrorCode::unreachable:
    case ErrorCode::timed_out:
    case ErrorCode::protocol_error:
    case ErrorCode::truncated:
    case ErrorCode::conflict:
    case ErrorCode::quota_exceeded:
    case ErrorCode::disk_full:
    case ErrorCode::out_of_memory:
    case ErrorCode::busy:
    case ErrorCode::cancelled: return true;
    default: return false;
  }
}

// The invite checked the form; a database of another version may hold something else.
Result<transport::ServerAddress> transport_address(const workspace::ServerAddress& server) {
  const std::string& text = server.host_and_port;
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0)
    return Error{ErrorCode::malformed, "server address"};
  transport::ServerAddress out;
  out.host = text.substr(0, colon);
  if (out.host.size() > 2 && out.host.front() == '[' && out.host.back() == ']') {
    out.host = out.host.substr(1, out.host.size() - 2);
  }
  std::uint32_t port = 0;
  for (const char digit : std::string_view(text).substr(colon + 1)) {
    if (digit < '0' || digit > '9') return Error{ErrorCode::malformed, "server port"};
    port = port * 10 + static_cast<std::uint32_t>(digit - '0');
    if (port > 65535) return Error{ErrorCode::malformed, "server port"};
  }
  if (port == 0) return Error{ErrorCode::malformed, "server port"};
  out.port = static_cast<std::uint16_t>(port);
  FELTBOG_TRY(pin, transport::SpkiPin::from(server.pin.view()));
  out.pins.push_back(pin);
  return out;
}

}  // namespace

struct SyncRunner::RetryTimer {
  explicit RetryTimer(boost::asio::io_context& io) : timer(io) {}
  boost::asio::steady_timer timer;
  bool waiting = false;
};

// One connection and what it drives. Declared so that the connection goes first.
struct SyncRunner::Session {
  Session(SyncRunner& runner, transport::ServerAddress address,
          std::unique_ptr<transport::FileTrafficSink> sink_in)
      : sink(std::move(sink_in)),
        stage(runner.workspace_->stage()),
        driver(runner.workspace_->replica(), *runner.environment_.random,
               sync::ClientOptions{std::nullopt, true, true},
               [&runner](const sync::ClientEvent& event) { runner.handle_event(event); }),
        client(runner.io_, *runner.environment_.clock, driver, std::move(address), {}, sink.get()) {
  }

  std::unique_ptr<transport::FileTrafficSink> sink;
  workspace::Stage stage;  // as it was when the session began
  transport::SessionDriver driver;
  transport::WebSocketClient client;
};

SyncRunner::SyncRunner(boost::asio::io_context& io, const workspace::Environment& environment,
                       Log& log, std::function<void()> changed)
    : io_(io),
      environment_(environment),
      log_(log),
      changed_(std::move(changed)),
      retry_(std::make_unique<RetryTimer>(io)) {}

SyncRunner::~SyncRunner() = default;

Result<void> SyncRunner::join(workspace::Workspace& workspace, Listener listener,
                              const std::string& record) {
  if (!workspace.server().has_value()) return Error{ErrorCode::wrong_state, "no server known"};
  if (listeners_.size() >= kListenersMax) return Error{ErrorCode::limit_exceeded, "sync listeners"};
  workspace_ = &workspace;
  if (!record.empty()) record_ = record;
  const Instant now = environment_.clock->instant();
  listeners_.push_back({std::move(listener), counted(), now});
  membership_rounds_ = 0;
  if (session_ == nullptr) {
    retry_->timer.cancel();
    retry_->waiting = false;
    // Not at once, so that no answer comes from within this call.
    boost::asio::post(io_, [this] { start_or_fail(); });
    return {};
  }
  if (caught_up_ && !finishing_) {
    boost::asio::post(io_, [this] {
      if (session_ != nullptr && caught_up_) handle_caught_up();
    });
  }
  return {};
}

void SyncRunner::start_or_fail() {
  if (session_ != nullptr || listeners_.empty() || workspace_ == nullptr) return;
  if (const auto started = start_session(); !started.has_value()) fail(started.error());
}

Result<void> SyncRunner::start_session() {
  const auto server = workspace_->server();
  if (!server.has_value()) return Error{ErrorCode::wrong_state, "no server known"};
  FELTBOG_TRY(address, transport_address(*server));
  std::unique_ptr<transport::FileTrafficSink> sink;
  if (!record_.empty()) {
    FELTBOG_TRY(opened, transport::FileTrafficSink::open(*environment_.disk, record_));
    sink = std::move(opened);
  }
  caught_up_ = false;
  finishing_ = false;
  nudges_ = 0;
  refused_.reset();
  session_ = std::make_shared<Session>(*this, std::move(address), std::move(sink));
  session_->client.start();
  Value body;
  body["phase"] = "connecting";
  tell_progress(body);
  return {};
}

void SyncRunner::handle_event(const sync::ClientEvent& event) {
  // First: an order to wipe is carried out before anybody is told that the session ended.
  changed_();
  switch (event.kind) {
    case sync::ClientEventKind::connected: backoff_.succeeded(); break;
    case sync::ClientEventKind::progress: tell_progress(progress_body(event.progress)); break;
    case sync::ClientEventKind::refused:
      log_.error("refused", event.error.code);
      // Somebody else's record came first: the session itself tries again.
      if (event.error.code != ErrorCode::conflict) refused_ = event.error;
      break;
    case sync::ClientEventKind::caught_up: handle_caught_up(); break;
    case sync::ClientEventKind::closed:
      // The driver is in the middle of a call: it goes after that.
      boost::asio::post(io_, [this, ended = std::weak_ptr<Session>(session_), error = event.error] {
        if (const auto session = ended.lock(); session != nullptr && session == session_) {
          handle_ended(error);
        }
      });
      break;
  }
}

void SyncRunner::handle_caught_up() {
  const bool member_now = workspace_->stage() == workspace::Stage::member;
  const bool was_member = session_->stage == workspace::Stage::member;
  if (!was_member) {
    // The replica makes the record that lets this device in once it has seen the log.
    if (!member_now && nudges_ < kNudgesMax) return request_local_work();
    return request_finish();
  }
  if (workspace_->has_local_work() && nudges_ < kNudgesMax) return request_local_work();
  caught_up_ = true;
  Value body = progress_body(session_->driver.session()->progress());
  body["caught_up"] = true;
  tell_progress(body);
  complete_once(refused_);
  refused_.reset();
  leave_if_unwanted();
}

void SyncRunner::handle_ended(const Error& error) {
  total_ = counted();
  const bool became_member = session_->stage != workspace::Stage::member &&
                             workspace_->stage() == workspace::Stage::member;
  // Put out because it was barred: let in once more, it reads why and hands in what it had not
  // sent.
  const bool put_out = error.code == ErrorCode::revoked &&
                       session_->stage == workspace::Stage::member &&
                       workspace_->stage() == workspace::Stage::member;
  const bool wanted = finishing_;
  session_.reset();
  caught_up_ = false;
  if (listeners_.empty()) return;
  if (became_member || (wanted && error.code == ErrorCode::cancelled)) {
    if (++membership_rounds_ > kMembershipRoundsMax) {
      return fail({ErrorCode::protocol_error, "membership does not come about"});
    }
    return start_or_fail();
  }
  if (put_out && ++membership_rounds_ <= kMembershipRoundsMax) return start_or_fail();
  fail(error);
}

void SyncRunner::fail(const Error& error) {
  log_.error("sync", error.code);
  complete_once(error);
  if (worth_retrying(error.code)) return wait_and_retry(error);
  while (!listeners_.empty()) {
    const Waiting waiting = std::move(listeners_.front());
    listeners_.pop_front();
    waiting.listener.done(error);
  }
}

void SyncRunner::wait_and_retry(const Error& error) {
  if (listeners_.empty()) return;
  const Instant now = environment_.clock->instant();
  const Instant next = backoff_.failed(now, *environment_.random);
  const std::int64_t delay = next.milliseconds - now.milliseconds;
  Value body;
  body["phase"] = "waiting";
  body["retry_milliseconds"] = delay;
  body["error"] = error_body(error);
  tell_progress(body);
  retry_->waiting = true;
  retry_->timer.expires_after(std::chrono::milliseconds(delay));
  retry_->timer.async_wait([this](const boost::system::error_code& cancelled) {
    if (cancelled || !retry_->waiting) return;
    retry_->waiting = false;
    membership_rounds_ = 0;
    start_or_fail();
  });
}

void SyncRunner::complete_once(const std::optional<Error>& error) {
  for (auto at = listeners_.begin(); at != listeners_.end();) {
    if (at->listener.mode != SyncMode::once) {
      ++at;
      continue;
    }
    const Waiting waiting = std::move(*at);
    at = listeners_.erase(at);
    if (error.has_value()) {
      waiting.listener.done(*error);
    } else {
      waiting.listener.done(outcome_for(waiting));
    }
  }
}

Value SyncRunner::outcome_for(const Waiting& waiting) const {
  SyncCounters moved = counted();
  moved -= waiting.before;
  Value out = moved.to_value();
  out["milliseconds"] = environment_.clock->instant().milliseconds - waiting.started.milliseconds;
  return out;
}

SyncCounters SyncRunner::counted() const {
  SyncCounters out = total_;
  if (session_ == nullptr) return out;
  const sync::ClientSession* session = session_->driver.session();
  const sync::Progress none;
  out += SyncCounters(session != nullptr ? session->progress() : none, session_->client.traffic());
  return out;
}

void SyncRunner::tell_progress(const Value& body) {
  for (const Waiting& waiting : listeners_) waiting.listener.asker.progress(body);
}

void SyncRunner::local_work() {
  nudges_ = 0;
  if (session_ != nullptr && !finishing_) request_local_work();
}

void SyncRunner::request_local_work() {
  ++nudges_;
  caught_up_ = false;
  session_->driver.local_work(environment_.clock->instant());
  wake_soon();
}

void SyncRunner::request_finish() {
  finishing_ = true;
  caught_up_ = false;
  // A connection that never stood has no session that could say farewell.
  if (session_->driver.session() == nullptr) return session_->client.close();
  session_->driver.finish(environment_.clock->instant());
  wake_soon();
}

void SyncRunner::wake_soon() {
  boost::asio::post(io_, [held = std::weak_ptr<Session>(session_)] {
    if (const auto session = held.lock()) session->client.wake();
  });
}

void SyncRunner::leave_if_unwanted() {
  if (!listeners_.empty()) return;
  record_.clear();
  retry_->waiting = false;
  retry_->timer.cancel();
  if (session_ != nullptr && !finishing_) request_finish();
}

bool SyncRunner::cancel(const Asker& asker) {
  for (auto at = listeners_.begin(); at != listeners_.end(); ++at) {
    if (!(at->listener.asker == asker)) continue;
    const Waiting waiting = std::move(*at);
    listeners_.erase(at);
    waiting.listener.done(Error{ErrorCode::cancelled, {}});
    leave_if_unwanted();
    return true;
  }
  return false;
}

void SyncRunner::drop(const Responder& responder) {
  listeners_.remove_if(
      [&responder](const Waiting& waiting) { return waiting.listener.asker.is_of(responder); });
  leave_if_unwanted();
}

std::vector<SyncRunner::Done> SyncRunner::halt() {
  total_ = counted();
  session_.reset();
  retry_->waiting = false;
  retry_->timer.cancel();
  workspace_ = nullptr;
  std::vector<Done> waited;
  for (Waiting& waiting : listeners_) waited.push_back(std::move(waiting.listener.done));
  listeners_.clear();
  return waited;
}

void SyncRunner::stop(const Error& error) {
  for (const Done& done : halt()) done(error);
}

}  // namespace feltbog::host
