// SPDX-License-Identifier: Apache-2.0
// What a user may be in the organisation and in a space, and the kinds of space. Who may do what
// with them is decided by the logs' validators.
#pragma once

#include <initializer_list>
#include <optional>
#include <string_view>

#include "core/base/ids.h"

namespace feltbog::ledger {

// Numbers are part of the format.
enum class Role : std::uint8_t {
  worker = 0,
  caseworker = 1,
  supervisor = 2,
  administrator = 3,
  auditor = 4,
};
inline constexpr std::size_t kRoleCount = 5;

// "worker"; the inverse gives no value for a foreign name.
std::string_view role_name(Role role);
std::optional<Role> role_from_name(std::string_view name);

class RoleSet {
 public:
  constexpr RoleSet() = default;
  constexpr RoleSet(std::initializer_list<Role> roles) {
    for (const Role role : roles) add(role);
  }
  // Errors: malformed (no role), unknown_kind (a role this version does not know).
  static Result<RoleSet> from_bits(std::uint64_t bits);
  std::uint64_t bits() const { return bits_; }

  constexpr void add(Role role) { bits_ = static_cast<std::uint8_t>(bits_ | bit(role)); }
  constexpr bool has(Role role) const { return (bits_ & bit(role)) != 0; }
  constexpr bool has_any(RoleSet other) const { return (bits_ & other.bits_) != 0; }
  bool empty() const { return bits_ == 0; }
  friend bool operator==(const RoleSet&, const RoleSet&) = default;

 private:
  static constexpr std::uint8_t bit(Role role) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(role));
  }
  std::uint8_t bits_ = 0;
};

// directory: who is who in the organisation (names live there, never in a log). authority_file and
// provider_file: a citizen's file at the authority and at one provider. access_log: what one device
// showed whom, for auditors.
enum class SpaceKind : std::uint8_t {
  directory = 1,
  authority_file = 2,
  provider_file = 3,
  access_log = 4,
};
constexpr bool is_file(SpaceKind kind) {
  return kind == SpaceKind::authority_file || kind == SpaceKind::provider_file;
}
// A reader receives keys and may pass them on to other members' devices, but writes nothing.
enum class SpaceRole : std::uint8_t { reader = 1, writer = 2 };

struct Member {
  UserId user;
  SpaceRole role = SpaceRole::writer;
  friend auto operator<=>(const Member&, const Member&) = default;
};

}  // namespace feltbog::ledger
