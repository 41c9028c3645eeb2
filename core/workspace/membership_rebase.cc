// SPDX-License-Identifier: Apache-2.0
// The server orders the logs: what others appended first stands, and what waits here is made anew
// on top.
#include <algorithm>

#include "core/workspace/membership.h"

namespace feltbog::workspace {

using ledger::LogName;
using ledger::Record;
using ledger::RecordItem;

namespace {

// A record that lost a race is worth making anew unless what it did was done by the winner.
bool is_stale(const Error& error) {
  return error.code == ErrorCode::already_exists || error.code == ErrorCode::wrong_state ||
         error.code == ErrorCode::not_found || error.code == ErrorCode::not_authorised ||
         error.code == ErrorCode::invite_used || error.code == ErrorCode::invite_unknown ||
         error.code == ErrorCode::missing_key;
}

// Keys that were left out when their record came. True when they were.
Result<bool> take_missing_wraps(store::Database& database, const SpaceLog& log,
                                const Record& record, BytesView wraps) {
  if (wraps.empty() || log.erased()) return false;
  const auto* announced = log.state.wraps(ledger::wraps_hash(wraps));
  if (announced == nullptr || announced->sequence != record.sequence) return false;
  FELTBOG_CHECK(log.state.check_wraps(wraps));
  FELTBOG_CHECK(
      database.run("UPDATE space_record SET wraps = ?3 WHERE space = ?1 AND sequence = ?2 AND "
                   "length(wraps) = 0",
                   log.state.id(), record.sequence, wraps));
  return database.changes() > 0;
}

}  // namespace

Result<void> Membership::read_waiting(const LogName& log, std::uint64_t from,
                                      std::vector<Overtaken>& taken) {
  FELTBOG_TRY(rows,
              log ? database_->prepare("SELECT record, wraps FROM space_record WHERE accepted = 0 "
                                       "AND sequence >= ?1 AND space = ?2 ORDER BY sequence")
                  : database_->prepare("SELECT record, x'' FROM organisation_record WHERE "
                                       "accepted = 0 AND sequence >= ?1 ORDER BY sequence"));
  rows.bind(1, from);
  if (log) rows.bind(2, *log);
  while (true) {
    FELTBOG_TRY(more, rows.step());
    if (!more) return {};
    FELTBOG_TRY(record, Record::decode(rows.bytes(0)));
    taken.push_back({log, std::move(record), to_bytes(rows.bytes(1))});
  }
}

// Takes the waiting records from `from` on out of the log. With the organisation's go all waiting
// records of spaces, since they may cite them.
Result<void> Membership::take_back(const LogName& log, std::uint64_t from,
                                   std::vector<Overtaken>& taken) {
  FELTBOG_CHECK(read_waiting(log, from, taken));
  if (log) {
    FELTBOG_CHECK(
        database_->run("DELETE FROM space_record WHERE accepted = 0 AND space = ?1 AND "
                       "sequence >= ?2",
                       *log, from));
    return load_space(*log);
  }
  for (const auto& [id, space_log] : spaces_) {
    if (space_log.waits()) FELTBOG_CHECK(read_waiting(id, 0, taken));
  }
  FELTBOG_CHECK(database_->run("DELETE FROM space_record WHERE accepted = 0"));
  FELTBOG_CHECK(database_->run(
      "DELETE FROM organisation_record WHERE accepted = 0 AND sequence >= ?1", from));
  return load();
}

Result<bool> Membership::store_one(const LogName& log, const RecordItem& item,
                                   std::vector<Overtaken>& overtaken) {
  FELTBOG_TRY(record, Record::decode(item.record));
  if (record.sequence <= accepted(log)) {
    FELTBOG_CHECK(check_same(log, record.sequence, item.record));
    return log ? take_missing_wraps(*database_, *space(*log), record, item.wraps)
               : Result<bool>(false);
  }
  if (record.sequence <= head(log).sequence) {
    const auto same = check_same(log, record.sequence, item.record);
    if (same) return accept(log, record.sequence);
    if (same.error().code != ErrorCode::fork_detected) return same.error();
    FELTBOG_CHECK(take_back(log, record.sequence, overtaken));
  }
  FELTBOG_CHECK(apply(log, item, true));
  return true;
}

Result<bool> Membership::store(const LogName& log, std::uint64_t first,
                               std::span<const RecordItem> items, Random& random) {
  if (first > accepted(log) + 1) return Error{ErrorCode::broken_chain, "records are missing"};
  std::vector<Overtaken> overtaken;
  bool grown = false;
  for (std::size_t index = 0; index < items.size(); ++index) {
    FELTBOG_TRY(record, Record::decode(items[index].record));
    if (record.sequence != first + index) return Error{ErrorCode::malformed, "sequence"};
    FELTBOG_TRY(is_new, store_one(log, items[index], overtaken));
    grown = grown || is_new;
  }
  FELTBOG_CHECK(make_all_anew(overtaken, random));
  if (grown && !log) {
    // Who was refused a space for want of a role may have it now.
    FELTBOG_CHECK(
        database_->run("UPDATE space_record SET refused = NULL WHERE refused IS NOT NULL"));
    for (auto& [id, space_log] : spaces_) space_log.refused = false;
  }
  return grown;
}

Result<void> Membership::make_all_anew(std::span<const Overtaken> overtaken, Random& random) {
  for (const Overtaken& record : overtaken) {
    if (auto made = make_anew(record, random); !made && !is_stale(made.error())) return made;
  }
  return {};
}

Result<void> Membership::make_organisation_record_anew(const Record& record) {
  FELTBOG_TRY(payload, ledger::decode_organisation_payload(record.kind, record.payload));
  // A device's own enrolment is made anew where the invite's secret is: device_replica.cc.
  if (std::holds_alternative<ledger::DeviceAdd>(payload)) return {};
  FELTBOG_TRY(made, ledger::make_record(organisation_, *device_, payload));
  return append(made);
}

Result<void> Membership::make_members_anew(const SpaceId& id, const ledger::MemberAdd& addition,
                                           Random& random) {
  const SpaceLog* log = space(id);
  if (log == nullptr) return {};
  std::vector<ledger::Member> members;
  for (const ledger::Member& member : addition.members) {
    if (!log->state.role(member.user)) members.push_back(member);
  }
  if (members.empty()) return {};
  FELTBOG_TRY(ring, keys(id));
  FELTBOG_TRY(made, ledger::add_members(log->state, organisation_, *ring, std::move(members),
                                        *device_, random));
  return append(id, made);
}

Result<void> Membership::make_removal_anew(const SpaceId& id, const ledger::MemberRemove& removal,
                                           Random& random) {
  const SpaceLog* log = space(id);
  if (log == nullptr) return {};
  std::vector<UserId> users;
  for (const UserId& user : removal.users) {
    if (log->state.role(user)) users.push_back(user);
  }
  if (users.empty()) return {};
  FELTBOG_TRY(ring, keys(id));
  FELTBOG_TRY(cuts, known_cuts(id, users));
  FELTBOG_TRY(made, ledger::remove_members(log->state, organisation_, *ring, std::move(users),
                                           std::move(cuts), *device_, random));
  return append(id, made.step);
}

Result<void> Membership::make_space_record_anew(const SpaceId& id, const Record& record,
                                                Random& random) {
  FELTBOG_TRY(payload, ledger::decode_space_payload(record.kind, record.payload));
  if (const auto* addition = std::get_if<ledger::MemberAdd>(&payload)) {
    return make_members_anew(id, *addition, random);
  }
  if (const auto* removal = std::get_if<ledger::MemberRemove>(&payload)) {
    return make_removal_anew(id, *removal, random);
  }
  if (const auto* creation = std::get_if<ledger::SpaceCreate>(&payload)) {
    // Nothing was sealed in a space whose creation still waits, so a new first key harms nobody.
    FELTBOG_TRY(made, ledger::create_space(id, creation->kind, creation->members, *device_,
                                           organisation_, random));
    return append(id, made.step);
  }
  if (const auto* settling = std::get_if<ledger::HeldRunsSettle>(&payload)) {
    const SpaceLog* log = space(id);
    if (log == nullptr) return {};
    FELTBOG_TRY(made,
                ledger::settle_held_runs(log->state, organisation_, settling->verdicts, *device_));
    return append(id, made);
  }
  if (const SpaceLog* log = space(id); log != nullptr) {
    if (const auto* erasure = std::get_if<ledger::SpaceErase>(&payload)) {
      FELTBOG_TRY(made, ledger::erase_space(log->state, organisation_, *erasure, *device_));
      return append(id, made);
    }
    if (const auto* hold = std::get_if<ledger::LegalHold>(&payload)) {
      FELTBOG_TRY(made, ledger::set_legal_hold(log->state, organisation_, hold->held, *device_));
      return append(id, made);
    }
  }
  return {};  // what else can be waiting is a duty, and is done anew as such
}

Result<void> Membership::make_anew(const Overtaken& overtaken, Random& random) {
  if (!overtaken.log) return make_organisation_record_anew(overtaken.record);
  // As it was, where it still fits: the server may have it already.
  if (append(*overtaken.log, {overtaken.record, overtaken.wraps})) return {};
  return make_space_record_anew(*overtaken.log, overtaken.record, random);
}

Result<void> Membership::refuse(const LogName& log, std::uint64_t sequence, ErrorCode code,
                                Random& random) {
  // Offered again to a server that lost it, and not taken: no more in this session.
  stop_offering(log);
  if (sequence <= accepted(log) || sequence > head(log).sequence) return {};
  if (log && sequence == 1) {
    spaces_.at(*log).refused = true;
    return database_->run("UPDATE space_record SET refused = ?2 WHERE space = ?1 AND sequence = 1",
                          *log, static_cast<std::int64_t>(code));
  }
  if (log) refused_.insert(*log);
  std::vector<Overtaken> taken;
  FELTBOG_CHECK(take_back(log, sequence, taken));
  // The first is the refused one.
  return taken.empty() ? Result<void>() : make_all_anew(std::span(taken).subspan(1), random);
}

}  // namespace feltbog::workspace
