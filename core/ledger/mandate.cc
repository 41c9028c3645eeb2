// SPDX-License-Identifier: Apache-2.0
#include "core/ledger/mandate.h"

#include <algorithm>
#include <array>

namespace feltbog::ledger {
namespace {

constexpr std::array<std::string_view, 5> kGroundNames{"life_at_risk", "urgent_visit",
                                                       "duty_to_report", "absence", "hand_over"};

}  // namespace

std::string_view mandate_ground_name(MandateGround ground) {
  return kGroundNames[static_cast<std::size_t>(ground) - 1U];
}

std::optional<MandateGround> mandate_ground_from_number(std::uint64_t number) {
  if (number < 1 || number > kGroundNames.size()) return std::nullopt;
  return static_cast<MandateGround>(number);
}

std::optional<MandateGround> mandate_ground_from_name(std::string_view name) {
  const auto found = std::find(kGroundNames.begin(), kGroundNames.end(), name);
  if (found == kGroundNames.end()) return std::nullopt;
  return static_cast<MandateGround>(found - kGroundNames.begin() + 1);
}

Result<void> check_mandate(const Mandate& mandate) {
  const bool one_file = std::holds_alternative<SpaceId>(mandate.scope);
  if (one_file != is_emergency(mandate.ground)) return Error{ErrorCode::malformed, "ground"};
  const std::int64_t at = mandate.at.milliseconds;
  const std::int64_t until = mandate.until.milliseconds;
  const bool ends = until != 0;
  if (ends && until <= at) return Error{ErrorCode::malformed, "ends before it begins"};
  if (one_file && (!ends || until - at > kEmergencyMillisecondsMax)) {
    return Error{ErrorCode::malformed, "an emergency lasts 72 hours at most"};
  }
  if (!one_file && ends != (mandate.ground == MandateGround::absence)) {
    return Error{ErrorCode::malformed, "an absence has an end, a hand-over has none"};
  }
  return {};
}

}  // namespace feltbog::ledger
