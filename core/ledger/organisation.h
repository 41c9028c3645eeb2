// SPDX-License-Identifier: Apache-2.0
// The organisation as its log says it is: users, roles, devices, invites, the server's key. One
// pure validator for client, server and simulator. Spaces and their members: space.h.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "core/ledger/organisation_record.h"

namespace feltbog::ledger {

struct DeviceEntry {
  DeviceId id;
  UserId user;
  DevicePublic publics;
  std::uint64_t added_at = 0;  // sequence of the record that enrolled it
  // Sequence of the record that revoked it or suspended its user, and of the one that ordered it
  // wiped; 0: none.
  std::uint64_t barred_at = 0;
  std::uint64_t wipe_ordered_at = 0;
  WallTime lost_at;  // as the revocation says; 0: it does not
  bool active_at(std::uint64_t sequence) const {
    return added_at <= sequence && (barred_at == 0 || sequence < barred_at);
  }
};

struct UserEntry {
  UserId id;
  std::uint64_t added_at = 0;
  std::map<std::uint64_t, RoleSet> roles;   // from that sequence on
  std::map<std::uint64_t, bool> suspended;  // from that sequence on
  std::set<DeviceId> devices;               // also barred ones
};

struct InviteEntry {
  InviteId id;
  crypto::SigningPublic key;
  UserId user;
  UserId created_by;
  DeviceId created_by_device;
  WallTime expires_at;
  std::uint64_t created_at = 0;
  std::uint64_t used_at = 0;     // 0: not yet
  std::uint64_t revoked_at = 0;  // 0: not
};

struct RecoveryKeyEntry {
  RecoveryKeyId id;
  RecoveryPublic publics;
  Custody custody;
  DeviceId set_by;
  std::uint64_t set_at = 0;
};

// That somebody opened a recovery key; everybody sees it, for good.
struct RecoveryUseEntry {
  RecoveryKeyId key;
  UserId user;
  RecoveryReason reason = RecoveryReason::devices_lost;
  WallTime at;
  std::uint64_t sequence = 0;
};

struct MandateEntry {
  Mandate mandate;
  UserId given_by;
  std::uint64_t given_at = 0;
  std::uint64_t ended_at = 0;  // 0: not ended by a record
  bool stands_at(std::uint64_t sequence) const {
    return given_at <= sequence && (ended_at == 0 || sequence < ended_at);
  }
};

// A value: copy it to try something. Empty until the first record (organisation_create).
class OrganisationState {
 public:
  // Applies the next record, or changes nothing. Errors: broken_chain (not the next of this log),
  // fork_detected (another record stands there), already_exists (this very record stands there),
  // unknown_kind (stop: nothing after it can be judged), bad_signature, not_authorised, malformed,
  // truncated, limit_exceeded; invite_used, invite_unknown for a device_add; not_found and
  // wrong_state for subjects that do not exist or are not in a state the record fits.
  Result<void> apply(const Record& record);
  // The same for a record read back from the own encrypted database, where it stands because
  // apply() took it before: the signatures are not checked again.
  Result<void> apply_verified(const Record& record);

  bool empty() const { return hashes_.empty(); }
  const OrganisationId& id() const { return id_; }
  LogHead head() const;
  // The record's hash at a sequence number from 1 to head().sequence; no value outside.
  std::optional<RecordHash> hash_at(std::uint64_t sequence) const;
  // True for {0, zero} and for every place of this log.
  bool contains(const LogHead& head) const;

  // The server's identity now, and as of just after the record at `sequence` (from 1). Never called
  // on an empty state.
  const crypto::SigningPublic& server_key() const { return server_keys_.rbegin()->second; }
  const crypto::SigningPublic& server_key(std::uint64_t sequence) const;

  // Null when not known here. The sequence variants ask about the past: as of just after that
  // record.
  const DeviceEntry* device(const DeviceId& device) const;
  const UserEntry* user(const UserId& user) const;
  const InviteEntry* invite(const InviteId& invite) const;
  bool device_active(const DeviceId& device) const {
    return device_active(device, head().sequence);
  }
  bool device_active(const DeviceId& device, std::uint64_t sequence) const;
  // The empty set for a user who is unknown or suspended.
  RoleSet roles(const UserId& user) const { return roles(user, head().sequence); }
  RoleSet roles(const UserId& user, std::uint64_t sequence) const;
  bool user_exists(const UserId& user, std::uint64_t sequence) const;
  bool user_suspended(const UserId& user, std::uint64_t sequence) const;
  // In order of device id.
  std::vector<DeviceId> active_devices(const UserId& user) const {
    return active_devices(user, head().sequence);
  }
  std::vector<DeviceId> active_devices(const UserId& user, std::uint64_t sequence) const;

  // All recovery keys there were, from that sequence on; the one in force, null when there is none.
  const std::map<std::uint64_t, RecoveryKeyEntry>& recovery_keys() const { return recovery_keys_; }
  const RecoveryKeyEntry* recovery_key() const { return recovery_key(head().sequence); }
  const RecoveryKeyEntry* recovery_key(std::uint64_t sequence) const;
  // The same, for an administrator who has put it to use; null for others.
  const RecoveryKeyEntry* recovers_with(const UserId& user) const {
    return recovers_with(user, head().sequence);
  }
  const RecoveryKeyEntry* recovers_with(const UserId& user, std::uint64_t sequence) const;
  const std::vector<RecoveryUseEntry>& recovery_uses() const { return recovery_uses_; }

  // Devices on duty as of just after that record, those that are active; in order.
  std::vector<DeviceId> duty_devices(std::uint64_t sequence) const;
  bool on_duty(const DeviceId& device, std::uint64_t sequence) const;
  // Null when it was not given by then.
  const MandateEntry* mandate(const MandateId& mandate) const;
  const std::map<MandateId, MandateEntry>& mandates() const { return mandates_; }
  // As they are now, those dissolved without members.
  const std::map<TeamId, std::vector<UserId>>& teams() const { return teams_; }
  // How many days a device's lease runs (LeaseSet).
  std::uint64_t lease_days() const { return lease_days_; }

  const std::map<UserId, UserEntry>& users() const { return users_; }
  const std::map<DeviceId, DeviceEntry>& devices() const { return devices_; }
  const std::map<InviteId, InviteEntry>& invites() const { return invites_; }
  // Where the barred device's runs end, if the record that barred it says so; null if it does not.
  const Cut* cut(const SpaceId& space, const DeviceId& device, std::uint32_t incarnation) const;

 private:
  friend struct OrganisationFold;
  Result<void> take(const Record& record, bool check_signatures);
  void fold(const Record& record, const OrganisationPayload& payload);

  OrganisationId id_;
  std::vector<RecordHash> hashes_;                              // of record 1, 2, ...
  std::map<std::uint64_t, crypto::SigningPublic> server_keys_;  // from that sequence on
  std::map<UserId, UserEntry> users_;
  std::map<DeviceId, DeviceEntry> devices_;
  std::map<InviteId, InviteEntry> invites_;
  std::map<WriterId, Cut> cuts_;
  std::map<std::uint64_t, RecoveryKeyEntry> recovery_keys_;  // from that sequence on
  std::vector<RecoveryUseEntry> recovery_uses_;
  std::map<std::uint64_t, std::set<DeviceId>> duty_;  // from that sequence on
  std::map<MandateId, MandateEntry> mandates_;
  std::map<TeamId, std::vector<UserId>> teams_;
  std::uint64_t lease_days_ = kLeaseDays;
};

// The next record of this log, signed by `author` and already found valid: append it with apply().
// Errors: those of apply(); wrong_state for an empty state.
Result<Record> make_record(const OrganisationState& state, const DeviceIdentity& author,
                           const OrganisationPayload& payload);
// The first record of a new log.
Result<Record> found_organisation(const OrganisationId& organisation, const DeviceIdentity& author,
                                  const crypto::SigningPublic& server_key, const UserId& founder,
                                  RoleSet roles);
// The record by which `device` joins, entitled by the invite's secret. Errors: invite_unknown,
// invite_used, and those of apply().
Result<Record> make_device_add(const OrganisationState& state, const DeviceIdentity& device,
                               const InviteId& invite, const crypto::SigningSecret& invite_secret);
// What `device` records before it uses `key`.
RecoveryUse make_recovery_use(const OrganisationState& state, const DeviceId& device,
                              const RecoveryKey& key, RecoveryReason reason, WallTime at);

}  // namespace feltbog::ledger
