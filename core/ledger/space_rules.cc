// SPDX-License-Identifier: Apache-2.0
#include "core/ledger/space_rules.h"

#include <algorithm>

namespace feltbog::ledger {
namespace {

constexpr RoleSet kManagingRoles{Role::caseworker, Role::supervisor, Role::administrator};
constexpr RoleSet kKeepingRoles{Role::supervisor, Role::administrator};
constexpr RoleSet kRecordingRoles{Role::worker, Role::caseworker, Role::supervisor,
                                  Role::administrator};

Error refused(const char* what) { return Error{ErrorCode::not_authorised, what}; }

bool may_create(SpaceKind kind, RoleSet roles) {
  switch (kind) {
    case SpaceKind::directory: return roles.has(Role::administrator);
    case SpaceKind::authority_file:
    case SpaceKind::provider_file: return roles.has_any(kRecordingRoles);
    case SpaceKind::access_log: return true;  // whoever looks at something
  }
  return false;
}

}  // namespace

std::vector<DeviceId> devices_of(const OrganisationState& organisation,
                                 const std::vector<UserId>& users, std::uint64_t sequence) {
  std::vector<DeviceId> out;
  for (const UserId& user : users) {
    const auto devices = organisation.active_devices(user, sequence);
    out.insert(out.end(), devices.begin(), devices.end());
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<DeviceId> key_devices(const OrganisationState& organisation, SpaceKind kind,
                                  const std::vector<UserId>& users, std::uint64_t sequence) {
  std::vector<DeviceId> out = devices_of(organisation, users, sequence);
  if (!is_file(kind)) return out;
  const auto duty = organisation.duty_devices(sequence);
  out.insert(out.end(), duty.begin(), duty.end());
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::vector<UserId> users_of(const std::vector<Member>& members) {
  std::vector<UserId> out;
  for (const Member& member : members) out.push_back(member.user);
  return out;
}

Result<void> SpaceRules::check_place() const {
  if (record_.log_kind != LogKind::space) return Error{ErrorCode::malformed, "no space record"};
  if (!state_.empty() && record_.log != log_id(state_.id())) {
    return Error{ErrorCode::malformed, "record of another space"};
  }
  const LogHead head = state_.head();
  if (record_.sequence <= head.sequence) {
    const bool same = state_.hash_at(record_.sequence) == record_.hash();
    return Error{same ? ErrorCode::already_exists : ErrorCode::fork_detected,
                 "record " + std::to_string(record_.sequence)};
  }
  if (record_.sequence != head.sequence + 1 || record_.previous != head.hash) {
    return Error{ErrorCode::broken_chain, "record " + std::to_string(record_.sequence)};
  }
  return check_head_cited();
}

Result<void> SpaceRules::check_head_cited() const {
  if (organisation_.empty() || seen_ > organisation_.head().sequence) {
    return Error{ErrorCode::missing_dependency, "organisation record " + std::to_string(seen_)};
  }
  if (seen_ < 1 || !organisation_.contains(record_.cited)) {
    return Error{ErrorCode::fork_detected, "organisation record " + std::to_string(seen_)};
  }
  if (seen_ < state_.cited_at(state_.head().sequence)) {
    return Error{ErrorCode::not_authorised, "cites an older organisation than the record before"};
  }
  return {};
}

Result<crypto::SigningPublic> SpaceRules::author_key() const {
  if (!organisation_.device_active(record_.author, seen_)) {
    return refused("author is no active device");
  }
  return organisation_.device(record_.author)->publics.signing;
}

Result<void> SpaceRules::check_payload(const SpacePayload& payload) const {
  if (std::holds_alternative<SpaceCreate>(payload) != state_.empty()) {
    return Error{ErrorCode::wrong_state, "space_create is the first record, and only that"};
  }
  if (!state_.empty() && state_.organisation() != organisation_.id()) {
    return Error{ErrorCode::malformed, "space of another organisation"};
  }
  if (state_.erased_at() != 0 && !std::holds_alternative<ErasureDone>(payload)) {
    return Error{ErrorCode::erased, "space"};
  }
  return std::visit(*this, payload);
}

UserId SpaceRules::author_user() const { return organisation_.device(record_.author)->user; }

Result<void> SpaceRules::require_member() const {
  if (!state_.role(author_user())) return refused("author is no member");
  return {};
}

Result<void> SpaceRules::require_manager() const {
  const UserId author = author_user();
  if (state_.role(author) != SpaceRole::writer) return refused("author is no writing member");
  if (state_.creator() != author && !organisation_.roles(author, seen_).has_any(kManagingRoles)) {
    return refused("author may not change who the members are");
  }
  return {};
}

Result<void> SpaceRules::check_added(const std::vector<Member>& members) const {
  for (const Member& member : members) {
    if (!organisation_.user_exists(member.user, seen_)) return Error{ErrorCode::not_found, "user"};
    if (organisation_.user_suspended(member.user, seen_)) {
      return Error{ErrorCode::wrong_state, "user is suspended"};
    }
    // Who is here by a mandate may stay for good, as what they are.
    const bool stays_on = state_.mandate_of(member.user, organisation_) != nullptr &&
                          state_.role(member.user) == member.role;
    if (state_.role(member.user) && !stays_on) return Error{ErrorCode::already_exists, "member"};
  }
  return {};
}

// In an access log nobody writes but its creator.
Result<void> SpaceRules::check_readers(SpaceKind kind, const std::vector<Member>& members) const {
  const UserId author = author_user();
  const bool all_read = std::all_of(members.begin(), members.end(), [&](const Member& member) {
    return member.user == author || member.role == SpaceRole::reader;
  });
  if (kind != SpaceKind::access_log || all_read) return {};
  return refused("an access log has one writer");
}

Result<void> SpaceRules::check_recipients(const WrapsCommitment& wraps,
                                          const std::vector<DeviceId>& devices) const {
  if (devices.size() > kRecipientsMax) {
    return Error{ErrorCode::limit_exceeded, std::to_string(devices.size()) + " recipients"};
  }
  const RecoveryKeyEntry* recovery = organisation_.recovery_key(seen_);
  const auto recovery_key = recovery != nullptr ? std::optional(recovery->id) : std::nullopt;
  if (wraps.recipients != recipients_hash(devices, recovery_key)) {
    return refused("the key goes to others than those it must go to");
  }
  return {};
}

Result<void> SpaceRules::operator()(const SpaceCreate& payload) const {
  if (payload.organisation != organisation_.id()) {
    return Error{ErrorCode::malformed, "space of another organisation"};
  }
  const UserId author = author_user();
  const RoleSet roles = organisation_.roles(author, seen_);
  if (!may_create(payload.kind, roles)) return refused("author may not create such a space");
  FELTBOG_CHECK(check_added(payload.members));
  FELTBOG_CHECK(check_readers(payload.kind, payload.members));
  if (std::find(payload.members.begin(), payload.members.end(),
                Member{author, SpaceRole::writer}) == payload.members.end()) {
    return refused("the creator is a writing member");
  }
  return check_recipients(
      payload.wraps, key_devices(organisation_, payload.kind, users_of(payload.members), seen_));
}

Result<void> SpaceRules::operator()(const MemberAdd& payload) const {
  // Who put the recovery key to use brings in those who go on with the file, itself first.
  const bool recovers = state_.recoverable_by(author_user(), organisation_, seen_);
  if (!recovers) FELTBOG_CHECK(require_manager());
  FELTBOG_CHECK(check_readers(state_.kind(), payload.members));
  FELTBOG_CHECK(check_added(payload.members));
  return check_recipients(payload.wraps,
                          devices_of(organisation_, users_of(payload.members), seen_));
}

Result<void> SpaceRules::operator()(const DeviceJoin& payload) const {
  FELTBOG_CHECK(require_key_holder());
  for (const DeviceId& id : payload.devices) {
    if (!organisation_.device_active(id, seen_))
      return refused("joins a device that is not active");
    const bool on_duty = is_file(state_.kind()) && organisation_.on_duty(id, seen_);
    if (!on_duty && !state_.role(organisation_.device(id)->user)) {
      return refused("joins a device of no member");
    }
    if (state_.epoch().holders.contains(id)) {
      return Error{ErrorCode::already_exists, "device holds the key"};
    }
  }
  return check_recipients(payload.wraps, payload.devices);
}

Result<void> SpaceRules::operator()(const MemberRemove& payload) const {
  FELTBOG_CHECK(require_manager());
  if (state_.kind() == SpaceKind::access_log) return refused("nobody turns an auditor away");
  const UserId author = author_user();
  for (const UserId& user : payload.users) {
    if (user == author) return refused("nobody makes the key of a space they leave");
    if (!state_.role(user)) return Error{ErrorCode::not_found, "member"};
  }
  return check_rotation(payload.rotation, payload.users);
}

Result<void> SpaceRules::operator()(const EpochRotate& payload) const {
  FELTBOG_CHECK(require_member());
  return check_rotation(payload.rotation, {});
}

Result<void> SpaceRules::operator()(const HeldRunsSettle&) const {
  const UserId author = author_user();
  if (state_.role(author) != SpaceRole::writer) return refused("author is no writing member");
  if (!organisation_.roles(author, seen_).has_any(kManagingRoles)) {
    return refused("author may not judge what others wrote");
  }
  return {};
}

Result<void> SpaceRules::operator()(const RecoveryJoin& payload) const {
  FELTBOG_CHECK(require_member());
  const RecoveryKeyEntry* recovery = organisation_.recovery_key(seen_);
  if (recovery == nullptr) return Error{ErrorCode::wrong_state, "no recovery key is set"};
  if (state_.epoch().recovery_keys.contains(recovery->id)) {
    return Error{ErrorCode::already_exists, "the recovery key holds the key"};
  }
  return check_recipients(payload.wraps, {});
}

Result<void> SpaceRules::require_keeper() const {
  FELTBOG_CHECK(require_member());
  if (!organisation_.roles(author_user(), seen_).has_any(kKeepingRoles)) {
    return refused("author may not decide how long it is kept");
  }
  if (!is_file(state_.kind())) return refused("only files are erased");
  return {};
}

Result<void> SpaceRules::operator()(const SpaceErase&) const {
  FELTBOG_CHECK(require_keeper());
  if (state_.legal_hold()) return Error{ErrorCode::wrong_state, "a legal hold stands"};
  return {};
}

Result<void> SpaceRules::operator()(const LegalHold& payload) const {
  FELTBOG_CHECK(require_keeper());
  if (payload.held == state_.legal_hold()) return Error{ErrorCode::already_exists, "legal hold"};
  return {};
}

// Also of one who is no member any more: it may still have what it once was given.
Result<void> SpaceRules::operator()(const ErasureDone&) const {
  if (state_.erased_at() == 0) return Error{ErrorCode::wrong_state, "nothing was erased"};
  if (!state_.ever_held_key(record_.author)) return refused("author never held a key");
  if (state_.erased_by(record_.author)) return Error{ErrorCode::already_exists, "erasure"};
  return {};
}

Result<void> SpaceRules::check_rotation(const Rotation& rotation,
                                        const std::vector<UserId>& removed) const {
  if (rotation.epoch != state_.epoch().number + 1) {
    return Error{ErrorCode::broken_chain, "epoch " + std::to_string(rotation.epoch)};
  }
  const auto& epochs = state_.epochs();
  if (std::any_of(epochs.begin(), epochs.end(),
                  [&](const Epoch& epoch) { return epoch.key == rotation.key; })) {
    return Error{ErrorCode::already_exists, "key id"};
  }
  std::vector<UserId> remaining;
  for (const Member& member : state_.members()) {
    if (!std::binary_search(removed.begin(), removed.end(), member.user)) {
      remaining.push_back(member.user);
    }
  }
  FELTBOG_CHECK(check_recipients(rotation.wraps,
                                 key_devices(organisation_, state_.kind(), remaining, seen_)));
  return check_cuts(rotation.cuts, removed);
}

// A cut may only end the chains of those who leave: removed users, and devices that were barred.
Result<void> SpaceRules::check_cuts(const std::vector<Cut>& cuts,
                                    const std::vector<UserId>& removed) const {
  for (const Cut& cut : cuts) {
    if (cut.space != state_.id()) return Error{ErrorCode::malformed, "cut in another space"};
    const DeviceEntry* device = organisation_.device(cut.device);
    if (device == nullptr || device->added_at > seen_ || state_.memberships(device->user).empty()) {
      return Error{ErrorCode::not_found, "device of a cut"};
    }
    const bool leaves = std::binary_search(removed.begin(), removed.end(), device->user);
    if (!leaves && device->active_at(seen_)) return refused("cuts a device that stays");
  }
  return {};
}

}  // namespace feltbog::ledger
