// SPDX-License-Identifier: Apache-2.0
// Mandates in one space: which are to be carried out, who does it, and whose is over.
#include <algorithm>

#include "core/ledger/space_rules.h"

namespace feltbog::ledger {

bool SpaceState::admits(const DeviceId& device, const OrganisationState& organisation,
                        WallTime now) const {
  if (!admits(device, organisation)) return false;
  const MandateEntry* entry = mandate_of(organisation.device(device)->user, organisation);
  return entry == nullptr || (entry->ended_at == 0 && !entry->mandate.is_over_at(now));
}

bool SpaceState::served_by(const DeviceId& device, const OrganisationState& organisation,
                           std::uint64_t sequence) const {
  return !empty() && is_file(kind_) && organisation.on_duty(device, sequence) &&
         epoch().holders.contains(device);
}

std::optional<SpaceRole> SpaceState::mandated_role(const Mandate& mandate) const {
  if (!is_file(kind_) || carried_out_.contains(mandate.id) || role(mandate.holder)) {
    return std::nullopt;
  }
  if (const auto* space = std::get_if<SpaceId>(&mandate.scope)) {
    return *space == id_ ? std::optional(SpaceRole::writer) : std::nullopt;
  }
  // A caseload is what somebody has of their own: not what they themselves look after for others.
  const auto& stays = memberships(std::get<UserId>(mandate.scope));
  if (stays.empty() || stays.back().until != 0 || stays.back().mandate) return std::nullopt;
  return stays.back().role;
}

std::vector<MandateId> SpaceState::mandates_due(const OrganisationState& organisation,
                                                WallTime now) const {
  std::vector<MandateId> out;
  if (empty() || erased_at_ != 0) return out;
  std::set<UserId> joining;
  for (const auto& [id, entry] : organisation.mandates()) {
    const Mandate& mandate = entry.mandate;
    const bool stands = entry.ended_at == 0 && !mandate.is_over_at(now);
    if (!stands || organisation.roles(mandate.holder).empty() || !mandated_role(mandate)) continue;
    if (out.size() == kMandatesPerRecordMax || !joining.insert(mandate.holder).second) continue;
    out.push_back(id);
  }
  return out;
}

std::vector<UserId> SpaceState::mandates_over(const OrganisationState& organisation,
                                              WallTime now) const {
  std::vector<UserId> out;
  if (erased_at_ != 0) return out;
  for (const auto& [user, stays] : memberships_) {
    const MandateEntry* entry = mandate_of(user, organisation);
    if (entry != nullptr && (entry->ended_at != 0 || entry->mandate.is_over_at(now))) {
      out.push_back(user);
    }
  }
  return out;
}

const MandateEntry* SpaceState::mandate_of(const UserId& user,
                                           const OrganisationState& organisation) const {
  const auto& stays = memberships(user);
  if (stays.empty() || stays.back().until != 0 || !stays.back().mandate) return nullptr;
  return organisation.mandate(*stays.back().mandate);
}

Result<void> SpaceRules::require_key_holder() const {
  if (state_.served_by(record_.author, organisation_, seen_)) return {};
  return require_member();
}

// Devices do this unasked, so it asks for nothing but what the organisation's log says.
Result<void> SpaceRules::operator()(const MandateJoin& payload) const {
  FELTBOG_CHECK(require_key_holder());
  std::vector<UserId> holders;
  for (const MandateId& id : payload.mandates) {
    const MandateEntry* entry = organisation_.mandate(id);
    if (entry == nullptr || !entry->stands_at(seen_)) return Error{ErrorCode::not_found, "mandate"};
    const UserId& holder = entry->mandate.holder;
    if (organisation_.user_suspended(holder, seen_)) {
      return Error{ErrorCode::wrong_state, "user is suspended"};
    }
    const bool twice = std::find(holders.begin(), holders.end(), holder) != holders.end();
    if (twice || !state_.mandated_role(entry->mandate)) {
      return Error{ErrorCode::wrong_state, "mandate does not apply here"};
    }
    holders.push_back(holder);
  }
  return check_recipients(payload.wraps, devices_of(organisation_, holders, seen_));
}

// That the time is up is the server's to judge. By a member, who has what those who leave wrote:
// the record's cuts say how much of it counts.
Result<void> SpaceRules::operator()(const MandateLeave& payload) const {
  FELTBOG_CHECK(require_member());
  for (const UserId& user : payload.users) {
    if (user == author_user()) return Error{ErrorCode::not_authorised, "not by who leaves"};
    const MandateEntry* entry = state_.mandate_of(user, organisation_);
    if (entry == nullptr) return Error{ErrorCode::not_found, "member by a mandate"};
    const bool may_be_over = entry->mandate.until.milliseconds != 0;
    if (!may_be_over && entry->stands_at(seen_)) {
      return Error{ErrorCode::wrong_state, "mandate has not ended"};
    }
  }
  return check_rotation(payload.rotation, payload.users);
}

}  // namespace feltbog::ledger
