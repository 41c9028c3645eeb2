// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/device_replica.h"

#include <algorithm>
#include <map>

#include "core/ledger/chunk.h"
#include "core/ledger/receipt.h"
#include "core/workspace/access_log.h"
#include "core/workspace/dropped_notes.h"
#include "core/workspace/erasure.h"
#include "core/workspace/evidence.h"
#include "core/workspace/lease.h"
#include "core/workspace/tables.h"

namespace feltbog::workspace {
namespace {

// The first record of each space that gave this device a key which did not come with it.
Result<std::map<SpaceId, std::uint64_t>> records_without_keys(Core& core) {
  std::map<SpaceId, std::uint64_t> out;
  FELTBOG_TRY(rows, core.database->prepare("SELECT space, sequence FROM space_record WHERE "
                                           "length(wraps) = 0 AND accepted = 1 ORDER BY sequence"));
  while (true) {
    FELTBOG_TRY(more, rows.step());
    if (!more) return out;
    FELTBOG_TRY(space, rows.fixed<SpaceId>(0));
    const auto sequence = static_cast<std::uint64_t>(rows.integer(1));
    const SpaceLog* log = core.membership.space(space);
    const auto& announced = log->state.wraps();
    const bool has_keys =
        std::any_of(announced.begin(), announced.end(),
                    [&](const ledger::WrapsEntry& entry) { return entry.sequence == sequence; });
    if (!has_keys || log->erased()) continue;
    if (!log->state.epoch().holders.contains(core.identity.id)) continue;
    FELTBOG_TRY(keys, core.membership.keys(space));
    if (!ledger::holds_all_keys(*keys, log->state)) out.try_emplace(space, sequence);
  }
}

}  // namespace

void DeviceReplica::resume() {
  // The writer of an unfinished attachment went with the process.
  static_cast<void>(
      core_->database->run("DELETE FROM chunk WHERE own = 1 AND receipt = x''").has_value());
  static_cast<void>(core_->durably([this] { return inbox_.retry_all(); }).has_value());
  inbox_.forget();  // nobody listens yet
}

// Once its record was offered, the server may have taken it and the answer may have been lost: then
// the invite is used up, and only the device itself is let in. Both ways are tried in turn.
ledger::SessionParty DeviceReplica::next_party() const {
  const Stage stage = core_->stage();
  if (stage != Stage::founding && stage != Stage::enrolling) return ledger::SessionParty::device;
  if (core_->joining.offered && claims_since_offer_ % 2 == 0) return ledger::SessionParty::device;
  return stage == Stage::founding ? ledger::SessionParty::founding : ledger::SessionParty::invite;
}

OrganisationId DeviceReplica::organisation() {
  if (next_party() == ledger::SessionParty::founding) return {};
  if (!core_->membership.organisation().empty()) return core_->membership.organisation().id();
  return core_->joining.invite ? core_->joining.invite->organisation : OrganisationId{};
}

ledger::SessionClaim DeviceReplica::claim() {
  party_ = next_party();
  if (core_->joining.offered) ++claims_since_offer_;
  core_->membership.forget_server();
  reads_more_ = false;
  receipted_at_ = {};
  switch (party_) {
    case ledger::SessionParty::founding: return {party_, {}};
    case ledger::SessionParty::invite:
      return {party_, ledger::SessionTranscript::subject_of(core_->joining.invite->id)};
    case ledger::SessionParty::device: break;
  }
  return {party_, ledger::SessionTranscript::subject_of(core_->identity.id)};
}

Result<crypto::SigningPublic> DeviceReplica::server_key() {
  FELTBOG_TRY(pinned, read_setting(*core_->database, setting::kServerKey));
  if (pinned) return crypto::SigningPublic::from(*pinned);
  if (core_->membership.organisation().empty()) {
    return Error{ErrorCode::wrong_state, "no server known"};
  }
  return core_->membership.organisation().server_key();
}

Result<void> DeviceReplica::check_server(const ledger::SessionTranscript& transcript,
                                         const crypto::Signature& proof) {
  FELTBOG_TRY(key, server_key());
  ledger::SessionTranscript complete = transcript;
  complete.server_key = key;
  return ledger::check_server(complete, proof);
}

Result<crypto::Signature> DeviceReplica::prove(const ledger::SessionTranscript& transcript) {
  FELTBOG_TRY(key, server_key());
  ledger::SessionTranscript complete = transcript;
  complete.server_key = key;
  const Joining& joining = core_->joining;
  switch (transcript.party) {
    case ledger::SessionParty::invite:
      if (!joining.invite) return Error{ErrorCode::wrong_state, "no invite"};
      return ledger::prove_client(complete, joining.invite->secret);
    case ledger::SessionParty::founding:
      if (!joining.office) return Error{ErrorCode::wrong_state, "no founding link"};
      return ledger::prove_client(complete, joining.office->secret);
    case ledger::SessionParty::device: break;
  }
  return ledger::prove_client(complete, core_->identity.signing);
}

// A receipt is good for the server that gave it. Put back from a backup, a server is another one
// and may lack what the first had: everything is offered again, and what it holds costs an answer.
Result<void> DeviceReplica::meet(const ServerIncarnation& incarnation) {
  store::Database& database = *core_->database;
  FELTBOG_TRY(met, read_setting(database, setting::kServerIncarnation));
  if (met && std::ranges::equal(*met, incarnation.view())) return order_.meet(incarnation);
  return core_->durably([&]() -> Result<bool> {
    FELTBOG_CHECK(order_.meet(incarnation));
    FELTBOG_CHECK(write_setting(database, setting::kServerIncarnation, incarnation.view()));
    return met ? offer_again(database, std::nullopt) : Result<bool>(false);
  });
}

Result<ledger::Holdings> DeviceReplica::holdings(const ServerIncarnation& incarnation) {
  FELTBOG_CHECK(core_->ready());
  FELTBOG_CHECK(meet(incarnation));
  outbox_.begin_session();
  ledger::Holdings out;
  const auto& organisation = core_->membership.organisation();
  const std::uint64_t accepted = core_->membership.organisation_accepted();
  if (accepted > 0) out.organisation = {accepted, *organisation.hash_at(accepted)};
  if (core_->barred()) return out;
  FELTBOG_TRY(without_keys, records_without_keys(*core_));
  for (const auto& [id, log] : core_->membership.spaces()) {
    if (log.accepted == 0) continue;
    ledger::SpaceHolding holding{id, {log.accepted, *log.state.hash_at(log.accepted)}, 0};
    // What a server left out is asked for again, with its record.
    if (const auto at = without_keys.find(id); at != without_keys.end()) {
      const std::uint64_t whole = at->second - 1;
      holding.records = {whole, log.state.hash_at(whole).value_or(RecordHash{})};
    }
    FELTBOG_TRY(row, core_->database->prepare(
                         "SELECT position FROM cursor WHERE space = ?1 AND incarnation = ?2"));
    row.bind_all(id, incarnation);
    FELTBOG_TRY(found, row.step());
    if (found) holding.position = static_cast<std::uint64_t>(row.integer(0));
    out.spaces.push_back(holding);
  }
  return out;
}

// A server that lost a part of a log gets it again, and what this device wrote under it. The logs
// themselves are never cut: what the server once accepted stands here.
Result<void> DeviceReplica::server_differs(const ledger::LogName& log,
                                           const ledger::LogHead& server) {
  core_->membership.server_lacks(log, server);
  if (!log) return {};
  return core_->durably([&] { return offer_again(*core_->database, log); });
}

// Said after all records that show it. Where they do not, the server has forgotten the space, and
// is given it again.
Result<void> DeviceReplica::space_withdrawn(const SpaceId& space) {
  const SpaceLog* log = core_->membership.space(space);
  if (log == nullptr || !log->state.admits(core_->identity.id, core_->membership.organisation())) {
    return {};
  }
  return server_differs(space, {});
}

Result<void> DeviceReplica::store_records(const ledger::LogName& log, std::uint64_t first,
                                          std::span<const ledger::RecordItem> items) {
  auto stored = core_->durably([&]() -> Result<bool> {
    FELTBOG_TRY(grown, core_->membership.store(log, first, items, *core_->environment.random));
    if (!grown) return false;
    return log ? take_space_log(*log) : take_organisation_log();
  });
  if (stored) {
    inbox_.announce();
  } else {
    inbox_.forget();
  }
  if (stored) FELTBOG_CHECK(settle_erasures());
  if (!stored && log && parts_from(*log, first, stored.error())) {
    return keep_other_record(*log, items.front());
  }
  return stored;
}

// Whether the server's records do not follow those it once accepted: it was put back to an older
// state and took others since, or somebody tampered with it.
bool DeviceReplica::parts_from(const SpaceId& space, std::uint64_t first,
                               const Error& error) const {
  const SpaceLog* known = core_->membership.space(space);
  return known != nullptr && first <= known->accepted + 1 &&
         (error.code == ErrorCode::broken_chain || error.code == ErrorCode::fork_detected);
}

// One log that has parted must not keep all others from being synced: it stays as it is here.
Result<void> DeviceReplica::keep_other_record(const SpaceId& space,
                                              const ledger::RecordItem& item) {
  return core_->durably([&]() -> Result<bool> {
    FELTBOG_TRY(row, core_->database->prepare("SELECT record FROM space_record WHERE space = ?1 "
                                              "AND accepted = 1 ORDER BY sequence DESC LIMIT 1"));
    row.bind(1, space);
    FELTBOG_TRY(found, row.step());
    const Bytes own = found ? to_bytes(row.bytes(0)) : Bytes();
    return keep_evidence(*core_->database,
                         {0, EvidenceKind::server_changed_log, space,
                          core_->environment.clock->wall_time(), own, item.record});
  });
}

Result<bool> DeviceReplica::take_organisation_log() {
  const auto& organisation = core_->membership.organisation();
  // A long log comes in parts; less than the invite has seen is no answer yet.
  if (core_->stage() == Stage::enrolling &&
      organisation.head().sequence >= core_->joining.invite->head.sequence) {
    const auto fits = core_->joining.invite->check(organisation);
    // The record of the invite itself may be in a later part.
    if (!fits && fits.error().code != ErrorCode::invite_unknown) return fits.error();
  }
  FELTBOG_CHECK(finish_joining());
  // Runs cite this log, whatever their space.
  FELTBOG_CHECK(inbox_.retry_all());
  FELTBOG_CHECK(inbox_.judge_all());
  return true;
}

Result<bool> DeviceReplica::take_space_log(const SpaceId& space) {
  const SpaceLog* log = core_->membership.space(space);
  if (!core_->joining.directory && log != nullptr &&
      log->state.kind() == ledger::SpaceKind::directory) {
    core_->joining.directory = space;
    FELTBOG_CHECK(write_setting(*core_->database, setting::kDirectory, space.view()));
  }
  FELTBOG_CHECK(erase_if_due(space));
  FELTBOG_CHECK(inbox_.retry(space));
  FELTBOG_CHECK(inbox_.judge(space));
  return true;
}

Result<void> DeviceReplica::store_runs(const SpaceId& space, const ServerIncarnation& incarnation,
                                       std::span<const ledger::RunItem> runs,
                                       std::uint64_t position) {
  return inbox_.store(space, incarnation, runs, position);
}

Result<void> DeviceReplica::store_head(const SpaceId& space, const ServerIncarnation& incarnation,
                                       BytesView head) {
  return inbox_.store_head(space, incarnation, head);
}

Result<ledger::Amount> DeviceReplica::waiting_to_send() { return outbox_.waiting(); }

Result<bool> DeviceReplica::content_waits() {
  FELTBOG_TRY(runs, outbox_.waiting());
  if (runs.items > 0) return true;
  FELTBOG_TRY(row, core_->database->prepare(
                       "SELECT 1 FROM chunk WHERE own = 1 AND receipt IS NULL LIMIT 1"));
  return row.step();
}

Result<bool> DeviceReplica::rescue_is_over() {
  if (rescue_tried_) return true;
  FELTBOG_TRY(tried, read_setting(*core_->database, setting::kRescueTried));
  if (tried) return true;
  FELTBOG_TRY(waits, content_waits());
  return !waits;
}

Result<void> DeviceReplica::caught_up(WallTime server_time) {
  if (!as_member()) return {};
  FELTBOG_CHECK(core_->lease->renew(std::max(server_time, receipted_at_)));
  core_->dropped->look_again();
  return core_->dropped->file_all();
}

Result<bool> DeviceReplica::barred() {
  if (!core_->barred()) return false;
  rescue_tried_ = true;
  FELTBOG_TRY(tried, read_setting(*core_->database, setting::kRescueTried));
  if (tried) return true;
  const auto remembered = core_->durably([this]() -> Result<bool> {
    FELTBOG_CHECK(write_setting(*core_->database, setting::kRescueTried, {}));
    return true;
  });
  if (!remembered) return remembered.error();
  return true;
}

// The record by which this device joins is made as soon as the organisation's log is here.
Result<void> DeviceReplica::enrol_if_invited() {
  const auto& organisation = core_->membership.organisation();
  const auto& invite = core_->joining.invite;
  if (!invite || organisation.empty()) return {};
  if (organisation.device(core_->identity.id) != nullptr) return {};
  FELTBOG_CHECK(invite->check(organisation));
  FELTBOG_TRY(record,
              ledger::make_device_add(organisation, core_->identity, invite->id, invite->secret));
  return core_->membership.append(record);
}

// What is to be made before anything is sent: the record that lets this device in, or what members
// owe each other.
Result<void> DeviceReplica::make_due_records() {
  FELTBOG_CHECK(core_->ready());
  if (core_->membership.waiting_count() > 0) return {};
  if (core_->stage() == Stage::enrolling) {
    return core_->durably([this]() -> Result<bool> {
      FELTBOG_CHECK(enrol_if_invited());
      return true;
    });
  }
  if (!as_member()) return {};
  FELTBOG_TRY(owed, core_->membership.has_duties(core_->environment.clock->wall_time()));
  FELTBOG_TRY(log_owed, core_->access->owes_records());
  if (!owed && !log_owed) return {};
  auto made = core_->durably([&]() -> Result<bool> {
    if (log_owed) FELTBOG_CHECK(core_->access->make_records());
    FELTBOG_CHECK(core_->membership.do_duties(core_->environment.clock->wall_time(),
                                              *core_->environment.random));
    // A new key may have come with cuts.
    FELTBOG_CHECK(inbox_.judge_all());
    return true;
  });
  if (made) {
    inbox_.announce();
  } else {
    inbox_.forget();
  }
  return made;
}

Result<std::vector<ledger::OutgoingRecord>> DeviceReplica::records_to_send(std::size_t bytes_max) {
  // The server takes no record of a barred device.
  if (core_->barred()) return std::vector<ledger::OutgoingRecord>();
  FELTBOG_CHECK(make_due_records());
  FELTBOG_TRY(waiting, core_->membership.waiting(bytes_max));
  if (as_member()) return waiting;
  const bool joined = core_->stage() == Stage::member;
  if (joined || waiting.empty()) return std::vector<ledger::OutgoingRecord>();
  waiting.resize(1);
  FELTBOG_CHECK(remember_offer());
  if (party_ == ledger::SessionParty::invite) return waiting;
  // The first record of all goes with the proof that this server was asked to take it.
  if (!core_->joining.office) return Error{ErrorCode::wrong_state, "no founding link"};
  FELTBOG_TRY(record, ledger::Record::decode(waiting.front().item.record));
  waiting.front().item.wraps =
      to_bytes(ledger::sign_founding(core_->joining.office->secret, record).view());
  return waiting;
}

Result<void> DeviceReplica::remember_offer() {
  if (core_->joining.offered) return {};
  return core_->durably([this]() -> Result<bool> {
    FELTBOG_CHECK(write_setting(*core_->database, setting::kOffered, {}));
    core_->joining.offered = true;
    claims_since_offer_ = 0;
    return false;
  });
}

// The secrets that let this device in are spent: forget them.
Result<void> DeviceReplica::finish_joining() {
  const auto& organisation = core_->membership.organisation();
  const auto* device = organisation.device(core_->identity.id);
  if (device == nullptr || device->added_at > core_->membership.organisation_accepted()) return {};
  Joining& joining = core_->joining;
  if (!joining.invite && !joining.office && joining.user == device->user) return {};
  joining.user = device->user;
  joining.invite.reset();
  joining.office.reset();
  joining.offered = false;
  FELTBOG_CHECK(write_setting(*core_->database, setting::kUser, joining.user.view()));
  FELTBOG_CHECK(remove_setting(*core_->database, setting::kInvite));
  FELTBOG_CHECK(remove_setting(*core_->database, setting::kOffice));
  FELTBOG_CHECK(remove_setting(*core_->database, setting::kOffered));
  return remove_setting(*core_->database, setting::kServerKey);
}

Result<void> DeviceReplica::record_accepted(const ledger::LogName& log, std::uint64_t sequence) {
  auto accepted = core_->durably([&]() -> Result<bool> {
    FELTBOG_TRY(is_new, core_->membership.accept(log, sequence));
    if (is_new && !log) FELTBOG_CHECK(finish_joining());
    if (log) FELTBOG_CHECK(erase_if_due(*log));
    return is_new;
  });
  if (accepted && lets_in(log, sequence)) reads_more_ = true;
  return accepted ? settle_erasures() : accepted;
}

// That this device's user uses the recovery key, or was let into a space that was there before.
bool DeviceReplica::lets_in(const ledger::LogName& log, std::uint64_t sequence) const {
  const Membership& membership = core_->membership;
  if (log) {
    const auto& stays = membership.space(*log)->state.memberships(core_->user());
    return sequence > 1 && !stays.empty() && stays.back().from == sequence;
  }
  const auto& uses = membership.organisation().recovery_uses();
  return std::any_of(uses.begin(), uses.end(), [&](const ledger::RecoveryUseEntry& use) {
    return use.user == core_->user() && use.sequence == sequence;
  });
}

Result<void> DeviceReplica::erase_if_due(const SpaceId& space) {
  FELTBOG_TRY(erased, destroy_content(*core_, space));
  erasure_to_settle_ = erasure_to_settle_ || erased;
  return {};
}

// A reader's snapshot may stand in the way; then it is tried again after the next.
Result<void> DeviceReplica::settle_erasures() {
  if (!erasure_to_settle_) return {};
  const auto settled = settle_erasure(*core_);
  erasure_to_settle_ = !settled;
  return settled || settled.error().code == ErrorCode::busy ? Result<void>() : settled;
}

Result<void> DeviceReplica::record_refused(const ledger::LogName& log, std::uint64_t sequence,
                                           ErrorCode code) {
  if (code == ErrorCode::conflict) {
    core_->membership.stop_offering(log);
    return {};  // the pull that follows settles it
  }
  auto settled = core_->durably([&]() -> Result<bool> {
    FELTBOG_CHECK(core_->membership.refuse(log, sequence, code, *core_->environment.random));
    FELTBOG_CHECK(inbox_.judge_all());
    return true;
  });
  if (settled) {
    inbox_.announce();
  } else {
    inbox_.forget();
  }
  return settled;
}

Result<std::vector<ledger::OutgoingRun>> DeviceReplica::runs_to_send(std::size_t bytes_max,
                                                                     std::uint64_t after) {
  if (!as_member()) return std::vector<ledger::OutgoingRun>();
  return outbox_.runs(bytes_max, after);
}

Result<void> DeviceReplica::runs_receipted(const SpaceId& space, std::span<const RunHash> runs,
                                           BytesView receipt) {
  FELTBOG_CHECK(outbox_.receipted(space, runs, receipt));
  FELTBOG_TRY(verified, ledger::Receipt::decode(receipt));
  receipted_at_ = std::max(receipted_at_, verified.server_time);
  return {};
}

Result<void> DeviceReplica::run_refused(const SpaceId& space, const RunHash& run, ErrorCode code) {
  return outbox_.refused(space, run, code);
}

Result<std::vector<ledger::ChunkName>> DeviceReplica::chunk_names(std::string_view sql,
                                                                  std::size_t count_max,
                                                                  std::uint64_t after) {
  if (!as_member()) return std::vector<ledger::ChunkName>();
  FELTBOG_TRY(rows, core_->database->prepare(sql));
  rows.bind_all(after, count_max);
  std::vector<ledger::ChunkName> out;
  while (true) {
    FELTBOG_TRY(more, rows.step());
    if (!more) return out;
    FELTBOG_TRY(space, rows.fixed<SpaceId>(1));
    FELTBOG_TRY(hash, rows.fixed<ChunkHash>(2));
    out.push_back({static_cast<std::uint64_t>(rows.integer(0)), space, hash});
  }
}

// A chunk goes only where its file stands already.
Result<std::vector<ledger::ChunkName>> DeviceReplica::chunks_to_send(std::size_t count_max,
                                                                     std::uint64_t after) {
  return chunk_names(
      "SELECT place, space, hash FROM chunk WHERE own = 1 AND receipt IS NULL AND place > ?1 AND "
      "space IN (SELECT space FROM space_record WHERE sequence = 1 AND accepted = 1) "
      "ORDER BY place LIMIT ?2",
      count_max, after);
}

Result<std::vector<ledger::ChunkName>> DeviceReplica::chunks_to_fetch(std::size_t count_max,
                                                                      std::uint64_t after) {
  if (core_->barred()) return std::vector<ledger::ChunkName>();
  return chunk_names(
      "SELECT place, space, hash FROM chunk WHERE bytes IS NULL AND place > ?1 ORDER BY place "
      "LIMIT ?2",
      count_max, after);
}

Result<Bytes> DeviceReplica::chunk_bytes(const SpaceId& space, const ChunkHash& chunk) {
  FELTBOG_TRY(row,
              core_->database->prepare("SELECT bytes FROM chunk WHERE space = ?1 AND hash = ?2 AND "
                                       "bytes IS NOT NULL"));
  row.bind_all(space, chunk);
  FELTBOG_TRY(found, row.step());
  if (!found) return Error{ErrorCode::not_found, "chunk"};
  return to_bytes(row.bytes(0));
}

Result<void> DeviceReplica::chunks_receipted(const SpaceId& space,
                                             std::span<const ChunkHash> chunks, BytesView receipt) {
  FELTBOG_TRY(checked, ledger::verify_chunk_receipt(receipt, core_->membership.organisation()));
  if (checked.space != space) return Error{ErrorCode::malformed, "receipt of another space"};
  for (const ChunkHash& chunk : chunks) {
    if (std::find(checked.chunks.begin(), checked.chunks.end(), chunk) == checked.chunks.end()) {
      return Error{ErrorCode::malformed, "receipt without the chunk"};
    }
  }
  return core_->durably([&]() -> Result<bool> {
    bool any = false;
    for (const ChunkHash& chunk : chunks) {
      FELTBOG_CHECK(core_->database->run(
          "UPDATE chunk SET receipt = ?3, refused = NULL WHERE space = ?1 AND hash = ?2 AND "
          "own = 1 AND receipt IS NULL",
          space, chunk, receipt));
      any = any || core_->database->changes() > 0;
    }
    return any;
  });
}

Result<void> DeviceReplica::chunk_refused(const SpaceId& space, const ChunkHash& chunk,
                                          ErrorCode code) {
  return core_->durably([&]() -> Result<bool> {
    FELTBOG_CHECK(core_->database->run(
        "UPDATE chunk SET refused = ?3 WHERE space = ?1 AND hash = ?2 AND own = 1 AND receipt IS "
        "NULL AND refused IS NOT ?3",
        space, chunk, static_cast<std::int64_t>(code)));
    return core_->database->changes() > 0;
  });
}

Result<void> DeviceReplica::store_chunk(const SpaceId& space, const ChunkHash& chunk,
                                        BytesView bytes) {
  if (ledger::chunk_hash(bytes) != chunk) {
    return Error{ErrorCode::malformed, "chunk of another hash"};
  }
  return core_->durably([&]() -> Result<bool> {
    FELTBOG_CHECK(core_->database->run(
        "UPDATE chunk SET bytes = ?3 WHERE space = ?1 AND hash = ?2 AND bytes IS NULL", space,
        chunk, bytes));
    return core_->database->changes() > 0;
  });
}

Result<void> DeviceReplica::chunk_unavailable(const SpaceId&, const ChunkHash&) { return {}; }

}  // namespace feltbog::workspace
