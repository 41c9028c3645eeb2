// SPDX-License-Identifier: Apache-2.0
#include "core/ledger/space_builder.h"

#include <algorithm>

#include "core/ledger/space_rules.h"

namespace feltbog::ledger {
namespace {

// One author's next record in one space. Holds references: lives for one call.
struct Draft {
  const SpaceState& space;
  const OrganisationState& organisation;
  const DeviceIdentity& author;
  Random& random;

  WrapContext context(const SpaceId& id, std::uint32_t epoch, const KeyId& key) const {
    return {organisation.id(), id, epoch, key, author.id};
  }

  Result<KeyWraps> wrap(const crypto::Key& key, const WrapContext& context,
                        const std::vector<DeviceId>& devices) const {
    std::vector<Recipient> recipients;
    for (const DeviceId& device : devices) {
      const DeviceEntry* entry = organisation.device(device);
      if (entry == nullptr) return Error{ErrorCode::not_found, "device"};
      recipients.push_back({device, entry->publics.agreement});
    }
    const RecoveryKeyEntry* recovery = organisation.recovery_key();
    return wrap_key(key, context, recipients, random,
                    recovery != nullptr ? &recovery->publics : nullptr);
  }

  // Signs, and applies to `trial`, a copy of the space.
  Result<SpaceStep> step(const SpaceId& id, const SpacePayload& payload, const KeyWraps& wraps,
                         SpaceState& trial) const {
    Record record = sign_record(LogKind::space, log_id(id), space.head(), organisation.head(),
                                author, kind_of(payload), encode_payload(payload));
    FELTBOG_CHECK(trial.apply(record, organisation));
    return SpaceStep{std::move(record), wraps.encode()};
  }
  Result<SpaceStep> step(const SpacePayload& payload, const KeyWraps& wraps) const {
    SpaceState trial = space;
    return step(space.id(), payload, wraps, trial);
  }

  Result<const crypto::Key*> current_key(const Keyring& keys) const {
    if (space.empty()) return Error{ErrorCode::wrong_state, "no space yet"};
    const crypto::Key* key = keys.find(space.epoch().number);
    if (key == nullptr || key_id(*key, space.id(), space.epoch().number) != space.epoch().key) {
      return Error{ErrorCode::missing_key, "epoch " + std::to_string(space.epoch().number)};
    }
    return key;
  }

  // The record `payload_of` makes of the wraps by which these devices are given the current key.
  template <class PayloadOf>
  Result<SpaceStep> give_key(const Keyring& keys, const std::vector<DeviceId>& devices,
                             PayloadOf payload_of) const {
    FELTBOG_TRY(key, current_key(keys));
    const Epoch& epoch = space.epoch();
    FELTBOG_TRY(wraps, wrap(*key, context(space.id(), epoch.number, epoch.key), devices));
    return step(payload_of(wraps.commitment()), wraps);
  }

  struct Rotated {
    Rotation rotation;
    KeyWraps wraps;
    crypto::Key key;
  };
  Result<Rotated> rotate(const Keyring& keys, const std::vector<UserId>& removed,
                         std::vector<Cut> cuts) const;
};

Result<Draft::Rotated> Draft::rotate(const Keyring& keys, const std::vector<UserId>& removed,
                                     std::vector<Cut> cuts) const {
  FELTBOG_TRY(previous, current_key(keys));
  std::vector<UserId> remaining;
  for (const Member& member : space.members()) {
    if (!std::binary_search(removed.begin(), removed.end(), member.user)) {
      remaining.push_back(member.user);
    }
  }
  auto key = crypto::Key::random(random);
  const std::uint32_t epoch = space.epoch().number + 1;
  const WrapContext next = context(space.id(), epoch, key_id(key, space.id(), epoch));
  const auto devices =
      key_devices(organisation, space.kind(), remaining, organisation.head().sequence);
  FELTBOG_TRY(wraps, wrap(key, next, devices));
  sort_cuts(cuts);
  Bytes sealed = seal_previous_key(*previous, space.epoch().key, key, next, random);
  Rotation rotation{epoch, next.key, wraps.commitment(), std::move(sealed), std::move(cuts)};
  return Rotated{std::move(rotation), std::move(wraps), std::move(key)};
}

void sort_members(std::vector<Member>& members) { std::sort(members.begin(), members.end()); }

// A record that gives nobody a key.
Result<SpaceStep> step_without_key(const SpaceState& space, const OrganisationState& organisation,
                                   const SpacePayload& payload, const DeviceIdentity& author) {
  if (space.empty()) return Error{ErrorCode::wrong_state, "no space yet"};
  Record record = sign_record(LogKind::space, log_id(space.id()), space.head(), organisation.head(),
                              author, kind_of(payload), encode_payload(payload));
  SpaceState trial = space;
  FELTBOG_CHECK(trial.apply(record, organisation));
  return SpaceStep{std::move(record), {}};
}

}  // namespace

Result<NewSpace> create_space(const SpaceId& space, SpaceKind kind, std::vector<Member> members,
                              const DeviceIdentity& author, const OrganisationState& organisation,
                              Random& random) {
  sort_members(members);
  const SpaceState none;
  const Draft draft{none, organisation, author, random};
  auto key = crypto::Key::random(random);
  const WrapContext context = draft.context(space, 1, key_id(key, space, 1));
  const auto devices =
      key_devices(organisation, kind, users_of(members), organisation.head().sequence);
  FELTBOG_TRY(wraps, draft.wrap(key, context, devices));
  const SpaceCreate create{organisation.id(), kind, std::move(members), context.key,
                           wraps.commitment()};
  NewSpace out;
  FELTBOG_TRY(step, draft.step(space, create, wraps, out.state));
  out.step = std::move(step);
  out.keys.put(1, std::move(key));
  return out;
}

Result<SpaceStep> add_members(const SpaceState& space, const OrganisationState& organisation,
                              const Keyring& keys, std::vector<Member> members,
                              const DeviceIdentity& author, Random& random) {
  sort_members(members);
  const auto devices = devices_of(organisation, users_of(members), organisation.head().sequence);
  return Draft{space, organisation, author, random}.give_key(
      keys, devices, [&members](const WrapsCommitment& wraps) {
        return MemberAdd{std::move(members), wraps};
      });
}

Result<SpaceStep> join_devices(const SpaceState& space, const OrganisationState& organisation,
                               const Keyring& keys, std::vector<DeviceId> devices,
                               const DeviceIdentity& author, Random& random) {
  std::sort(devices.begin(), devices.end());
  return Draft{space, organisation, author, random}.give_key(
      keys, devices, [&devices](const WrapsCommitment& wraps) {
        return DeviceJoin{std::move(devices), wraps};
      });
}

Result<SpaceStep> join_mandates(const SpaceState& space, const OrganisationState& organisation,
                                const Keyring& keys, std::vector<MandateId> mandates,
                                const DeviceIdentity& author, Random& random) {
  std::vector<UserId> holders;
  for (const MandateId& id : mandates) {
    const MandateEntry* entry = organisation.mandate(id);
    if (entry == nullptr) return Error{ErrorCode::not_found, "mandate"};
    holders.push_back(entry->mandate.holder);
  }
  std::sort(mandates.begin(), mandates.end());
  const auto devices = devices_of(organisation, holders, organisation.head().sequence);
  return Draft{space, organisation, author, random}.give_key(
      keys, devices, [&mandates](const WrapsCommitment& wraps) {
        return MandateJoin{std::move(mandates), wraps};
      });
}

Result<RotationStep> leave_mandates(const SpaceState& space, const OrganisationState& organisation,
                                    const Keyring& keys, std::vector<UserId> users,
                                    std::vector<Cut> cuts, const DeviceIdentity& author,
                                    Random& random) {
  std::sort(users.begin(), users.end());
  const Draft draft{space, organisation, author, random};
  FELTBOG_TRY(rotated, draft.rotate(keys, users, std::move(cuts)));
  const MandateLeave leave{std::move(users), std::move(rotated.rotation)};
  FELTBOG_TRY(step, draft.step(leave, rotated.wraps));
  return RotationStep{std::move(step), std::move(rotated.key)};
}

Result<SpaceStep> join_recovery_key(const SpaceState& space, const OrganisationState& organisation,
                                    const Keyring& keys, const DeviceIdentity& author,
                                    Random& random) {
  return Draft{space, organisation, author, random}.give_key(
      keys, {}, [](const WrapsCommitment& wraps) { return RecoveryJoin{wraps}; });
}

Result<RotationStep> remove_members(const SpaceState& space, const OrganisationState& organisation,
                                    const Keyring& keys, std::vector<UserId> users,
                                    std::vector<Cut> cuts, const DeviceIdentity& author,
                                    Random& random) {
  std::sort(users.begin(), users.end());
  const Draft draft{space, organisation, author, random};
  FELTBOG_TRY(rotated, draft.rotate(keys, users, std::move(cuts)));
  const MemberRemove remove{std::move(users), std::move(rotated.rotation)};
  FELTBOG_TRY(step, draft.step(remove, rotated.wraps));
  return RotationStep{std::move(step), std::move(rotated.key)};
}

Result<RotationStep> rotate_epoch(const SpaceState& space, const OrganisationState& organisation,
                                  const Keyring& keys, std::vector<Cut> cuts,
                                  const DeviceIdentity& author, Random& random) {
  const Draft draft{space, organisation, author, random};
  FELTBOG_TRY(rotated, draft.rotate(keys, {}, std::move(cuts)));
  FELTBOG_TRY(step, draft.step(EpochRotate{std::move(rotated.rotation)}, rotated.wraps));
  return RotationStep{std::move(step), std::move(rotated.key)};
}

Result<SpaceStep> settle_held_runs(const SpaceState& space, const OrganisationState& organisation,
                                   std::vector<Verdict> verdicts, const DeviceIdentity& author) {
  std::sort(verdicts.begin(), verdicts.end());
  return step_without_key(space, organisation, HeldRunsSettle{std::move(verdicts)}, author);
}

Result<SpaceStep> erase_space(const SpaceState& space, const OrganisationState& organisation,
                              const SpaceErase& erasure, const DeviceIdentity& author) {
  return step_without_key(space, organisation, erasure, author);
}

Result<SpaceStep> set_legal_hold(const SpaceState& space, const OrganisationState& organisation,
                                 bool held, const DeviceIdentity& author) {
  return step_without_key(space, organisation, LegalHold{held}, author);
}

Result<SpaceStep> confirm_erasure(const SpaceState& space, const OrganisationState& organisation,
                                  const DeviceIdentity& author) {
  return step_without_key(space, organisation, ErasureDone{}, author);
}

namespace {

template <class Recipient>
Result<void> open_wraps_as(const Recipient& recipient, const SpaceState& space, BytesView encoded,
                           Keyring& keys) {
  FELTBOG_TRY(wraps, space.check_wraps(encoded));
  const DeviceId issuer = space.wraps(wraps_hash(encoded))->issuer;
  const WrapContext context{space.organisation(), space.id(), wraps.epoch, wraps.key, issuer};
  FELTBOG_TRY(key, unwrap_key(wraps, context, recipient));
  std::map<std::uint32_t, crypto::Key> opened;
  opened.emplace(wraps.epoch, std::move(key));
  // Each epoch holds the key of the one before it; what is held already has been checked already.
  for (std::uint32_t number = wraps.epoch; number > 1 && keys.find(number - 1) == nullptr;
       --number) {
    const Epoch& epoch = space.epochs()[number - 1];
    const KeyId& previous_id = space.epochs()[number - 2].key;
    const WrapContext sealed{space.organisation(), space.id(), number, epoch.key, {}};
    FELTBOG_TRY(previous,
                open_previous_key(epoch.sealed_previous, previous_id, opened.at(number), sealed));
    opened.emplace(number - 1, std::move(previous));
  }
  for (auto& [epoch, opened_key] : opened) keys.put(epoch, std::move(opened_key));
  return {};
}

}  // namespace

Result<void> open_wraps(const DeviceIdentity& device, const SpaceState& space, BytesView encoded,
                        Keyring& keys) {
  return open_wraps_as(device, space, encoded, keys);
}

Result<void> open_wraps(const RecoveryKey& recovery_key, const SpaceState& space, BytesView encoded,
                        Keyring& keys) {
  return open_wraps_as(recovery_key, space, encoded, keys);
}

bool holds_all_keys(const Keyring& keys, const SpaceState& space) {
  return std::all_of(space.epochs().begin(), space.epochs().end(),
                     [&](const Epoch& epoch) { return keys.find(epoch.number) != nullptr; });
}

}  // namespace feltbog::ledger
