// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/call.h"

namespace feltbog::workspace {
namespace {

using ledger::Role;

ledger::RoleSet roles_for(Entitlement entitlement) {
  switch (entitlement) {
    case Entitlement::anyone: break;
    case Entitlement::caseworkers: return {Role::caseworker, Role::supervisor, Role::administrator};
    case Entitlement::supervisors: return {Role::supervisor, Role::administrator};
    case Entitlement::administrators: return {Role::administrator};
  }
  return {};
}

}  // namespace

Result<void> Call::check_entitlement() const {
  if (row_.entitlement == Entitlement::anyone) return {};
  if (core_.roles().has_any(roles_for(row_.entitlement))) return {};
  return Error{ErrorCode::not_permitted, std::string(row_.name)};
}

casework::Moment Call::now() const {
  if (context_.now && row_.shape == Shape::query) return casework::moment_of(*context_.now);
  return casework::moment_of(core_.environment.clock->wall_time());
}

casework::Moment Call::moment(std::string_view name) const {
  const std::string* given = parameters_[name].text();
  if (given == nullptr) return now();
  const auto parsed = casework::parse_local_time(*given);
  FELTBOG_ASSERT(parsed.has_value());  // checked against the row
  return casework::moment_of(*parsed);
}

}  // namespace feltbog::workspace
