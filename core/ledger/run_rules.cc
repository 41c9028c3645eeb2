// SPDX-License-Identifier: Apache-2.0
// Whether a run may stand in the ledger.
#include "core/ledger/run_rules.h"

#include "core/ledger/domains.h"

namespace feltbog::ledger {
namespace {

template <class State>
Result<void> check_cited(const State& state, const LogHead& head, const char* log) {
  if (head.sequence > state.head().sequence) {
    return Error{ErrorCode::missing_dependency, log + std::to_string(head.sequence)};
  }
  if (!state.contains(head)) {
    return Error{ErrorCode::fork_detected, log + std::to_string(head.sequence)};
  }
  return {};
}

Result<void> check_body(const SealedRun& run) {
  if (!run.body) return {};
  if (run.body->size() != run.header.body_bytes || body_hash(*run.body) != run.header.body) {
    return Error{ErrorCode::corrupt, "body of run " + std::to_string(run.header.sequence)};
  }
  return {};
}

}  // namespace

Result<void> check_author(const RunHeader& run, const OrganisationState& organisation,
                          const SpaceState& space) {
  const std::uint64_t seen = run.organisation_head.sequence;
  const std::uint64_t place = run.space_head.sequence;
  if (seen < space.cited_at(place)) {
    return Error{ErrorCode::not_authorised, "cites an older organisation than its space head"};
  }
  if (!organisation.device_active(run.device, seen)) {
    return Error{ErrorCode::not_authorised, "author is no active device"};
  }
  if (space.role(organisation.device(run.device)->user, place) != SpaceRole::writer) {
    return Error{ErrorCode::not_authorised, "author is no writing member"};
  }
  const Epoch* epoch = space.epoch_at(place);
  if (epoch == nullptr || epoch->number != run.epoch || epoch->key != run.key) {
    return Error{ErrorCode::not_authorised, "epoch " + std::to_string(run.epoch)};
  }
  const auto own = epoch->holders.find(run.device);
  if (own == epoch->holders.end() || own->second > place) {
    return Error{ErrorCode::missing_key, "the author was not given the key"};
  }
  for (const auto& [holder, since] : epoch->holders) {
    if (since <= place && !organisation.device_active(holder, seen)) {
      return Error{ErrorCode::wrong_state, "a barred device holds the key"};
    }
  }
  return {};
}

Result<void> check_chain(const RunHeader& run, const WriterTip& tip) {
  const std::string place = "run " + std::to_string(run.sequence);
  if (run.sequence == tip.sequence) {
    const bool same = run.hash() == tip.hash;
    return Error{same ? ErrorCode::already_exists : ErrorCode::fork_detected, place};
  }
  if (run.sequence != tip.sequence + 1 || run.previous != tip.hash) {
    return Error{ErrorCode::broken_chain, place};
  }
  if (run.first_counter != tip.next_counter) {
    return Error{ErrorCode::broken_chain, "first counter of " + place};
  }
  if (run.space_head.sequence < tip.space_sequence ||
      run.organisation_head.sequence < tip.organisation_sequence) {
    return Error{ErrorCode::not_authorised, place + " cites less than the run before"};
  }
  return {};
}

Result<void> check_run_signature(const SealedRun& run, const OrganisationState& organisation) {
  const DeviceEntry* author = organisation.device(run.header.device);
  if (author == nullptr) return Error{ErrorCode::not_authorised, "author is no device"};
  if (!crypto::verify(author->publics.signing, domains::kRun, run.header.encode(), run.signature)) {
    return Error{ErrorCode::bad_signature, "run " + std::to_string(run.header.sequence)};
  }
  return {};
}

Result<RunHeader> verify_run(const SealedRun& run, const OrganisationState& organisation,
                             const SpaceState& space, const WriterTip& tip) {
  const RunHeader& header = run.header;
  if (space.empty() || header.space != space.id() || space.organisation() != organisation.id()) {
    return Error{ErrorCode::malformed, "run of another space"};
  }
  if (space.erased_at() != 0) return Error{ErrorCode::erased, "space"};
  FELTBOG_CHECK(check_chain(header, tip));
  FELTBOG_CHECK(check_cited(organisation, header.organisation_head, "organisation record "));
  FELTBOG_CHECK(check_cited(space, header.space_head, "space record "));
  if (auto entitled = check_author(header, organisation, space); !entitled) {
    return Error{ErrorCode::not_authorised, entitled.error().detail};
  }
  FELTBOG_CHECK(check_run_signature(run, organisation));
  FELTBOG_CHECK(check_body(run));
  return header;
}

Result<RunHeader> verify_run(BytesView encoded, const OrganisationState& organisation,
                             const SpaceState& space, const WriterTip& tip) {
  FELTBOG_TRY(run, SealedRun::decode(encoded));
  return verify_run(run, organisation, space, tip);
}

}  // namespace feltbog::ledger
