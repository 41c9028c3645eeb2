// SPDX-License-Identifier: Apache-2.0
// A ClientSession and the rules by which a device gets from an invite to being in step, so that a
// host only moves bytes: when it says that there is local work, and when to finish.
#pragma once

#include <deque>
#include <optional>

#include "core/workspace/workspace.h"
#include "sync/client_session.h"

namespace feltbog::bridge {

class SyncSession {
 public:
  // The workspace must outlive it.
  SyncSession(workspace::Workspace& workspace, Random& random,
              std::optional<sync::ChannelBinding> binding);

  // Errors: wrong_state (started already; for the others: not started), invalid_argument (time).
  Result<void> start(std::int64_t now);
  Result<void> receive(BytesView bytes, std::int64_t now);
  Result<void> expire(std::int64_t now);
  Result<void> local_work(std::int64_t now);
  Result<void> finish(std::int64_t now);
  Result<void> lost(std::int64_t now);
  Result<bool> wants_input();
  Result<Bytes> output(std::size_t size_max);

  std::optional<Value> event();
  std::optional<std::int64_t> timeout() const;
  bool closed() const { return started_ && session_.closed() && events_.empty(); }

 private:
  // The moment to hand to the session: never earlier than the last.
  Result<Instant> moment(std::int64_t now);
  Result<Instant> moment_once_started(std::int64_t now);
  // Takes the session's events, and acts on those that are this object's business.
  void settle();
  // False when the caller need not hear of it.
  bool caught_up();
  void keep(const sync::ClientEvent& event);

  workspace::Workspace& workspace_;
  bool was_member_;
  sync::ClientSession session_;
  std::deque<Value> events_;
  Instant now_;
  bool started_ = false;
  int nudges_ = 0;
};

}  // namespace feltbog::bridge
