// SPDX-License-Identifier: Apache-2.0
// Appending to the membership logs: the server orders their records, checks them, judges times, and
// can write none.
#include <utility>
#include <variant>

#include "core/ledger/invite.h"
#include "core/ledger/organisation_record.h"
#include "core/ledger/run.h"
#include "server/relay_store.h"

namespace feltbog::server {
namespace {

// Where a record would go in a log that ends at `head`. True: at the end. False: it stands there
// already. Errors: conflict.
Result<bool> belongs_at_end(const ledger::Record& record, const ledger::LogHead& head,
                            const std::optional<RecordHash>& standing) {
  if (record.sequence == head.sequence + 1) return true;
  if (standing && *standing == record.hash()) return false;
  return Error{ErrorCode::conflict, "log ends at " + std::to_string(head.sequence)};
}

}  // namespace

Result<void> RelayStore::append_record(const sync::Admission& author, const ledger::LogName& log,
                                       std::uint64_t sequence, const ledger::RecordItem& item) {
  FELTBOG_CHECK(state_->refresh());
  FELTBOG_TRY(record, ledger::Record::decode(item.record));
  if (record.sequence != sequence) return Error{ErrorCode::malformed, "sequence"};
  if (author.barred) return Error{ErrorCode::not_permitted, "barred"};
  if (author.party == ledger::SessionParty::device) FELTBOG_CHECK(require_active(author.device));
  if (!log) return append_to_organisation(author, record, item.wraps);
  if (author.party != ledger::SessionParty::device) {
    return Error{ErrorCode::not_permitted, "space record"};
  }
  return append_to_space(author, *log, record, item.wraps);
}

Result<void> RelayStore::append_to_organisation(const sync::Admission& author,
                                                const ledger::Record& record, BytesView wraps) {
  if (record.log_kind != ledger::LogKind::organisation) {
    return Error{ErrorCode::malformed, "log kind"};
  }
  auto& organisation = this->organisation();
  FELTBOG_TRY(is_new,
              belongs_at_end(record, organisation.head(), organisation.hash_at(record.sequence)));
  if (!is_new) return {};
  FELTBOG_TRY(payload, ledger::decode_organisation_payload(record.kind, record.payload));
  const auto* enrolment = std::get_if<ledger::DeviceAdd>(&payload);
  const auto* creation = std::get_if<ledger::OrganisationCreate>(&payload);
  if (creation == nullptr && !wraps.empty()) return Error{ErrorCode::malformed, "wraps"};
  if (enrolment != nullptr) FELTBOG_CHECK(check_enrolment(author, *enrolment));
  if (creation != nullptr) FELTBOG_CHECK(check_founder(author, record, *creation, wraps));
  FELTBOG_CHECK(check_mandate_time(payload));
  if (enrolment == nullptr && creation == nullptr && author.party != ledger::SessionParty::device) {
    return Error{ErrorCode::not_permitted, "organisation record"};
  }
  FELTBOG_CHECK(organisation.apply(record));
  return state_->write([&] { return store_record(record, wraps); });
}

// Time is judged here and nowhere else: clients go by the order of the log.
Result<void> RelayStore::check_enrolment(const sync::Admission& author,
                                         const ledger::DeviceAdd& payload) {
  if (author.party == ledger::SessionParty::founding ||
      (author.party == ledger::SessionParty::invite && author.invite != payload.invite)) {
    return Error{ErrorCode::not_permitted, "invite"};
  }
  const ledger::InviteEntry* invite = organisation().invite(payload.invite);
  if (invite == nullptr) return Error{ErrorCode::invite_unknown, ""};
  if (clock_.wall_time() >= invite->expires_at) return Error{ErrorCode::invite_expired, ""};
  return {};
}

// A mandate given long ago on a device that was away, or claimed to begin later, would last longer
// than its record says.
Result<void> RelayStore::check_mandate_time(const ledger::OrganisationPayload& payload) const {
  const auto* given = std::get_if<ledger::MandateGive>(&payload);
  if (given == nullptr) return {};
  const ledger::Mandate& mandate = given->mandate;
  const WallTime now = clock_.wall_time();
  if (mandate.is_over_at(now)) return Error{ErrorCode::wrong_state, "mandate is over"};
  const bool emergency = ledger::is_emergency(mandate.ground);
  if (emergency &&
      mandate.until.milliseconds - now.milliseconds > ledger::kEmergencyMillisecondsMax) {
    return Error{ErrorCode::wrong_state, "mandate lasts too long from now"};
  }
  return {};
}

Result<void> RelayStore::check_leaving_time(const ledger::SpacePayload& payload,
                                            const ledger::SpaceState& space) const {
  const auto* leave = std::get_if<ledger::MandateLeave>(&payload);
  if (leave == nullptr) return {};
  for (const UserId& user : leave->users) {
    const ledger::MandateEntry* entry = space.mandate_of(user, organisation());
    if (entry == nullptr || entry->ended_at != 0) continue;
    if (!entry->mandate.is_over_at(clock_.wall_time())) {
      return Error{ErrorCode::wrong_state, "mandate is not over"};
    }
  }
  return {};
}

Result<void> RelayStore::check_founder(const sync::Admission& author, const ledger::Record& record,
                                       const ledger::OrganisationCreate& payload,
                                       BytesView signature) {
  if (author.party != ledger::SessionParty::founding) {
    return Error{ErrorCode::not_permitted, "founding"};
  }
  if (payload.server_key != identity_public_) return Error{ErrorCode::wrong_server, "server key"};
  FELTBOG_TRY(key, founding_key());
  if (!key) return Error{ErrorCode::not_permitted, "founding"};
  FELTBOG_TRY(signed_by, crypto::Signature::from(signature));
  return ledger::check_founding(*key, record, signed_by);
}

Result<void> RelayStore::append_to_space(const sync::Admission& author, const SpaceId& space,
                                         const ledger::Record& record, BytesView wraps) {
  if (record.log_kind != ledger::LogKind::space || record.log != ledger::log_id(space)) {
    return Error{ErrorCode::malformed, "log"};
  }
  FELTBOG_TRY(existing, state_->space(space));
  SpaceEntry next = existing != nullptr ? *existing : SpaceEntry{};
  const bool may_read = existing != nullptr && next.state.admits(author.device, organisation());
  // A stranger to the space is not told what stands where in it.
  if (existing != nullptr && !may_read && record.author != author.device) {
    return Error{ErrorCode::not_permitted, "space"};
  }
  FELTBOG_TRY(is_new,
              belongs_at_end(record, next.state.head(), next.state.hash_at(record.sequence)));
  if (!is_new) return {};
  FELTBOG_TRY(payload, ledger::decode_space_payload(record.kind, record.payload));
  FELTBOG_CHECK(check_leaving_time(payload, next.state));
  FELTBOG_CHECK(next.state.apply(record, organisation()));
  const auto& announced = next.state.wraps();
  const bool has_wraps = !announced.empty() && announced.back().sequence == record.sequence;
  if (has_wraps) {
    FELTBOG_TRY(checked, next.state.check_wraps(wraps));
    // Two records may announce equal wraps: those of members who have no device yet.
    if (announced.back().commitment.wraps != ledger::wraps_hash(wraps)) {
      return Error{ErrorCode::malformed, "wraps of another record"};
    }
  } else if (!wraps.empty()) {
    return Error{ErrorCode::malformed, "wraps"};
  }
  SpaceEntry* entry = state_->put_space(space, std::move(next));
  const bool erases = entry->state.erased_at() == record.sequence;
  return state_->write([&]() -> Result<void> {
    FELTBOG_CHECK(store_record(record, wraps));
    if (erases) FELTBOG_CHECK(destroy_content(space, *entry));
    return store_space(space, *entry, existing == nullptr);
  });
}

// Sealed keys, bodies and chunks: everything that a key somebody kept could still open. Headers
// stay, so that the chains can be followed.
Result<void> RelayStore::destroy_content(const SpaceId& space, SpaceEntry& entry) {
  FELTBOG_CHECK(database().run("UPDATE record SET wraps = NULL WHERE log_kind = ?1 AND log = ?2",
                               static_cast<std::int64_t>(ledger::LogKind::space), space));
  for (std::uint64_t position = 1; position <= entry.last_position; ++position) {
    FELTBOG_TRY(read, database().prepare("SELECT run FROM run WHERE space = ?1 AND position = ?2"));
    FELTBOG_TRY(found, read.bind_all(space, position).step());
    if (!found) continue;
    FELTBOG_TRY(run, ledger::SealedRun::decode(read.bytes(0)));
    read.reset();
    run.body.reset();
    FELTBOG_CHECK(database().run("UPDATE run SET run = ?3 WHERE space = ?1 AND position = ?2",
                                 space, position, run.encode()));
  }
  entry.chunk_bytes = 0;
  FELTBOG_CHECK(database().run("DELETE FROM chunk WHERE space = ?1", space));
  return database().run("UPDATE space SET chunk_bytes = 0 WHERE space = ?1", space);
}

Result<void> RelayStore::store_record(const ledger::Record& record, BytesView wraps) {
  const std::optional<BytesView> stored =
      wraps.empty() ? std::nullopt : std::optional<BytesView>(wraps);
  return database().run(
      "INSERT INTO record (log_kind, log, sequence, record, wraps, received_at) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
      static_cast<std::int64_t>(record.log_kind), record.log, record.sequence, record.encode(),
      stored, clock_.wall_time().milliseconds);
}

Result<void> RelayStore::store_space(const SpaceId& space, const SpaceEntry& entry, bool is_new) {
  if (is_new) {
    FELTBOG_CHECK(database().run(
        "INSERT INTO space (space, last_position, order_hash, run_bytes, chunk_bytes) "
        "VALUES (?1, 0, ?2, 0, 0)",
        space, entry.order));
  }
  FELTBOG_CHECK(database().run("DELETE FROM member WHERE space = ?1", space));
  for (const ledger::Member& member : entry.state.members()) {
    FELTBOG_CHECK(
        database().run("INSERT INTO member (user, space) VALUES (?1, ?2)", member.user, space));
  }
  return {};
}

}  // namespace feltbog::server
