// SPDX-License-Identifier: Apache-2.0
#include "core/ledger/roles.h"

#include <array>

namespace feltbog::ledger {
namespace {

constexpr std::array<std::string_view, kRoleCount> kRoleNames{"worker", "caseworker", "supervisor",
                                                              "administrator", "auditor"};

}  // namespace

std::string_view role_name(Role role) {
  const auto index = static_cast<std::size_t>(role);
  return index < kRoleNames.size() ? kRoleNames[index] : "unknown";
}

std::optional<Role> role_from_name(std::string_view name) {
  for (std::size_t i = 0; i < kRoleNames.size(); ++i) {
    if (kRoleNames[i] == name) return static_cast<Role>(i);
  }
  return std::nullopt;
}

Result<RoleSet> RoleSet::from_bits(std::uint64_t bits) {
  if (bits == 0) return Error{ErrorCode::malformed, "no role"};
  if (bits >= (std::uint64_t{1} << kRoleCount)) {
    return Error{ErrorCode::unknown_kind, "roles " + std::to_string(bits)};
  }
  RoleSet out;
  out.bits_ = static_cast<std::uint8_t>(bits);
  return out;
}

}  // namespace feltbog::ledger
