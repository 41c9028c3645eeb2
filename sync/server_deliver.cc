// SPDX-License-Identifier: Apache-2.0
// The server session's sending half: membership first, then runs, each space from where the device
// stands; then, in the same way, whatever is new. One small step at a time, while the output has
// room.
#include "sync/limits.h"
#include "sync/server_machine.h"

namespace feltbog::sync {
namespace {

constexpr ReadLimits kRecordLimits{kBatchRecordsMax, kBatchBytes};
constexpr ReadLimits kRunLimits{kBatchRunsMax, kBatchBytes};

// True when a log that claims this end is not the beginning of ours.
bool differs_from(const ledger::LogHead& ours, std::uint64_t records, const HeadTag& tag) {
  if (records != ours.sequence) return records > ours.sequence;
  return records > 0 && tag != head_tag(ours.hash);
}

bool is_not_permitted(const Error& error) { return error.code == ErrorCode::not_permitted; }

}  // namespace

Result<void> ServerMachine::begin_delivery() {
  state_ = ServerState::delivering;
  FELTBOG_TRY(head, relay_.organisation_head());
  if (differs_from(head, organisation_records_, organisation_tag_)) send(Standing{{}, head});
  organisation_records_ = std::min(organisation_records_, head.sequence);
  organisation_due_ = true;
  if (!is_member()) return {};
  FELTBOG_TRY(member_of, relay_.spaces_of(admission_->device));
  FELTBOG_TRY(recoverable, relay_.log_only_spaces(admission_->device));
  member_of.insert(member_of.end(), recoverable.begin(), recoverable.end());
  Ahead ahead;
  for (const SpaceId& space : claimed_) {
    FELTBOG_CHECK(compare_claim(space, spaces_[space], ahead));
  }
  for (const SpaceId& space : member_of) {
    if (const auto [at, is_new] = spaces_.try_emplace(space); is_new) {
      FELTBOG_CHECK(compare_claim(space, at->second, ahead));
    }
  }
  if (ahead.runs > 0) send(ahead);
  return {};
}

Result<void> ServerMachine::compare_claim(const SpaceId& space, SpaceState& state, Ahead& ahead) {
  FELTBOG_TRY(standing, relay_.standing(admission_->device, space));
  take_standing(state, standing);
  queue_records(space, state);
  if (state.is_withdrawn) return {};
  if (differs_from(standing.records, state.records, state.tag)) state.differs = standing.records;
  state.records = std::min(state.records, standing.records.sequence);
  if (state.records_only) return {};
  // A position of another life of this server, or of none: everything is sent.
  if (state.position > standing.last_position) {
    state.position = 0;
    if (standing.last_position == 0) cursors_due_.insert(space);
  }
  if (state.position == standing.last_position) return {};
  FELTBOG_TRY(amount, relay_.count_runs(admission_->device, space, state.position));
  ahead.runs += amount.items;
  ahead.bytes += amount.bytes;
  return {};
}

void ServerMachine::notify(const ledger::LogName& log, Instant now) {
  now_ = now;
  const bool is_delivering = state_ == ServerState::delivering || state_ == ServerState::live;
  // Before that, everything is still to be read from the relay anyway.
  if (!is_delivering) return;
  if (!log) {
    organisation_due_ = true;
    // The news may be that this very device is revoked.
    if (is_member()) {
      if (auto spaces = relay_.spaces_of(admission_->device); !spaces) return fail(spaces.error());
    }
  } else if (is_member()) {
    SpaceState& state = spaces_[*log];
    state.must_look = true;
    queue_records(*log, state);
  }
  if (auto produced = produce(); !produced) fail(produced.error());
}

void ServerMachine::take_standing(SpaceState& state, const SpaceStanding& standing) {
  state.must_look = false;
  state.is_withdrawn = !standing.member && !standing.log_only;
  state.records_only = !standing.member && standing.log_only;
}

void ServerMachine::queue_records(const SpaceId& space, SpaceState& state) {
  if (state.in_records_queue) return;
  state.in_records_queue = true;
  records_queue_.push_back(space);
}

void ServerMachine::queue_runs(const SpaceId& space, SpaceState& state) {
  if (state.in_runs_queue) return;
  state.in_runs_queue = true;
  runs_queue_.push_back(space);
}

Result<void> ServerMachine::produce() {
  while ((state_ == ServerState::delivering || state_ == ServerState::live) &&
         !link_.output_full()) {
    FELTBOG_TRY(did_something, deliver_one());
    if (!did_something) break;
  }
  return {};
}

Result<bool> ServerMachine::deliver_one() {
  if (organisation_due_) {
    FELTBOG_TRY(sent, send_records({}, organisation_records_));
    organisation_due_ = sent;
  } else if (!records_queue_.empty()) {
    FELTBOG_CHECK(deliver_records());
  } else if (!runs_queue_.empty()) {
    FELTBOG_CHECK(deliver_runs());
  } else if (!cursors_due_.empty()) {
    FELTBOG_CHECK(deliver_cursor());
  } else if (state_ == ServerState::delivering) {
    send(Pulled{});
    state_ = ServerState::live;
  } else if (!chunks_wanted_.empty()) {
    FELTBOG_CHECK(deliver_chunk());
  } else {
    return false;
  }
  return true;
}

Result<bool> ServerMachine::send_records(const ledger::LogName& log, std::uint64_t& have) {
  Records records;
  records.log = log;
  records.first = have + 1;
  auto items = relay_.read_records(*admission_, log, records.first, kRecordLimits);
  // Removed in the meantime: there is nothing for this device to read.
  if (!items && is_not_permitted(items.error())) return false;
  if (!items) return items.error();
  if (items->empty()) return false;
  records.items = std::move(*items);
  have += records.items.size();
  send(records);
  return true;
}

Result<void> ServerMachine::deliver_records() {
  const SpaceId space = records_queue_.front();
  SpaceState& state = spaces_[space];
  if (state.must_look) {
    FELTBOG_TRY(standing, relay_.standing(admission_->device, space));
    take_standing(state, standing);
  }
  if (state.is_withdrawn && !state.is_known) {
    forget(space);
    return {};
  }
  if (state.differs) {
    send(Standing{space, *state.differs});
    state.differs.reset();
  }
  FELTBOG_TRY(sent, send_records(space, state.records));
  state.is_known = state.is_known || sent;
  if (sent) return {};
  if (state.is_withdrawn) {
    send(Withdrawn{space});
    forget(space);
    return {};
  }
  state.in_records_queue = false;
  records_queue_.pop_front();
  if (!state.records_only) queue_runs(space, state);
  return {};
}

// Called only while the space leads the records queue.
void ServerMachine::forget(const SpaceId& space) {
  records_queue_.pop_front();
  std::erase(runs_queue_, space);
  cursors_due_.erase(space);
  spaces_.erase(space);
}

Result<void> ServerMachine::deliver_runs() {
  const SpaceId space = runs_queue_.front();
  SpaceState& state = spaces_[space];
  auto batch = relay_.read_runs(admission_->device, space, state.position, kRunLimits);
  if (!batch && !is_not_permitted(batch.error())) return batch.error();
  const bool is_removed = !batch;
  if (!is_removed) {
    FELTBOG_TRY(behind, records_are_behind(space, state));
    // The records go first; the runs are read again after them.
    if (behind) return {};
  }
  if (is_removed || !batch->more || batch->runs.empty()) {
    state.in_runs_queue = false;
    runs_queue_.pop_front();
  }
  if (is_removed) {
    state.is_withdrawn = true;
    queue_records(space, state);
  } else if (!batch->runs.empty()) {
    const bool is_last = !batch->more;
    send_runs(space, state, std::move(*batch));
    if (is_last && !cursors_due_.contains(space)) return send_head(space, state);
  }
  return {};
}

Result<void> ServerMachine::send_head(const SpaceId& space, SpaceState& state) {
  auto head = relay_.signed_head(admission_->device, space);
  if (!head) return is_not_permitted(head.error()) ? Result<void>() : head.error();
  if (head->position == state.position) {
    send(Head{space, std::move(head->head)});
  } else {
    queue_records(space, state);  // more came in meanwhile, and the head comes after it
  }
  return {};
}

// A run cites records that came before it, perhaps since this session last read them. They are read
// after the runs, so whatever the runs cite is seen.
Result<bool> ServerMachine::records_are_behind(const SpaceId& space, SpaceState& state) {
  FELTBOG_TRY(organisation, relay_.organisation_head());
  if (organisation.sequence > organisation_records_) {
    if (organisation_awaited_ == organisation.sequence) {
      return Error{ErrorCode::internal, "records of the organisation"};
    }
    organisation_awaited_ = organisation.sequence;
    organisation_due_ = true;
    return true;
  }
  FELTBOG_TRY(standing, relay_.standing(admission_->device, space));
  if (!standing.member || standing.records.sequence <= state.records) return false;
  if (state.awaited == standing.records.sequence) {
    return Error{ErrorCode::internal, "records of a space"};
  }
  state.awaited = standing.records.sequence;
  queue_records(space, state);
  return true;
}

void ServerMachine::send_runs(const SpaceId& space, SpaceState& state, RunBatch batch) {
  Runs runs;
  runs.space = space;
  runs.position = state.position = batch.runs.back().position;
  for (ledger::RunItem& item : batch.runs) {
    if (own_positions_.erase({space, item.position}) == 0) runs.runs.push_back(std::move(item));
  }
  if (runs.runs.empty()) {
    cursors_due_.insert(space);
    return;
  }
  cursors_due_.erase(space);
  counts_.runs_sent += runs.runs.size();
  send(runs);
}

Result<void> ServerMachine::deliver_cursor() {
  const SpaceId space = *cursors_due_.begin();
  cursors_due_.erase(cursors_due_.begin());
  SpaceState& state = spaces_[space];
  send(Runs{space, state.position, {}});
  return send_head(space, state);
}

Result<void> ServerMachine::deliver_chunk() {
  const ChunkHash hash = chunks_wanted_.front();
  chunks_wanted_.pop_front();
  Result<std::optional<Bytes>> bytes = relay_.read_chunk(admission_->device, chunks_space_, hash);
  if (!bytes && !is_refusal(bytes.error().code)) return bytes.error();
  send(Chunk{bytes ? std::move(*bytes) : std::nullopt});
  return {};
}

}  // namespace feltbog::sync
