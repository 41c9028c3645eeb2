// SPDX-License-Identifier: Apache-2.0
#include "core/ledger/organisation_rules.h"

#include "core/ledger/domains.h"

namespace feltbog::ledger {
namespace {

constexpr RoleSet kSensitiveRoles{Role::supervisor, Role::administrator, Role::auditor};

Error refused(const char* what) { return Error{ErrorCode::not_authorised, what}; }

}  // namespace

Result<void> OrganisationRules::check_place() const {
  if (record_.log_kind != LogKind::organisation) {
    return Error{ErrorCode::malformed, "no organisation record"};
  }
  const LogHead head = state_.head();
  if (!state_.empty() && record_.log != log_id(state_.id())) {
    return Error{ErrorCode::malformed, "record of another organisation"};
  }
  if (record_.sequence <= head.sequence) {
    const bool same = state_.hash_at(record_.sequence) == record_.hash();
    return Error{same ? ErrorCode::already_exists : ErrorCode::fork_detected,
                 "record " + std::to_string(record_.sequence)};
  }
  if (record_.sequence != head.sequence + 1 || record_.previous != head.hash) {
    return Error{ErrorCode::broken_chain, "record " + std::to_string(record_.sequence)};
  }
  return {};
}

Result<crypto::SigningPublic> OrganisationRules::author_key(
    const OrganisationPayload& payload) const {
  const DevicePublic* own = nullptr;
  if (const auto* create = std::get_if<OrganisationCreate>(&payload)) own = &create->device;
  if (const auto* add = std::get_if<DeviceAdd>(&payload)) own = &add->device;
  if (own != nullptr) {
    if (device_id(*own) != record_.author) return refused("a device enrols itself only");
    if (!can_receive_keys(*own)) return Error{ErrorCode::malformed, "agreement key"};
    return own->signing;
  }
  if (!state_.device_active(record_.author)) return refused("author is no active device");
  return state_.device(record_.author)->publics.signing;
}

Result<void> OrganisationRules::check_payload(const OrganisationPayload& payload,
                                              bool check_signatures) {
  check_signatures_ = check_signatures;
  const bool creates = std::holds_alternative<OrganisationCreate>(payload);
  if (creates != state_.empty()) {
    return Error{ErrorCode::wrong_state, "organisation_create is the first record, and only that"};
  }
  return std::visit(*this, payload);
}

UserId OrganisationRules::author_user() const { return state_.device(record_.author)->user; }

bool OrganisationRules::manages(const UserId& manager, const UserId& user) const {
  const RoleSet roles = state_.roles(manager);
  if (roles.has(Role::administrator)) return true;
  return roles.has(Role::supervisor) && !state_.roles(user).has_any(kSensitiveRoles);
}

Result<void> OrganisationRules::require_administrator() const {
  if (!state_.roles(author_user()).has(Role::administrator)) return refused("no administrator");
  return {};
}

Result<const UserEntry*> OrganisationRules::require_user(const UserId& user) const {
  const UserEntry* entry = state_.user(user);
  if (entry == nullptr) return Error{ErrorCode::not_found, "user"};
  return entry;
}

bool OrganisationRules::administrators_without(const UserId* user, const DeviceId* device) const {
  return std::any_of(state_.devices().begin(), state_.devices().end(), [&](const auto& item) {
    const DeviceEntry& entry = item.second;
    return state_.device_active(entry.id) && (device == nullptr || entry.id != *device) &&
           (user == nullptr || entry.user != *user) &&
           state_.roles(entry.user).has(Role::administrator);
  });
}

Result<void> OrganisationRules::operator()(const OrganisationCreate& payload) const {
  if (!payload.roles.has(Role::administrator)) return refused("the founder administers");
  return {};
}

Result<void> OrganisationRules::operator()(const UserAdd& payload) const {
  FELTBOG_CHECK(require_administrator());
  if (state_.user(payload.user) != nullptr) return Error{ErrorCode::already_exists, "user"};
  return {};
}

Result<void> OrganisationRules::operator()(const InviteCreate& payload) const {
  FELTBOG_CHECK(require_user(payload.user));
  if (state_.user_suspended(payload.user, state_.head().sequence)) {
    return Error{ErrorCode::wrong_state, "user is suspended"};
  }
  if (!manages(author_user(), payload.user)) return refused("may not invite this user's devices");
  const bool known =
      std::any_of(state_.invites().begin(), state_.invites().end(), [&](const auto& item) {
        return item.second.id == payload.invite || item.second.key == payload.invite_key;
      });
  if (known) return Error{ErrorCode::already_exists, "invite"};
  return {};
}

Result<void> OrganisationRules::operator()(const InviteRevoke& payload) const {
  const InviteEntry* invite = state_.invite(payload.invite);
  if (invite == nullptr) return Error{ErrorCode::not_found, "invite"};
  if (invite->used_at != 0 || invite->revoked_at != 0) {
    return Error{ErrorCode::wrong_state, "invite is used or revoked"};
  }
  const UserId author = author_user();
  if (invite->created_by != author && !manages(author, invite->user)) {
    return refused("may not revoke this invite");
  }
  return {};
}

// The invite is as good as whoever made it still is, so that a revoked device leaves no open doors
// and an invite does not grow with the roles its user is given later.
Result<void> OrganisationRules::check_invite(const DeviceAdd& payload) const {
  const InviteEntry* invite = state_.invite(payload.invite);
  if (invite == nullptr || invite->revoked_at != 0) {
    return Error{ErrorCode::invite_unknown, "no such open invite"};
  }
  if (invite->used_at != 0) return Error{ErrorCode::invite_used, {}};
  if (invite->user != payload.user) return refused("invite is for another user");
  if (state_.user_suspended(payload.user, state_.head().sequence)) {
    return Error{ErrorCode::wrong_state, "user is suspended"};
  }
  if (!state_.device_active(invite->created_by_device) ||
      !manages(invite->created_by, payload.user)) {
    return refused("the invite's author may no longer give it");
  }
  if (!check_signatures_) return {};
  const Bytes statement = device_addition_statement(record_.log, state_.head(), payload.invite,
                                                    payload.user, payload.device);
  if (!crypto::verify(invite->key, domains::kDeviceAddition, statement, payload.invite_signature)) {
    return Error{ErrorCode::bad_signature, "of the invite"};
  }
  return {};
}

Result<void> OrganisationRules::operator()(const DeviceAdd& payload) const {
  if (state_.device(record_.author) != nullptr) return Error{ErrorCode::already_exists, "device"};
  return check_invite(payload);
}

Result<void> OrganisationRules::operator()(const DeviceRevoke& payload) const {
  const DeviceEntry* device = state_.device(payload.device);
  if (device == nullptr) return Error{ErrorCode::not_found, "device"};
  if (device->barred_at != 0) return Error{ErrorCode::wrong_state, "device is barred already"};
  const UserId author = author_user();
  if (device->user != author && !manages(author, device->user)) {
    return refused("may not revoke this device");
  }
  for (const Cut& cut : payload.cuts) {
    if (cut.device != payload.device) return Error{ErrorCode::malformed, "cut of another device"};
  }
  if (!administrators_without(nullptr, &payload.device)) {
    return Error{ErrorCode::wrong_state, "the last administrator's device"};
  }
  return {};
}

Result<void> OrganisationRules::operator()(const RolesSet& payload) const {
  FELTBOG_CHECK(require_administrator());
  FELTBOG_CHECK(require_user(payload.user));
  if (!payload.roles.has(Role::administrator) && !administrators_without(&payload.user, nullptr)) {
    return Error{ErrorCode::wrong_state, "the last administrator"};
  }
  return {};
}

Result<void> OrganisationRules::operator()(const UserSuspend& payload) const {
  FELTBOG_CHECK(require_administrator());
  FELTBOG_TRY(user, require_user(payload.user));
  if (state_.user_suspended(payload.user, state_.head().sequence)) {
    return Error{ErrorCode::wrong_state, "user is suspended already"};
  }
  for (const Cut& cut : payload.cuts) {
    if (!user->devices.contains(cut.device)) {
      return Error{ErrorCode::malformed, "cut of another user's device"};
    }
    if (state_.device(cut.device)->barred_at != 0) {
      return Error{ErrorCode::malformed, "cut of a device barred before"};
    }
  }
  if (!administrators_without(&payload.user, nullptr)) {
    return Error{ErrorCode::wrong_state, "the last administrator"};
  }
  return {};
}

Result<void> OrganisationRules::operator()(const UserReinstate& payload) const {
  FELTBOG_CHECK(require_administrator());
  FELTBOG_CHECK(require_user(payload.user));
  if (!state_.user_suspended(payload.user, state_.head().sequence)) {
    return Error{ErrorCode::wrong_state, "user is not suspended"};
  }
  return {};
}

Result<void> OrganisationRules::operator()(const WipeOrder& payload) const {
  FELTBOG_CHECK(require_administrator());
  const DeviceEntry* device = state_.device(payload.device);
  if (device == nullptr) return Error{ErrorCode::not_found, "device"};
  if (device->barred_at == 0) return Error{ErrorCode::wrong_state, "revoke the device first"};
  if (device->wipe_ordered_at != 0) return Error{ErrorCode::already_exists, "wipe order"};
  return {};
}

Result<void> OrganisationRules::operator()(const ServerKeySet& payload) const {
  FELTBOG_CHECK(require_administrator());
  if (payload.server_key == state_.server_key()) {
    return Error{ErrorCode::already_exists, "server key"};
  }
  return {};
}

Result<void> OrganisationRules::operator()(const LeaseSet& payload) const {
  FELTBOG_CHECK(require_administrator());
  if (payload.days == state_.lease_days()) return Error{ErrorCode::already_exists, "days"};
  return {};
}

}  // namespace feltbog::ledger
