// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/call.h"

#include <algorithm>

#include "core/workspace/access_log.h"
#include "core/workspace/lease.h"
#include "core/workspace/naming.h"

namespace feltbog::workspace {
namespace {

using ledger::Role;

ledger::RoleSet roles_for(Entitlement entitlement) {
  switch (entitlement) {
    case Entitlement::anyone:
    case Entitlement::auditors: break;
    case Entitlement::caseworkers: return {Role::caseworker, Role::supervisor, Role::administrator};
    case Entitlement::supervisors: return {Role::supervisor, Role::administrator};
    case Entitlement::administrators: return {Role::administrator};
  }
  return {};
}

}  // namespace

Result<void> admit(Core& core, const CommandRow& row) {
  // Of a barred device: how much has not left it, and who is who.
  const bool shows_no_case = row.shape == Shape::query && row.access == AccessClass::none;
  FELTBOG_CHECK(shows_no_case ? core.ready() : core.taking());
  return row.while_lapsed == WhileLapsed::done ? Result<void>() : core.lease->check();
}

Result<void> Call::check_entitlement() const {
  if (row_.entitlement == Entitlement::anyone) return {};
  if (row_.entitlement == Entitlement::auditors) {
    const std::vector<UserId> readers = log_readers(core_.membership.organisation());
    if (std::find(readers.begin(), readers.end(), core_.user()) != readers.end()) return {};
  }
  if (core_.roles().has_any(roles_for(row_.entitlement))) return {};
  return Error{ErrorCode::not_permitted, std::string(row_.name)};
}

Result<Value> Call::run(Told* told) {
  FELTBOG_CHECK(check_entitlement());
  FELTBOG_TRY(result, row_.run(*this));
  if (leaves_entry(row_.access)) FELTBOG_CHECK(enter(told));
  return result;
}

Result<void> Call::enter(Told* told) {
  AccessEntry entry;
  entry.kind = row_.access;
  entry.action = row_.name;
  entry.purpose = context_.purpose;
  entry.criterion = criterion_;
  entry.cases = shown_;
  if (told != nullptr) {
    std::erase_if(entry.cases,
                  [told](const auto& shown) { return told->cases.contains(shown.first); });
    if (told->begun && entry.cases.empty()) return {};
  }
  FELTBOG_CHECK(core_.access->write(entry));
  if (told == nullptr) return {};
  told->begun = true;
  for (const auto& [space, rows] : entry.cases) told->cases.insert(space);
  return {};
}

void Call::shows(const SpaceId& space) {
  const SpaceLog* log = core_.membership.space(space);
  // An auditor names cases that are not on the device.
  if (log == nullptr || ledger::is_file(log->state.kind())) ++shown_[space];
}

Result<SpaceFile*> Call::shown_file() {
  FELTBOG_TRY(file, find_file(core_, text("case")));
  shows(file->id);
  return file;
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
