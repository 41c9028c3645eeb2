// SPDX-License-Identifier: Apache-2.0
// Who may write which record in the organisation's log. Used by OrganisationState alone.
#pragma once

#include "core/ledger/organisation.h"

namespace feltbog::ledger {

// Judges one record against the state before it. Holds references: lives for one call.
class OrganisationRules {
 public:
  OrganisationRules(const OrganisationState& state, const Record& record)
      : state_(state), record_(record) {}

  // Whether it is the next record of this log. Errors: malformed, broken_chain, fork_detected,
  // already_exists.
  Result<void> check_place() const;
  // The key that must have signed it. Error: not_authorised (no active device, or not its author).
  Result<crypto::SigningPublic> author_key(const OrganisationPayload& payload) const;
  // What its author may do, and whether it makes sense. `check_signatures` is for the invite's.
  Result<void> check_payload(const OrganisationPayload& payload, bool check_signatures);

  Result<void> operator()(const OrganisationCreate& payload) const;
  Result<void> operator()(const UserAdd& payload) const;
  Result<void> operator()(const InviteCreate& payload) const;
  Result<void> operator()(const InviteRevoke& payload) const;
  Result<void> operator()(const DeviceAdd& payload) const;
  Result<void> operator()(const DeviceRevoke& payload) const;
  Result<void> operator()(const RolesSet& payload) const;
  Result<void> operator()(const UserSuspend& payload) const;
  Result<void> operator()(const UserReinstate& payload) const;
  Result<void> operator()(const ServerKeySet& payload) const;
  Result<void> operator()(const WipeOrder& payload) const;
  Result<void> operator()(const RecoveryKeySet& payload) const;
  Result<void> operator()(const RecoveryUse& payload) const;
  Result<void> operator()(const TeamSet& payload) const;
  Result<void> operator()(const DutySet& payload) const;
  Result<void> operator()(const MandateGive& payload) const;
  Result<void> operator()(const MandateEnd& payload) const;
  Result<void> operator()(const LeaseSet& payload) const;

 private:
  UserId author_user() const;
  // Administrators manage everybody; supervisors manage those who hold none of the roles
  // supervisor, administrator and auditor.
  bool manages(const UserId& manager, const UserId& user) const;
  Result<void> require_administrator() const;
  Result<const UserEntry*> require_user(const UserId& user) const;
  Result<void> check_invite(const DeviceAdd& payload) const;
  Result<void> check_holder(const UserId& holder) const;
  // Whether somebody can still administer once `user` or `device` no longer counts.
  bool administrators_without(const UserId* user, const DeviceId* device) const;

  const OrganisationState& state_;
  const Record& record_;
  bool check_signatures_ = true;
};

}  // namespace feltbog::ledger
