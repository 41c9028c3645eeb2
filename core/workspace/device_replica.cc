// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/device_replica.h"

#include <algorithm>

#include "core/ledger/chunk.h"
#include "core/ledger/receipt.h"
#include "core/workspace/tables.h"

namespace feltbog::workspace {
namespace {

Result<std::optional<ledger::Invite>> read_invite(store::Database& database) {
  FELTBOG_TRY(text, read_setting(database, setting::kInvite));
  if (!text) return std::optional<ledger::Invite>();
  FELTBOG_TRY(invite, ledger::Invite::parse(as_text(*text)));
  return std::optional<ledger::Invite>(std::move(invite));
}

Result<std::optional<ledger::FoundingInvite>> read_office(store::Database& database) {
  FELTBOG_TRY(text, read_setting(database, setting::kOffice));
  if (!text) return std::optional<ledger::FoundingInvite>();
  FELTBOG_TRY(invite, ledger::FoundingInvite::parse(as_text(*text)));
  return std::optional<ledger::FoundingInvite>(std::move(invite));
}

}  // namespace

template <class Work>
Result<void> DeviceReplica::durably(Work work) {
  const auto write = [&]() -> Result<void> {
    FELTBOG_TRY(transaction, core_->database->begin());
    FELTBOG_CHECK(work());
    FELTBOG_CHECK(core_->next_revision());
    return transaction.commit();
  };
  auto written = write();
  if (!written) static_cast<void>(core_->reread().has_value());
  return written;
}

OrganisationId DeviceReplica::organisation() {
  const Stage stage = core_->stage();
  if (stage == Stage::founding || stage == Stage::empty) return {};
  if (!core_->membership.organisation().empty()) return core_->membership.organisation().id();
  const auto invite = read_invite(*core_->database);
  return invite && invite.value() ? invite.value()->organisation : OrganisationId{};
}

ledger::SessionClaim DeviceReplica::claim() {
  party_ = ledger::SessionParty::device;
  if (core_->stage() == Stage::founding) {
    party_ = ledger::SessionParty::founding;
    return {party_, {}};
  }
  if (core_->stage() == Stage::enrolling) {
    const auto invite = read_invite(*core_->database);
    if (invite && invite.value()) {
      party_ = ledger::SessionParty::invite;
      return {party_, ledger::SessionTranscript::subject_of(invite.value()->id)};
    }
  }
  return {party_, ledger::SessionTranscript::subject_of(core_->identity.id)};
}

Result<crypto::SigningPublic> DeviceReplica::server_key() {
  FELTBOG_TRY(pinned, read_setting(*core_->database, setting::kServerKey));
  if (pinned) return crypto::SigningPublic::from(*pinned);
  if (core_->membership.organisation().empty())
    return Error{ErrorCode::wrong_state, "no server known"};
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
  if (transcript.party == ledger::SessionParty::invite) {
    FELTBOG_TRY(invite, read_invite(*core_->database));
    if (!invite) return Error{ErrorCode::wrong_state, "no invite"};
    return ledger::prove_client(complete, invite->secret);
  }
  if (transcript.party == ledger::SessionParty::founding) {
    FELTBOG_TRY(office, read_office(*core_->database));
    if (!office) return Error{ErrorCode::wrong_state, "no founding link"};
    return ledger::prove_client(complete, office->secret);
  }
  return ledger::prove_client(complete, core_->identity.signing);
}

Result<ledger::Holdings> DeviceReplica::holdings(const ServerIncarnation& incarnation) {
  ledger::Holdings out;
  const auto& organisation = core_->membership.organisation();
  const std::uint64_t accepted = core_->membership.organisation_accepted();
  if (accepted > 0) out.organisation = {accepted, *organisation.hash_at(accepted)};
  for (const auto& [id, log] : core_->membership.spaces()) {
    if (log.accepted == 0) continue;
    ledger::SpaceHolding holding{id, {log.accepted, *log.state.hash_at(log.accepted)}, 0};
    FELTBOG_TRY(row, core_->database->prepare(
                         "SELECT position FROM cursor WHERE space = ?1 AND incarnation = ?2"));
    row.bind_all(id, incarnation);
    FELTBOG_TRY(found, row.step());
    if (found) holding.position = static_cast<std::uint64_t>(row.integer(0));
    out.spaces.push_back(holding);
  }
  return out;
}

Result<void> DeviceReplica::store_records(const ledger::LogName& log, std::uint64_t first,
                                          std::span<const ledger::RecordItem> items) {
  auto stored = durably([&]() -> Result<void> {
    FELTBOG_CHECK(core_->membership.store(log, first, items, *core_->environment.random));
    if (!log) {
      if (core_->stage() == Stage::enrolling) {
        FELTBOG_TRY(invite, read_invite(*core_->database));
        if (invite) FELTBOG_CHECK(invite->check(core_->membership.organisation()));
      }
      return {};
    }
    if (!core_->directory && core_->membership.space(*log) != nullptr &&
        core_->membership.space(*log)->state.kind() == ledger::SpaceKind::directory) {
      core_->directory = *log;
      FELTBOG_CHECK(write_setting(*core_->database, setting::kDirectory, log->view()));
    }
    return inbox_.retry(*log);
  });
  if (stored) inbox_.announce();
  return stored;
}

Result<void> DeviceReplica::store_runs(const SpaceId& space, const ServerIncarnation& incarnation,
                                       std::span<const ledger::RunItem> runs,
                                       std::uint64_t position) {
  return inbox_.store(space, incarnation, runs, position);
}

Result<ledger::Amount> DeviceReplica::waiting_to_send() { return outbox_.waiting(); }

// The record by which this device joins is made as soon as the organisation's log is here.
Result<void> DeviceReplica::enrol_if_invited() {
  const auto& organisation = core_->membership.organisation();
  if (core_->stage() != Stage::enrolling || organisation.empty()) return {};
  if (organisation.device(core_->identity.id) != nullptr) return {};
  FELTBOG_TRY(invite, read_invite(*core_->database));
  if (!invite) return {};
  FELTBOG_CHECK(invite->check(organisation));
  FELTBOG_TRY(record,
              ledger::make_device_add(organisation, core_->identity, invite->id, invite->secret));
  return core_->membership.append(record);
}

Result<std::vector<ledger::OutgoingRecord>> DeviceReplica::records_to_send(std::size_t bytes_max) {
  FELTBOG_TRY(before, core_->membership.waiting(bytes_max));
  if (before.empty() && core_->stage() == Stage::enrolling) {
    FELTBOG_CHECK(durably([&] { return enrol_if_invited(); }));
  } else if (before.empty() && as_member() && core_->membership.has_duties()) {
    FELTBOG_CHECK(durably([&] { return core_->membership.do_duties(*core_->environment.random); }));
  }
  FELTBOG_TRY(waiting, core_->membership.waiting(bytes_max));
  if (as_member()) return waiting;
  const bool joined = core_->stage() == Stage::member;
  if (joined || waiting.empty()) return std::vector<ledger::OutgoingRecord>();
  waiting.resize(1);
  if (party_ == ledger::SessionParty::invite) return waiting;
  // The first record of all goes with the proof that this server was asked to take it.
  FELTBOG_TRY(office, read_office(*core_->database));
  if (!office) return Error{ErrorCode::wrong_state, "no founding link"};
  FELTBOG_TRY(record, ledger::Record::decode(waiting.front().item.record));
  waiting.front().item.wraps = to_bytes(ledger::sign_founding(office->secret, record).view());
  return waiting;
}

// The secrets that let this device in are spent: forget them.
Result<void> DeviceReplica::finish_joining() {
  const auto& organisation = core_->membership.organisation();
  const auto* device = organisation.device(core_->identity.id);
  if (device == nullptr || device->added_at > core_->membership.organisation_accepted()) return {};
  core_->user = device->user;
  FELTBOG_CHECK(write_setting(*core_->database, setting::kUser, core_->user.view()));
  FELTBOG_CHECK(remove_setting(*core_->database, setting::kInvite));
  FELTBOG_CHECK(remove_setting(*core_->database, setting::kOffice));
  return remove_setting(*core_->database, setting::kServerKey);
}

Result<void> DeviceReplica::record_accepted(const ledger::LogName& log, std::uint64_t sequence) {
  return durably([&]() -> Result<void> {
    FELTBOG_CHECK(core_->membership.accept(log, sequence));
    return log ? Result<void>() : finish_joining();
  });
}

Result<void> DeviceReplica::record_refused(const ledger::LogName& log, std::uint64_t sequence,
                                           ErrorCode code) {
  if (code == ErrorCode::conflict) return {};  // the pull that follows settles it
  return durably([&] { return core_->membership.drop(log, sequence); });
}

Result<std::vector<ledger::OutgoingRun>> DeviceReplica::runs_to_send(std::size_t bytes_max,
                                                                     std::uint64_t after) {
  if (!as_member()) return std::vector<ledger::OutgoingRun>();
  return outbox_.runs(bytes_max, after);
}

Result<void> DeviceReplica::runs_receipted(const SpaceId& space, std::span<const RunHash> runs,
                                           BytesView receipt) {
  return outbox_.receipted(space, runs, receipt);
}

Result<void> DeviceReplica::run_refused(const SpaceId&, const RunHash& run, ErrorCode code) {
  return outbox_.refused(run, code);
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
  return durably([&]() -> Result<void> {
    for (const ChunkHash& chunk : chunks) {
      if (std::find(checked.chunks.begin(), checked.chunks.end(), chunk) == checked.chunks.end()) {
        return Error{ErrorCode::malformed, "receipt without the chunk"};
      }
      FELTBOG_CHECK(core_->database->run(
          "UPDATE chunk SET receipt = ?3, refused = NULL WHERE space = ?1 AND hash = ?2", space,
          chunk, receipt));
    }
    return {};
  });
}

Result<void> DeviceReplica::chunk_refused(const SpaceId& space, const ChunkHash& chunk,
                                          ErrorCode code) {
  return core_->database->run("UPDATE chunk SET refused = ?3 WHERE space = ?1 AND hash = ?2", space,
                              chunk, static_cast<std::int64_t>(code));
}

Result<void> DeviceReplica::store_chunk(const SpaceId& space, const ChunkHash& chunk,
                                        BytesView bytes) {
  if (ledger::chunk_hash(bytes) != chunk)
    return Error{ErrorCode::malformed, "chunk of another hash"};
  return durably([&] {
    return core_->database->run("UPDATE chunk SET bytes = ?3 WHERE space = ?1 AND hash = ?2", space,
                                chunk, bytes);
  });
}

Result<void> DeviceReplica::chunk_unavailable(const SpaceId&, const ChunkHash&) { return {}; }

}  // namespace feltbog::workspace
