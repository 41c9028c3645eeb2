// SPDX-License-Identifier: Apache-2.0
// The inside of a ClientSession. The table of what may come when is client_table.cc; receiving is
// client_pull.cc; sending and fetching is client_push.cc.
#pragma once

#include <deque>
#include <set>
#include <span>

#include "sync/client_session.h"
#include "sync/handshake.h"
#include "sync/link.h"

namespace feltbog::sync {

enum class ClientState : std::uint8_t {
  fresh,      // before start()
  greeting,   // hello sent
  joining,    // proof and holdings sent
  pulling,    // holdings sent again, or admitted: all that is new comes in
  recording,  // membership records sent
  sending,    // runs sent
  offering,   // chunks offered
  uploading,  // chunks put
  fetching,   // chunks asked for
  live,       // nothing is owed by either side
  closed,
};
inline constexpr std::size_t kClientStates = 11;

class ClientMachine {
 public:
  ClientMachine(ledger::Replica& replica, Random& random, ClientOptions options);

  void start(Instant now);
  void receive(BytesView bytes, Instant now);
  void timeout(Instant now);
  void work(Instant now);
  void finish();
  // Ends without a farewell, and drops what was to be sent.
  void abandon(Error error);
  Bytes transmit(std::size_t bytes_max);

  ClientState state() const { return state_; }
  const Link& link() const { return link_; }
  const Progress& progress() const { return progress_; }
  bool awaits_answer() const;
  std::optional<Instant> next_timeout() const;
  std::optional<ClientEvent> next_event();

  using Handler = Result<void> (ClientMachine::*)(BytesView body);
  struct Row {
    std::uint16_t states;  // a bit for each ClientState
    MessageType type;
    Handler handler;
  };
  // client_table.cc. Null when the message has no business in that state.
  static Handler handler_for(ClientState state, MessageType type);

 private:
  struct RecordInFlight {
    ledger::LogName log;
    std::uint64_t sequence = 0;
  };
  struct RunInFlight {
    RunHash hash;
    std::size_t size = 0;
  };
  struct PushInFlight {
    SpaceId space;
    std::vector<RunInFlight> runs;
  };

  static std::span<const Row> table();

  // client_session.cc: the frame of it all.
  void handle_frames();
  Result<void> handle_frame(BytesView body);
  // Produces whatever may go out now, and ends the session on an error.
  void produce();
  template <class Message>
  void send(const Message& message);
  void enter(ClientState state, Phase phase);
  void tell(ClientEvent event);
  void tell_progress();
  void tell_refused(const ledger::LogName& log, ErrorCode code);
  // Tells the other side, then closes.
  void fail(Error error);
  void close(Error error);

  // client_pull.cc
  void say_hello();
  Result<void> on_challenge(BytesView body);
  Result<void> on_welcome(BytesView body);
  Result<void> on_ping(BytesView body);
  Result<void> on_bye(BytesView body);
  Result<void> on_ahead(BytesView body);
  Result<void> on_records(BytesView body);
  Result<void> on_runs(BytesView body);
  Result<void> on_head(BytesView body);
  Result<void> on_standing(BytesView body);
  Result<void> on_withdrawn(BytesView body);
  Result<void> on_pulled(BytesView body);
  Result<void> send_holdings();
  // What came in without being asked for may give the replica something to do.
  Result<void> after_live();

  // client_push.cc
  Result<void> on_record_answer(BytesView body);
  Result<void> on_runs_answer(BytesView body);
  Result<void> on_chunks_answer(BytesView body);
  Result<void> on_chunk_answer(BytesView body);
  Result<void> on_chunk(BytesView body);
  // Takes up the next thing to do: records, runs, chunks out, chunks in, rest.
  Result<void> next_step();
  Result<bool> start_records();
  Result<bool> start_runs();
  Result<bool> start_offer();
  Result<bool> start_fetch();
  Result<void> rest();
  Result<void> finish_records();
  Result<void> fill_runs();
  Result<void> send_runs(std::vector<ledger::OutgoingRun> runs);
  Result<void> fill_chunks();
  Result<void> settle_runs(const PushInFlight& push, const RunsAnswer& answer);
  Result<void> refuse_chunk(const ledger::ChunkName& name, ErrorCode code);
  void expect_runs(const ledger::Amount& waiting);

  ledger::Replica& replica_;
  Random& random_;
  ClientOptions options_;
  Link link_;
  ClientState state_ = ClientState::fresh;
  Instant now_;
  Instant started_;
  Progress progress_;
  std::deque<ClientEvent> events_;

  Hello hello_;
  Bytes hello_body_;
  ServerIncarnation incarnation_;
  WallTime server_time_;  // as its proof covers it

  std::set<SpaceId> heads_owed_;  // runs came, and not yet what the server signs about them

  // Sent and not answered, oldest first.
  std::deque<RecordInFlight> records_in_flight_;
  bool record_taken_ = false;     // in this round
  bool record_conflict_ = false;  // in this round
  int barren_rounds_ = 0;
  bool records_halted_ = false;

  std::deque<PushInFlight> pushes_in_flight_;
  std::size_t push_bytes_in_flight_ = 0;
  std::size_t runs_in_flight_ = 0;
  std::uint64_t last_run_ = 0;
  bool runs_exhausted_ = false;
  bool runs_halted_ = false;

  std::deque<ledger::ChunkName>
      chunks_waiting_;  // offered, or missing at the server and not yet put
  std::deque<ledger::ChunkName> chunks_in_flight_;  // put, or asked for
  std::uint64_t last_chunk_sent_ = 0;
  std::uint64_t last_chunk_fetched_ = 0;
  bool chunks_halted_ = false;
};

}  // namespace feltbog::sync
