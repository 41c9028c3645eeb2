// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/access_log.h"

#include <algorithm>

#include "core/workspace/tables.h"

namespace feltbog::workspace {
namespace {

using ledger::Role;

// Small enough that the database's log never outgrows its part of the reserved room.
constexpr std::uint64_t kEntriesBetweenCheckpoints = 32;
constexpr std::size_t kBatchBytesMax = ledger::kRunPayloadBytesMax / 2;

std::vector<UserId> with_device(const ledger::OrganisationState& organisation, Role role) {
  std::vector<UserId> out;
  for (const auto& [user, entry] : organisation.users()) {
    if (organisation.roles(user).has(role) && !organisation.active_devices(user).empty()) {
      out.push_back(user);
    }
  }
  return out;
}

std::vector<DeviceId> reading_devices(const ledger::OrganisationState& organisation) {
  std::vector<DeviceId> out;
  for (const UserId& user : log_readers(organisation)) {
    const auto devices = organisation.active_devices(user);
    out.insert(out.end(), devices.begin(), devices.end());
  }
  std::sort(out.begin(), out.end());
  return out;
}

// Who is in a case for an emergency has said why already.
std::string emergency_among(const Core& core, const AccessEntry& entry) {
  for (const auto& [space, rows] : entry.cases) {
    const SpaceLog* log = core.membership.space(space);
    if (log == nullptr) continue;
    const auto* mandate = log->state.mandate_of(core.user(), core.membership.organisation());
    if (mandate == nullptr || !ledger::is_emergency(mandate->mandate.ground)) continue;
    return "emergency: " + std::string(ledger::mandate_ground_name(mandate->mandate.ground));
  }
  return {};
}

}  // namespace

std::vector<UserId> log_readers(const ledger::OrganisationState& organisation) {
  std::vector<UserId> auditors = with_device(organisation, Role::auditor);
  return auditors.empty() ? with_device(organisation, Role::administrator) : auditors;
}

bool in_caseload(const Core& core, const SpaceId& space) {
  const SpaceLog* log = core.membership.space(space);
  if (log == nullptr) return true;  // made in this very call
  if (!log->state.role(core.user())) return false;
  return log->state.creator() == core.user() ||
         core.roles().has_any({Role::worker, Role::caseworker});
}

AccessLog::AccessLog(Core& core, std::string room_path)
    : core_(&core), room_(*core.environment.disk, std::move(room_path)) {}

Result<void> AccessLog::write(AccessEntry entry) {
  if (entry.purpose.empty()) entry.purpose = emergency_among(*core_, entry);
  FELTBOG_CHECK(check_purpose(entry));
  // Before it belongs to somebody a device holds no case.
  if (core_->membership.organisation().empty() || core_->user() == UserId{}) return {};
  entry.time = core_->environment.clock->wall_time();
  room_.take_once();
  FELTBOG_CHECK(take_number());
  FELTBOG_CHECK(take_key());
  auto written = insert(entry);
  if (!written && written.error().code == ErrorCode::disk_full && room_.give_up()) {
    written = insert(entry);
  }
  if (written && room_.given_up() && next_number_ % kEntriesBetweenCheckpoints == 0) {
    // Where it fails, the log goes on growing, and is moved another time.
    static_cast<void>(core_->database->checkpoint().has_value());
  }
  return written;
}

Result<void> AccessLog::check_purpose(const AccessEntry& entry) const {
  if (entry.purpose.size() > kPurposeBytesMax) {
    return Error{ErrorCode::invalid_argument, "purpose"};
  }
  const bool own = std::all_of(entry.cases.begin(), entry.cases.end(), [this](const auto& shown) {
    return in_caseload(*core_, shown.first);
  });
  if (own || !entry.purpose.empty()) return {};
  return Error{ErrorCode::invalid_argument, "missing: purpose"};
}

Result<void> AccessLog::insert(const AccessEntry& entry) {
  store::Database& database = *core_->database;
  const AccessWriter writer{core_->membership.organisation().id(), core_->identity.id};
  const Bytes sealed =
      seal_access_entry(entry, key_->key, writer, next_number_, *core_->environment.random);
  FELTBOG_TRY(transaction, database.begin());
  std::int64_t row = key_->row;
  if (row == 0) {
    FELTBOG_CHECK(database.run("INSERT INTO access_key(wraps) VALUES(?1)", key_->wraps));
    row = database.last_insert_id();
  }
  FELTBOG_CHECK(
      database.run("INSERT INTO access_entry VALUES(?1, ?2, ?3)", next_number_, row, sealed));
  FELTBOG_CHECK(transaction.commit());
  key_->row = row;
  ++next_number_;
  return {};
}

Result<void> AccessLog::take_number() {
  if (next_number_ != 0) return {};
  FELTBOG_TRY(sealed, read_number(*core_->database, setting::kAccessSealed, 0));
  FELTBOG_TRY(row, core_->database->prepare("SELECT max(number) FROM access_entry"));
  FELTBOG_TRY(found, row.step());
  const bool any = found && !row.is_null(0);
  next_number_ = std::max(sealed, any ? static_cast<std::uint64_t>(row.integer(0)) : 0) + 1;
  return {};
}

// A new one when there are other readers than there were.
Result<void> AccessLog::take_key() {
  const auto& organisation = core_->membership.organisation();
  const std::uint64_t head = organisation.head().sequence;
  if (key_ && key_->made_at == head) return {};
  std::vector<DeviceId> readers = reading_devices(organisation);
  if (key_ && key_->readers == readers) {
    key_->made_at = head;
    return {};
  }
  std::vector<ledger::Recipient> recipients;
  for (const DeviceId& device : readers) {
    recipients.push_back({device, organisation.device(device)->publics.agreement});
  }
  Random& random = *core_->environment.random;
  SealingKey made{crypto::Key::random(random), {}, head, std::move(readers), 0};
  FELTBOG_TRY(wraps, wrap_access_key(made.key, {organisation.id(), core_->identity.id}, recipients,
                                     random));
  made.wraps = std::move(wraps);
  key_ = std::move(made);
  return {};
}

Result<std::optional<SpaceId>> AccessLog::space() {
  FELTBOG_TRY(stored, read_setting(*core_->database, setting::kAccessLog));
  if (!stored) return std::optional<SpaceId>();
  FELTBOG_TRY(id, SpaceId::from(*stored));
  return std::optional<SpaceId>(id);
}

Result<bool> AccessLog::any_entry() {
  FELTBOG_TRY(row, core_->database->prepare("SELECT 1 FROM access_entry LIMIT 1"));
  return row.step();
}

Result<std::uint64_t> AccessLog::waiting() {
  FELTBOG_TRY(row, core_->database->prepare("SELECT count(*) FROM access_entry"));
  FELTBOG_TRY(found, row.step());
  std::uint64_t count = found ? static_cast<std::uint64_t>(row.integer(0)) : 0;
  FELTBOG_TRY(own, space());
  if (!own) return count;
  FELTBOG_TRY(runs, core_->database->prepare(
                        "SELECT run FROM run WHERE space = ?1 AND own = 1 AND receipt IS NULL"));
  runs.bind(1, *own);
  while (true) {
    FELTBOG_TRY(more, runs.step());
    if (!more) return count;
    FELTBOG_TRY(run, ledger::SealedRun::decode(runs.bytes(0)));
    count += run.header.change_count;
  }
}

Result<std::vector<ledger::Member>> AccessLog::missing_readers(const SpaceLog& log) const {
  std::vector<ledger::Member> out;
  const auto& organisation = core_->membership.organisation();
  for (const UserId& user : log_readers(organisation)) {
    if (!log.state.role(user)) out.push_back({user, ledger::SpaceRole::reader});
  }
  return out;
}

Result<bool> AccessLog::owes_records() {
  FELTBOG_TRY(own, space());
  if (!own) return any_entry();
  const SpaceLog* log = core_->membership.space(*own);
  if (log == nullptr || log->waits() || log->refused) return false;
  FELTBOG_TRY(missing, missing_readers(*log));
  FELTBOG_TRY(keys, core_->membership.keys(*own));
  return !missing.empty() && ledger::holds_all_keys(*keys, log->state);
}

Result<void> AccessLog::make_records() {
  Membership& membership = core_->membership;
  const auto& organisation = membership.organisation();
  Random& random = *core_->environment.random;
  FELTBOG_TRY(own, space());
  if (own) {
    const SpaceLog& log = *membership.space(*own);
    FELTBOG_TRY(missing, missing_readers(log));
    FELTBOG_TRY(keys, membership.keys(*own));
    FELTBOG_TRY(step, ledger::add_members(log.state, organisation, *keys, std::move(missing),
                                          core_->identity, random));
    return membership.append(*own, step);
  }
  const auto id = random.make<SpaceId>();
  std::vector<ledger::Member> members{{core_->user(), ledger::SpaceRole::writer}};
  for (const UserId& user : log_readers(organisation)) {
    if (user != core_->user()) members.push_back({user, ledger::SpaceRole::reader});
  }
  FELTBOG_TRY(made, ledger::create_space(id, ledger::SpaceKind::access_log, std::move(members),
                                         core_->identity, organisation, random));
  FELTBOG_CHECK(membership.append(id, made.step));
  return write_setting(*core_->database, setting::kAccessLog, id.view());
}

Result<AccessLog::Batch> AccessLog::next_batch() {
  FELTBOG_TRY(rows, core_->database->prepare(
                        "SELECT number, access_key.id, wraps, sealed FROM access_entry JOIN "
                        "access_key ON access_key.id = key ORDER BY number LIMIT ?1"));
  rows.bind(1, ledger::kChangesPerRunMax);
  Batch out;
  AccessRun run;
  std::vector<AccessGroup>& groups = run.groups;
  std::int64_t key = 0;
  for (std::size_t bytes = 0; bytes < kBatchBytesMax;) {
    FELTBOG_TRY(more, rows.step());
    if (!more) break;
    if (groups.empty() || rows.integer(1) != key) {
      groups.push_back({to_bytes(rows.bytes(2)), {}});
      bytes += groups.back().wraps.size();
    }
    key = rows.integer(1);
    groups.back().entries.push_back(to_bytes(rows.bytes(3)));
    bytes += groups.back().entries.back().size();
    out.last = static_cast<std::uint64_t>(rows.integer(0));
    ++out.count;
  }
  run.first = out.last + 1 - out.count;
  out.payload = run.encode();
  return out;
}

Result<void> AccessLog::remove(const Batch& batch) {
  key_.reset();  // what has left this device, or soon will, it can no longer open
  FELTBOG_CHECK(core_->database->run("DELETE FROM access_entry WHERE number <= ?1", batch.last));
  FELTBOG_CHECK(core_->database->run(
      "DELETE FROM access_key WHERE id NOT IN (SELECT key FROM access_entry)"));
  return write_number(*core_->database, setting::kAccessSealed, batch.last);
}

Result<void> AccessLog::put_back(const ledger::SealedRun& run) {
  store::Database& database = *core_->database;
  FELTBOG_TRY(keys, core_->membership.keys(run.header.space));
  FELTBOG_TRY(payload, ledger::open_run(run, *keys));
  FELTBOG_TRY(entries, AccessRun::decode(payload));
  std::uint64_t number = entries.first;
  for (const AccessGroup& group : entries.groups) {
    FELTBOG_CHECK(database.run("INSERT INTO access_key(wraps) VALUES(?1)", group.wraps));
    const std::int64_t key = database.last_insert_id();
    for (const Bytes& sealed : group.entries) {
      FELTBOG_CHECK(
          database.run("INSERT INTO access_entry VALUES(?1, ?2, ?3)", number++, key, sealed));
    }
  }
  return {};
}

}  // namespace feltbog::workspace
