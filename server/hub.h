// SPDX-License-Identifier: Apache-2.0
// All live sessions of one relay store: tells each what the others brought, keeps one session per
// device, and lets nothing out before it is committed. Next on the data path:
// sync/server_session.h, then relay_runs.cc.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "server/channel.h"
#include "server/log.h"
#include "server/relay_store.h"

namespace feltbog::server {

// One thread. store, clock, log and random must outlive it, and it must outlive its channels.
class Hub final : public ChannelFactory {
 public:
  // Runs a function soon, never from inside: after what is ready now. Everything that sessions
  // store until then is committed together.
  using Later = std::function<void(std::function<void()>)>;

  Hub(RelayStore& store, Clock& clock, Log& log, Random& random, Later later);
  ~Hub() override;

  std::unique_ptr<Channel> open_channel(const sync::ChannelBinding& binding, Carrier& carrier,
                                        Instant now) override;
  std::size_t session_count() const { return sessions_.size(); }
  // Called once the database takes no more writes until it is opened again: the server must end,
  // and whoever supervises it starts it anew.
  void on_failure(std::function<void(Error)> failed) { failed_ = std::move(failed); }
  // Tells every session that the server stops; their connections end once that is sent.
  void close_all();

 private:
  class SessionChannel;
  void joined(SessionChannel& session);
  void left(const SessionChannel& session);
  // `from` stored something in `log`.
  void committed(const SessionChannel& from, const ledger::LogName& log);
  void commit_soon();
  void commit();
  void notify_others(std::uint64_t from, const ledger::LogName& log);
  void bar_revoked(Instant now);

  RelayStore& store_;
  Clock& clock_;
  Log& log_;
  Random& random_;
  Later later_;
  std::function<void(Error)> failed_;
  std::map<std::uint64_t, SessionChannel*> sessions_;
  std::map<DeviceId, std::uint64_t> by_device_;
  struct News {
    std::uint64_t from = 0;
    ledger::LogName log;
  };
  std::vector<News> news_;  // stored since the last commit
  std::uint64_t last_number_ = 0;
  bool commit_waits_ = false;
  // Held by whatever was handed to later_, so that it does nothing once the hub is gone.
  std::shared_ptr<bool> alive_;
};

}  // namespace feltbog::server
