// SPDX-License-Identifier: Apache-2.0
// The client session's sending half: membership records one round at a time, then runs in a window,
// then attachment chunks out and in. An item leaves its queue only by the server's answer.
#include "sync/client_machine.h"
#include "sync/limits.h"

namespace feltbog::sync {

namespace {

Error unasked(std::string_view what) {
  return {ErrorCode::protocol_error, "unasked answer: " + std::string(what)};
}

// After one of these there is no point in sending the next.
bool concerns_all(ErrorCode code) {
  return code == ErrorCode::quota_exceeded || code == ErrorCode::revoked;
}

// The names at the front that share a space.
std::deque<ledger::ChunkName> of_one_space(const std::vector<ledger::ChunkName>& names) {
  std::deque<ledger::ChunkName> out;
  for (const ledger::ChunkName& name : names) {
    if (name.space != names.front().space || out.size() == kBatchChunksMax) break;
    out.push_back(name);
  }
  return out;
}

std::vector<ChunkHash> hashes_of(const std::deque<ledger::ChunkName>& names) {
  std::vector<ChunkHash> out;
  for (const ledger::ChunkName& name : names) out.push_back(name.hash);
  return out;
}

}  // namespace

Result<void> ClientMachine::next_step() {
  FELTBOG_TRY(recording, start_records());
  if (recording) return {};
  if (hello_.claim.party != ledger::SessionParty::device) return rest();
  FELTBOG_TRY(sending, start_runs());
  if (sending) return {};
  FELTBOG_TRY(offering, start_offer());
  if (offering) return {};
  FELTBOG_TRY(fetching, start_fetch());
  if (fetching) return {};
  return rest();
}

Result<void> ClientMachine::rest() {
  FELTBOG_TRY(is_barred, replica_.barred());
  if (is_barred) return Error{ErrorCode::revoked, {}};
  FELTBOG_CHECK(replica_.caught_up(server_time_));
  enter(ClientState::live, Phase::live);
  ClientEvent event;
  event.kind = ClientEventKind::caught_up;
  tell(std::move(event));
  return {};
}

// --- membership records ---

Result<bool> ClientMachine::start_records() {
  const bool is_newcomer = hello_.claim.party != ledger::SessionParty::device;
  // A newcomer is let in for one record. What else it has made waits until it returns as a device.
  if (records_halted_ || (is_newcomer && progress_.records_accepted > 0)) return false;
  FELTBOG_TRY(records, replica_.records_to_send(kPushBytesInFlightMax));
  const std::size_t count_max = is_newcomer ? 1 : kRecordsInFlightMax;
  if (records.size() > count_max) records.resize(count_max);
  if (is_newcomer && !records.empty() && records.front().log) return false;
  for (ledger::OutgoingRecord& record : records) {
    if (record.item.record.size() > ledger::kSessionRecordMax ||
        record.item.wraps.size() > ledger::kSessionWrapsMax) {
      return Error{ErrorCode::limit_exceeded, "record to send"};
    }
    records_in_flight_.push_back({record.log, record.sequence});
    send(AppendRecord{record.log, record.sequence, std::move(record.item)});
  }
  if (records.empty()) return false;
  record_taken_ = record_conflict_ = false;
  enter(ClientState::recording, Phase::sending);
  return true;
}

Result<void> ClientMachine::on_record_answer(BytesView body) {
  FELTBOG_TRY(answer, decode_message<RecordAnswer>(body));
  if (records_in_flight_.empty()) return unasked("record");
  const RecordInFlight record = records_in_flight_.front();
  records_in_flight_.pop_front();
  if (answer.code == kTaken) {
    FELTBOG_CHECK(replica_.record_accepted(record.log, record.sequence));
    record_taken_ = true;
    ++progress_.records_accepted;
    tell_progress();
  } else {
    const ErrorCode code = error_of(answer.code);
    FELTBOG_CHECK(replica_.record_refused(record.log, record.sequence, code));
    if (code == ErrorCode::conflict) {
      record_conflict_ = true;
    } else {
      tell_refused(record.log, code);
    }
  }
  if (!records_in_flight_.empty()) return {};
  return finish_records();
}

Result<void> ClientMachine::finish_records() {
  barren_rounds_ = record_taken_ ? 0 : barren_rounds_ + 1;
  if (barren_rounds_ >= kConflictRoundsMax) {
    records_halted_ = true;
    tell_refused({}, ErrorCode::conflict);
    return next_step();
  }
  if (!replica_.reads_more() && !record_conflict_) return next_step();
  // What this device may read now; or somebody else wrote first: take theirs, then the replica
  // offers ours anew.
  FELTBOG_CHECK(send_holdings());
  enter(ClientState::pulling, Phase::receiving);
  return {};
}

// --- runs ---

void ClientMachine::expect_runs(const ledger::Amount& waiting) {
  progress_.runs_to_send = progress_.runs_receipted + waiting.items;
  progress_.run_bytes_to_send = progress_.run_bytes_receipted + waiting.bytes;
}

Result<bool> ClientMachine::start_runs() {
  if (runs_halted_) return false;
  runs_exhausted_ = false;
  FELTBOG_TRY(waiting, replica_.waiting_to_send());
  expect_runs(waiting);
  FELTBOG_CHECK(fill_runs());
  if (pushes_in_flight_.empty()) return false;
  enter(ClientState::sending, Phase::sending);
  tell_progress();
  return true;
}

Result<void> ClientMachine::fill_runs() {
  // The first batch goes out whatever the output holds: without it nobody would come back here.
  while (!runs_exhausted_ && !runs_halted_ && push_bytes_in_flight_ < kPushBytesInFlightMax &&
         runs_in_flight_ < kRunsInFlightMax &&
         (!link_.output_full() || pushes_in_flight_.empty())) {
    FELTBOG_TRY(runs, replica_.runs_to_send(kBatchBytes, last_run_));
    if (runs.empty()) {
      runs_exhausted_ = true;
      break;
    }
    FELTBOG_CHECK(send_runs(std::move(runs)));
  }
  return {};
}

Result<void> ClientMachine::send_runs(std::vector<ledger::OutgoingRun> runs) {
  PushRuns push;
  PushInFlight in_flight;
  std::size_t push_bytes = 0;
  const auto flush = [&] {
    if (push.runs.empty()) return;
    send(push);
    pushes_in_flight_.push_back(std::move(in_flight));
    push.runs.clear();
    in_flight = {};
    push_bytes = 0;
  };
  for (ledger::OutgoingRun& run : runs) {
    if (run.place <= last_run_) return Error{ErrorCode::internal, "place of a run"};
    const std::size_t size = run.run.size();
    if (size > ledger::kSessionRunMax) return Error{ErrorCode::limit_exceeded, "run to send"};
    const bool is_full = push.runs.size() == kBatchRunsMax || push_bytes + size > kBatchBytes;
    if (is_full || run.space != push.space) flush();
    last_run_ = run.place;
    push.space = in_flight.space = run.space;
    push.runs.push_back(std::move(run.run));
    in_flight.runs.push_back({run.hash, size});
    push_bytes += size;
    push_bytes_in_flight_ += size;
    ++runs_in_flight_;
  }
  flush();
  return {};
}

Result<void> ClientMachine::on_runs_answer(BytesView body) {
  FELTBOG_TRY(answer, decode_message<RunsAnswer>(body));
  if (pushes_in_flight_.empty()) return unasked("runs");
  const PushInFlight push = std::move(pushes_in_flight_.front());
  pushes_in_flight_.pop_front();
  if (answer.codes.size() != push.runs.size()) return unasked("count of runs");
  FELTBOG_CHECK(settle_runs(push, answer));
  tell_progress();
  FELTBOG_CHECK(fill_runs());
  if (!pushes_in_flight_.empty()) return {};
  return next_step();
}

Result<void> ClientMachine::settle_runs(const PushInFlight& push, const RunsAnswer& answer) {
  std::vector<RunHash> taken;
  for (std::size_t index = 0; index < push.runs.size(); ++index) {
    const RunInFlight& run = push.runs[index];
    push_bytes_in_flight_ -= run.size;
    --runs_in_flight_;
    if (answer.codes[index] == kTaken) {
      taken.push_back(run.hash);
      ++progress_.runs_receipted;
      progress_.run_bytes_receipted += run.size;
      continue;
    }
    const ErrorCode code = error_of(answer.codes[index]);
    runs_halted_ = runs_halted_ || concerns_all(code);
    FELTBOG_CHECK(replica_.run_refused(push.space, run.hash, code));
    tell_refused(push.space, code);
  }
  if (taken.empty()) return {};
  return replica_.runs_receipted(push.space, taken, answer.receipt);
}

// --- attachment chunks ---

Result<bool> ClientMachine::start_offer() {
  if (chunks_halted_) return false;
  FELTBOG_TRY(names, replica_.chunks_to_send(kBatchChunksMax, last_chunk_sent_));
  if (names.empty()) return false;
  chunks_waiting_ = of_one_space(names);
  if (chunks_waiting_.back().place <= last_chunk_sent_) {
    return Error{ErrorCode::internal, "place of a chunk"};
  }
  last_chunk_sent_ = chunks_waiting_.back().place;
  send(OfferChunks{names.front().space, hashes_of(chunks_waiting_)});
  enter(ClientState::offering, Phase::chunks);
  return true;
}

Result<void> ClientMachine::on_chunks_answer(BytesView body) {
  FELTBOG_TRY(answer, decode_message<ChunksAnswer>(body));
  const std::deque<ledger::ChunkName> offered = std::move(chunks_waiting_);
  chunks_waiting_.clear();
  if (answer.code != kTaken) {
    for (const ledger::ChunkName& name : offered) {
      FELTBOG_CHECK(refuse_chunk(name, error_of(answer.code)));
    }
    return next_step();
  }
  if (answer.held.size() != offered.size()) return unasked("count of chunks");
  std::vector<ChunkHash> held;
  for (std::size_t index = 0; index < offered.size(); ++index) {
    if (answer.held[index]) {
      held.push_back(offered[index].hash);
    } else {
      chunks_waiting_.push_back(offered[index]);
    }
  }
  if (!held.empty()) {
    FELTBOG_CHECK(replica_.chunks_receipted(offered.front().space, held, answer.receipt));
    progress_.chunks_receipted += held.size();
    tell_progress();
  }
  enter(ClientState::uploading, Phase::chunks);
  return fill_chunks();
}

Result<void> ClientMachine::fill_chunks() {
  while (!chunks_waiting_.empty() && chunks_in_flight_.size() < kChunksInFlightMax &&
         (!link_.output_full() || chunks_in_flight_.empty())) {
    const ledger::ChunkName name = chunks_waiting_.front();
    chunks_waiting_.pop_front();
    Result<Bytes> bytes = replica_.chunk_bytes(name.space, name.hash);
    if (!bytes && bytes.error().code == ErrorCode::not_found) continue;
    if (!bytes) return bytes.error();
    if (bytes->size() > ledger::kSessionChunkMax) {
      return Error{ErrorCode::limit_exceeded, "chunk to send"};
    }
    send(PutChunk{name.space, name.hash, std::move(*bytes)});
    chunks_in_flight_.push_back(name);
  }
  if (!chunks_in_flight_.empty()) return {};
  return next_step();
}

Result<void> ClientMachine::on_chunk_answer(BytesView body) {
  FELTBOG_TRY(answer, decode_message<ChunkAnswer>(body));
  if (chunks_in_flight_.empty()) return unasked("chunk put");
  const ledger::ChunkName name = chunks_in_flight_.front();
  chunks_in_flight_.pop_front();
  if (answer.code == kTaken) {
    FELTBOG_CHECK(replica_.chunks_receipted(name.space, {&name.hash, 1}, answer.receipt));
    ++progress_.chunks_receipted;
    tell_progress();
  } else {
    FELTBOG_CHECK(refuse_chunk(name, error_of(answer.code)));
    if (chunks_halted_) chunks_waiting_.clear();
  }
  return fill_chunks();
}

Result<void> ClientMachine::refuse_chunk(const ledger::ChunkName& name, ErrorCode code) {
  chunks_halted_ = chunks_halted_ || concerns_all(code);
  FELTBOG_CHECK(replica_.chunk_refused(name.space, name.hash, code));
  tell_refused(name.space, code);
  return {};
}

Result<bool> ClientMachine::start_fetch() {
  if (!options_.fetch_chunks) return false;
  FELTBOG_TRY(names, replica_.chunks_to_fetch(kChunksInFlightMax, last_chunk_fetched_));
  if (names.empty()) return false;
  chunks_in_flight_ = of_one_space(names);
  if (chunks_in_flight_.back().place <= last_chunk_fetched_) {
    return Error{ErrorCode::internal, "place of a chunk"};
  }
  last_chunk_fetched_ = chunks_in_flight_.back().place;
  send(GetChunks{names.front().space, hashes_of(chunks_in_flight_)});
  enter(ClientState::fetching, Phase::chunks);
  return true;
}

Result<void> ClientMachine::on_chunk(BytesView body) {
  FELTBOG_TRY(chunk, decode_message<Chunk>(body));
  if (chunks_in_flight_.empty()) return unasked("chunk");
  const ledger::ChunkName name = chunks_in_flight_.front();
  chunks_in_flight_.pop_front();
  Result<void> stored = chunk.bytes ? replica_.store_chunk(name.space, name.hash, *chunk.bytes)
                                    : Result<void>(ErrorCode::not_found);
  const bool is_unusable = !stored && (stored.error().code == ErrorCode::not_found ||
                                       stored.error().code == ErrorCode::malformed);
  if (is_unusable) stored = replica_.chunk_unavailable(name.space, name.hash);
  FELTBOG_CHECK(stored);
  if (!is_unusable) ++progress_.chunks_fetched;
  tell_progress();
  if (!chunks_in_flight_.empty()) return {};
  return next_step();
}

}  // namespace feltbog::sync
