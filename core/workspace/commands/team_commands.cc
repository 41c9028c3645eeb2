// SPDX-License-Identifier: Apache-2.0
// Teams: whom a new case is brought to.
#include <algorithm>

#include "core/workspace/call.h"
#include "core/workspace/commands/commands.h"
#include "core/workspace/naming.h"
#include "core/workspace/schema.h"

namespace feltbog::workspace {
namespace {

Result<std::vector<UserId>> users_from(Call& call) {
  std::vector<UserId> users;
  const Value names = call.parameters()["member"];
  for (const Value& name : names.items()) {
    FELTBOG_TRY(user, find_user(call.core(), *name.text()));
    users.push_back(user);
  }
  std::sort(users.begin(), users.end());
  users.erase(std::unique(users.begin(), users.end()), users.end());
  if (users.size() <= ledger::kTeamMembersMax) return users;
  return Error{ErrorCode::limit_exceeded,
               std::to_string(ledger::kTeamMembersMax) + " members of a team at most"};
}

// The one of that name, or a new one.
Result<ledger::TeamId> team_to_set(Call& call) {
  Core& core = call.core();
  auto known = find_team(core, call.text("name"));
  if (known || known.error().code != ErrorCode::not_found) return known;
  if (!core.joining.directory) return Error{ErrorCode::wrong_state, "no directory yet"};
  const auto team = core.environment.random->make<ledger::TeamId>();
  FELTBOG_TRY(draft, call.work().draft(*core.joining.directory));
  draft->set({}, team_name_field(to_base32(team.view())), Value(call.text("name")));
  return team;
}

Result<Value> team_set(Call& call) {
  FELTBOG_TRY(users, users_from(call));
  FELTBOG_TRY(team, team_to_set(call));
  Value out;
  out["name"] = call.text("name");
  out["people"] = static_cast<std::int64_t>(users.size());
  call.work().add_record(ledger::TeamSet{team, std::move(users)});
  return out;
}

Result<Value> team_list(Call& call) {
  Value rows = Value::List{};
  for (const auto& [id, users] : call.core().membership.organisation().teams()) {
    if (users.empty()) continue;
    Value row;
    row["name"] = team_name(call.core(), id);
    Value members = Value::List{};
    for (const UserId& user : users) members.push_back(user_name(call.core(), user));
    row["members"] = std::move(members);
    rows.push_back(std::move(row));
  }
  return rows;
}

constexpr Parameter kSetParameters[] = {
    {"name", ParameterType::text, Presence::positional, {"The team's name", "Teamets navn"}},
    {"member",
     ParameterType::text_list,
     Presence::optional,
     {"Who is in it, instead of those who were (nobody: it is dissolved)",
      "Hvem der er med, i stedet for dem der var (ingen: det opløses)"}}};
constexpr Column kColumns[] = {{"name", {"Team", "Team"}}, {"members", {"Members", "Medlemmer"}}};

constexpr CommandRow kRows[] = {
    {"team.list",
     Shape::query,
     1,
     {"List the teams", "Vis teams"},
     "feltbog team list",
     {},
     kColumns,
     Entitlement::anyone,
     AccessClass::none,
     true,
     false,
     team_list,
     WhileLapsed::refused},
    {"team.set",
     Shape::command,
     1,
     {"Say who is in a team: new cases can be brought to all of them",
      "Bestem hvem der er i et team: nye sager kan gå til dem alle"},
     "feltbog team set Udegruppen --member Anna --member Bo",
     kSetParameters,
     {},
     Entitlement::supervisors,
     AccessClass::change,
     true,
     false,
     team_set,
     WhileLapsed::refused},
};

}  // namespace

std::span<const CommandRow> team_commands() { return kRows; }

}  // namespace feltbog::workspace
