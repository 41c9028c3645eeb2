// SPDX-License-Identifier: Apache-2.0
#include "core/ledger/organisation.h"

#include "core/ledger/domains.h"
#include "core/ledger/organisation_rules.h"

namespace feltbog::ledger {
namespace {

// The newest entry at or before `sequence`, or null.
template <class Value>
const Value* as_of(const std::map<std::uint64_t, Value>& history, std::uint64_t sequence) {
  const auto after = history.upper_bound(sequence);
  return after == history.begin() ? nullptr : &std::prev(after)->second;
}

template <class Id, class Entry>
const Entry* find(const std::map<Id, Entry>& entries, const Id& id) {
  const auto found = entries.find(id);
  return found == entries.end() ? nullptr : &found->second;
}

}  // namespace

Result<void> OrganisationState::apply(const Record& record) { return take(record, true); }

Result<void> OrganisationState::apply_verified(const Record& record) { return take(record, false); }

Result<void> OrganisationState::take(const Record& record, bool check_signatures) {
  OrganisationRules rules(*this, record);
  FELTBOG_CHECK(rules.check_place());
  FELTBOG_TRY(payload, decode_organisation_payload(record.kind, record.payload));
  FELTBOG_TRY(key, rules.author_key(payload));
  if (check_signatures) FELTBOG_CHECK(record.check_signature(key));
  FELTBOG_CHECK(rules.check_payload(payload, check_signatures));
  fold(record, payload);
  return {};
}

// Folds a record that was found valid into the state.
struct OrganisationFold {
  OrganisationState& state;
  const Record& record;

  UserEntry& user(const UserId& id) const { return state.users_.at(id); }

  void add_user(const UserId& id, RoleSet roles) const {
    UserEntry entry;
    entry.id = id;
    entry.added_at = record.sequence;
    entry.roles[record.sequence] = roles;
    state.users_.emplace(id, std::move(entry));
  }
  void add_device(const UserId& owner, const DevicePublic& publics) const {
    state.devices_.emplace(record.author,
                           DeviceEntry{record.author, owner, publics, record.sequence, 0, 0, {}});
    user(owner).devices.insert(record.author);
  }
  void add_cuts(const std::vector<Cut>& cuts) const {
    for (const Cut& cut : cuts) state.cuts_.emplace(cut.writer(), cut);
  }

  void operator()(const OrganisationCreate& payload) const {
    state.id_ = OrganisationId{record.log.bytes};
    state.server_keys_[record.sequence] = payload.server_key;
    add_user(payload.founder, payload.roles);
    add_device(payload.founder, payload.device);
  }
  void operator()(const UserAdd& payload) const { add_user(payload.user, payload.roles); }
  void operator()(const InviteCreate& payload) const {
    InviteEntry entry;
    entry.id = payload.invite;
    entry.key = payload.invite_key;
    entry.user = payload.user;
    entry.created_by = state.devices_.at(record.author).user;
    entry.created_by_device = record.author;
    entry.expires_at = payload.expires_at;
    entry.created_at = record.sequence;
    state.invites_.emplace(payload.invite, entry);
  }
  void operator()(const InviteRevoke& payload) const {
    state.invites_.at(payload.invite).revoked_at = record.sequence;
  }
  void operator()(const DeviceAdd& payload) const {
    state.invites_.at(payload.invite).used_at = record.sequence;
    add_device(payload.user, payload.device);
  }
  void operator()(const DeviceRevoke& payload) const {
    DeviceEntry& device = state.devices_.at(payload.device);
    device.barred_at = record.sequence;
    device.lost_at = payload.lost_at;
    add_cuts(payload.cuts);
  }
  void operator()(const RolesSet& payload) const {
    user(payload.user).roles[record.sequence] = payload.roles;
  }
  void operator()(const UserSuspend& payload) const {
    user(payload.user).suspended[record.sequence] = true;
    for (const DeviceId& id : user(payload.user).devices) {
      DeviceEntry& device = state.devices_.at(id);
      if (device.barred_at == 0) device.barred_at = record.sequence;
    }
    add_cuts(payload.cuts);
  }
  void operator()(const UserReinstate& payload) const {
    user(payload.user).suspended[record.sequence] = false;
  }
  void operator()(const ServerKeySet& payload) const {
    state.server_keys_[record.sequence] = payload.server_key;
  }
  void operator()(const WipeOrder& payload) const {
    state.devices_.at(payload.device).wipe_ordered_at = record.sequence;
  }
  void operator()(const RecoveryKeySet& payload) const {
    state.recovery_keys_.emplace(record.sequence,
                                 RecoveryKeyEntry{recovery_key_id(payload.publics), payload.publics,
                                                  payload.custody, record.author, record.sequence});
  }
  void operator()(const RecoveryUse& payload) const {
    const UserId& author = state.devices_.at(record.author).user;
    state.recovery_uses_.push_back(
        {payload.key, author, payload.reason, payload.at, record.sequence});
  }
  void operator()(const TeamSet& payload) const { state.teams_[payload.team] = payload.users; }
  void operator()(const DutySet& payload) const {
    state.duty_[record.sequence] = {payload.devices.begin(), payload.devices.end()};
  }
  void operator()(const MandateGive& payload) const {
    const UserId& author = state.devices_.at(record.author).user;
    state.mandates_.emplace(payload.mandate.id,
                            MandateEntry{payload.mandate, author, record.sequence, 0});
  }
  void operator()(const MandateEnd& payload) const {
    state.mandates_.at(payload.mandate).ended_at = record.sequence;
  }
  void operator()(const LeaseSet& payload) const { state.lease_days_ = payload.days; }
};

void OrganisationState::fold(const Record& record, const OrganisationPayload& payload) {
  std::visit(OrganisationFold{*this, record}, payload);
  hashes_.push_back(record.hash());
}

LogHead OrganisationState::head() const {
  return hashes_.empty() ? LogHead{} : LogHead{hashes_.size(), hashes_.back()};
}

std::optional<RecordHash> OrganisationState::hash_at(std::uint64_t sequence) const {
  if (sequence < 1 || sequence > hashes_.size()) return std::nullopt;
  return hashes_[sequence - 1];
}

bool OrganisationState::contains(const LogHead& head) const {
  return head == LogHead{} || hash_at(head.sequence) == head.hash;
}

const crypto::SigningPublic& OrganisationState::server_key(std::uint64_t sequence) const {
  const auto* key = as_of(server_keys_, sequence);
  return key == nullptr ? server_keys_.begin()->second : *key;
}

const DeviceEntry* OrganisationState::device(const DeviceId& device) const {
  return find(devices_, device);
}

const UserEntry* OrganisationState::user(const UserId& user) const { return find(users_, user); }

const InviteEntry* OrganisationState::invite(const InviteId& invite) const {
  return find(invites_, invite);
}

bool OrganisationState::device_active(const DeviceId& device, std::uint64_t sequence) const {
  const DeviceEntry* entry = this->device(device);
  return entry != nullptr && entry->active_at(sequence);
}

bool OrganisationState::user_exists(const UserId& user, std::uint64_t sequence) const {
  const UserEntry* entry = this->user(user);
  return entry != nullptr && entry->added_at <= sequence;
}

bool OrganisationState::user_suspended(const UserId& user, std::uint64_t sequence) const {
  const UserEntry* entry = this->user(user);
  const bool* suspended = entry == nullptr ? nullptr : as_of(entry->suspended, sequence);
  return suspended != nullptr && *suspended;
}

RoleSet OrganisationState::roles(const UserId& user, std::uint64_t sequence) const {
  const UserEntry* entry = this->user(user);
  if (entry == nullptr || user_suspended(user, sequence)) return {};
  const RoleSet* roles = as_of(entry->roles, sequence);
  return roles == nullptr ? RoleSet{} : *roles;
}

std::vector<DeviceId> OrganisationState::active_devices(const UserId& user,
                                                        std::uint64_t sequence) const {
  std::vector<DeviceId> out;
  const UserEntry* entry = this->user(user);
  if (entry == nullptr) return out;
  for (const DeviceId& device : entry->devices) {
    if (device_active(device, sequence)) out.push_back(device);
  }
  return out;
}

const Cut* OrganisationState::cut(const SpaceId& space, const DeviceId& device,
                                  std::uint32_t incarnation) const {
  return find(cuts_, writer_id(space, device, incarnation));
}

namespace {

Result<Record> checked(const OrganisationState& state, Record record) {
  OrganisationState trial = state;
  FELTBOG_CHECK(trial.apply(record));
  return record;
}

Record sign_next(const OrganisationState& state, const LogId& log, const DeviceIdentity& author,
                 const OrganisationPayload& payload) {
  return sign_record(LogKind::organisation, log, state.head(), {}, author, kind_of(payload),
                     encode_payload(payload));
}

}  // namespace

Result<Record> make_record(const OrganisationState& state, const DeviceIdentity& author,
                           const OrganisationPayload& payload) {
  if (state.empty()) return Error{ErrorCode::wrong_state, "no organisation yet"};
  return checked(state, sign_next(state, log_id(state.id()), author, payload));
}

Result<Record> found_organisation(const OrganisationId& organisation, const DeviceIdentity& author,
                                  const crypto::SigningPublic& server_key, const UserId& founder,
                                  RoleSet roles) {
  const OrganisationState none;
  const OrganisationCreate create{server_key, founder, roles, author.publics};
  return checked(none, sign_next(none, log_id(organisation), author, create));
}

Result<Record> make_device_add(const OrganisationState& state, const DeviceIdentity& device,
                               const InviteId& invite, const crypto::SigningSecret& invite_secret) {
  const InviteEntry* entry = state.invite(invite);
  if (entry == nullptr) return Error{ErrorCode::invite_unknown, {}};
  const LogId log = log_id(state.id());
  const Bytes statement =
      device_addition_statement(log, state.head(), invite, entry->user, device.publics);
  const DeviceAdd add{invite, entry->user, device.publics,
                      crypto::sign(invite_secret, domains::kDeviceAddition, statement)};
  return checked(state, sign_next(state, log, device, add));
}

}  // namespace feltbog::ledger
