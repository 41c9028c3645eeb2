// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/lease.h"

#include <algorithm>
#include <optional>

#include "core/base/cbor.h"
#include "core/casework/time_zone.h"
#include "core/workspace/core.h"
#include "core/workspace/tables.h"

namespace feltbog::workspace {
namespace {

using ledger::kDayMilliseconds;

constexpr std::uint64_t kVersion = 1;
constexpr std::uint64_t kTimeMax = std::uint64_t{1} << 53;
constexpr std::int64_t kWarningMax = 3 * kDayMilliseconds;
constexpr std::int64_t kWarningQuarter = 4;
constexpr std::int64_t kMinute = 60'000;
// A power cut takes back this much of what was seen.
constexpr std::int64_t kRememberEvery = 5 * kMinute;
// A session that stays renews it no more often than this.
constexpr std::int64_t kRenewEvery = 60 * kMinute;
// So many wrong codes cost nothing; each further one doubles the wait.
constexpr std::uint64_t kFreeCodes = 3;
constexpr std::int64_t kWaitMax = 60 * kMinute;

std::uint64_t number(WallTime time) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(time.milliseconds, 0));
}

Result<WallTime> read_time(CborReader& reader) {
  FELTBOG_TRY(time, reader.uint(kTimeMax));
  return WallTime{static_cast<std::int64_t>(time)};
}

}  // namespace

std::string_view name_of(LeaseState state) {
  switch (state) {
    case LeaseState::off: return "off";
    case LeaseState::running: return "running";
    case LeaseState::ends_soon: return "ends_soon";
    case LeaseState::lapsed: return "lapsed";
  }
  return "unknown";
}

Bytes LeaseTimes::encode() const {
  CborWriter writer;
  writer.array(7).uint(kVersion).uint(number(from)).uint(number(granted_until));
  writer.uint(number(seen)).uint(codes_used).uint(wrong_codes).uint(number(wrong_at));
  return writer.take();
}

Result<LeaseTimes> LeaseTimes::decode(BytesView bytes) {
  CborReader reader(bytes);
  FELTBOG_CHECK(reader.array(7));
  FELTBOG_TRY(version, reader.uint());
  if (version != kVersion) return Error{ErrorCode::unsupported_version, "lease"};
  FELTBOG_TRY(from, read_time(reader));
  FELTBOG_TRY(granted_until, read_time(reader));
  FELTBOG_TRY(seen, read_time(reader));
  FELTBOG_TRY(codes_used, reader.uint());
  FELTBOG_TRY(wrong_codes, reader.uint());
  FELTBOG_TRY(wrong_at, read_time(reader));
  FELTBOG_CHECK(reader.finish());
  return LeaseTimes{from, granted_until, seen, codes_used, wrong_codes, wrong_at};
}

// By this device's clock, not by the highest time: one that was ahead once must not bar the way for
// good. Set back it begins anew, see Lease::open_code.
std::int64_t LeaseTimes::wait(WallTime now) const {
  if (wrong_codes < kFreeCodes) return 0;
  std::int64_t wait = kMinute;
  for (std::uint64_t more = kFreeCodes; more < wrong_codes && wait < kWaitMax; ++more) wait *= 2;
  const std::int64_t passed = now.milliseconds - wrong_at.milliseconds;
  return std::max<std::int64_t>(std::min(wait, kWaitMax) - passed, 0);
}

LeaseStanding lease_standing(const LeaseTimes& times, std::uint64_t days) {
  if (days == 0 || times.from.milliseconds == 0) return {};
  const std::int64_t length = static_cast<std::int64_t>(days) * kDayMilliseconds;
  LeaseStanding out;
  out.until = std::max(WallTime{times.from.milliseconds + length}, times.granted_until);
  const std::int64_t left = out.until.milliseconds - times.seen.milliseconds;
  const std::int64_t warning = std::min(kWarningMax, length / kWarningQuarter);
  out.state = left <= 0         ? LeaseState::lapsed
              : left <= warning ? LeaseState::ends_soon
                                : LeaseState::running;
  return out;
}

Value lease_value(const LeaseStanding& standing) {
  Value out;
  out["state"] = name_of(standing.state);
  if (standing.state != LeaseState::off) {
    out["until"] = casework::to_text(casework::to_copenhagen(standing.until));
  }
  return out;
}

LeaseTimes renewed(const LeaseTimes& times, WallTime signed_at, WallTime now) {
  if (signed_at < times.from && now >= times.from) return times;
  return {signed_at, {}, signed_at, times.codes_used, 0, {}};
}

// Who grants says which day it is: a clock that was ahead is put right, and one that is put ahead
// before the call gains nothing.
LeaseTimes extended(const LeaseTimes& times, const ledger::LeaseGrant& grant) {
  const WallTime latest{grant.given_until().milliseconds - 1};
  return {times.from,
          grant.until(),
          std::clamp(times.seen, grant.given_from(), latest),
          times.codes_used + 1,
          0,
          {}};
}

Result<void> Lease::load() {
  FELTBOG_TRY(stored, read_setting(*core_->database, setting::kLease));
  LeaseTimes times;
  if (stored) {
    auto decoded = LeaseTimes::decode(*stored);
    if (!decoded) return Error{ErrorCode::corrupt, std::string(setting::kLease)};
    times = *decoded;
  }
  stored_seen_ = times.seen;
  times.seen = std::max(times.seen, times_.seen);
  times_ = times;
  return {};
}

void Lease::look() {
  times_.seen = std::max(times_.seen, core_->environment.clock->wall_time());
  if (times_.from.milliseconds == 0) return;
  if (times_.seen.milliseconds - stored_seen_.milliseconds < kRememberEvery) return;
  // On a full disk it is remembered for as long as this program runs.
  const auto kept = write_setting(*core_->database, setting::kLease, times_.encode());
  if (kept) stored_seen_ = times_.seen;
}

LeaseStanding Lease::standing() {
  look();
  const bool applies = core_->stage() == Stage::member;
  return lease_standing(times_, applies ? core_->membership.organisation().lease_days() : 0);
}

Result<void> Lease::check() {
  if (standing().state == LeaseState::lapsed) return ErrorCode::lease_lapsed;
  return {};
}

Result<void> Lease::renew(WallTime signed_at) {
  const LeaseState before = standing().state;
  const bool needs = before == LeaseState::ends_soon || before == LeaseState::lapsed;
  const std::int64_t newer = signed_at.milliseconds - times_.from.milliseconds;
  if (!needs && newer >= 0 && newer < kRenewEvery) return {};
  const LeaseTimes next = renewed(times_, signed_at, core_->environment.clock->wall_time());
  if (next == times_) return {};
  return core_->durably([&]() -> Result<bool> {
    FELTBOG_CHECK(store(next));
    return true;
  });
}

Result<void> Lease::store(const LeaseTimes& times) {
  FELTBOG_CHECK(write_setting(*core_->database, setting::kLease, times.encode()));
  times_ = times;
  stored_seen_ = times.seen;
  return {};
}

ledger::LeaseChallenge Lease::challenge() const {
  return ledger::lease_challenge(core_->membership.organisation().id(), core_->identity.id,
                                 times_.from, times_.codes_used);
}

Result<void> Lease::remember_wrong(std::uint64_t codes) {
  LeaseTimes next = times_;
  next.wrong_codes = codes;
  next.wrong_at = core_->environment.clock->wall_time();
  return core_->durably([&]() -> Result<bool> {
    FELTBOG_CHECK(store(next));
    return false;
  });
}

Result<Lease::Extension> Lease::open_code(std::string_view code) {
  if (standing().state == LeaseState::off) return Error{ErrorCode::wrong_state, "no lease"};
  const WallTime now = core_->environment.clock->wall_time();
  // After a clock was set back the wait begins anew: it neither lasts for ever nor is left out.
  if (now < times_.wrong_at) FELTBOG_CHECK(remember_wrong(times_.wrong_codes));
  if (const std::int64_t wait = times_.wait(now); wait > 0) {
    return Error{ErrorCode::too_many_tries,
                 "wait " + std::to_string((wait + 999) / 1000) + " seconds"};
  }
  const auto& organisation = core_->membership.organisation();
  const ledger::RoleSet granting{ledger::Role::supervisor, ledger::Role::administrator};
  for (const auto& [id, device] : organisation.devices()) {
    const bool may = id != core_->identity.id && organisation.device_active(id) &&
                     organisation.roles(device.user).has_any(granting);
    if (!may) continue;
    FELTBOG_TRY(grant, ledger::open_lease_code(organisation.id(), device.publics, core_->identity,
                                               challenge(), code));
    if (grant) return Extension{id, extended(times_, *grant)};
  }
  FELTBOG_CHECK(remember_wrong(times_.wrong_codes + 1));
  return Error{ErrorCode::wrong_code, {}};
}

}  // namespace feltbog::workspace
