// SPDX-License-Identifier: Apache-2.0
#include "apps/host/owner.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <utility>

#include "apps/host/owner_call.h"
#include "core/ledger/invite.h"

namespace feltbog::host {
namespace {

std::string_view stage_name(workspace::Stage stage) {
  switch (stage) {
    case workspace::Stage::empty: return "empty";
    case workspace::Stage::founding: return "founding";
    case workspace::Stage::enrolling: return "enrolling";
    case workspace::Stage::member: return "member";
    case workspace::Stage::revoked: return "revoked";
  }
  return "unknown";
}

// The invite will never be taken: what was made for it is of no use.
bool refused_for_good(ErrorCode code) {
  switch (code) {
    case ErrorCode::invite_expired:
    case ErrorCode::invite_used:
    case ErrorCode::invite_unknown:
    case ErrorCode::wrong_server:
    case ErrorCode::authentication_failed: return true;
    default: return false;
  }
}

// An earlier try was cut off before the server had answered: this one goes on from there.
Result<void> go_on_if(bool begun, const Result<void>& outcome) {
  if (begun && !outcome.has_value() && outcome.error().code == ErrorCode::wrong_state) return {};
  return outcome;
}

}  // namespace

struct Owner::Timer {
  explicit Timer(boost::asio::io_context& io) : timer(io) {}
  boost::asio::steady_timer timer;
};

const Owner::Verb Owner::kVerbs[] = {{verb::kState, &Owner::state},
                                     {verb::kUnlock, &Owner::unlock},
                                     {verb::kLock, &Owner::lock_asked},
                                     {verb::kFound, &Owner::found},
                                     {verb::kEnrol, &Owner::enrol},
                                     {verb::kCall, &Owner::call},
                                     {verb::kWatch, &Owner::watch},
                                     {verb::kSync, &Owner::sync},
                                     {verb::kAttach, &Owner::attach},
                                     {verb::kSave, &Owner::save},
                                     {verb::kCancel, &Owner::cancel},
                                     {verb::kStop, &Owner::stop},
                                     {verb::kChangePassphrase, &Owner::change_passphrase},
                                     {verb::kAddRecovery, &Owner::add_recovery}};

Owner::Owner(boost::asio::io_context& io, OwnerSetting setting, Log& log,
             std::function<void()> leave)
    : io_(io),
      setting_(std::move(setting)),
      log_(log),
      leave_(std::move(leave)),
      vault_(setting_.environment, setting_.directory, setting_.unlock_milliseconds),
      idle_(setting_.idle, setting_.environment.clock->instant(),
            setting_.environment.clock->wall_time()),
      sync_(io, setting_.environment, log, [this] { after_session_event(); }),
      transfers_(io, *setting_.environment.disk,
                 [this] {
                   sync_.local_work();
                   after_change();
                 }),
      timer_(std::make_unique<Timer>(io)) {
  arm_timer();
}

Owner::~Owner() { lock({ErrorCode::cancelled, {}}); }

void Owner::handle(const std::shared_ptr<Responder>& responder, Request request) {
  lock_if_idle();
  asked_ = active_ = true;
  idle_.active(setting_.environment.clock->instant(), setting_.environment.clock->wall_time());
  const Asker asker(responder, request.id);
  for (const Verb& row : kVerbs) {
    if (row.name == request.verb) return (this->*row.handler)(asker, request.body);
  }
  asker.error({ErrorCode::unknown_command, "verb"});
}

void Owner::gone(const Responder& responder) {
  --connections_;
  sync_.drop(responder);
  watches_.drop(responder);
  transfers_.drop(responder);
  idle_.active(setting_.environment.clock->instant(), setting_.environment.clock->wall_time());
  arm_timer();
}

void Owner::lock(const Error& why) {
  transfers_.stop(why);
  watches_.stop(why);
  sync_.stop(why);
  rest();
  vault_.lock();
}

Result<workspace::Workspace*> Owner::unlocked() {
  if (vault_.workspace() != nullptr) return vault_.workspace();
  FELTBOG_TRY(there, vault_.exists());
  if (!there) return Error{ErrorCode::not_found, "no database in the data directory"};
  return ErrorCode::locked;
}

void Owner::state(const Asker& asker, Value&) {
  const auto there = vault_.exists();
  if (!there.has_value()) return asker.error(there.error());
  Value out;
  out["database"] = *there;
  out["unlocked"] = vault_.workspace() != nullptr;
  out["syncing"] = sync_.busy();
  out["watches"] = watches_.busy();
  if (const auto* open = vault_.workspace()) {
    out["stage"] = stage_name(open->stage());
    out["revision"] = open->revision();
    out["waiting_to_send"] = open->has_local_work();
  } else if (*there) {
    if (const auto tries = vault_.tries(); tries.has_value()) {
      out["failed_tries"] = std::int64_t{tries->failures};
      out["wait_seconds"] = tries->wait_seconds;
      out["needs_supervisor"] = tries->needs_supervisor;
    }
  }
  asker.result(std::move(out));
}

void Owner::unlock(const Asker& asker, Value& body) {
  const std::string* passphrase = body["passphrase"].text();
  const std::string* code = body["recovery_code"].text();
  if ((passphrase == nullptr) == (code == nullptr)) {
    return asker.error({ErrorCode::invalid_argument, "passphrase"});
  }
  const auto opened =
      code != nullptr ? vault_.unlock_with_recovery(*code) : vault_.unlock(*passphrase);
  wipe_value(body["passphrase"]);
  wipe_value(body["recovery_code"]);
  if (!opened.has_value()) {
    log_.error("unlock", opened.error().code);
    return asker.error(opened.error());
  }
  log_.event(code != nullptr ? "unlocked by recovery code" : "unlocked");
  revision_seen_ = vault_.workspace()->revision();
  arm_timer();
  asker.result(Value::Map{});
}

// A database that is open stays open: the keys inside it do not change.
void Owner::change_passphrase(const Asker& asker, Value& body) {
  const std::string* old_words = body["passphrase"].text();
  const std::string* code = body["recovery_code"].text();
  const std::string* new_words = body["new_passphrase"].text();
  if ((old_words == nullptr) == (code == nullptr) || new_words == nullptr) {
    return asker.error({ErrorCode::invalid_argument, "passphrase"});
  }
  const auto changed = code != nullptr ? vault_.reset_passphrase(*code, *new_words)
                                       : vault_.change_passphrase(*old_words, *new_words);
  for (const char* secret : {"passphrase", "recovery_code", "new_passphrase"}) {
    wipe_value(body[secret]);
  }
  if (!changed.has_value()) {
    log_.error("change passphrase", changed.error().code);
    return asker.error(changed.error());
  }
  log_.event(code != nullptr ? "passphrase reset" : "passphrase changed");
  asker.result(Value::Map{});
}

void Owner::add_recovery(const Asker& asker, Value& body) {
  const std::string* passphrase = body["passphrase"].text();
  if (passphrase == nullptr) return asker.error({ErrorCode::invalid_argument, "passphrase"});
  const auto code = vault_.add_recovery(*passphrase);
  wipe_value(body["passphrase"]);
  if (!code.has_value()) {
    log_.error("add recovery", code.error().code);
    return asker.error(code.error());
  }
  log_.event("recovery code added");
  Value out;
  out["code"] = *code;
  asker.result(std::move(out));
}

void Owner::lock_asked(const Asker& asker, Value&) {
  lock({ErrorCode::locked, "asked to"});
  log_.event("locked");
  asker.result(Value::Map{});
}

void Owner::found(const Asker& asker, Value& body) {
  auto invite = ledger::FoundingInvite::parse(body["invite"].text_or(""));
  if (!invite.has_value()) return asker.error(invite.error());
  join_organisation(asker, body["passphrase"], [&](workspace::Workspace& workspace) {
    const auto founded = workspace.found_organisation(*invite, body["name"].text_or(""));
    return go_on_if(workspace.stage() == workspace::Stage::founding, founded);
  });
}

void Owner::enrol(const Asker& asker, Value& body) {
  auto invite = ledger::Invite::parse(body["invite"].text_or(""));
  if (!invite.has_value()) return asker.error(invite.error());
  join_organisation(asker, body["passphrase"], [&](workspace::Workspace& workspace) {
    const auto accepted = workspace.accept_invite(*invite);
    return go_on_if(workspace.stage() == workspace::Stage::enrolling, accepted);
  });
}

Result<void> Owner::prepare_database(Value& passphrase, bool& made) {
  const std::string* words = passphrase.text();
  if (words == nullptr) return Error{ErrorCode::invalid_argument, "passphrase"};
  FELTBOG_TRY(there, vault_.exists());
  made = !there;
  auto open = there ? vault_.unlock(*words) : vault_.create(*words);
  wipe_value(passphrase);
  if (!open.has_value() && made) (void)vault_.discard().has_value();
  return open;
}

void Owner::join_organisation(const Asker& asker, Value& passphrase, const Accept& accept) {
  bool made = false;
  if (const auto ready = prepare_database(passphrase, made); !ready.has_value()) {
    return asker.error(ready.error());
  }
  workspace::Workspace& workspace = *vault_.workspace();
  arm_timer();
  const auto stage = workspace.stage();
  if (stage == workspace::Stage::member || stage == workspace::Stage::revoked) {
    return asker.error({ErrorCode::already_exists, "this device belongs to an organisation"});
  }
  auto accepted = accept(workspace);
  if (accepted.has_value()) {
    const auto done = [this, asker, made](Result<Value> outcome) {
      // Posted, because the runner is still in the middle of telling.
      boost::asio::post(io_, [this, asker, made, outcome = std::move(outcome)]() mutable {
        finish_joining(asker, made, std::move(outcome));
      });
    };
    accepted = sync_.join(workspace, {asker, SyncMode::once, done}, {});
    if (accepted.has_value()) return;
  }
  finish_joining(asker, made, accepted.error());
}

// A database whose invite nobody will ever take is removed again, so that the next invite finds the
// folder as it was. Nothing is written in one that is enrolling; one that founded an organisation
// may hold work already, unless it was made just now.
void Owner::finish_joining(const Asker& asker, bool made, Result<Value> outcome) {
  workspace::Workspace* workspace = vault_.workspace();
  if (outcome.has_value() || workspace == nullptr) return asker.answer(std::move(outcome));
  const auto stage = workspace->stage();
  if (stage == workspace::Stage::founding && outcome.error().code == ErrorCode::already_exists) {
    // The server has an organisation: a founding invite is used by the first.
    outcome = Error{ErrorCode::invite_used, "the server has an organisation already"};
  }
  const bool refused = refused_for_good(outcome.error().code);
  const bool useless = (made && stage == workspace::Stage::empty) ||
                       (made && stage == workspace::Stage::founding && refused) ||
                       (stage == workspace::Stage::enrolling && refused);
  if (useless) {
    lock(outcome.error());
    if (const auto removed = vault_.discard(); !removed.has_value()) {
      log_.error("discard", removed.error().code);
    }
  }
  asker.answer(std::move(outcome));
}

void Owner::call(const Asker& asker, Value& body) {
  const auto open = unlocked();
  if (!open.has_value()) return asker.error(open.error());
  const auto prepared = OwnerCall::from(body);
  if (!prepared.has_value()) return asker.error(prepared.error());
  asker.answer((*open)->call(prepared->command, prepared->parameters, prepared->context));
  if ((*open)->revision() != revision_seen_ && (*open)->has_local_work()) sync_.local_work();
  after_change();
}

void Owner::watch(const Asker& asker, Value& body) {
  const auto open = unlocked();
  if (!open.has_value()) return asker.error(open.error());
  auto prepared = OwnerCall::from(body);
  if (!prepared.has_value()) return asker.error(prepared.error());
  std::optional<std::uint64_t> since;
  if (const std::int64_t* revision = body["since"].integer();
      revision != nullptr && *revision >= 0) {
    since = static_cast<std::uint64_t>(*revision);
  }
  auto opened = workspace::Watch::open(**open, prepared->command, std::move(prepared->parameters),
                                       prepared->context, since);
  if (!opened.has_value()) return asker.error(opened.error());
  const auto taken = watches_.open(asker, std::move(*opened));
  if (!taken.has_value()) asker.error(taken.error());
}

void Owner::sync(const Asker& asker, Value& body) {
  const auto open = unlocked();
  if (!open.has_value()) return asker.error(open.error());
  const std::string mode = body["mode"].text_or("once");
  if (mode != "once" && mode != "watch") return asker.error({ErrorCode::invalid_argument, "mode"});
  SyncRunner::Listener listener{
      asker, mode == "once" ? SyncMode::once : SyncMode::watch,
      [asker](Result<Value> outcome) { asker.answer(std::move(outcome)); }};
  const auto joined = sync_.join(**open, std::move(listener), body["record"].text_or(""));
  if (!joined.has_value()) asker.error(joined.error());
}

void Owner::attach(const Asker& asker, Value& body) {
  const auto open = unlocked();
  if (!open.has_value()) return asker.error(open.error());
  const auto begun = transfers_.attach(asker, **open, body["file"].text_or(""),
                                       body["path"].text_or(""), body["name"].text_or(""));
  if (!begun.has_value()) asker.error(begun.error());
}

void Owner::save(const Asker& asker, Value& body) {
  const auto open = unlocked();
  if (!open.has_value()) return asker.error(open.error());
  const auto begun =
      transfers_.save(asker, **open, body["file"].text_or(""), body["attachment"].text_or(""),
                      body["path"].text_or(""), body["purpose"].text_or(""));
  if (!begun.has_value()) return asker.error(begun.error());
}

void Owner::cancel(const Asker& asker, Value& body) {
  const std::int64_t* id = body["id"].integer();
  if (id == nullptr || *id < 0) return asker.error({ErrorCode::invalid_argument, "id"});
  const Asker target = asker.sibling(static_cast<std::uint64_t>(*id));
  Value out;
  out["cancelled"] = sync_.cancel(target) || watches_.cancel(target) || transfers_.cancel(target);
  asker.result(std::move(out));
}

void Owner::stop(const Asker& asker, Value&) {
  lock({ErrorCode::locked, "the owner stops"});
  log_.event("stopped");
  asker.result(Value::Map{});
  leave_();
}

void Owner::quiet() {
  quiet_ = true;
  timer_->timer.cancel();
}

void Owner::after_change() {
  if (vault_.workspace() == nullptr || vault_.workspace()->revision() == revision_seen_) return;
  revision_seen_ = vault_.workspace()->revision();
  active_ = true;
  schedule_refresh();
}

// Posted, because a session may be in the middle of telling.
void Owner::after_session_event() {
  after_change();
  if (vault_.workspace() == nullptr || wipe_scheduled_) return;
  const auto due = vault_.workspace()->wipe_due();
  if (!due.has_value() || !*due) return;
  wipe_scheduled_ = true;
  boost::asio::post(io_, [this] { wipe(); });
}

void Owner::wipe() {
  const std::vector<SyncRunner::Done> waited = sync_.halt();
  active_ = false;  // nothing is to be saved for a next opening
  lock({ErrorCode::revoked, {}});
  const auto wiped = vault_.wipe();
  const Error end =
      wiped.has_value() ? Error{ErrorCode::revoked, std::string(kWiped)} : wiped.error();
  for (const SyncRunner::Done& done : waited) done(end);
  leave_();
}

// Posted and coalesced: many changes in a row are one look.
void Owner::schedule_refresh() {
  if (refresh_scheduled_ || !watches_.busy()) return;
  refresh_scheduled_ = true;
  boost::asio::post(io_, [this] {
    refresh_scheduled_ = false;
    watches_.refresh();
  });
}

void Owner::lock_if_idle() {
  Clock& clock = *setting_.environment.clock;
  if (busy()) idle_.active(clock.instant(), clock.wall_time());
  if (vault_.workspace() == nullptr || !idle_.should_lock(clock.instant(), clock.wall_time()))
    return;
  lock({ErrorCode::locked, "idle"});
  log_.event("locked idle");
}

void Owner::arm_timer() {
  if (quiet_) return;
  Clock& clock = *setting_.environment.clock;
  const std::int64_t wait = idle_.next_check_milliseconds(clock.instant(), clock.wall_time(),
                                                          vault_.workspace() == nullptr);
  timer_->timer.expires_after(std::chrono::milliseconds(wait));
  timer_->timer.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled) look();
  });
}

void Owner::rest() {
  workspace::Workspace* workspace = vault_.workspace();
  if (workspace == nullptr || !std::exchange(active_, false)) return;
  if (const auto rested = workspace->rest(); !rested.has_value()) {
    log_.error("rest", rested.error().code);
  }
}

void Owner::look() {
  if (!std::exchange(asked_, false)) rest();
  lock_if_idle();
  Clock& clock = *setting_.environment.clock;
  if (connections_ == 0 && !busy() && idle_.should_leave(clock.instant(), clock.wall_time())) {
    log_.event("left idle");
    return leave_();
  }
  arm_timer();
}

}  // namespace feltbog::host
