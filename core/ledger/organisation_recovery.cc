// SPDX-License-Identifier: Apache-2.0
// What the organisation's log says of the recovery key: who may set it and use it, and who did.
#include <algorithm>

#include "core/ledger/domains.h"
#include "core/ledger/organisation_rules.h"

namespace feltbog::ledger {

const RecoveryKeyEntry* OrganisationState::recovery_key(std::uint64_t sequence) const {
  const auto after = recovery_keys_.upper_bound(sequence);
  return after == recovery_keys_.begin() ? nullptr : &std::prev(after)->second;
}

const RecoveryKeyEntry* OrganisationState::recovers_with(const UserId& user,
                                                         std::uint64_t sequence) const {
  const RecoveryKeyEntry* key = recovery_key(sequence);
  if (key == nullptr || !roles(user, sequence).has(Role::administrator)) return nullptr;
  const bool used =
      std::any_of(recovery_uses_.begin(), recovery_uses_.end(), [&](const RecoveryUseEntry& use) {
        return use.user == user && use.key == key->id && use.sequence <= sequence;
      });
  return used ? key : nullptr;
}

Result<void> OrganisationRules::operator()(const RecoveryKeySet& payload) const {
  FELTBOG_CHECK(require_administrator());
  if (!can_receive_keys({payload.publics.signing, payload.publics.agreement})) {
    return Error{ErrorCode::malformed, "agreement key"};
  }
  const auto& [first, second, third] = payload.custody.custodians;
  if (first == second || first == third || second == third) {
    return Error{ErrorCode::malformed, "custodians"};
  }
  // A key that was replaced may be in wrong hands: it never comes back.
  const RecoveryKeyId id = recovery_key_id(payload.publics);
  const auto& all = state_.recovery_keys();
  const bool known =
      std::any_of(all.begin(), all.end(), [&](const auto& item) { return item.second.id == id; });
  if (known) return Error{ErrorCode::already_exists, "recovery key"};
  return {};
}

// The signature shows that two custodians were there. Without it an administrator alone could join
// spaces and wait for their next key.
Result<void> OrganisationRules::operator()(const RecoveryUse& payload) const {
  FELTBOG_CHECK(require_administrator());
  const RecoveryKeyEntry* key = state_.recovery_key();
  if (key == nullptr || key->id != payload.key) {
    return Error{ErrorCode::wrong_state, "not the recovery key in force"};
  }
  if (state_.recovers_with(author_user()) != nullptr) {
    return Error{ErrorCode::already_exists, "recovery use"};
  }
  if (!check_signatures_) return {};
  const Bytes statement =
      recovery_use_statement(state_.id(), payload.key, record_.author, payload.reason, payload.at);
  if (!crypto::verify(key->publics.signing, domains::kRecoveryUse, statement, payload.signature)) {
    return Error{ErrorCode::bad_signature, "of the recovery key"};
  }
  return {};
}

RecoveryUse make_recovery_use(const OrganisationState& state, const DeviceId& device,
                              const RecoveryKey& key, RecoveryReason reason, WallTime at) {
  const Bytes statement = recovery_use_statement(state.id(), key.id, device, reason, at);
  return {key.id, reason, at, crypto::sign(key.signing, domains::kRecoveryUse, statement)};
}

}  // namespace feltbog::ledger
