// SPDX-License-Identifier: Apache-2.0
// What the organisation's log says of teams, devices on duty and mandates: who may set and give
// them.
#include <algorithm>

#include "core/ledger/organisation_rules.h"

namespace feltbog::ledger {
namespace {

constexpr RoleSet kTeamSettingRoles{Role::supervisor, Role::administrator};
constexpr RoleSet kOfficeRoles{Role::caseworker, Role::supervisor, Role::administrator};
constexpr RoleSet kRecordingRoles{Role::worker, Role::caseworker, Role::supervisor,
                                  Role::administrator};

}  // namespace

std::vector<DeviceId> OrganisationState::duty_devices(std::uint64_t sequence) const {
  std::vector<DeviceId> out;
  const auto after = duty_.upper_bound(sequence);
  if (after == duty_.begin()) return out;
  for (const DeviceId& device : std::prev(after)->second) {
    if (device_active(device, sequence)) out.push_back(device);
  }
  return out;
}

bool OrganisationState::on_duty(const DeviceId& device, std::uint64_t sequence) const {
  const auto after = duty_.upper_bound(sequence);
  return after != duty_.begin() && std::prev(after)->second.contains(device) &&
         device_active(device, sequence);
}

const MandateEntry* OrganisationState::mandate(const MandateId& mandate) const {
  const auto found = mandates_.find(mandate);
  return found == mandates_.end() ? nullptr : &found->second;
}

Result<void> OrganisationRules::operator()(const TeamSet& payload) const {
  if (!state_.roles(author_user()).has_any(kTeamSettingRoles)) {
    return Error{ErrorCode::not_authorised, "no supervisor or administrator"};
  }
  for (const UserId& user : payload.users) FELTBOG_CHECK(require_user(user));
  return {};
}

// They could open any file, if a server sent it to them: only devices of the office.
Result<void> OrganisationRules::operator()(const DutySet& payload) const {
  FELTBOG_CHECK(require_administrator());
  for (const DeviceId& device : payload.devices) {
    if (state_.device(device) == nullptr) return Error{ErrorCode::not_found, "device"};
    if (!state_.device_active(device)) return Error{ErrorCode::wrong_state, "device is barred"};
    if (!state_.roles(state_.device(device)->user).has_any(kOfficeRoles)) {
      return Error{ErrorCode::not_authorised, "no device of the office"};
    }
  }
  return {};
}

Result<void> OrganisationRules::check_holder(const UserId& holder) const {
  FELTBOG_CHECK(require_user(holder));
  // Suspended users have no roles.
  if (!state_.roles(holder).has_any(kRecordingRoles)) {
    return Error{ErrorCode::not_authorised, "the holder works on no files"};
  }
  return {};
}

// In an emergency everybody may help themselves, and everybody sees it. A caseload is handed on by
// whose it is, or by who manages them.
Result<void> OrganisationRules::operator()(const MandateGive& payload) const {
  const Mandate& mandate = payload.mandate;
  FELTBOG_CHECK(check_mandate(mandate));
  FELTBOG_CHECK(check_holder(mandate.holder));
  if (state_.mandate(mandate.id) != nullptr) return Error{ErrorCode::already_exists, "mandate"};
  const UserId author = author_user();
  if (const auto* from = std::get_if<UserId>(&mandate.scope)) {
    FELTBOG_CHECK(require_user(*from));
    if (*from == mandate.holder) return Error{ErrorCode::malformed, "from and to are one"};
    if (author == *from || manages(author, *from)) return {};
    return Error{ErrorCode::not_authorised, "may not hand on this caseload"};
  }
  const bool serves = state_.on_duty(record_.author, state_.head().sequence);
  if (author == mandate.holder || serves || manages(author, mandate.holder)) return {};
  return Error{ErrorCode::not_authorised, "may not open a file for somebody else"};
}

Result<void> OrganisationRules::operator()(const MandateEnd& payload) const {
  const MandateEntry* entry = state_.mandate(payload.mandate);
  if (entry == nullptr) return Error{ErrorCode::not_found, "mandate"};
  if (entry->ended_at != 0) return Error{ErrorCode::wrong_state, "mandate has ended"};
  const UserId author = author_user();
  const Mandate& mandate = entry->mandate;
  const auto* from = std::get_if<UserId>(&mandate.scope);
  const bool concerns =
      author == mandate.holder || author == entry->given_by || (from != nullptr && author == *from);
  if (concerns || manages(author, mandate.holder)) return {};
  return Error{ErrorCode::not_authorised, "may not end this mandate"};
}

}  // namespace feltbog::ledger
