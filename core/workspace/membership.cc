// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/membership.h"

#include <algorithm>

#include "core/ledger/run.h"

namespace feltbog::workspace {

using ledger::LogHead;
using ledger::LogName;
using ledger::Record;
using ledger::RecordItem;

namespace {

// A record that lost a race is worth making anew unless what it did was done by the winner.
bool is_stale(const Error& error) {
  return error.code == ErrorCode::already_exists || error.code == ErrorCode::wrong_state ||
         error.code == ErrorCode::not_found || error.code == ErrorCode::not_authorised ||
         error.code == ErrorCode::invite_used || error.code == ErrorCode::invite_unknown;
}

}  // namespace

const SpaceLog* Membership::space(const SpaceId& space) const {
  const auto found = spaces_.find(space);
  return found != spaces_.end() ? &found->second : nullptr;
}

std::uint64_t Membership::accepted(const LogName& log) const {
  if (!log) return organisation_accepted_;
  const SpaceLog* found = space(*log);
  return found != nullptr ? found->accepted : 0;
}

LogHead Membership::head(const LogName& log) const {
  if (!log) return organisation_.empty() ? LogHead{} : organisation_.head();
  const SpaceLog* found = space(*log);
  return found != nullptr && !found->state.empty() ? found->state.head() : LogHead{};
}

Result<void> Membership::load(const ledger::DeviceIdentity& device) {
  device_ = &device;
  organisation_ = {};
  organisation_accepted_ = 0;
  spaces_.clear();
  keys_.clear();
  FELTBOG_CHECK(load_organisation());
  return load_spaces();
}

Result<void> Membership::load_organisation() {
  FELTBOG_TRY(rows, database_->prepare(
                        "SELECT record, accepted FROM organisation_record ORDER BY sequence"));
  while (true) {
    FELTBOG_TRY(more, rows.step());
    if (!more) return {};
    FELTBOG_TRY(record, Record::decode(rows.bytes(0)));
    FELTBOG_CHECK(organisation_.apply_verified(record));
    if (rows.integer(1) != 0) organisation_accepted_ = record.sequence;
  }
}

Result<void> Membership::load_spaces() {
  FELTBOG_TRY(rows, database_->prepare("SELECT space, record, accepted FROM space_record "
                                       "ORDER BY space, sequence"));
  while (true) {
    FELTBOG_TRY(more, rows.step());
    if (!more) return {};
    FELTBOG_TRY(id, rows.fixed<SpaceId>(0));
    FELTBOG_TRY(record, Record::decode(rows.bytes(1)));
    SpaceLog& log = spaces_[id];
    FELTBOG_CHECK(log.state.apply_verified(record, organisation_));
    if (rows.integer(2) != 0) log.accepted = record.sequence;
  }
}

const ledger::Keyring& Membership::keys(const SpaceId& id) {
  ledger::Keyring& ring = keys_[id];
  const SpaceLog* log = space(id);
  if (log == nullptr || log->state.empty() || ledger::holds_all_keys(ring, log->state)) return ring;
  auto rows = database_->prepare(
      "SELECT wraps FROM space_record WHERE space = ?1 AND length(wraps) > 0 "
      "ORDER BY sequence DESC");
  if (!rows) return ring;
  rows->bind(1, id);
  while (!ledger::holds_all_keys(ring, log->state)) {
    const auto more = rows->step();
    if (!more || !more.value()) break;
    // Wraps that are not for this device, or no longer what the log announces, are passed over.
    static_cast<void>(ledger::open_wraps(*device_, log->state, rows->bytes(0), ring).has_value());
  }
  return ring;
}

Result<void> Membership::apply(const LogName& log, const RecordItem& item, bool is_accepted) {
  FELTBOG_TRY(record, Record::decode(item.record));
  if (!log) {
    FELTBOG_CHECK(organisation_.apply(record));
    if (is_accepted) organisation_accepted_ = record.sequence;
    return database_->run("INSERT INTO organisation_record VALUES(?1, ?2, ?3)", record.sequence,
                          item.record, is_accepted);
  }
  SpaceLog& space_log = spaces_[*log];
  if (auto applied = space_log.state.apply(record, organisation_); !applied) {
    if (space_log.state.empty()) spaces_.erase(*log);
    return applied.error();
  }
  if (is_accepted) space_log.accepted = record.sequence;
  return database_->run("INSERT INTO space_record VALUES(?1, ?2, ?3, ?4, ?5)", *log,
                        record.sequence, item.record, item.wraps, is_accepted);
}

Result<void> Membership::append(const Record& record) {
  return apply(std::nullopt, {record.encode(), {}}, false);
}

Result<void> Membership::append(const SpaceId& space, const ledger::SpaceStep& step) {
  return apply(space, {step.record.encode(), step.wraps}, false);
}

Result<void> Membership::read_waiting(const LogName& log, std::uint64_t from,
                                      std::vector<Overtaken>& taken) {
  FELTBOG_TRY(rows,
              log ? database_->prepare("SELECT record FROM space_record WHERE accepted = 0 AND "
                                       "sequence >= ?1 AND space = ?2 ORDER BY sequence")
                  : database_->prepare("SELECT record FROM organisation_record WHERE "
                                       "accepted = 0 AND sequence >= ?1 ORDER BY sequence"));
  rows.bind(1, from);
  if (log) rows.bind(2, *log);
  while (true) {
    FELTBOG_TRY(more, rows.step());
    if (!more) return {};
    FELTBOG_TRY(record, Record::decode(rows.bytes(0)));
    taken.push_back({log, std::move(record)});
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
    return load(*device_);
  }
  for (const auto& [id, space_log] : spaces_) FELTBOG_CHECK(read_waiting(id, 0, taken));
  FELTBOG_CHECK(database_->run("DELETE FROM space_record WHERE accepted = 0"));
  FELTBOG_CHECK(database_->run(
      "DELETE FROM organisation_record WHERE accepted = 0 AND sequence >= ?1", from));
  return load(*device_);
}

Result<void> Membership::check_same(const LogName& log, std::uint64_t sequence, BytesView record) {
  FELTBOG_TRY(
      rows,
      log ? database_->prepare("SELECT record FROM space_record WHERE sequence = ?1 AND space = ?2")
          : database_->prepare("SELECT record FROM organisation_record WHERE sequence = ?1"));
  rows.bind(1, sequence);
  if (log) rows.bind(2, *log);
  FELTBOG_TRY(found, rows.step());
  if (!found) return Error{ErrorCode::broken_chain, "record " + std::to_string(sequence)};
  if (!std::ranges::equal(rows.bytes(0), record)) {
    return Error{ErrorCode::fork_detected, "record " + std::to_string(sequence)};
  }
  return {};
}

Result<void> Membership::store_one(const LogName& log, const RecordItem& item,
                                   std::vector<Overtaken>& overtaken) {
  FELTBOG_TRY(record, Record::decode(item.record));
  if (record.sequence <= accepted(log)) return check_same(log, record.sequence, item.record);
  if (record.sequence <= head(log).sequence) {
    if (check_same(log, record.sequence, item.record)) return accept(log, record.sequence);
    FELTBOG_CHECK(take_back(log, record.sequence, overtaken));
  }
  return apply(log, item, true);
}

Result<void> Membership::store(const LogName& log, std::uint64_t first,
                               std::span<const RecordItem> items, Random& random) {
  if (first > accepted(log) + 1) return Error{ErrorCode::broken_chain, "records are missing"};
  std::vector<Overtaken> overtaken;
  for (const RecordItem& item : items) FELTBOG_CHECK(store_one(log, item, overtaken));
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
  FELTBOG_TRY(made, ledger::add_members(log->state, organisation_, keys(id), std::move(members),
                                        *device_, random));
  return append(id, made);
}

Result<void> Membership::make_anew(const Overtaken& overtaken, Random& random) {
  const Record& record = overtaken.record;
  if (!overtaken.log) return make_organisation_record_anew(record);
  FELTBOG_TRY(payload, ledger::decode_space_payload(record.kind, record.payload));
  if (const auto* addition = std::get_if<ledger::MemberAdd>(&payload)) {
    return make_members_anew(*overtaken.log, *addition, random);
  }
  if (const auto* creation = std::get_if<ledger::SpaceCreate>(&payload)) {
    // Nothing was sealed in a space whose creation still waits, so a new first key harms nobody.
    FELTBOG_TRY(made, ledger::create_space(*overtaken.log, creation->kind, creation->members,
                                           *device_, organisation_, random));
    return append(*overtaken.log, made.step);
  }
  return {};  // what else can be waiting is a duty, and is done anew as such
}

Result<void> Membership::accept(const LogName& log, std::uint64_t sequence) {
  if (sequence <= accepted(log)) return {};
  if (!log) {
    organisation_accepted_ = sequence;
    return database_->run("UPDATE organisation_record SET accepted = 1 WHERE sequence <= ?1",
                          sequence);
  }
  const auto found = spaces_.find(*log);
  if (found == spaces_.end()) return Error{ErrorCode::not_found, "space"};
  found->second.accepted = sequence;
  return database_->run("UPDATE space_record SET accepted = 1 WHERE space = ?1 AND sequence <= ?2",
                        *log, sequence);
}

Result<void> Membership::drop(const LogName& log, std::uint64_t sequence) {
  if (sequence <= accepted(log)) return {};
  std::vector<Overtaken> dropped;
  return take_back(log, sequence, dropped);
}

// Up to where the runs of barred devices that held the key are known here: what they wrote before
// was honest work of a member.
Result<std::vector<ledger::Cut>> Membership::known_cuts(const SpaceId& id) {
  std::vector<ledger::Cut> cuts;
  for (const auto& [device, since] : spaces_.at(id).state.epoch().holders) {
    if (organisation_.device_active(device)) continue;
    FELTBOG_TRY(rows,
                database_->prepare(
                    "SELECT run, max(run.sequence) FROM run JOIN writer USING(writer) WHERE "
                    "run.space = ?1 AND device = ?2 AND set_aside IS NULL GROUP BY run.writer"));
    rows.bind(1, id).bind(2, device);
    while (true) {
      FELTBOG_TRY(more, rows.step());
      if (!more) break;
      FELTBOG_TRY(run, ledger::SealedRun::decode(rows.bytes(0)));
      cuts.push_back({id, device, run.header.incarnation, run.header.sequence, run.header.hash()});
    }
  }
  ledger::sort_cuts(cuts);
  return cuts;
}

bool Membership::may_do_duties(const SpaceLog& log, const SpaceId& id) {
  const bool waiting = log.accepted != log.state.head().sequence;
  return !waiting && log.state.admits(device_->id, organisation_) &&
         ledger::holds_all_keys(keys(id), log.state);
}

bool Membership::has_duties() {
  if (organisation_accepted_ != head(std::nullopt).sequence) return false;
  return std::any_of(spaces_.begin(), spaces_.end(), [this](const auto& entry) {
    const ledger::SpaceState& state = entry.second.state;
    return (state.needs_rotation(organisation_) ||
            !state.devices_without_key(organisation_).empty()) &&
           may_do_duties(entry.second, entry.first);
  });
}

Result<void> Membership::duty_of(const SpaceId& id, Random& random) {
  const SpaceLog& log = spaces_.at(id);
  if (!may_do_duties(log, id)) return {};
  const ledger::Keyring& ring = keys(id);
  if (log.state.needs_rotation(organisation_)) {
    FELTBOG_TRY(cuts, known_cuts(id));
    auto made =
        ledger::rotate_epoch(log.state, organisation_, ring, std::move(cuts), *device_, random);
    if (!made) return is_stale(made.error()) ? Result<void>() : Result<void>(made.error());
    return append(id, made->step);
  }
  const auto without = log.state.devices_without_key(organisation_);
  if (without.empty()) return {};
  auto made = ledger::join_devices(log.state, organisation_, ring, without, *device_, random);
  if (!made) return is_stale(made.error()) ? Result<void>() : Result<void>(made.error());
  return append(id, made.value());
}

Result<void> Membership::do_duties(Random& random) {
  if (organisation_accepted_ != head(std::nullopt).sequence) return {};
  std::vector<SpaceId> ids;
  for (const auto& [id, log] : spaces_) ids.push_back(id);
  for (const SpaceId& id : ids) FELTBOG_CHECK(duty_of(id, random));
  return {};
}

Result<std::vector<ledger::OutgoingRecord>> Membership::waiting(std::size_t bytes_max) {
  std::vector<ledger::OutgoingRecord> out;
  std::size_t bytes = 0;
  // The organisation first: what a space's record cites must stand before it.
  FELTBOG_TRY(rows,
              database_->prepare(
                  "SELECT NULL, sequence, record, x'' FROM organisation_record WHERE accepted = 0 "
                  "UNION ALL SELECT * FROM (SELECT space, sequence, record, wraps FROM "
                  "space_record WHERE accepted = 0 ORDER BY space, sequence)"));
  while (out.empty() || bytes < bytes_max) {
    FELTBOG_TRY(more, rows.step());
    if (!more) break;
    ledger::OutgoingRecord next;
    if (!rows.is_null(0)) {
      FELTBOG_TRY(space, rows.fixed<SpaceId>(0));
      next.log = space;
    }
    next.sequence = static_cast<std::uint64_t>(rows.integer(1));
    next.item = {to_bytes(rows.bytes(2)), to_bytes(rows.bytes(3))};
    bytes += next.item.record.size() + next.item.wraps.size();
    out.push_back(std::move(next));
  }
  return out;
}

Result<ledger::Amount> Membership::waiting_amount() {
  FELTBOG_TRY(rows, database_->prepare(
                        "SELECT count(*), total(size) FROM (SELECT length(record) AS size FROM "
                        "organisation_record WHERE accepted = 0 UNION ALL SELECT length(record) + "
                        "length(wraps) FROM space_record WHERE accepted = 0)"));
  FELTBOG_TRY(found, rows.step());
  FELTBOG_ASSERT(found);
  return ledger::Amount{static_cast<std::uint64_t>(rows.integer(0)),
                        static_cast<std::uint64_t>(rows.integer(1))};
}

}  // namespace feltbog::workspace
