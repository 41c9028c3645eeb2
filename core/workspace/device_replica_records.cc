// SPDX-License-Identifier: Apache-2.0
// The logs of organisation and spaces in a session: taking them in, joining, what is due, and what
// became of what was offered.
#include <algorithm>

#include "core/workspace/access_log.h"
#include "core/workspace/device_replica.h"
#include "core/workspace/erasure.h"
#include "core/workspace/evidence.h"
#include "core/workspace/tables.h"

namespace feltbog::workspace {

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

}  // namespace feltbog::workspace
