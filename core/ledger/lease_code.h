// SPDX-License-Identifier: Apache-2.0
// Time for a device that has no network, told over the phone: its holder reads out a challenge, a
// supervisor's device answers with a code. Both keys are known from the organisation's log, so
// nothing has to be sent. What it is good for: docs/leases.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/ledger/identity.h"

namespace feltbog::ledger {

inline constexpr std::int64_t kDayMilliseconds = 24 * 60 * 60 * 1000;
inline constexpr std::uint64_t kLeaseGrantDaysMax = 14;

// 40 bits: eight symbols. Another one after every code that was used.
using LeaseChallenge = FixedBytes<5, struct LeaseChallengeTag>;
LeaseChallenge lease_challenge(const OrganisationId& organisation, const DeviceId& device,
                               WallTime lease_from, std::uint64_t codes_used);
std::string lease_challenge_text(const LeaseChallenge& challenge);
// Error: invalid_argument.
Result<LeaseChallenge> parse_lease_challenge(std::string_view text);

// For so many whole days after the day on which it was given, by the clock of who gave it.
struct LeaseGrant {
  std::uint64_t day = 0;   // since 1970, UTC; below 2^16
  std::uint64_t days = 0;  // 1 to kLeaseGrantDaysMax
  WallTime given_from() const { return {static_cast<std::int64_t>(day) * kDayMilliseconds}; }
  WallTime given_until() const { return {given_from().milliseconds + kDayMilliseconds}; }
  WallTime until() const {
    return {given_until().milliseconds + static_cast<std::int64_t>(days) * kDayMilliseconds};
  }
  friend bool operator==(const LeaseGrant&, const LeaseGrant&) = default;
};
// Today's. Error: invalid_argument (days, or a time that has no such day).
Result<LeaseGrant> lease_grant(WallTime now, std::uint64_t days);

// Twelve symbols: the day, the days, and 40 bits of a keyed hash. Error: malformed (an agreement
// key of small order).
Result<std::string> make_lease_code(const OrganisationId& organisation,
                                    const DeviceIdentity& granter, const DevicePublic& asker,
                                    const LeaseChallenge& challenge, const LeaseGrant& grant);
// What `code` grants the asker, if that granter made it for this challenge; else nothing. Error:
// invalid_argument, when it is no code at all.
Result<std::optional<LeaseGrant>> open_lease_code(const OrganisationId& organisation,
                                                  const DevicePublic& granter,
                                                  const DeviceIdentity& asker,
                                                  const LeaseChallenge& challenge,
                                                  std::string_view code);

}  // namespace feltbog::ledger
