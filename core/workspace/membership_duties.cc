// SPDX-License-Identifier: Apache-2.0
// What members owe each other, made as records without anybody asking: keys for colleagues' devices
// and for the recovery key, new keys where somebody holds the present one who must not, mandates
// carried out and taken back, and the word that an erasure was done.
#include <algorithm>
#include <set>

#include "core/ledger/run.h"
#include "core/workspace/membership.h"

namespace feltbog::workspace {

namespace {

// A duty that somebody else did meanwhile, or that does not fit any more.
bool is_settled(const Error& error) {
  return error.code == ErrorCode::already_exists || error.code == ErrorCode::wrong_state ||
         error.code == ErrorCode::not_found || error.code == ErrorCode::not_authorised ||
         error.code == ErrorCode::missing_key;
}

}  // namespace

// What a lost device wrote before it got lost was honest work of a member.
Result<void> Membership::add_known_cuts(const SpaceId& id, const DeviceId& device,
                                        std::vector<ledger::Cut>& cuts) {
  const WallTime lost_at = organisation_.device(device)->lost_at;
  // `sealed_at` of another's run is when it arrived here.
  FELTBOG_TRY(rows,
              database_->prepare(
                  "SELECT run, max(run.sequence) FROM run JOIN writer USING(writer) WHERE "
                  "run.space = ?1 AND device = ?2 AND set_aside IS NULL AND (?3 = 0 OR sealed_at "
                  "<= ?3) GROUP BY run.writer"));
  rows.bind_all(id, device, lost_at.milliseconds);
  while (true) {
    FELTBOG_TRY(more, rows.step());
    if (!more) return {};
    FELTBOG_TRY(run, ledger::SealedRun::decode(rows.bytes(0)));
    cuts.push_back({id, device, run.header.incarnation, run.header.sequence, run.header.hash()});
  }
}

Result<std::vector<ledger::Cut>> Membership::known_cuts(const SpaceId& id,
                                                        std::span<const UserId> removed) {
  std::set<DeviceId> leaving;
  for (const auto& [device, since] : spaces_.at(id).state.epoch().holders) {
    if (!organisation_.device_active(device)) leaving.insert(device);
  }
  // Whatever they ever wrote from is judged by this record alone.
  for (const UserId& user : removed) {
    const auto& devices = organisation_.user(user)->devices;
    leaving.insert(devices.begin(), devices.end());
  }
  std::vector<ledger::Cut> cuts;
  for (const DeviceId& device : leaving) FELTBOG_CHECK(add_known_cuts(id, device, cuts));
  ledger::sort_cuts(cuts);
  return cuts;
}

// Members, and for some duties a device on duty, that can open everything.
Result<bool> Membership::may_do_duties(const SpaceLog& log, const SpaceId& id) {
  const bool is_holder = log.state.admits(device_->id, organisation_) ||
                         log.state.served_by(device_->id, organisation_);
  if (log.waits() || !is_holder || refused_.contains(id)) return false;
  FELTBOG_TRY(ring, keys(id));
  return ledger::holds_all_keys(*ring, log.state);
}

// Whoever held a key says that it is gone here, also who is no member any more.
bool Membership::owes_confirmation(const SpaceLog& log) const {
  return log.erased() && !log.waits() && organisation_.device_active(device_->id) &&
         log.state.ever_held_key(device_->id) && !log.state.erased_by(device_->id);
}

Membership::Duties Membership::duties_in(const SpaceLog& log, WallTime now) const {
  const ledger::SpaceState& state = log.state;
  Duties out;
  out.joining = state.devices_without_key(organisation_);
  out.mandates = state.mandates_due(organisation_, now);
  // Who is on duty alone has no runs to say in a new key's cuts which of them count.
  if (!state.admits(device_->id, organisation_)) return out;
  out.leaving = state.mandates_over(organisation_, now);
  std::erase(out.leaving, organisation_.device(device_->id)->user);
  out.rotation = state.needs_rotation(organisation_);
  out.recovery_key = state.lacks_recovery_key(organisation_);
  return out;
}

Result<bool> Membership::has_duties(WallTime now) {
  if (organisation_waits() || !organisation_.device_active(device_->id)) return false;
  for (const auto& [id, log] : spaces_) {
    if (owes_confirmation(log)) return true;
    if (duties_in(log, now).empty()) continue;
    FELTBOG_TRY(may, may_do_duties(log, id));
    if (may) return true;
  }
  return false;
}

// One record at a time: the next one follows when the server has taken it. Those who must not hold
// the key go first, so that whoever comes next is given one that they never had.
Result<ledger::SpaceStep> Membership::make_duty(const SpaceLog& log, const Duties& duties,
                                                Random& random) {
  const SpaceId& id = log.state.id();
  FELTBOG_TRY(ring, keys(id));
  if (duties.rotation || !duties.leaving.empty()) {
    FELTBOG_TRY(cuts, known_cuts(id, duties.leaving));
    auto made = duties.leaving.empty()
                    ? ledger::rotate_epoch(log.state, organisation_, *ring, std::move(cuts),
                                           *device_, random)
                    : ledger::leave_mandates(log.state, organisation_, *ring, duties.leaving,
                                             std::move(cuts), *device_, random);
    if (!made) return made.error();
    return std::move(made->step);
  }
  // Whatever gives a key brings the recovery key along: it is among the recipients of every wrap.
  if (!duties.mandates.empty()) {
    return ledger::join_mandates(log.state, organisation_, *ring, duties.mandates, *device_,
                                 random);
  }
  if (!duties.joining.empty()) {
    return ledger::join_devices(log.state, organisation_, *ring, duties.joining, *device_, random);
  }
  return ledger::join_recovery_key(log.state, organisation_, *ring, *device_, random);
}

Result<void> Membership::duty_of(const SpaceId& id, WallTime now, Random& random) {
  const SpaceLog& log = spaces_.at(id);
  if (owes_confirmation(log)) {
    auto made = ledger::confirm_erasure(log.state, organisation_, *device_);
    if (!made) return is_settled(made.error()) ? Result<void>() : Result<void>(made.error());
    return append(id, made.value());
  }
  const Duties duties = duties_in(log, now);
  if (duties.empty()) return {};
  FELTBOG_TRY(may, may_do_duties(log, id));
  if (!may) return {};
  auto made = make_duty(log, duties, random);
  if (!made) return is_settled(made.error()) ? Result<void>() : Result<void>(made.error());
  return append(id, made.value());
}

Result<void> Membership::do_duties(WallTime now, Random& random) {
  if (organisation_waits() || !organisation_.device_active(device_->id)) return {};
  std::vector<SpaceId> ids;
  for (const auto& [id, log] : spaces_) ids.push_back(id);
  for (const SpaceId& id : ids) FELTBOG_CHECK(duty_of(id, now, random));
  return {};
}

}  // namespace feltbog::workspace
