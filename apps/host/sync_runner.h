// SPDX-License-Identifier: Apache-2.0
// Runs sync sessions for as long as somebody waits for them: one at a time, reconnecting with
// back-off, and from enrolling or founding on to the first session as a member. The session itself
// is sync/client_session.h, the connection sync/transport/websocket_client.h.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/host/asker.h"
#include "apps/host/log.h"
#include "apps/host/sync_counters.h"
#include "core/workspace/workspace.h"
#include "sync/transport/backoff.h"

namespace boost::asio {
class io_context;
}

namespace feltbog::host {

enum class SyncMode : std::uint8_t {
  once,   // until everything is here and everything sent has its receipt
  watch,  // until cancelled
};

class SyncRunner {
 public:
  // Called once, never from within join(): the counters of what was moved, or why it ended.
  using Done = std::function<void(Result<Value>)>;
  struct Listener {
    Asker asker;
    SyncMode mode = SyncMode::once;
    Done done;
  };

  // `changed` is called whenever a session may have changed the workspace. All must outlive it.
  SyncRunner(boost::asio::io_context& io, const workspace::Environment& environment, Log& log,
             std::function<void()> changed);
  ~SyncRunner();
  SyncRunner(const SyncRunner&) = delete;
  SyncRunner& operator=(const SyncRunner&) = delete;

  // `record` is a file that everything sent and received is appended to, or empty. The workspace
  // must stay open until stop(). Errors: wrong_state (it knows no server yet), limit_exceeded.
  Result<void> join(workspace::Workspace& workspace, Listener listener, const std::string& record);
  // Something new waits to be sent or fetched.
  void local_work();
  // False when it waits for nothing here.
  bool cancel(const Asker& asker);
  // Its listeners are gone and are not told.
  void drop(const Responder& responder);
  // Ends the session at once and tells every listener.
  void stop(const Error& error);
  // Ends the session at once. Whoever waited is yet to be told.
  std::vector<Done> halt();
  bool busy() const { return !listeners_.empty(); }

 private:
  struct Session;
  struct Waiting {
    Listener listener;
    SyncCounters before;
    Instant started;
  };

  Result<void> start_session();
  void start_or_fail();
  void handle_event(const sync::ClientEvent& event);
  void handle_caught_up();
  void handle_ended(const Error& error);
  void fail(const Error& error);
  void wait_and_retry(const Error& error);
  void leave_if_unwanted();
  void complete_once(const std::optional<Error>& error);
  void tell_progress(const Value& body);
  void request_local_work();
  void request_finish();
  void wake_soon();
  Value outcome_for(const Waiting& waiting) const;
  SyncCounters counted() const;

  boost::asio::io_context& io_;
  workspace::Environment environment_;
  Log& log_;
  std::function<void()> changed_;
  workspace::Workspace* workspace_ = nullptr;
  std::string record_;
  std::list<Waiting> listeners_;
  std::shared_ptr<Session> session_;
  SyncCounters total_;
  std::optional<Error> refused_;
  transport::Backoff backoff_;
  bool caught_up_ = false;
  bool finishing_ = false;
  int nudges_ = 0;
  int membership_rounds_ = 0;
  struct RetryTimer;
  std::unique_ptr<RetryTimer> retry_;
};

}  // namespace feltbog::host
