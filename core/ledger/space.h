// SPDX-License-Identifier: Apache-2.0
// A space as its log says it is: members, epochs, who holds which key. One pure validator for
// client, server and simulator. Making records: space_builder.h. What is written in a space: run.h.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "core/ledger/organisation.h"
#include "core/ledger/space_record.h"

namespace feltbog::ledger {

struct Epoch {
  std::uint32_t number = 1;
  KeyId key;
  std::uint64_t since = 1;                    // sequence of the record that began it
  std::uint64_t organisation_sequence = 0;    // what that record cites
  Bytes sealed_previous;                      // empty for epoch 1
  std::map<DeviceId, std::uint64_t> holders;  // who was given the key, by which record
  std::set<RecoveryKeyId> recovery_keys;      // that were given it too
  std::map<WriterId, Cut> cuts;               // that its record carries
};

// Wraps a record announces. They may be missing (destroyed, or not fetched yet).
struct WrapsEntry {
  std::uint64_t sequence = 0;
  std::uint32_t epoch = 1;
  DeviceId issuer;
  WrapsCommitment commitment;
};

// A user's stay: from the record that added them up to, not including, the one that removed them.
struct Membership {
  SpaceRole role = SpaceRole::writer;
  std::uint64_t from = 0;
  std::uint64_t until = 0;           // 0: still a member
  std::optional<MandateId> mandate;  // by which they are here, if by one
};

// A value: copy it to try something. Empty until the first record (space_create).
class SpaceState {
 public:
  // Applies the next record, or changes nothing. What the author was entitled to is judged at the
  // organisation's head the record cites, so every device judges alike, however much more it knows.
  // Errors: those of OrganisationState::apply(), and missing_dependency (the cited head is not here
  // yet: sync the organisation's log first).
  Result<void> apply(const Record& record, const OrganisationState& organisation);
  // For records read back from the own encrypted database: the signature is not checked again.
  Result<void> apply_verified(const Record& record, const OrganisationState& organisation);

  bool empty() const { return hashes_.empty(); }
  const SpaceId& id() const { return id_; }
  const OrganisationId& organisation() const { return organisation_; }
  SpaceKind kind() const { return kind_; }
  const UserId& creator() const { return creator_; }
  LogHead head() const;
  std::optional<RecordHash> hash_at(std::uint64_t sequence) const;
  bool contains(const LogHead& head) const;
  // The organisation's sequence that the record at `sequence` cites (0 outside the log).
  std::uint64_t cited_at(std::uint64_t sequence) const;

  // As of just after the record at `sequence`; without it, now.
  std::optional<SpaceRole> role(const UserId& user) const { return role(user, head().sequence); }
  std::optional<SpaceRole> role(const UserId& user, std::uint64_t sequence) const;
  std::vector<Member> members() const { return members(head().sequence); }
  std::vector<Member> members(std::uint64_t sequence) const;
  // Whether the device's user is a member and the device active in the organisation, both now.
  bool admits(const DeviceId& device, const OrganisationState& organisation) const;
  // The same by the server's clock: not under a mandate that is over.
  bool admits(const DeviceId& device, const OrganisationState& organisation, WallTime now) const;

  // Epoch 1, 2, ...; never called on an empty state.
  const std::vector<Epoch>& epochs() const { return epochs_; }
  const Epoch& epoch() const { return epochs_.back(); }
  // The one in force just after the record at `sequence`; null outside the log.
  const Epoch* epoch_at(std::uint64_t sequence) const;

  // The wraps announced, in order of sequence; and the entry of one blob, or null.
  const std::vector<WrapsEntry>& wraps() const { return wraps_; }
  const WrapsEntry* wraps(const WrapsHash& hash) const;
  // Whether `encoded` is what a record of this log announces, sealed to exactly whom it must be.
  // Errors: not_found (no record announces it), malformed and its kin.
  Result<KeyWraps> check_wraps(BytesView encoded) const;

  // Whether a device that holds the current key was barred since or is no longer on duty, or a
  // recovery key that holds it was replaced: then the next to seal rotates first.
  bool needs_rotation(const OrganisationState& organisation) const;
  // The recovery key in force was not given the current key yet: a recovery_join is due.
  bool lacks_recovery_key(const OrganisationState& organisation) const;
  // Whether the user may read the log, and add members, with the recovery key: it is in force,
  // holds the current key, and the user has put it to use.
  bool recoverable_by(const UserId& user, const OrganisationState& organisation) const {
    return recoverable_by(user, organisation, organisation.head().sequence);
  }
  bool recoverable_by(const UserId& user, const OrganisationState& organisation,
                      std::uint64_t sequence) const;
  // Active devices of members, and of files those on duty, that were not given the current key yet:
  // a device_join is due.
  std::vector<DeviceId> devices_without_key(const OrganisationState& organisation) const;
  // All active devices of all members, and of files those on duty: who a rotation must reach.
  std::vector<DeviceId> member_devices(const OrganisationState& organisation) const;

  // Whether the device is on duty and holds the current key of this file: then it reads the log,
  // gives the key to members' new devices and carries out mandates, and is sent no content.
  bool served_by(const DeviceId& device, const OrganisationState& organisation) const {
    return served_by(device, organisation, organisation.head().sequence);
  }
  bool served_by(const DeviceId& device, const OrganisationState& organisation,
                 std::uint64_t sequence) const;
  // What a mandate makes its holder here; none when it does not concern this space, was carried out
  // here before, or its holder is a member already.
  std::optional<SpaceRole> mandated_role(const Mandate& mandate) const;
  // Mandates that are to be carried out here, and members whose mandate is over. `now` is the own
  // clock's: the server has the last word.
  std::vector<MandateId> mandates_due(const OrganisationState& organisation, WallTime now) const;
  std::vector<UserId> mandates_over(const OrganisationState& organisation, WallTime now) const;
  // The mandate by which a user is a member now; null when they are none, or for good.
  const MandateEntry* mandate_of(const UserId& user, const OrganisationState& organisation) const;

  // What was decided last about a run that was held back; none when nothing was.
  std::optional<bool> adopted(const RunHash& run) const;

  // The record by which its content was destroyed; 0 while it was not.
  std::uint64_t erased_at() const { return erased_at_; }
  bool legal_hold() const { return legal_hold_; }
  bool ever_held_key(const DeviceId& device) const;
  // Whether the device says that it has destroyed what it had.
  bool erased_by(const DeviceId& device) const { return erased_by_.contains(device); }

  // Stays of a user, in order; empty for a stranger.
  const std::vector<Membership>& memberships(const UserId& user) const;

 private:
  friend struct SpaceFold;
  Result<void> take(const Record& record, const OrganisationState& organisation,
                    bool check_signature);
  void fold(const Record& record, const SpacePayload& payload,
            const OrganisationState& organisation);

  SpaceId id_;
  OrganisationId organisation_;
  SpaceKind kind_ = SpaceKind::authority_file;
  UserId creator_;
  std::vector<RecordHash> hashes_;
  std::vector<std::uint64_t> cited_;
  std::map<UserId, std::vector<Membership>> memberships_;
  std::vector<Epoch> epochs_;
  std::vector<WrapsEntry> wraps_;
  std::map<RunHash, bool> adopted_;
  std::uint64_t erased_at_ = 0;
  bool legal_hold_ = false;
  std::set<DeviceId> erased_by_;
  std::set<MandateId> carried_out_;
};

}  // namespace feltbog::ledger
