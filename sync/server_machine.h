// SPDX-License-Identifier: Apache-2.0
// The inside of a ServerSession. The table of what may come when is server_table.cc; letting in and
// answering is server_receive.cc; bringing a device what is new is server_deliver.cc.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <span>

#include "sync/handshake.h"
#include "sync/link.h"
#include "sync/server_session.h"

namespace feltbog::sync {

enum class ServerState : std::uint8_t {
  fresh,       // before start()
  greeting,    // awaits hello
  proving,     // challenge sent, awaits the proof
  asking,      // admitted, awaits the device's holdings
  delivering,  // sends what the device has not, up to `pulled`
  live,        // serves requests, and sends what is new as it comes
  closed,
};
inline constexpr std::size_t kServerStates = 7;

class ServerMachine {
 public:
  ServerMachine(Relay& relay, Random& random, ServerOptions options);

  void start(Instant now);
  void receive(BytesView bytes, Instant now);
  void timeout(Instant now);
  void notify(const ledger::LogName& log, Instant now);
  // Tells the other side, then closes.
  void fail(Error error);
  // Ends without a farewell, and drops what was to be sent.
  void abandon(Error error);
  Bytes transmit(std::size_t bytes_max);

  ServerState state() const { return state_; }
  const Link& link() const { return link_; }
  const std::optional<Admission>& admission() const { return admission_; }
  ServerCounts counts() const;
  std::optional<Instant> next_timeout() const;
  std::optional<ServerEvent> next_event();

  using Handler = Result<void> (ServerMachine::*)(BytesView body);
  struct Row {
    std::uint8_t states;  // a bit for each ServerState
    MessageType type;
    Handler handler;
  };
  // server_table.cc. Null when the message has no business in that state.
  static Handler handler_for(ServerState state, MessageType type);

 private:
  // How far the device has come in one space, and what is left to tell it.
  struct SpaceState {
    std::uint64_t records = 0;
    std::uint64_t position = 0;
    HeadTag tag;                // of its last record, as the device claims
    bool is_known = false;      // the device listed it, or was sent something of it
    bool is_withdrawn = false;  // the device is no member
    bool records_only = false;  // SpaceStanding::log_only
    bool must_look = true;      // membership is to be asked for anew
    bool in_records_queue = false;
    bool in_runs_queue = false;
    std::uint64_t awaited = 0;  // records the next run may cite, already waited for once
    std::optional<ledger::LogHead> differs;  // the server's head, to be told
  };

  static std::span<const Row> table();

  // server_session.cc
  void handle_frames();
  Result<void> handle_frame(BytesView body);
  template <class Message>
  void send(const Message& message) {
    link_.send(encode_message(message));
  }
  void close(Error error);
  void tell(ServerEvent event);

  // server_receive.cc
  Result<void> on_hello(BytesView body);
  Result<void> on_proof(BytesView body);
  Result<void> on_have(BytesView body);
  Result<void> on_ping(BytesView body);
  Result<void> on_bye(BytesView body);
  Result<void> on_append_record(BytesView body);
  Result<void> on_push_runs(BytesView body);
  Result<void> on_offer_chunks(BytesView body);
  Result<void> on_put_chunk(BytesView body);
  Result<void> on_get_chunks(BytesView body);
  Result<void> require_device() const;
  // A device that is not barred: it is shown its spaces.
  bool is_member() const;
  void forget_holdings();
  void note_appended(const ledger::LogName& log, std::uint64_t sequence);
  void note_own_runs(const SpaceId& space, const std::vector<RunOutcome>& outcomes);

  // server_deliver.cc
  Result<void> begin_delivery();
  Result<void> compare_claim(const SpaceId& space, SpaceState& state, Ahead& ahead);
  void take_standing(SpaceState& state, const SpaceStanding& standing);
  void queue_records(const SpaceId& space, SpaceState& state);
  void queue_runs(const SpaceId& space, SpaceState& state);
  // Sends what is due while there is room.
  Result<void> produce();
  // One step. False when nothing is due.
  Result<bool> deliver_one();
  Result<void> deliver_records();
  Result<void> deliver_runs();
  Result<bool> records_are_behind(const SpaceId& space, SpaceState& state);
  void send_runs(const SpaceId& space, SpaceState& state, RunBatch batch);
  Result<void> deliver_cursor();
  // What the server signs about what this session has sent of the space.
  Result<void> send_head(const SpaceId& space, SpaceState& state);
  Result<void> deliver_chunk();
  // The records after `have`, which moves on. Empty when there are none, or none for this device.
  Result<bool> send_records(const ledger::LogName& log, std::uint64_t& have);
  void forget(const SpaceId& space);

  Relay& relay_;
  Random& random_;
  ServerOptions options_;
  Link link_;
  ServerState state_ = ServerState::fresh;
  Instant now_;
  Instant started_;
  ServerCounts counts_;
  std::deque<ServerEvent> events_;
  std::optional<Admission> admission_;
  ledger::SessionTranscript transcript_;

  std::uint64_t organisation_records_ = 0;
  HeadTag organisation_tag_;
  bool organisation_due_ = false;
  std::uint64_t organisation_awaited_ = 0;
  std::map<SpaceId, SpaceState> spaces_;
  std::vector<SpaceId> claimed_;  // in the device's order
  std::deque<SpaceId> records_queue_;
  std::deque<SpaceId> runs_queue_;
  std::set<SpaceId> cursors_due_;        // the device's cursor can move without a run being sent
  std::set<ledger::LogName> committed_;  // to be told as events

  // Positions at which this session's own runs stand, so that they are not sent back.
  std::set<std::pair<SpaceId, std::uint64_t>> own_positions_;
  std::deque<std::pair<SpaceId, std::uint64_t>> own_positions_by_age_;

  SpaceId chunks_space_;
  std::deque<ChunkHash> chunks_wanted_;
};

}  // namespace feltbog::sync
