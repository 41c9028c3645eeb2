// SPDX-License-Identifier: Apache-2.0
// For how long this device shows cases without the server: from the time that the server signed in
// the last complete session, for as many days as the organisation says, measured by the highest
// time ever seen. Enforced by this program alone: what it is good for, docs/leases.md.
#pragma once

#include <string_view>

#include "core/base/clock.h"
#include "core/base/value.h"
#include "core/ledger/lease_code.h"

namespace feltbog::workspace {

struct Core;

enum class LeaseState : std::uint8_t {
  off,        // it has no end: there is no organisation yet, or it wants none
  running,    //
  ends_soon,  // in the last three days, or the last quarter where that is shorter
  lapsed,     // nothing of a case is shown until it is renewed
};
// "ends_soon"
std::string_view name_of(LeaseState state);

// What the database keeps of it. Zeros: not yet.
struct LeaseTimes {
  WallTime from;           // signed by the server
  WallTime granted_until;  // by a code
  WallTime seen;           // the highest time there was since `from`, by any clock
  std::uint64_t codes_used = 0;
  std::uint64_t wrong_codes = 0;  // one after another
  WallTime wrong_at;              // the newest, by this device's clock
  friend bool operator==(const LeaseTimes&, const LeaseTimes&) = default;

  Bytes encode() const;
  // Errors: malformed, truncated, limit_exceeded, unsupported_version.
  static Result<LeaseTimes> decode(BytesView bytes);
  // How long the next code has to wait, in milliseconds; 0: it need not.
  std::int64_t wait(WallTime now) const;
};

// How it stands at one moment.
struct LeaseStanding {
  LeaseState state = LeaseState::off;
  WallTime until;  // not when it is off
  friend bool operator==(const LeaseStanding&, const LeaseStanding&) = default;
};
// `days` as the organisation says; 0: off.
LeaseStanding lease_standing(const LeaseTimes& times, std::uint64_t days);
// {"state", "until"}, as commands tell it.
Value lease_value(const LeaseStanding& standing);
// The same times after a session for which the server signed `signed_at`, when this device's clock
// says `now`. A server whose clock went back renews nothing, unless this device's clock says that
// the server's was ahead before.
LeaseTimes renewed(const LeaseTimes& times, WallTime signed_at, WallTime now);
// And after a code.
LeaseTimes extended(const LeaseTimes& times, const ledger::LeaseGrant& grant);

class Lease {
 public:
  explicit Lease(Core& core) : core_(&core) {}

  // From the database, when memory is read anew. Errors: corrupt, and those of the database.
  Result<void> load();
  // Looks at the clock first. What it shows is remembered every few minutes.
  LeaseStanding standing();
  // Error: lease_lapsed.
  Result<void> check();
  // A session is complete. Errors: those of Core::durably.
  Result<void> renew(WallTime signed_at);
  // Writes them within the caller's transaction, and goes by them.
  Result<void> store(const LeaseTimes& times);

  // What to read to a supervisor.
  ledger::LeaseChallenge challenge() const;
  struct Extension {
    DeviceId granted_by;
    LeaseTimes times;  // to be stored
  };
  // Tries the code as one of each supervisor's and administrator's device known here. Errors:
  // invalid_argument (no code), wrong_code (counted, durably), too_many_tries ("wait N seconds"),
  // wrong_state (nothing to extend), and those of Core::durably.
  Result<Extension> open_code(std::string_view code);

 private:
  void look();
  Result<void> remember_wrong(std::uint64_t codes);

  Core* core_;
  LeaseTimes times_;
  WallTime stored_seen_;
};

}  // namespace feltbog::workspace
