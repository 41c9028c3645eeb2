// SPDX-License-Identifier: Apache-2.0
// The one process that owns a database: answers requests, keeps watches and syncs going, locks when
// nobody asks for anything. Sockets are in owner_socket.h; the process around it in
// owner_process.h.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "apps/host/asker.h"
#include "apps/host/idle.h"
#include "apps/host/log.h"
#include "apps/host/sync_runner.h"
#include "apps/host/transfers.h"
#include "apps/host/vault.h"
#include "apps/host/watch_board.h"
#include "core/crypto/passphrase_cost.h"

namespace feltbog::host {

struct OwnerSetting {
  workspace::Environment environment;
  DataDirectory directory;
  IdlePolicy idle;
  std::int64_t unlock_milliseconds = crypto::PassphraseTarget().milliseconds;
};

// Everything happens on the thread that runs `io`. Requests are answered in the order they arrive,
// except those that take long (sync, watch, attach, save), which answer when they are done.
class Owner {
 public:
  // `leave` is called when the process should end. `io` and `log` must outlive the owner.
  Owner(boost::asio::io_context& io, OwnerSetting setting, Log& log, std::function<void()> leave);
  ~Owner();
  Owner(const Owner&) = delete;
  Owner& operator=(const Owner&) = delete;

  void handle(const std::shared_ptr<Responder>& responder, Request request);
  // Somebody connected, or went and no longer waits for anything.
  void arrived() { ++connections_; }
  void gone(const Responder& responder);
  // A responder that was congested reads again.
  void drained() { schedule_refresh(); }
  // Ends what is under way and closes the database.
  void lock(const Error& why);
  // What the timer does: lets the workspace rest after work, locks it, leaves, each when nothing
  // was asked for long enough.
  void look();
  // Stops the timers, so that the io_context runs out of work.
  void quiet();

 private:
  struct Timer;
  using Handler = void (Owner::*)(const Asker&, Value&);
  struct Verb {
    std::string_view name;
    Handler handler;
  };
  static const Verb kVerbs[];

  void state(const Asker& asker, Value& body);
  void unlock(const Asker& asker, Value& body);
  void change_passphrase(const Asker& asker, Value& body);
  void add_recovery(const Asker& asker, Value& body);
  void lock_asked(const Asker& asker, Value& body);
  void found(const Asker& asker, Value& body);
  void enrol(const Asker& asker, Value& body);
  void call(const Asker& asker, Value& body);
  void watch(const Asker& asker, Value& body);
  void sync(const Asker& asker, Value& body);
  void attach(const Asker& asker, Value& body);
  void save(const Asker& asker, Value& body);
  void cancel(const Asker& asker, Value& body);
  void stop(const Asker& asker, Value& body);

  using Accept = std::function<Result<void>(workspace::Workspace&)>;
  void join_organisation(const Asker& asker, Value& passphrase, const Accept& accept);
  Result<void> prepare_database(Value& passphrase, bool& made);
  void finish_joining(const Asker& asker, bool made, Result<Value> outcome);
  Result<workspace::Workspace*> unlocked();
  bool busy() const { return sync_.busy() || watches_.busy() || transfers_.busy(); }
  void after_change();
  void after_session_event();
  // Carries out the organisation's order to wipe, tells whoever waits for a sync, and ends.
  void wipe();
  void schedule_refresh();
  void lock_if_idle();
  void rest();
  void arm_timer();

  boost::asio::io_context& io_;
  OwnerSetting setting_;
  Log& log_;
  std::function<void()> leave_;
  Vault vault_;
  Idle idle_;
  SyncRunner sync_;
  WatchBoard watches_;
  Transfers transfers_;
  int connections_ = 0;
  std::uint64_t revision_seen_ = 0;
  bool asked_ = false;   // since the timer last looked
  bool active_ = false;  // since the workspace last rested
  bool refresh_scheduled_ = false;
  bool wipe_scheduled_ = false;
  bool quiet_ = false;
  std::unique_ptr<Timer> timer_;
};

}  // namespace feltbog::host
