// SPDX-License-Identifier: Apache-2.0
// Access that one record of the organisation's log gives somebody, mostly for a time: to one file
// in an emergency, or to all files of a colleague. Devices that hold the keys then carry it out,
// file by file (mandate_join in space_record.h). Who may give one: organisation_mandates.cc.
#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/result.h"

namespace feltbog::ledger {

using MandateId = FixedBytes<16, struct MandateIdTag>;  // random
using TeamId = FixedBytes<16, struct TeamIdTag>;        // random; its name is in the directory

inline constexpr std::size_t kDutyDevicesMax = 8;
inline constexpr std::size_t kTeamMembersMax = 64;
inline constexpr std::size_t kMandatesPerRecordMax = 64;
// An emergency is over, or somebody has made the caller a member.
inline constexpr std::int64_t kEmergencyMillisecondsMax = 72LL * 3600 * 1000;

// Numbers are part of the format. The first three open one file in an emergency, the others hand a
// caseload to somebody: while its worker is away, or for good.
enum class MandateGround : std::uint8_t {
  life_at_risk = 1,
  urgent_visit = 2,
  duty_to_report = 3,  // underretningspligt
  absence = 4,
  hand_over = 5,
};
constexpr bool is_emergency(MandateGround ground) {
  return ground <= MandateGround::duty_to_report;
}
// "life_at_risk"; the inverses give no value for what is unknown.
std::string_view mandate_ground_name(MandateGround ground);
std::optional<MandateGround> mandate_ground_from_name(std::string_view name);
std::optional<MandateGround> mandate_ground_from_number(std::uint64_t number);

// One file, or every file of which this user is a member.
using MandateScope = std::variant<SpaceId, UserId>;

struct Mandate {
  MandateId id;
  UserId holder;
  MandateScope scope;
  MandateGround ground = MandateGround::absence;
  WallTime at;     // when it was given, as its author says
  WallTime until;  // 0: until somebody ends it
  // The server judges this by its own clock; devices by theirs, for what they do unasked.
  bool is_over_at(WallTime now) const { return until.milliseconds != 0 && now >= until; }
  friend bool operator==(const Mandate&, const Mandate&) = default;
};

// Which of the two a mandate is, and whether its times fit that. Error: malformed.
Result<void> check_mandate(const Mandate& mandate);

}  // namespace feltbog::ledger
