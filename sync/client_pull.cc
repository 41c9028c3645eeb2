// SPDX-License-Identifier: Apache-2.0
// The client session's receiving half: the handshake, what it holds, and what comes in. Each
// message is stored before the next is looked at. Next on the data path: the replica,
// core/workspace.
#include "sync/client_machine.h"
#include "sync/limits.h"

namespace feltbog::sync {

void ClientMachine::say_hello() {
  hello_.oldest = kProtocolOldest;
  hello_.newest = kProtocolNewest;
  hello_.organisation = replica_.organisation();
  hello_.claim = replica_.claim();
  hello_.nonce = random_.make<ledger::SessionNonce>();
  hello_.binds = options_.binding.has_value();
  hello_body_ = encode_message(hello_);
  link_.send(hello_body_);
  enter(ClientState::greeting, Phase::connecting);
}

Result<void> ClientMachine::on_challenge(BytesView body) {
  FELTBOG_TRY(challenge, decode_message<Challenge>(body));
  if (challenge.version < kProtocolOldest || challenge.version > kProtocolNewest) {
    return Error{ErrorCode::protocol_error, "version " + std::to_string(challenge.version)};
  }
  if (options_.binding_required && !challenge.binds) {
    return Error{ErrorCode::authentication_failed, "no channel binding"};
  }
  const ledger::SessionTranscript transcript =
      transcript_of(hello_body_, hello_, challenge, options_.binding);
  FELTBOG_CHECK(replica_.check_server(transcript, challenge.proof));
  FELTBOG_TRY(proof, replica_.prove(transcript));
  incarnation_ = challenge.incarnation;
  server_time_ = challenge.time;
  send(Proof{proof});
  FELTBOG_CHECK(send_holdings());
  enter(ClientState::joining, Phase::connecting);
  return {};
}

Result<void> ClientMachine::on_welcome(BytesView body) {
  FELTBOG_CHECK(decode_message<Welcome>(body));
  enter(ClientState::pulling, Phase::receiving);
  ClientEvent event;
  event.kind = ClientEventKind::connected;
  event.server_time = server_time_;
  tell(std::move(event));
  return {};
}

Result<void> ClientMachine::on_ping(BytesView body) {
  FELTBOG_CHECK(decode_message<Ping>(body));
  return {};
}

Result<void> ClientMachine::on_bye(BytesView body) {
  FELTBOG_TRY(bye, decode_message<Bye>(body));
  // A server that leaves without a reason is merely gone.
  const ErrorCode code = bye.code == 0 ? ErrorCode::unreachable : error_of(bye.code);
  abandon({code, "said by the server"});
  return {};
}

Result<void> ClientMachine::send_holdings() {
  FELTBOG_TRY(holdings, replica_.holdings(incarnation_));
  if (hello_.claim.party != ledger::SessionParty::device) holdings.spaces.clear();
  if (holdings.spaces.size() > kSpacesMax) {
    return Error{ErrorCode::limit_exceeded, "spaces " + std::to_string(holdings.spaces.size())};
  }
  std::span<const ledger::SpaceHolding> rest = holdings.spaces;
  Have part;
  part.records = holdings.organisation.sequence;
  part.tag = head_tag(holdings.organisation.hash);
  do {
    const auto now = rest.first(std::min(rest.size(), kBatchSpacesMax));
    rest = rest.subspan(now.size());
    part.spaces.clear();
    for (const ledger::SpaceHolding& held : now) {
      part.spaces.push_back(
          {held.space, held.records.sequence, head_tag(held.records.hash), held.position});
    }
    part.more = !rest.empty();
    send(part);
  } while (part.more);
  return {};
}

Result<void> ClientMachine::on_ahead(BytesView body) {
  FELTBOG_TRY(ahead, decode_message<Ahead>(body));
  progress_.runs_expected = progress_.runs_received + ahead.runs;
  progress_.run_bytes_expected = progress_.run_bytes_received + ahead.bytes;
  tell_progress();
  return {};
}

Result<void> ClientMachine::on_records(BytesView body) {
  FELTBOG_TRY(records, decode_message<Records>(body));
  if (records.items.empty()) return Error{ErrorCode::protocol_error, "no records"};
  FELTBOG_CHECK(replica_.store_records(records.log, records.first, records.items));
  progress_.records_received += records.items.size();
  tell_progress();
  return after_live();
}

Result<void> ClientMachine::on_runs(BytesView body) {
  FELTBOG_TRY(runs, decode_message<Runs>(body));
  if (hello_.claim.party != ledger::SessionParty::device) {
    return Error{ErrorCode::protocol_error, "runs before enrolment"};
  }
  FELTBOG_CHECK(replica_.store_runs(runs.space, incarnation_, runs.runs, runs.position));
  heads_owed_.insert(runs.space);
  for (const ledger::RunItem& item : runs.runs) {
    ++progress_.runs_received;
    progress_.run_bytes_received += item.run.size();
  }
  progress_.runs_expected = std::max(progress_.runs_expected, progress_.runs_received);
  progress_.run_bytes_expected =
      std::max(progress_.run_bytes_expected, progress_.run_bytes_received);
  tell_progress();
  return after_live();
}

Result<void> ClientMachine::on_head(BytesView body) {
  FELTBOG_TRY(head, decode_message<Head>(body));
  FELTBOG_CHECK(replica_.store_head(head.space, incarnation_, head.head));
  heads_owed_.erase(head.space);
  return after_live();
}

Result<void> ClientMachine::on_standing(BytesView body) {
  FELTBOG_TRY(standing, decode_message<Standing>(body));
  return replica_.server_differs(standing.log, standing.head);
}

Result<void> ClientMachine::on_withdrawn(BytesView body) {
  FELTBOG_TRY(withdrawn, decode_message<Withdrawn>(body));
  FELTBOG_CHECK(replica_.space_withdrawn(withdrawn.space));
  return after_live();
}

Result<void> ClientMachine::on_pulled(BytesView body) {
  FELTBOG_CHECK(decode_message<Pulled>(body));
  // A server that signs nothing could later deny what it showed.
  if (!heads_owed_.empty()) return Error{ErrorCode::protocol_error, "runs without a signed head"};
  progress_.runs_expected = progress_.runs_received;
  progress_.run_bytes_expected = progress_.run_bytes_received;
  return next_step();
}

Result<void> ClientMachine::after_live() {
  if (state_ != ClientState::live) return {};
  return next_step();
}

}  // namespace feltbog::sync
