// SPDX-License-Identifier: Apache-2.0
// Reading and growing the logs, keys, and what waits to be sent. What becomes of waiting records
// that lost a race, and the duties of members: membership_rebase.cc.
#include "core/workspace/membership.h"

#include <algorithm>

namespace feltbog::workspace {

using ledger::LogHead;
using ledger::LogName;
using ledger::Record;
using ledger::RecordItem;

const SpaceLog* Membership::space(const SpaceId& space) const {
  const auto found = spaces_.find(space);
  return found != spaces_.end() ? &found->second : nullptr;
}

std::uint64_t Membership::accepted(const LogName& log) const {
  if (!log) return organisation_accepted_;
  const SpaceLog* found = space(*log);
  return found != nullptr ? found->accepted : 0;
}

std::uint64_t Membership::confirmed(const LogName& log) const {
  const auto behind = server_behind_.find(log);
  const std::uint64_t here = accepted(log);
  return behind != server_behind_.end() ? std::min(here, behind->second) : here;
}

LogHead Membership::head(const LogName& log) const {
  if (!log) return organisation_.empty() ? LogHead{} : organisation_.head();
  const SpaceLog* found = space(*log);
  return found != nullptr && !found->state.empty() ? found->state.head() : LogHead{};
}

Result<void> Membership::load() {
  Membership fresh(*database_, *device_);
  FELTBOG_CHECK(fresh.load_organisation());
  FELTBOG_CHECK(fresh.load_spaces());
  fresh.server_behind_ = std::move(server_behind_);
  fresh.refused_ = std::move(refused_);
  *this = std::move(fresh);
  return {};
}

Result<void> Membership::forget() {
  FELTBOG_CHECK(database_->run("DELETE FROM organisation_record"));
  FELTBOG_CHECK(database_->run("DELETE FROM space_record"));
  return load();
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
  FELTBOG_TRY(rows, database_->prepare("SELECT space, record, accepted, refused FROM space_record "
                                       "ORDER BY space, sequence"));
  return read_space_records(rows);
}

Result<void> Membership::load_space(const SpaceId& id) {
  spaces_.erase(id);
  keys_.erase(id);
  FELTBOG_TRY(rows, database_->prepare("SELECT space, record, accepted, refused FROM space_record "
                                       "WHERE space = ?1 ORDER BY sequence"));
  rows.bind(1, id);
  return read_space_records(rows);
}

Result<void> Membership::read_space_records(store::Statement& rows) {
  while (true) {
    FELTBOG_TRY(more, rows.step());
    if (!more) return {};
    FELTBOG_TRY(id, rows.fixed<SpaceId>(0));
    FELTBOG_TRY(record, Record::decode(rows.bytes(1)));
    SpaceLog& log = spaces_[id];
    FELTBOG_CHECK(log.state.apply_verified(record, organisation_));
    if (rows.integer(2) != 0) log.accepted = record.sequence;
    if (!rows.is_null(3)) log.refused = true;
  }
}

Result<const ledger::Keyring*> Membership::keys(const SpaceId& id) {
  ledger::Keyring& ring = keys_[id];
  const SpaceLog* log = space(id);
  if (log == nullptr || log->state.empty()) return &ring;
  if (ledger::holds_all_keys(ring, log->state)) return &ring;
  FELTBOG_TRY(rows, database_->prepare("SELECT wraps FROM space_record WHERE space = ?1 AND "
                                       "length(wraps) > 0 ORDER BY sequence DESC"));
  rows.bind(1, id);
  while (!ledger::holds_all_keys(ring, log->state)) {
    FELTBOG_TRY(more, rows.step());
    if (!more) break;
    // Wraps that are not for this device are passed over.
    static_cast<void>(ledger::open_wraps(*device_, log->state, rows.bytes(0), ring).has_value());
  }
  return &ring;
}

Result<void> Membership::destroy_keys(const SpaceId& id) {
  keys_.erase(id);
  return database_->run("UPDATE space_record SET wraps = x'' WHERE space = ?1", id);
}

Result<void> Membership::apply(const LogName& log, const RecordItem& item, bool is_accepted) {
  FELTBOG_TRY(record, Record::decode(item.record));
  if (log) return apply_to_space(*log, record, item, is_accepted);
  FELTBOG_CHECK(organisation_.apply(record));
  if (is_accepted) organisation_accepted_ = record.sequence;
  return database_->run(
      "INSERT INTO organisation_record(sequence, record, accepted) VALUES(?1, ?2, ?3)",
      record.sequence, item.record, is_accepted);
}

Result<void> Membership::apply_to_space(const SpaceId& id, const Record& record,
                                        const RecordItem& item, bool is_accepted) {
  SpaceLog& log = spaces_[id];
  auto applied = log.state.apply(record, organisation_);
  if (applied && log.state.id() != id) applied = Error{ErrorCode::malformed, "another space"};
  // Wraps may be missing, but none are kept that the log does not announce: nobody would get a key
  // from them, and nobody would look for better ones.
  if (applied && !item.wraps.empty()) {
    if (auto checked = log.state.check_wraps(item.wraps); !checked) {
      applied = Error{ErrorCode::malformed, "wraps: " + checked.error().detail};
    }
  }
  if (!applied) {
    if (log.state.empty()) spaces_.erase(id);
    return applied.error();
  }
  if (is_accepted) log.accepted = record.sequence;
  return database_->run(
      "INSERT INTO space_record(space, sequence, record, wraps, accepted) "
      "VALUES(?1, ?2, ?3, ?4, ?5)",
      id, record.sequence, item.record, item.wraps, is_accepted);
}

Result<void> Membership::append(const Record& record) {
  return apply(std::nullopt, {record.encode(), {}}, false);
}

Result<void> Membership::append(const SpaceId& space, const ledger::SpaceStep& step) {
  return apply(space, {step.record.encode(), step.wraps}, false);
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

Result<bool> Membership::accept(const LogName& log, std::uint64_t sequence) {
  if (sequence > head(log).sequence) return Error{ErrorCode::not_found, "record"};
  if (const auto behind = server_behind_.find(log); behind != server_behind_.end()) {
    behind->second = std::max(behind->second, sequence);
  }
  if (sequence <= accepted(log)) return false;
  if (!log) {
    organisation_accepted_ = sequence;
    FELTBOG_CHECK(database_->run("UPDATE organisation_record SET accepted = 1 WHERE sequence <= ?1",
                                 sequence));
    return true;
  }
  SpaceLog& space_log = spaces_.at(*log);
  space_log.accepted = sequence;
  space_log.refused = false;
  FELTBOG_CHECK(
      database_->run("UPDATE space_record SET accepted = 1, refused = NULL WHERE space = ?1 AND "
                     "sequence <= ?2",
                     *log, sequence));
  return true;
}

void Membership::server_lacks(const LogName& log, const LogHead& server) {
  if (server.sequence >= accepted(log)) return;
  const SpaceLog* found = log ? space(*log) : nullptr;
  const auto hash =
      log ? found->state.hash_at(server.sequence) : organisation_.hash_at(server.sequence);
  // A server whose log goes elsewhere is not helped: its next record will be told as a fork.
  if (server.sequence > 0 && hash != server.hash) return;
  server_behind_[log] = server.sequence;
}

// False once the list is long enough.
Result<bool> Membership::read_outgoing(const LogName& log, std::size_t bytes_max,
                                       std::size_t& bytes,
                                       std::vector<ledger::OutgoingRecord>& out) {
  FELTBOG_TRY(rows, log ? database_->prepare("SELECT sequence, record, wraps FROM space_record "
                                             "WHERE sequence > ?1 AND space = ?2 ORDER BY sequence")
                        : database_->prepare("SELECT sequence, record, x'' FROM "
                                             "organisation_record WHERE sequence > ?1 "
                                             "ORDER BY sequence"));
  rows.bind(1, confirmed(log));
  if (log) rows.bind(2, *log);
  while (out.empty() || bytes < bytes_max) {
    FELTBOG_TRY(more, rows.step());
    if (!more) return true;
    ledger::OutgoingRecord next;
    next.log = log;
    next.sequence = static_cast<std::uint64_t>(rows.integer(0));
    next.item = {to_bytes(rows.bytes(1)), to_bytes(rows.bytes(2))};
    bytes += next.item.record.size() + next.item.wraps.size();
    out.push_back(std::move(next));
  }
  return false;
}

Result<std::vector<ledger::OutgoingRecord>> Membership::waiting(std::size_t bytes_max) {
  std::vector<ledger::OutgoingRecord> out;
  std::size_t bytes = 0;
  // The organisation first: what a space's record cites must stand before it.
  FELTBOG_TRY(room, read_outgoing(std::nullopt, bytes_max, bytes, out));
  for (auto entry = spaces_.begin(); entry != spaces_.end() && room; ++entry) {
    const auto& [id, log] = *entry;
    if (log.refused || confirmed(id) == log.state.head().sequence) continue;
    FELTBOG_TRY(more_room, read_outgoing(id, bytes_max, bytes, out));
    room = more_room;
  }
  return out;
}

std::uint64_t Membership::waiting_count() const {
  std::uint64_t count = head(std::nullopt).sequence - confirmed(std::nullopt);
  for (const auto& [id, log] : spaces_) {
    if (!log.refused) count += log.state.head().sequence - confirmed(id);
  }
  return count;
}

std::uint64_t Membership::refused_count() const {
  std::uint64_t count = 0;
  for (const auto& [id, log] : spaces_) {
    if (log.refused) count += log.state.head().sequence - log.accepted;
  }
  return count;
}

}  // namespace feltbog::workspace
