// SPDX-License-Identifier: Apache-2.0
// The server session's receiving half: who is let in, what a device holds, what it pushes. An
// answer is sent only after the relay has committed. Next on the data path: the relay, server/.
#include <algorithm>

#include "sync/limits.h"
#include "sync/server_machine.h"

namespace feltbog::sync {
namespace {

Error broken(std::string_view what) { return {ErrorCode::protocol_error, std::string(what)}; }

// A record that does not follow the log's end lost a race, whichever way the ledger puts it: its
// author rebases it. One that stands there already was taken.
AnswerCode answer_to_append(const Result<void>& appended) {
  if (appended) return kTaken;
  switch (appended.error().code) {
    case ErrorCode::already_exists: return kTaken;
    case ErrorCode::broken_chain:
    case ErrorCode::fork_detected: return answer_of(ErrorCode::conflict);
    default: return answer_of(appended.error().code);
  }
}

}  // namespace

Result<void> ServerMachine::on_hello(BytesView body) {
  FELTBOG_TRY(hello, decode_message<Hello>(body));
  if (hello.newest < kProtocolOldest || hello.oldest > kProtocolNewest) {
    return Error{ErrorCode::unsupported_version, "protocol " + std::to_string(hello.newest)};
  }
  if (options_.binding_required && !hello.binds) {
    return Error{ErrorCode::authentication_failed, "no channel binding"};
  }
  Challenge challenge;
  challenge.version = std::min(hello.newest, kProtocolNewest);
  challenge.nonce = random_.make<ledger::SessionNonce>();
  challenge.incarnation = relay_.incarnation();
  challenge.binds = options_.binding.has_value();
  challenge.time = relay_.time();
  transcript_ = transcript_of(body, hello, challenge, options_.binding);
  FELTBOG_TRY(proof, relay_.prove(transcript_));
  challenge.proof = proof;
  send(challenge);
  state_ = ServerState::proving;
  return {};
}

Result<void> ServerMachine::on_proof(BytesView body) {
  FELTBOG_TRY(proof, decode_message<Proof>(body));
  FELTBOG_TRY(admission, relay_.admit(transcript_, proof.proof));
  admission_ = admission;
  send(Welcome{});
  state_ = ServerState::asking;
  ServerEvent event;
  event.kind = ServerEventKind::admitted;
  event.admission = admission;
  events_.push_back(std::move(event));
  return {};
}

Result<void> ServerMachine::on_ping(BytesView body) {
  FELTBOG_CHECK(decode_message<Ping>(body));
  return {};
}

Result<void> ServerMachine::on_bye(BytesView body) {
  FELTBOG_TRY(bye, decode_message<Bye>(body));
  abandon({bye.code == 0 ? ErrorCode::cancelled : error_of(bye.code), "said by the client"});
  return {};
}

Result<void> ServerMachine::require_device() const {
  if (admission_->party != ledger::SessionParty::device) return broken("not enrolled");
  return {};
}

bool ServerMachine::is_member() const {
  return admission_->party == ledger::SessionParty::device && !admission_->barred;
}

Result<void> ServerMachine::on_have(BytesView body) {
  FELTBOG_TRY(have, decode_message<Have>(body));
  if (state_ == ServerState::live) forget_holdings();
  state_ = ServerState::asking;
  if (!have.spaces.empty()) FELTBOG_CHECK(require_device());
  if (claimed_.size() + have.spaces.size() > kSpacesMax) return broken("count of spaces");
  for (const SpaceClaim& claim : have.spaces) {
    SpaceState state;
    state.records = claim.records;
    state.position = claim.position;
    state.tag = claim.tag;
    state.is_known = true;
    if (!spaces_.emplace(claim.space, state).second) return broken("a space twice");
    claimed_.push_back(claim.space);
  }
  organisation_records_ = have.records;
  organisation_tag_ = have.tag;
  if (have.more) return {};
  return begin_delivery();
}

void ServerMachine::forget_holdings() {
  spaces_.clear();
  claimed_.clear();
  records_queue_.clear();
  runs_queue_.clear();
  cursors_due_.clear();
  own_positions_.clear();
  own_positions_by_age_.clear();
  organisation_awaited_ = 0;
}

// --- membership records ---

Result<void> ServerMachine::on_append_record(BytesView body) {
  FELTBOG_TRY(append, decode_message<AppendRecord>(body));
  if (append.log) FELTBOG_CHECK(require_device());
  const Result<void> appended =
      relay_.append_record(*admission_, append.log, append.sequence, append.item);
  if (!appended && !is_refusal(appended.error().code)) return appended.error();
  const AnswerCode answer = answer_to_append(appended);
  send(RecordAnswer{answer});
  if (answer != kTaken) {
    ++counts_.refused;
    return {};
  }
  committed_.insert(append.log);
  note_appended(append.log, append.sequence);
  return {};
}

// The device holds its own record: it is sent back only together with others it lacks.
void ServerMachine::note_appended(const ledger::LogName& log, std::uint64_t sequence) {
  if (!log) {
    if (sequence == organisation_records_ + 1) ++organisation_records_;
    organisation_due_ = organisation_due_ || sequence > organisation_records_;
    return;
  }
  SpaceState& state = spaces_[*log];
  state.is_known = true;
  if (sequence == state.records + 1) {
    ++state.records;
  } else if (sequence > state.records) {
    queue_records(*log, state);
  }
}

// --- runs ---

Result<void> ServerMachine::on_push_runs(BytesView body) {
  FELTBOG_TRY(push, decode_message<PushRuns>(body));
  FELTBOG_CHECK(require_device());
  RunsAnswer answer;
  Result<AppendedRuns> appended = relay_.append_runs(admission_->device, push.space, push.runs);
  if (!appended) {
    if (!is_refusal(appended.error().code)) return appended.error();
    answer.codes.assign(push.runs.size(), answer_of(appended.error().code));
    counts_.refused += push.runs.size();
    send(answer);
    return {};
  }
  if (appended->runs.size() != push.runs.size()) {
    return Error{ErrorCode::internal, "count of outcomes"};
  }
  for (const RunOutcome& outcome : appended->runs) {
    answer.codes.push_back(outcome.refused ? answer_of(*outcome.refused) : kTaken);
    ++(outcome.refused ? counts_.refused : counts_.runs_received);
  }
  answer.receipt = std::move(appended->receipt);
  send(answer);
  if (!answer.receipt.empty()) {
    committed_.insert(push.space);
    if (is_member()) note_own_runs(push.space, appended->runs);
  }
  return {};
}

// The device holds its own runs. Where they directly follow what it has, its cursor moves past
// them; where others lie between, their positions are remembered and left out when those are sent.
void ServerMachine::note_own_runs(const SpaceId& space, const std::vector<RunOutcome>& outcomes) {
  SpaceState& state = spaces_[space];
  std::vector<std::uint64_t> positions;
  for (const RunOutcome& outcome : outcomes) {
    if (!outcome.refused && outcome.position > state.position) {
      positions.push_back(outcome.position);
    }
  }
  std::sort(positions.begin(), positions.end());
  for (const std::uint64_t position : positions) {
    if (position == state.position + 1) {
      state.position = position;
      cursors_due_.insert(space);
      continue;
    }
    if (!own_positions_.emplace(space, position).second) continue;
    own_positions_by_age_.emplace_back(space, position);
    if (own_positions_by_age_.size() > kOwnPositionsMax) {
      own_positions_.erase(own_positions_by_age_.front());
      own_positions_by_age_.pop_front();
    }
    queue_records(space, state);
  }
}

// --- attachment chunks ---

Result<void> ServerMachine::on_offer_chunks(BytesView body) {
  FELTBOG_TRY(offer, decode_message<OfferChunks>(body));
  FELTBOG_CHECK(require_device());
  ChunksAnswer answer;
  Result<HeldChunks> held = relay_.held_chunks(admission_->device, offer.space, offer.chunks);
  if (held) {
    if (held->held.size() != offer.chunks.size()) {
      return Error{ErrorCode::internal, "count of chunks"};
    }
    answer.held = std::move(held->held);
    answer.receipt = std::move(held->receipt);
  } else if (is_refusal(held.error().code)) {
    answer.code = answer_of(held.error().code);
    counts_.refused += offer.chunks.size();
  } else {
    return held.error();
  }
  send(answer);
  return {};
}

Result<void> ServerMachine::on_put_chunk(BytesView body) {
  FELTBOG_TRY(put, decode_message<PutChunk>(body));
  FELTBOG_CHECK(require_device());
  ChunkAnswer answer;
  Result<Bytes> receipt = relay_.put_chunk(admission_->device, put.space, put.chunk, put.bytes);
  if (receipt) {
    answer.receipt = std::move(*receipt);
  } else if (is_refusal(receipt.error().code)) {
    answer.code = answer_of(receipt.error().code);
    ++counts_.refused;
  } else {
    return receipt.error();
  }
  send(answer);
  return {};
}

Result<void> ServerMachine::on_get_chunks(BytesView body) {
  FELTBOG_TRY(get, decode_message<GetChunks>(body));
  FELTBOG_CHECK(require_device());
  if (!chunks_wanted_.empty()) return broken("chunks asked for twice");
  chunks_space_ = get.space;
  chunks_wanted_.assign(get.chunks.begin(), get.chunks.end());
  return {};
}

}  // namespace feltbog::sync
