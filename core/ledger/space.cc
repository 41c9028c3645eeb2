// SPDX-License-Identifier: Apache-2.0
#include "core/ledger/space.h"

#include <algorithm>

#include "core/ledger/space_rules.h"

namespace feltbog::ledger {

Result<void> SpaceState::apply(const Record& record, const OrganisationState& organisation) {
  return take(record, organisation, true);
}

Result<void> SpaceState::apply_verified(const Record& record,
                                        const OrganisationState& organisation) {
  return take(record, organisation, false);
}

Result<void> SpaceState::take(const Record& record, const OrganisationState& organisation,
                              bool check_signature) {
  const SpaceRules rules(*this, record, organisation);
  FELTBOG_CHECK(rules.check_place());
  FELTBOG_TRY(payload, decode_space_payload(record.kind, record.payload));
  FELTBOG_TRY(key, rules.author_key());
  if (check_signature) FELTBOG_CHECK(record.check_signature(key));
  FELTBOG_CHECK(rules.check_payload(payload));
  fold(record, payload, organisation);
  return {};
}

// Folds a record that was found valid into the state.
struct SpaceFold {
  SpaceState& state;
  const Record& record;
  const OrganisationState& organisation;

  void add_members(const std::vector<Member>& members) const {
    for (const Member& member : members) {
      auto& stays = state.memberships_[member.user];
      const bool is_here = !stays.empty() && stays.back().until == 0;
      if (is_here) {
        stays.back().mandate.reset();
      } else {
        stays.push_back({member.role, record.sequence, 0, std::nullopt});
      }
    }
  }
  void remove_members(const std::vector<UserId>& users) const {
    for (const UserId& user : users) state.memberships_.at(user).back().until = record.sequence;
  }
  void give_key(const WrapsCommitment& wraps, const std::vector<DeviceId>& devices) const {
    Epoch& epoch = state.epochs_.back();
    for (const DeviceId& device : devices) epoch.holders.emplace(device, record.sequence);
    const RecoveryKeyEntry* recovery = organisation.recovery_key(record.cited.sequence);
    if (recovery != nullptr) epoch.recovery_keys.insert(recovery->id);
    state.wraps_.push_back({record.sequence, epoch.number, record.author, wraps});
  }
  std::vector<DeviceId> devices_of_members(const std::vector<Member>& members) const {
    return devices_of(organisation, users_of(members), record.cited.sequence);
  }
  std::vector<DeviceId> holders_of_new_key(const std::vector<Member>& members) const {
    return key_devices(organisation, state.kind_, users_of(members), record.cited.sequence);
  }
  void rotate(const Rotation& rotation) const {
    Epoch epoch;
    epoch.number = rotation.epoch;
    epoch.key = rotation.key;
    epoch.since = record.sequence;
    epoch.organisation_sequence = record.cited.sequence;
    epoch.sealed_previous = rotation.sealed_previous;
    for (const Cut& cut : rotation.cuts) epoch.cuts.emplace(cut.writer(), cut);
    state.epochs_.push_back(std::move(epoch));
    give_key(rotation.wraps, holders_of_new_key(state.members(record.sequence)));
  }

  void operator()(const SpaceCreate& payload) const {
    state.id_ = SpaceId{record.log.bytes};
    state.organisation_ = payload.organisation;
    state.kind_ = payload.kind;
    state.creator_ = organisation.device(record.author)->user;
    add_members(payload.members);
    Epoch epoch;
    epoch.key = payload.key;
    epoch.organisation_sequence = record.cited.sequence;
    state.epochs_.push_back(std::move(epoch));
    give_key(payload.wraps, holders_of_new_key(payload.members));
  }
  void operator()(const MemberAdd& payload) const {
    add_members(payload.members);
    give_key(payload.wraps, devices_of_members(payload.members));
  }
  void operator()(const DeviceJoin& payload) const { give_key(payload.wraps, payload.devices); }
  void operator()(const MemberRemove& payload) const {
    remove_members(payload.users);
    rotate(payload.rotation);
  }
  void operator()(const EpochRotate& payload) const { rotate(payload.rotation); }
  void operator()(const HeldRunsSettle& payload) const {
    for (const Verdict& verdict : payload.verdicts) state.adopted_[verdict.run] = verdict.adopted;
  }
  void operator()(const RecoveryJoin& payload) const { give_key(payload.wraps, {}); }
  void operator()(const SpaceErase&) const { state.erased_at_ = record.sequence; }
  void operator()(const LegalHold& payload) const { state.legal_hold_ = payload.held; }
  void operator()(const ErasureDone&) const { state.erased_by_.insert(record.author); }
  void operator()(const MandateJoin& payload) const {
    std::vector<UserId> holders;
    for (const MandateId& id : payload.mandates) {
      const Mandate& mandate = organisation.mandate(id)->mandate;
      const SpaceRole role = *state.mandated_role(mandate);
      state.memberships_[mandate.holder].push_back({role, record.sequence, 0, id});
      state.carried_out_.insert(id);
      holders.push_back(mandate.holder);
    }
    give_key(payload.wraps, devices_of(organisation, holders, record.cited.sequence));
  }
  void operator()(const MandateLeave& payload) const {
    remove_members(payload.users);
    rotate(payload.rotation);
  }
};

void SpaceState::fold(const Record& record, const SpacePayload& payload,
                      const OrganisationState& organisation) {
  std::visit(SpaceFold{*this, record, organisation}, payload);
  hashes_.push_back(record.hash());
  cited_.push_back(record.cited.sequence);
}

LogHead SpaceState::head() const {
  return hashes_.empty() ? LogHead{} : LogHead{hashes_.size(), hashes_.back()};
}

std::optional<RecordHash> SpaceState::hash_at(std::uint64_t sequence) const {
  if (sequence < 1 || sequence > hashes_.size()) return std::nullopt;
  return hashes_[sequence - 1];
}

bool SpaceState::contains(const LogHead& head) const {
  return head == LogHead{} || hash_at(head.sequence) == head.hash;
}

std::uint64_t SpaceState::cited_at(std::uint64_t sequence) const {
  return sequence < 1 || sequence > cited_.size() ? 0 : cited_[sequence - 1];
}

std::optional<SpaceRole> SpaceState::role(const UserId& user, std::uint64_t sequence) const {
  for (const Membership& stay : memberships(user)) {
    if (stay.from <= sequence && (stay.until == 0 || sequence < stay.until)) return stay.role;
  }
  return std::nullopt;
}

std::vector<Member> SpaceState::members(std::uint64_t sequence) const {
  std::vector<Member> out;
  for (const auto& [user, stays] : memberships_) {
    if (const auto found = role(user, sequence)) out.push_back({user, *found});
  }
  return out;
}

bool SpaceState::admits(const DeviceId& device, const OrganisationState& organisation) const {
  return organisation.device_active(device) && role(organisation.device(device)->user).has_value();
}

const Epoch* SpaceState::epoch_at(std::uint64_t sequence) const {
  if (sequence < 1 || sequence > hashes_.size()) return nullptr;
  const auto after =
      std::upper_bound(epochs_.begin(), epochs_.end(), sequence,
                       [](std::uint64_t value, const Epoch& epoch) { return value < epoch.since; });
  return &*std::prev(after);
}

const WrapsEntry* SpaceState::wraps(const WrapsHash& hash) const {
  const auto found = std::find_if(wraps_.begin(), wraps_.end(), [&](const WrapsEntry& entry) {
    return entry.commitment.wraps == hash;
  });
  return found == wraps_.end() ? nullptr : &*found;
}

Result<KeyWraps> SpaceState::check_wraps(BytesView encoded) const {
  const WrapsEntry* entry = wraps(wraps_hash(encoded));
  if (entry == nullptr) return Error{ErrorCode::not_found, "no record announces these wraps"};
  FELTBOG_TRY(decoded, KeyWraps::decode(encoded));
  if (decoded.space != id_ || decoded.epoch != entry->epoch ||
      decoded.key != epochs_[entry->epoch - 1].key) {
    return Error{ErrorCode::malformed, "wraps of another key"};
  }
  if (decoded.recipients() != entry->commitment.recipients) {
    return Error{ErrorCode::malformed, "wraps for other recipients"};
  }
  return decoded;
}

bool SpaceState::needs_rotation(const OrganisationState& organisation) const {
  if (erased_at_ != 0) return false;
  const auto& holders = epoch().holders;
  const auto& keys = epoch().recovery_keys;
  const auto must_not_hold = [&](const auto& holder) {
    const DeviceId& device = holder.first;
    return !organisation.device_active(device) ||
           (!role(organisation.device(device)->user) &&
            !organisation.on_duty(device, organisation.head().sequence));
  };
  return std::any_of(holders.begin(), holders.end(), must_not_hold) ||
         std::any_of(keys.begin(), keys.end(), [&](const RecoveryKeyId& key) {
           return key != organisation.recovery_key()->id;
         });
}

bool SpaceState::lacks_recovery_key(const OrganisationState& organisation) const {
  if (erased_at_ != 0) return false;
  const RecoveryKeyEntry* recovery = organisation.recovery_key();
  return recovery != nullptr && !epoch().recovery_keys.contains(recovery->id);
}

bool SpaceState::recoverable_by(const UserId& user, const OrganisationState& organisation,
                                std::uint64_t sequence) const {
  const RecoveryKeyEntry* recovery = organisation.recovers_with(user, sequence);
  return recovery != nullptr && epoch().recovery_keys.contains(recovery->id);
}

std::vector<DeviceId> SpaceState::devices_without_key(const OrganisationState& organisation) const {
  std::vector<DeviceId> out;
  if (erased_at_ != 0) return out;
  for (const DeviceId& device : member_devices(organisation)) {
    if (!epoch().holders.contains(device)) out.push_back(device);
  }
  return out;
}

std::vector<DeviceId> SpaceState::member_devices(const OrganisationState& organisation) const {
  return key_devices(organisation, kind_, users_of(members()), organisation.head().sequence);
}

std::optional<bool> SpaceState::adopted(const RunHash& run) const {
  const auto found = adopted_.find(run);
  return found == adopted_.end() ? std::nullopt : std::optional<bool>(found->second);
}

bool SpaceState::ever_held_key(const DeviceId& device) const {
  return std::any_of(epochs_.begin(), epochs_.end(),
                     [&](const Epoch& epoch) { return epoch.holders.contains(device); });
}

const std::vector<Membership>& SpaceState::memberships(const UserId& user) const {
  static const std::vector<Membership> kNone;
  const auto found = memberships_.find(user);
  return found == memberships_.end() ? kNone : found->second;
}

}  // namespace feltbog::ledger
