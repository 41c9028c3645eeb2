// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/device_replica.h"

#include <algorithm>
#include <map>

#include "core/ledger/receipt.h"
#include "core/workspace/access_log.h"
#include "core/workspace/dropped_notes.h"
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

}  // namespace feltbog::workspace
