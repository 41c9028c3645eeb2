// SPDX-License-Identifier: Apache-2.0
// Opening a relay's store, and who is let in.
#include "server/relay_store.h"

#include <algorithm>
#include <utility>

#include "core/ledger/session_proof.h"

namespace feltbog::server {

RelayStore::RelayStore(std::unique_ptr<RelayState> state, crypto::SigningSecret identity,
                       Clock& clock, RelayQuotas quotas)
    : state_(std::move(state)),
      identity_(std::move(identity)),
      identity_public_(crypto::signing_public(identity_)),
      clock_(clock),
      quotas_(quotas) {}

Result<std::unique_ptr<RelayStore>> RelayStore::open(std::unique_ptr<store::Database> database,
                                                     crypto::SigningSecret identity, Clock& clock,
                                                     Random& random, RelayQuotas quotas) {
  FELTBOG_TRY(state, RelayState::open(std::move(database), random));
  return std::unique_ptr<RelayStore>(
      new RelayStore(std::move(state), std::move(identity), clock, quotas));
}

Result<void> RelayStore::allow_founding(const crypto::SigningPublic& founding_key) {
  return database().run("INSERT OR REPLACE INTO setting (name, value) VALUES ('founding_key', ?1)",
                        founding_key);
}

Result<std::optional<crypto::SigningPublic>> RelayStore::founding_key() {
  FELTBOG_TRY(read, database().prepare("SELECT value FROM setting WHERE name = 'founding_key'"));
  FELTBOG_TRY(found, read.step());
  if (!found) return std::optional<crypto::SigningPublic>();
  FELTBOG_TRY(key, read.fixed<crypto::SigningPublic>(0));
  return std::optional<crypto::SigningPublic>(key);
}

bool RelayStore::device_active(const DeviceId& device) const {
  return organisation().device_active(device);
}

Result<void> RelayStore::require_active(const DeviceId& device) {
  FELTBOG_CHECK(state_->refresh());
  if (!organisation().device_active(device)) return Error{ErrorCode::revoked, ""};
  return {};
}

Result<SpaceEntry*> RelayStore::member_space(const DeviceId& device, const SpaceId& space) {
  FELTBOG_CHECK(require_active(device));
  FELTBOG_TRY(entry, state_->space(space));
  if (entry == nullptr || !admits(device, *entry)) {
    return Error{ErrorCode::not_permitted, "space"};
  }
  return entry;
}

Result<SpaceEntry*> RelayStore::receiving_space(const DeviceId& device, const SpaceId& space) {
  FELTBOG_CHECK(state_->refresh());
  FELTBOG_TRY(entry, state_->space(space));
  const bool may_bring = entry != nullptr && (entry->state.admits(device, organisation()) ||
                                              entry->state.ever_held_key(device));
  if (!may_bring) {
    return Error{ErrorCode::not_permitted, "space"};
  }
  return entry;
}

Result<crypto::Signature> RelayStore::prove(const ledger::SessionTranscript& transcript) {
  ledger::SessionTranscript own = transcript;
  own.server_key = identity_public_;
  return ledger::prove_server(own, identity_);
}

Result<sync::Admission> RelayStore::admit(const ledger::SessionTranscript& transcript,
                                          const crypto::Signature& proof) {
  FELTBOG_CHECK(state_->refresh());
  ledger::SessionTranscript own = transcript;
  own.server_key = identity_public_;
  switch (own.party) {
    case ledger::SessionParty::device: return admit_device(std::move(own), proof);
    case ledger::SessionParty::invite: return admit_invite(std::move(own), proof);
    case ledger::SessionParty::founding: return admit_founder(std::move(own), proof);
  }
  return Error{ErrorCode::authentication_failed, "party"};
}

Result<sync::Admission> RelayStore::admit_device(ledger::SessionTranscript transcript,
                                                 const crypto::Signature& proof) {
  const DeviceId id{transcript.subject.bytes};
  const auto& organisation = this->organisation();
  const bool ours = !organisation.empty() && transcript.organisation == organisation.id();
  const ledger::DeviceEntry* device = ours ? organisation.device(id) : nullptr;
  // A stranger's proof is checked against a key that never fits, so that the time the answer takes
  // does not tell which devices exist.
  const auto& key = device != nullptr ? device->publics.signing : identity_public_;
  const auto checked = ledger::check_client(transcript, key, proof);
  if (device == nullptr || !checked) return Error{ErrorCode::authentication_failed, "device"};
  return sync::Admission{ledger::SessionParty::device, id, {}, !organisation.device_active(id)};
}

Result<sync::Admission> RelayStore::admit_invite(ledger::SessionTranscript transcript,
                                                 const crypto::Signature& proof) {
  const InviteId id{transcript.subject.bytes};
  const auto& organisation = this->organisation();
  if (organisation.empty() || transcript.organisation != organisation.id()) {
    return Error{ErrorCode::authentication_failed, "organisation"};
  }
  const ledger::InviteEntry* invite = organisation.invite(id);
  if (invite == nullptr) return Error{ErrorCode::invite_unknown, ""};
  FELTBOG_CHECK(ledger::check_client(transcript, invite->key, proof));
  if (invite->used_at != 0) return Error{ErrorCode::invite_used, ""};
  if (invite->revoked_at != 0) return Error{ErrorCode::invite_unknown, "revoked"};
  if (clock_.wall_time() >= invite->expires_at) return Error{ErrorCode::invite_expired, ""};
  return sync::Admission{ledger::SessionParty::invite, {}, id};
}

Result<sync::Admission> RelayStore::admit_founder(ledger::SessionTranscript transcript,
                                                  const crypto::Signature& proof) {
  FELTBOG_TRY(key, founding_key());
  if (!key) return Error{ErrorCode::authentication_failed, "founding"};
  FELTBOG_CHECK(ledger::check_client(transcript, *key, proof));
  if (!organisation().empty()) return Error{ErrorCode::already_exists, "organisation"};
  return sync::Admission{ledger::SessionParty::founding, {}, {}};
}

Result<RelayCounts> RelayStore::counts() {
  FELTBOG_CHECK(state_->refresh());
  RelayCounts counts;
  counts.organisation_records = organisation().head().sequence;
  for (const auto& [id, device] : organisation().devices()) {
    if (organisation().device_active(id)) ++counts.devices_active;
  }
  FELTBOG_TRY(spaces, database().prepare(
                          "SELECT COUNT(*), COALESCE(SUM(last_position), 0), "
                          "COALESCE(SUM(run_bytes), 0), COALESCE(SUM(chunk_bytes), 0) FROM space"));
  FELTBOG_TRY(row, spaces.step());
  if (!row) return Error{ErrorCode::corrupt, "space"};
  counts.spaces = static_cast<std::uint64_t>(spaces.integer(0));
  counts.runs = static_cast<std::uint64_t>(spaces.integer(1));
  counts.run_bytes = static_cast<std::uint64_t>(spaces.integer(2));
  counts.chunk_bytes = static_cast<std::uint64_t>(spaces.integer(3));
  FELTBOG_TRY(chunks, database().prepare("SELECT COUNT(*) FROM chunk"));
  FELTBOG_TRY(found, chunks.step());
  if (found) counts.chunks = static_cast<std::uint64_t>(chunks.integer(0));
  return counts;
}

}  // namespace feltbog::server
