// SPDX-License-Identifier: Apache-2.0
// Who belongs to a case: showing it, letting somebody in, taking somebody out.
#include <algorithm>

#include "core/workspace/call.h"
#include "core/workspace/commands/commands.h"
#include "core/workspace/naming.h"

namespace feltbog::workspace {
namespace {

std::string_view role_name(ledger::SpaceRole role) {
  return role == ledger::SpaceRole::reader ? "reader" : "writer";
}

Result<ledger::SpaceRole> role_from(Call& call) {
  const std::string name = call.has("role") ? call.text("role") : "writer";
  for (const auto role : {ledger::SpaceRole::reader, ledger::SpaceRole::writer}) {
    if (name == role_name(role)) return role;
  }
  return Error{ErrorCode::invalid_argument, "role"};
}

Value describe(Core& core, const SpaceLog& log, const ledger::Member& member) {
  const auto& organisation = core.membership.organisation();
  const auto& holders = log.state.epoch().holders;
  const auto devices = organisation.active_devices(member.user);
  Value out;
  out["name"] = user_name(core, member.user);
  out["case_role"] = role_name(member.role);
  if (const auto* entry = log.state.mandate_of(member.user, organisation)) {
    out["ground"] = ledger::mandate_ground_name(entry->mandate.ground);
    if (entry->mandate.until.milliseconds != 0) {
      out["until"] = casework::to_text(casework::to_copenhagen(entry->mandate.until));
    }
  }
  out["self"] = member.user == core.user();
  out["devices"] = static_cast<std::int64_t>(devices.size());
  // Others have to give them the key first.
  out["devices_waiting"] = static_cast<std::int64_t>(
      std::count_if(devices.begin(), devices.end(),
                    [&](const DeviceId& device) { return !holders.contains(device); }));
  out["since_record"] = log.state.memberships(member.user).back().from;
  return out;
}

Result<Value> case_members(Call& call) {
  FELTBOG_TRY(file, call.shown_file());
  const SpaceLog* log = call.core().membership.space(file->id);
  Value rows = Value::List{};
  for (const ledger::Member& member : log->state.members()) {
    rows.push_back(describe(call.core(), *log, member));
  }
  return rows;
}

Value answer(Call& call, const SpaceFile& file, bool is_member) {
  Value out;
  out["case"] = short_id(file.id);
  out["name"] = call.text("user");
  out["member"] = is_member;
  return out;
}

Result<Value> case_add_member(Call& call) {
  FELTBOG_TRY(file, call.shown_file());
  FELTBOG_TRY(user, find_user(call.core(), call.text("user")));
  FELTBOG_TRY(role, role_from(call));
  call.work().add_members(file->id, {{user, role}});
  Value out = answer(call, *file, true);
  out["case_role"] = role_name(role);
  return out;
}

Result<Value> case_remove_member(Call& call) {
  FELTBOG_TRY(file, call.shown_file());
  FELTBOG_TRY(user, find_user(call.core(), call.text("user")));
  if (user == call.core().user()) {
    return Error{ErrorCode::invalid_argument, "nobody makes the next key of a case they leave"};
  }
  call.work().remove_members(file->id, {user});
  return answer(call, *file, false);
}

constexpr Parameter kCase{"case",
                          ParameterType::text,
                          Presence::positional,
                          {"The file: the beginning of its id, or its title",
                           "Sagen: begyndelsen af dens id, eller dens titel"}};
constexpr Parameter kUser{
    "user", ParameterType::text, Presence::required, {"The person's name", "Personens navn"}};
constexpr Parameter kMembersParameters[] = {kCase};
constexpr Parameter kAddParameters[] = {
    kCase,
    kUser,
    {"role",
     ParameterType::text,
     Presence::optional,
     {"reader or writer (default writer)", "reader (læser) eller writer (skriver; ellers denne)"}}};
constexpr Parameter kRemoveParameters[] = {kCase, kUser};
constexpr Column kColumns[] = {{"name", {"Name", "Navn"}},
                               {"case_role", {"May", "Må"}},
                               {"ground", {"For the time of", "I tilfælde af"}},
                               {"until", {"Until", "Indtil"}},
                               {"devices", {"Devices", "Enheder"}},
                               {"devices_waiting", {"Without the key yet", "Endnu uden nøgle"}}};

constexpr CommandRow kRows[] = {
    {"case.add-member",
     Shape::command,
     1,
     {"Let somebody into a case, with all that stands in it",
      "Luk nogen ind i en sag, med alt hvad der står i den"},
     "feltbog case add-member abcd12 --user Anna --role reader",
     kAddParameters,
     {},
     Entitlement::anyone,
     AccessClass::share,
     false,
     false,
     case_add_member,
     WhileLapsed::refused},
    {"case.members",
     Shape::query,
     1,
     {"Who belongs to a case", "Hvem der er med i en sag"},
     "feltbog case members abcd12",
     kMembersParameters,
     kColumns,
     Entitlement::anyone,
     AccessClass::view,
     true,
     false,
     case_members,
     WhileLapsed::refused},
    {"case.remove-member",
     Shape::command,
     1,
     {"Take somebody out of a case: they can read nothing that is written from now on",
      "Tag nogen ud af en sag: de kan ikke læse noget der skrives fra nu af"},
     "feltbog case remove-member abcd12 --user Anna",
     kRemoveParameters,
     {},
     Entitlement::anyone,
     AccessClass::share,
     false,
     false,
     case_remove_member,
     WhileLapsed::refused},
};

}  // namespace

std::span<const CommandRow> member_commands() { return kRows; }

}  // namespace feltbog::workspace
