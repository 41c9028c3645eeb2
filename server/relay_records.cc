// SPDX-License-Identifier: Apache-2.0
// The membership logs: the server orders their records and checks them, and can write none.
#include <algorithm>
#include <utility>
#include <variant>

#include "core/ledger/invite.h"
#include "core/ledger/organisation_record.h"
#include "core/ledger/run.h"
#include "server/relay_store.h"

namespace feltbog::server {
namespace {

std::int64_t log_kind_of(const ledger::LogName& log) {
  return static_cast<std::int64_t>(log ? ledger::LogKind::space : ledger::LogKind::organisation);
}

// Where a record would go in a log that ends at `head`. True: at the end. False: it stands there
// already. Errors: conflict.
Result<bool> belongs_at_end(const ledger::Record& record, const ledger::LogHead& head,
                            const std::optional<RecordHash>& standing) {
  if (record.sequence == head.sequence + 1) return true;
  if (standing && *standing == record.hash()) return false;
  return Error{ErrorCode::conflict, "log ends at " + std::to_string(head.sequence)};
}

}  // namespace

Result<ledger::LogHead> RelayStore::organisation_head() {
  FELTBOG_CHECK(state_->refresh());
  return organisation().head();
}

Result<std::vector<SpaceId>> RelayStore::spaces_of(const DeviceId& device) {
  FELTBOG_CHECK(require_active(device));
  const ledger::DeviceEntry* entry = organisation().device(device);
  FELTBOG_TRY(read, database().prepare("SELECT space FROM member WHERE user = ?1"));
  read.bind_all(entry->user);
  std::vector<SpaceId> spaces;
  for (;;) {
    FELTBOG_TRY(found, read.step());
    if (!found) return spaces;
    FELTBOG_TRY(space, read.fixed<SpaceId>(0));
    spaces.push_back(space);
  }
}

bool RelayStore::recovers(const DeviceId& device, const SpaceEntry& entry) const {
  return entry.state.recoverable_by(organisation().device(device)->user, organisation());
}

// All spaces are looked at, which few sessions ask for: those of who recovers.
Result<std::vector<SpaceId>> RelayStore::recoverable_spaces(const DeviceId& device) {
  FELTBOG_CHECK(require_active(device));
  std::vector<SpaceId> spaces;
  if (organisation().recovers_with(organisation().device(device)->user) == nullptr) return spaces;
  FELTBOG_TRY(read, database().prepare("SELECT space FROM space"));
  for (;;) {
    FELTBOG_TRY(found, read.step());
    if (!found) return spaces;
    FELTBOG_TRY(space, read.fixed<SpaceId>(0));
    FELTBOG_TRY(entry, state_->space(space));
    if (entry != nullptr && recovers(device, *entry)) spaces.push_back(space);
  }
}

Result<sync::SpaceStanding> RelayStore::standing(const DeviceId& device, const SpaceId& space) {
  FELTBOG_CHECK(require_active(device));
  FELTBOG_TRY(entry, state_->space(space));
  if (entry == nullptr) return sync::SpaceStanding{};
  if (entry->state.admits(device, organisation())) {
    return sync::SpaceStanding{true, false, entry->state.head(), entry->last_position};
  }
  if (!recovers(device, *entry)) return sync::SpaceStanding{};
  return sync::SpaceStanding{false, true, entry->state.head(), 0};
}

// The last record of a space that `reader` may read; a former member reads how they were removed.
Result<std::uint64_t> RelayStore::readable_through(const sync::Admission& reader,
                                                   const SpaceId& space) {
  const Error refused{ErrorCode::not_permitted, "space"};
  if (reader.party != ledger::SessionParty::device || reader.barred) return refused;
  FELTBOG_CHECK(require_active(reader.device));
  FELTBOG_TRY(entry, state_->space(space));
  if (entry == nullptr) return refused;
  const bool reads_all =
      entry->state.admits(reader.device, organisation()) || recovers(reader.device, *entry);
  if (reads_all) return entry->state.head().sequence;
  const ledger::DeviceEntry* device = organisation().device(reader.device);
  const auto& stays = entry->state.memberships(device->user);
  if (stays.empty()) return refused;
  // Who was given the content once is told to destroy it.
  if (entry->state.erased_at() != 0) return entry->state.head().sequence;
  return stays.back().until;
}

Result<std::vector<ledger::RecordItem>> RelayStore::read_records(const sync::Admission& reader,
                                                                 const ledger::LogName& log,
                                                                 std::uint64_t first,
                                                                 const sync::ReadLimits& limits) {
  FELTBOG_CHECK(state_->refresh());
  std::uint64_t last = organisation().head().sequence;
  ledger::LogId id = ledger::log_id(organisation().id());
  if (log) {
    FELTBOG_TRY(through, readable_through(reader, *log));
    last = through;
    id = ledger::log_id(*log);
  }
  std::vector<ledger::RecordItem> items;
  if (first > last) return items;
  FELTBOG_TRY(
      read, database().prepare("SELECT record, wraps FROM record WHERE log_kind = ?1 AND log = ?2 "
                               "AND sequence BETWEEN ?3 AND ?4 ORDER BY sequence"));
  read.bind_all(log_kind_of(log), id, first, last);
  std::size_t bytes = 0;
  while (items.size() < std::max<std::size_t>(limits.items, 1)) {
    FELTBOG_TRY(found, read.step());
    if (!found) break;
    bytes += read.bytes(0).size() + read.bytes(1).size();
    if (!items.empty() && bytes > limits.bytes) break;
    items.push_back({to_bytes(read.bytes(0)), to_bytes(read.bytes(1))});
  }
  return items;
}

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
