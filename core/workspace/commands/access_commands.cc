// SPDX-License-Identifier: Apache-2.0
// Reading the access log: all of it, one citizen's for the right of access, and a sample to review.
// Reading it is in the log too.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "core/casework/date.h"
#include "core/workspace/access_log.h"
#include "core/workspace/access_reading.h"
#include "core/workspace/call.h"
#include "core/workspace/commands/commands.h"
#include "core/workspace/naming.h"

namespace feltbog::workspace {
namespace {

constexpr std::int64_t kSampleMax = 1000;
constexpr Words kOwnCase{"own case", "egen sag"};

using Entries = std::vector<LoggedAccess>;

// The oldest first; what cannot be read comes before all, since nobody knows when it was.
Result<Entries> all_entries(Core& core) {
  FELTBOG_TRY(out, read_access_logs(core));
  const auto time = [](const LoggedAccess& logged) {
    return logged.entry ? logged.entry->time.milliseconds : INT64_MIN;
  };
  std::stable_sort(out.begin(), out.end(),
                   [&](const LoggedAccess& a, const LoggedAccess& b) { return time(a) < time(b); });
  return out;
}

std::string local_time(const LoggedAccess& logged) {
  return casework::to_text(casework::to_copenhagen(logged.entry->time));
}

std::string purpose_of(const Call& call, const AccessEntry& entry) {
  return entry.purpose.empty() ? std::string(call.say(kOwnCase)) : entry.purpose;
}

Value cases_of(const AccessEntry& entry) {
  Value out = Value::List{};
  for (const auto& [space, rows] : entry.cases) out.push_back(short_id(space));
  return out;
}

Value row_of(Call& call, const LoggedAccess& logged) {
  Value row;
  row["id"] = short_id(logged.device) + ":" + std::to_string(logged.number);
  row["device"] = short_id(logged.device);
  row["number"] = logged.number;
  row["user"] = user_name(call.core(), logged.user);
  row["readable"] = logged.entry.has_value();
  if (!logged.entry) return row;
  row["time"] = local_time(logged);
  row["kind"] = name_of(logged.entry->kind);
  row["action"] = logged.entry->action;
  row["purpose"] = purpose_of(call, *logged.entry);
  row["cases"] = cases_of(*logged.entry);
  if (!logged.entry->criterion.empty()) row["searched_for"] = logged.entry->criterion;
  return row;
}

Result<std::set<SpaceId>> cases_named(Call& call, const Entries& entries, const Value& names) {
  std::set<SpaceId> out;
  for (const Value& name : names.items()) {
    FELTBOG_TRY(space, find_logged_case(entries, *name.text()));
    call.shows(space);
    out.insert(space);
  }
  return out;
}

bool is_about(const LoggedAccess& logged, const std::set<SpaceId>& cases) {
  if (!logged.entry) return false;
  const auto& shown = logged.entry->cases;
  return std::any_of(cases.begin(), cases.end(),
                     [&](const SpaceId& space) { return shown.contains(space); });
}

bool is_between(const LoggedAccess& logged, const std::string& from, const std::string& to) {
  if (from.empty() && to.empty()) return true;
  if (!logged.entry) return false;
  // Dates in this form are ordered as texts.
  const std::string day = casework::to_text(casework::to_copenhagen(logged.entry->time).date);
  return day >= from && (to.empty() || day <= to);
}

Result<Value> access_list(Call& call) {
  FELTBOG_TRY(entries, all_entries(call.core()));
  FELTBOG_TRY(cases, cases_named(call, entries, call.parameters()["case"]));
  std::optional<UserId> only;
  if (call.has("user")) {
    FELTBOG_TRY(user, find_user(call.core(), call.text("user")));
    only = user;
  }
  Value rows = Value::List{};
  for (const LoggedAccess& logged : entries) {
    if (!cases.empty() && !is_about(logged, cases)) continue;
    if (only && logged.user != *only) continue;
    if (!is_between(logged, call.text("from"), call.text("to"))) continue;
    rows.push_back(row_of(call, logged));
  }
  return rows;
}

Value roles_of(const Core& core, const UserId& user) {
  Value out = Value::List{};
  const ledger::RoleSet roles = core.membership.organisation().roles(user);
  for (std::size_t number = 0; number < ledger::kRoleCount; ++number) {
    const auto role = static_cast<ledger::Role>(number);
    if (roles.has(role)) out.push_back(ledger::role_name(role));
  }
  return out;
}

// What a citizen is entitled to: when, what and why, not who. A number stands for each person, by
// first appearance; in another export it is another.
Result<Value> access_export(Call& call) {
  FELTBOG_TRY(entries, all_entries(call.core()));
  FELTBOG_TRY(cases, cases_named(call, entries, call.parameters()["case"]));
  if (cases.empty()) return Error{ErrorCode::invalid_argument, "missing: case"};
  std::map<UserId, std::size_t> people;
  Value rows = Value::List{};
  for (const LoggedAccess& logged : entries) {
    if (!is_about(logged, cases)) continue;
    const std::size_t person = people.emplace(logged.user, people.size() + 1).first->second;
    Value row;
    row["id"] = std::to_string(rows.items().size() + 1);
    row["time"] = local_time(logged);
    row["kind"] = name_of(logged.entry->kind);
    row["purpose"] = purpose_of(call, *logged.entry);
    row["person"] = std::uint64_t{person};
    row["roles"] = roles_of(call.core(), logged.user);
    rows.push_back(std::move(row));
  }
  return rows;
}

// SplitMix64 (Steele, Lea and Flood, 2014): the same sample from the same seed everywhere.
std::uint64_t next_random(std::uint64_t& state) {
  std::uint64_t mixed = state += 0x9e3779b97f4a7c15U;
  mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
  return mixed ^ (mixed >> 31U);
}

std::uint64_t seed_of(Call& call) {
  if (call.has("seed")) {
    return static_cast<std::uint64_t>(call.parameters()["seed"].integer_or(0));
  }
  std::array<std::uint8_t, 8> drawn{};
  call.core().environment.random->fill(drawn);
  std::uint64_t seed = 0;
  for (const std::uint8_t byte : drawn) seed = seed << 8U | byte;
  return seed;
}

// Each entry that can be read and names a case is as likely as any other.
Result<Value> access_sample(Call& call) {
  const std::int64_t size = call.parameters()["size"].integer_or(0);
  if (size < 1 || size > kSampleMax) {
    return Error{ErrorCode::invalid_argument, "size from 1 to " + std::to_string(kSampleMax)};
  }
  FELTBOG_TRY(entries, all_entries(call.core()));
  std::erase_if(entries, [](const LoggedAccess& logged) {
    return !logged.entry || logged.entry->cases.empty();
  });
  std::vector<std::size_t> chosen(entries.size());
  for (std::size_t at = 0; at < chosen.size(); ++at) chosen[at] = at;
  const std::size_t count = std::min(chosen.size(), static_cast<std::size_t>(size));
  std::uint64_t state = seed_of(call);
  for (std::size_t at = 0; at < count; ++at) {
    std::swap(chosen[at], chosen[at + next_random(state) % (chosen.size() - at)]);
  }
  chosen.resize(count);
  std::sort(chosen.begin(), chosen.end());
  Value rows = Value::List{};
  for (const std::size_t at : chosen) rows.push_back(row_of(call, entries[at]));
  return rows;
}

constexpr Words kCaseHelp{"A case: the beginning of its id; several for a citizen's several files",
                          "En sag: begyndelsen af dens id; flere for en borgers flere sager"};
constexpr Parameter kListParameters[] = {
    {"case", ParameterType::text_list, Presence::optional, kCaseHelp},
    {"user", ParameterType::text, Presence::optional, {"A person's name", "En persons navn"}},
    {"from", ParameterType::date, Presence::optional, {"From that day on", "Fra og med den dag"}},
    {"to", ParameterType::date, Presence::optional, {"Up to that day", "Til og med den dag"}}};
constexpr Parameter kExportParameters[] = {
    {"case", ParameterType::text_list, Presence::required, kCaseHelp}};
constexpr Parameter kSampleParameters[] = {
    {"size", ParameterType::integer, Presence::required, {"How many", "Hvor mange"}},
    {"seed",
     ParameterType::integer,
     Presence::optional,
     {"The same number draws the same sample again",
      "Det samme tal giver den samme stikprøve igen"}}};
constexpr Column kListColumns[] = {
    {"time", {"Time", "Tidspunkt"}},      {"user", {"User", "Bruger"}},
    {"action", {"Action", "Handling"}},   {"cases", {"Cases", "Sager"}},
    {"purpose", {"Purpose", "Formål"}},   {"searched_for", {"Searched for", "Søgt efter"}},
    {"readable", {"Readable", "Læsbar"}}, {"id", {"Entry", "Linje"}}};
constexpr Column kExportColumns[] = {{"time", {"Time", "Tidspunkt"}},
                                     {"kind", {"Action", "Handling"}},
                                     {"purpose", {"Purpose", "Formål"}},
                                     {"person", {"Person", "Person"}},
                                     {"roles", {"Roles", "Roller"}}};

constexpr CommandRow kRows[] = {
    {"access-log.export",
     Shape::query,
     1,
     {"Who looked at a citizen's case, for the citizen: without names",
      "Hvem der har set på en borgers sag, til borgeren: uden navne"},
     "feltbog access-log export --case abcd12",
     kExportParameters,
     kExportColumns,
     Entitlement::auditors,
     AccessClass::extract,
     true,
     false,
     access_export,
     WhileLapsed::refused},
    {"access-log.list",
     Shape::query,
     1,
     {"Who looked at what, when and why", "Hvem der har set hvad, hvornår og hvorfor"},
     "feltbog access-log list --case abcd12 --from 2026-11-01",
     kListParameters,
     kListColumns,
     Entitlement::auditors,
     AccessClass::view,
     true,
     false,
     access_list,
     WhileLapsed::refused},
    {"access-log.sample",
     Shape::query,
     1,
     {"A random sample of what was looked at, to be reviewed",
      "En tilfældig stikprøve af det der er set, til gennemgang"},
     "feltbog access-log sample --size 20",
     kSampleParameters,
     kListColumns,
     Entitlement::auditors,
     AccessClass::view,
     true,
     false,
     access_sample,
     WhileLapsed::refused},
};

}  // namespace

std::span<const CommandRow> access_commands() { return kRows; }

}  // namespace feltbog::workspace
