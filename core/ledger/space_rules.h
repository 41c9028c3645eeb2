// SPDX-License-Identifier: Apache-2.0
// Who may write which record in a space's log. Used by SpaceState alone.
#pragma once

#include "core/ledger/space.h"

namespace feltbog::ledger {

// The active devices of the users at an organisation sequence, ascending.
std::vector<DeviceId> devices_of(const OrganisationState& organisation,
                                 const std::vector<UserId>& users, std::uint64_t sequence);
std::vector<UserId> users_of(const std::vector<Member>& members);
// Who a new key of such a space goes to: the users' devices, and of a file those on duty.
std::vector<DeviceId> key_devices(const OrganisationState& organisation, SpaceKind kind,
                                  const std::vector<UserId>& users, std::uint64_t sequence);

// Judges one record against the state before it and the organisation at the head it cites. Holds
// references: lives for one call.
class SpaceRules {
 public:
  SpaceRules(const SpaceState& state, const Record& record, const OrganisationState& organisation)
      : state_(state), record_(record), organisation_(organisation), seen_(record.cited.sequence) {}

  // Whether it is the next record of this log, citing an organisation head that is known and no
  // older than the record before did.
  Result<void> check_place() const;
  // The author's key. Error: not_authorised (no device that was active at the cited head).
  Result<crypto::SigningPublic> author_key() const;
  Result<void> check_payload(const SpacePayload& payload) const;

  Result<void> operator()(const SpaceCreate& payload) const;
  Result<void> operator()(const MemberAdd& payload) const;
  Result<void> operator()(const DeviceJoin& payload) const;
  Result<void> operator()(const MemberRemove& payload) const;
  Result<void> operator()(const EpochRotate& payload) const;
  Result<void> operator()(const HeldRunsSettle& payload) const;
  Result<void> operator()(const RecoveryJoin& payload) const;
  Result<void> operator()(const SpaceErase& payload) const;
  Result<void> operator()(const LegalHold& payload) const;
  Result<void> operator()(const ErasureDone& payload) const;
  Result<void> operator()(const MandateJoin& payload) const;
  Result<void> operator()(const MandateLeave& payload) const;

 private:
  UserId author_user() const;
  Result<void> check_head_cited() const;
  Result<void> require_member() const;
  // A writing member who created the space, or is a caseworker, supervisor or administrator.
  Result<void> require_manager() const;
  // A member who is supervisor or administrator, of a file.
  Result<void> require_keeper() const;
  // A member, or a device on duty that holds the key.
  Result<void> require_key_holder() const;
  Result<void> check_added(const std::vector<Member>& members) const;
  Result<void> check_readers(SpaceKind kind, const std::vector<Member>& members) const;
  // The devices, and the recovery key in force at the cited head.
  Result<void> check_recipients(const WrapsCommitment& wraps,
                                const std::vector<DeviceId>& devices) const;
  // `removed`: users who leave with this record, ascending.
  Result<void> check_rotation(const Rotation& rotation, const std::vector<UserId>& removed) const;
  Result<void> check_cuts(const std::vector<Cut>& cuts, const std::vector<UserId>& removed) const;

  const SpaceState& state_;
  const Record& record_;
  const OrganisationState& organisation_;
  std::uint64_t seen_;  // the organisation's sequence that counts
};

}  // namespace feltbog::ledger
