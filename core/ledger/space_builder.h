// SPDX-License-Identifier: Apache-2.0
// Making the next record of a space's log, with the sealed keys it announces, and opening such
// keys. Every record returned was found valid by SpaceState; it is not applied yet.
#pragma once

#include "core/ledger/space.h"

namespace feltbog::ledger {

struct SpaceStep {
  Record record;
  // KeyWraps, encoded: travel and are stored beside the record, by their hash. Empty where the
  // record gives nobody a key.
  Bytes wraps;
};

struct NewSpace {
  SpaceStep step;
  SpaceState state;  // with the record applied
  Keyring keys;
};

// Works offline: cites the organisation's head known here. `members` includes the author's user, in
// any order.
Result<NewSpace> create_space(const SpaceId& space, SpaceKind kind, std::vector<Member> members,
                              const DeviceIdentity& author, const OrganisationState& organisation,
                              Random& random);

// Each needs the current key in `keys` (missing_key). Further errors: those of SpaceState::apply().
Result<SpaceStep> add_members(const SpaceState& space, const OrganisationState& organisation,
                              const Keyring& keys, std::vector<Member> members,
                              const DeviceIdentity& author, Random& random);
Result<SpaceStep> join_devices(const SpaceState& space, const OrganisationState& organisation,
                               const Keyring& keys, std::vector<DeviceId> devices,
                               const DeviceIdentity& author, Random& random);

// Carries out mandates. Errors also: not_found (no such mandate).
Result<SpaceStep> join_mandates(const SpaceState& space, const OrganisationState& organisation,
                                const Keyring& keys, std::vector<MandateId> mandates,
                                const DeviceIdentity& author, Random& random);

// Gives the current key to the recovery key in force.
Result<SpaceStep> join_recovery_key(const SpaceState& space, const OrganisationState& organisation,
                                    const Keyring& keys, const DeviceIdentity& author,
                                    Random& random);

struct RotationStep {
  SpaceStep step;
  crypto::Key key;  // of the new epoch: put it in the ring once the record stands in the log
};

// `cuts`: the last runs known of every writer among the removed users' and the barred devices, in
// any order. A writer of theirs that is left out is cut before its first run.
Result<RotationStep> remove_members(const SpaceState& space, const OrganisationState& organisation,
                                    const Keyring& keys, std::vector<UserId> users,
                                    std::vector<Cut> cuts, const DeviceIdentity& author,
                                    Random& random);
Result<RotationStep> rotate_epoch(const SpaceState& space, const OrganisationState& organisation,
                                  const Keyring& keys, std::vector<Cut> cuts,
                                  const DeviceIdentity& author, Random& random);

// Takes out members whose mandate is over. `cuts` as above.
Result<RotationStep> leave_mandates(const SpaceState& space, const OrganisationState& organisation,
                                    const Keyring& keys, std::vector<UserId> users,
                                    std::vector<Cut> cuts, const DeviceIdentity& author,
                                    Random& random);

// `verdicts` in any order, each run once. Errors: those of SpaceState::apply().
Result<SpaceStep> settle_held_runs(const SpaceState& space, const OrganisationState& organisation,
                                   std::vector<Verdict> verdicts, const DeviceIdentity& author);

// Errors: those of SpaceState::apply().
Result<SpaceStep> erase_space(const SpaceState& space, const OrganisationState& organisation,
                              const SpaceErase& erasure, const DeviceIdentity& author);
Result<SpaceStep> set_legal_hold(const SpaceState& space, const OrganisationState& organisation,
                                 bool held, const DeviceIdentity& author);
Result<SpaceStep> confirm_erasure(const SpaceState& space, const OrganisationState& organisation,
                                  const DeviceIdentity& author);

// Opens the wraps a record announced and puts their key, and the keys of all epochs before, into
// the ring. Errors: those of check_wraps(), missing_key (not sealed to this recipient),
// decryption_failed (also for a key that is not the one the log names); the ring is then unchanged.
Result<void> open_wraps(const DeviceIdentity& device, const SpaceState& space, BytesView encoded,
                        Keyring& keys);
Result<void> open_wraps(const RecoveryKey& recovery_key, const SpaceState& space, BytesView encoded,
                        Keyring& keys);
// Whether a ring can open everything up to the current epoch.
bool holds_all_keys(const Keyring& keys, const SpaceState& space);

}  // namespace feltbog::ledger
