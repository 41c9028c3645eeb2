// SPDX-License-Identifier: Apache-2.0
// Users and invites.
#include "core/workspace/call.h"
#include "core/workspace/commands/commands.h"
#include "core/workspace/naming.h"
#include "core/workspace/schema.h"
#include "core/workspace/tables.h"

namespace feltbog::workspace {
namespace {

constexpr std::int64_t kExpiresHoursDefault = 72;
constexpr std::int64_t kExpiresHoursMax = 14 * 24;
constexpr std::int64_t kHourMilliseconds = 3'600'000;

Result<ledger::RoleSet> roles_from(Call& call) {
  ledger::RoleSet roles;
  for (const Value& item : call.parameters()["role"].items()) {
    const auto role = ledger::role_from_name(*item.text());
    if (!role) return Error{ErrorCode::invalid_argument, "role"};
    roles.add(*role);
  }
  if (roles.empty()) return Error{ErrorCode::invalid_argument, "missing: role"};
  return roles;
}

// What the invite pins: the organisation, its log so far and the server, so that the new device
// believes nothing because a server says so.
Result<ledger::Invite> pin_invite(Core& core, const InviteId& id, crypto::SigningSecret secret) {
  const auto& organisation = core.membership.organisation();
  FELTBOG_TRY(address, read_setting(*core.database, setting::kServerAddress));
  FELTBOG_TRY(pin_bytes, read_setting(*core.database, setting::kServerPin));
  if (!address || !pin_bytes) return Error{ErrorCode::wrong_state, "no server known"};
  FELTBOG_TRY(pin, ledger::CertificatePin::from(*pin_bytes));
  ledger::Invite invite;
  invite.organisation = organisation.id();
  invite.first_record = *organisation.hash_at(1);
  const std::uint64_t accepted = core.membership.organisation_accepted();
  invite.head = {accepted, *organisation.hash_at(accepted)};
  invite.server_address = std::string(as_text(*address));
  invite.pin = pin;
  invite.server_key = organisation.server_key();
  invite.id = id;
  invite.secret = std::move(secret);
  return invite;
}

// A new person, or a further device of one who is in the directory already.
Result<UserId> invited_user(Call& call, bool& is_new) {
  auto known = find_user(call.core(), call.text("name"));
  is_new = !known.has_value();
  if (known) return known;
  if (known.error().code != ErrorCode::not_found) return known.error();
  return call.core().environment.random->make<UserId>();
}

Result<Value> user_invite(Call& call) {
  Core& core = call.core();
  if (core.membership.organisation_accepted() == 0 || !core.joining.directory) {
    return Error{ErrorCode::wrong_state, "the organisation is not on the server yet"};
  }
  FELTBOG_TRY(roles, roles_from(call));
  const std::int64_t hours = call.parameters()["expires_hours"].integer_or(kExpiresHoursDefault);
  if (hours < 0 || hours > kExpiresHoursMax) {
    return Error{ErrorCode::invalid_argument,
                 "expires_hours from 0 to " + std::to_string(kExpiresHoursMax)};
  }
  bool is_new = false;
  FELTBOG_TRY(user, invited_user(call, is_new));
  Random& random = *core.environment.random;
  auto secret = crypto::SigningSecret::random(random);
  const auto id = random.make<InviteId>();
  const WallTime expires{core.environment.clock->wall_time().milliseconds +
                         hours * kHourMilliseconds};
  if (is_new) {
    call.work().add_record(ledger::UserAdd{user, roles});
    call.work().add_members(*core.joining.directory, {{user, ledger::SpaceRole::writer}});
    FELTBOG_TRY(draft, call.work().draft(*core.joining.directory));
    draft->set({}, user_name_field(to_base32(user.view())), Value(call.text("name")));
  }
  call.work().add_record(ledger::InviteCreate{id, crypto::signing_public(secret), user, expires});
  FELTBOG_TRY(invite, pin_invite(core, id, std::move(secret)));
  Value out;
  out["name"] = call.text("name");
  out["invite"] = invite.to_text();
  out["expires"] = casework::to_text(casework::to_copenhagen(expires));
  return out;
}

Value roles_value(const ledger::RoleSet& roles) {
  Value out = Value::List{};
  for (std::size_t number = 0; number < ledger::kRoleCount; ++number) {
    const auto role = static_cast<ledger::Role>(number);
    if (roles.has(role)) out.push_back(ledger::role_name(role));
  }
  return out;
}

Result<Value> user_list(Call& call) {
  Value rows = Value::List{};
  const auto& organisation = call.core().membership.organisation();
  for (const auto& [id, entry] : organisation.users()) {
    Value row;
    row["id"] = to_base32(id.view());
    row["name"] = user_name(call.core(), id);
    row["roles"] = roles_value(organisation.roles(id));
    row["devices"] = static_cast<std::int64_t>(organisation.active_devices(id).size());
    row["self"] = id == call.core().user();
    rows.push_back(std::move(row));
  }
  return rows;
}

constexpr Parameter kInviteParameters[] = {
    {"name", ParameterType::text, Presence::required, {"The person's name", "Personens navn"}},
    {"role",
     ParameterType::text_list,
     Presence::required,
     {"worker, caseworker, supervisor, administrator or auditor",
      "worker, caseworker, supervisor, administrator eller auditor"}},
    {"expires_hours",
     ParameterType::integer,
     Presence::optional,
     {"How long it is good for (default 72)", "Hvor længe den gælder (ellers 72)"}}};
constexpr Column kListColumns[] = {{"name", {"Name", "Navn"}},
                                   {"roles", {"Roles", "Roller"}},
                                   {"devices", {"Devices", "Enheder"}}};

constexpr CommandRow kRows[] = {
    {"user.invite",
     Shape::command,
     1,
     {"Invite a person's device into the organisation",
      "Invitér en persons enhed ind i organisationen"},
     "feltbog user invite --name 'Anna' --role worker",
     kInviteParameters,
     {},
     Entitlement::administrators,
     AccessClass::create,
     false,
     false,
     user_invite,
     WhileLapsed::refused},
    {"user.list",
     Shape::query,
     1,
     {"List the people of the organisation", "Vis organisationens personer"},
     "feltbog user list",
     {},
     kListColumns,
     Entitlement::anyone,
     AccessClass::none,
     true,
     false,
     user_list,
     WhileLapsed::refused},
};

}  // namespace

std::span<const CommandRow> organisation_commands() { return kRows; }

}  // namespace feltbog::workspace
