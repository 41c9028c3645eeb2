// SPDX-License-Identifier: Apache-2.0
// Access for a time: a file opened in an emergency, a caseload handed to a colleague, and the
// devices on duty that make sure somebody is there to carry it out.
#include <algorithm>

#include "core/workspace/call.h"
#include "core/workspace/commands/commands.h"
#include "core/workspace/naming.h"

namespace feltbog::workspace {
namespace {

using ledger::Mandate;
using ledger::MandateEntry;
using ledger::MandateGround;

constexpr std::int64_t kHoursDefault = 8;
constexpr std::int64_t kHourMilliseconds = 3'600'000;
constexpr std::int64_t kHoursMax = ledger::kEmergencyMillisecondsMax / kHourMilliseconds;

// A file known here by the beginning of its number, or any file by its whole number: who needs it
// in an emergency is no member yet.
Result<SpaceId> emergency_file(Core& core, std::string_view number) {
  const SpaceId* found = nullptr;
  for (const auto& [id, log] : core.membership.spaces()) {
    const std::string text = to_base32(id.view());
    if (number.size() < 4 || !text.starts_with(number)) continue;
    if (!ledger::is_file(log.state.kind())) continue;
    if (found != nullptr) return Error{ErrorCode::ambiguous, "file"};
    found = &id;
  }
  if (found != nullptr) return *found;
  const auto bytes = from_base32(number);
  const auto id = bytes ? SpaceId::from(*bytes) : Result<SpaceId>(Error{ErrorCode::malformed, ""});
  if (!id) return Error{ErrorCode::invalid_argument, "case: its whole number"};
  return *id;
}

Result<MandateGround> emergency_ground(Call& call) {
  const auto ground = ledger::mandate_ground_from_name(call.text("ground"));
  if (!ground || !ledger::is_emergency(*ground)) {
    return Error{ErrorCode::invalid_argument, "ground: life_at_risk, urgent_visit, duty_to_report"};
  }
  return *ground;
}

Result<UserId> named_or_self(Call& call, std::string_view parameter) {
  if (!call.has(parameter)) return call.core().user();
  return find_user(call.core(), call.text(parameter));
}

std::string in_words(WallTime time) { return casework::to_text(casework::to_copenhagen(time)); }

Result<Value> emergency_open(Call& call) {
  FELTBOG_TRY(space, emergency_file(call.core(), call.text("case")));
  FELTBOG_TRY(ground, emergency_ground(call));
  FELTBOG_TRY(holder, named_or_self(call, "user"));
  const std::int64_t hours = call.parameters()["hours"].integer_or(kHoursDefault);
  if (hours < 1 || hours > kHoursMax) {
    return Error{ErrorCode::invalid_argument, "hours from 1 to " + std::to_string(kHoursMax)};
  }
  const SpaceLog* log = call.core().membership.space(space);
  if (log != nullptr && log->state.role(holder)) {
    return Error{ErrorCode::already_exists, "member"};
  }
  Random& random = *call.core().environment.random;
  const WallTime now = call.core().environment.clock->wall_time();
  const WallTime until{now.milliseconds + hours * kHourMilliseconds};
  const Mandate mandate{random.make<ledger::MandateId>(), holder, space, ground, now, until};
  call.work().add_record(ledger::MandateGive{mandate});
  Value out;
  out["id"] = short_id(mandate.id);
  out["case"] = short_id(space);
  out["name"] = user_name(call.core(), holder);
  out["until"] = in_words(until);
  return out;
}

Result<WallTime> end_of(Call& call) {
  if (!call.has("until")) return WallTime{};
  const WallTime until = call.moment("until").utc;
  if (until <= call.now().utc) return Error{ErrorCode::invalid_argument, "until is past"};
  return until;
}

Result<Value> handover_give(Call& call) {
  FELTBOG_TRY(from, named_or_self(call, "from"));
  FELTBOG_TRY(to, find_user(call.core(), call.text("to")));
  if (from == to) return Error{ErrorCode::invalid_argument, "from and to are one"};
  FELTBOG_TRY(until, end_of(call));
  const bool ends = until.milliseconds != 0;
  const Mandate mandate{call.core().environment.random->make<ledger::MandateId>(),
                        to,
                        from,
                        ends ? MandateGround::absence : MandateGround::hand_over,
                        call.core().environment.clock->wall_time(),
                        until};
  call.work().add_record(ledger::MandateGive{mandate});
  Value out;
  out["id"] = short_id(mandate.id);
  out["from"] = user_name(call.core(), from);
  out["to"] = call.text("to");
  if (ends) out["until"] = in_words(until);
  return out;
}

std::string_view standing_of(Call& call, const MandateEntry& entry) {
  if (entry.ended_at != 0) return "ended";
  return entry.mandate.is_over_at(call.core().environment.clock->wall_time()) ? "over" : "stands";
}

// In how many of the files that this device knows it was carried out, and is still to be.
void count_files(Core& core, const MandateEntry& entry, Value& out) {
  std::int64_t open = 0;
  std::int64_t waiting = 0;
  for (const auto& [id, log] : core.membership.spaces()) {
    const auto* mandate =
        log.state.mandate_of(entry.mandate.holder, core.membership.organisation());
    if (mandate == &entry) ++open;
    const bool stands =
        entry.ended_at == 0 && !entry.mandate.is_over_at(core.environment.clock->wall_time());
    if (stands && log.state.mandated_role(entry.mandate)) ++waiting;
  }
  out["files"] = open;
  out["files_waiting"] = waiting;
}

Value describe(Call& call, const MandateEntry& entry) {
  Core& core = call.core();
  const Mandate& mandate = entry.mandate;
  Value out;
  out["id"] = short_id(mandate.id);
  out["ground"] = ledger::mandate_ground_name(mandate.ground);
  out["standing"] = standing_of(call, entry);
  out["given_by"] = user_name(core, entry.given_by);
  out["given"] = in_words(mandate.at);
  if (mandate.until.milliseconds != 0) out["until"] = in_words(mandate.until);
  count_files(core, entry, out);
  return out;
}

Result<Value> emergency_list(Call& call) {
  Value rows = Value::List{};
  for (const auto& [id, entry] : call.core().membership.organisation().mandates()) {
    const auto* space = std::get_if<SpaceId>(&entry.mandate.scope);
    if (space == nullptr) continue;
    Value row = describe(call, entry);
    row["case"] = short_id(*space);
    row["name"] = user_name(call.core(), entry.mandate.holder);
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<Value> handover_list(Call& call) {
  Value rows = Value::List{};
  for (const auto& [id, entry] : call.core().membership.organisation().mandates()) {
    const auto* from = std::get_if<UserId>(&entry.mandate.scope);
    if (from == nullptr) continue;
    Value row = describe(call, entry);
    row["from"] = user_name(call.core(), *from);
    row["to"] = user_name(call.core(), entry.mandate.holder);
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<Value> end_mandate(Call& call, bool emergency) {
  FELTBOG_TRY(entry, find_mandate(call.core(), call.text("id")));
  if (ledger::is_emergency(entry->mandate.ground) != emergency) {
    return Error{ErrorCode::not_found, "mandate"};
  }
  call.work().add_record(ledger::MandateEnd{entry->mandate.id});
  Value out;
  out["id"] = short_id(entry->mandate.id);
  out["standing"] = "ended";
  return out;
}

Result<Value> emergency_end(Call& call) { return end_mandate(call, true); }
Result<Value> handover_end(Call& call) { return end_mandate(call, false); }

Result<Value> duty_set(Call& call) {
  ledger::DutySet duty;
  const Value devices = call.parameters()["device"];
  const bool nobody = call.parameters()["nobody"].boolean_or(false);
  if (nobody == !devices.items().empty()) {
    return Error{ErrorCode::invalid_argument, "device, or nobody"};
  }
  for (const Value& item : devices.items()) {
    FELTBOG_TRY(device, find_device(call.core(), *item.text()));
    duty.devices.push_back(device->id);
  }
  std::sort(duty.devices.begin(), duty.devices.end());
  duty.devices.erase(std::unique(duty.devices.begin(), duty.devices.end()), duty.devices.end());
  if (duty.devices.size() > ledger::kDutyDevicesMax) {
    return Error{ErrorCode::limit_exceeded,
                 std::to_string(ledger::kDutyDevicesMax) + " devices on duty at most"};
  }
  Value out;
  out["devices"] = static_cast<std::int64_t>(duty.devices.size());
  call.work().add_record(std::move(duty));
  return out;
}

Result<Value> duty_list(Call& call) {
  Core& core = call.core();
  const auto& organisation = core.membership.organisation();
  Value rows = Value::List{};
  for (const DeviceId& device : organisation.duty_devices(organisation.head().sequence)) {
    Value row;
    row["id"] = short_id(device);
    row["user"] = user_name(core, organisation.device(device)->user);
    row["self"] = device == core.identity.id;
    rows.push_back(std::move(row));
  }
  return rows;
}

constexpr Parameter kMandate{"id",
                             ParameterType::text,
                             Presence::positional,
                             {"The beginning of its id", "Begyndelsen af dens id"}};
constexpr Parameter kEndParameters[] = {kMandate};
constexpr Parameter kOpenParameters[] = {
    {"case",
     ParameterType::text,
     Presence::positional,
     {"The file's whole number, or its beginning where it is known here",
      "Sagens fulde nummer, eller begyndelsen hvor den kendes her"}},
    {"ground",
     ParameterType::text,
     Presence::required,
     {"life_at_risk, urgent_visit or duty_to_report",
      "life_at_risk (fare for liv), urgent_visit (akut besøg) eller duty_to_report "
      "(underretningspligt)"}},
    {"hours",
     ParameterType::integer,
     Presence::optional,
     {"For how long, 1 to 72 (default 8)", "Hvor længe, 1 til 72 (ellers 8)"}},
    {"user",
     ParameterType::text,
     Presence::optional,
     {"For whom (default: yourself)", "For hvem (ellers: dig selv)"}}};
constexpr Parameter kGiveParameters[] = {
    {"to",
     ParameterType::text,
     Presence::required,
     {"Who takes the cases over", "Hvem der overtager sagerne"}},
    {"from",
     ParameterType::text,
     Presence::optional,
     {"Whose cases (default: your own)", "Hvis sager (ellers: dine egne)"}},
    {"until",
     ParameterType::moment,
     Presence::optional,
     {"As a deputy until then (default: for good)",
      "Som stedfortræder indtil da (ellers: for altid)"}}};
constexpr Parameter kDutyParameters[] = {
    {"device",
     ParameterType::text_list,
     Presence::optional,
     {"The device's id, or its user's name", "Enhedens id, eller dens brugers navn"}},
    {"nobody",
     ParameterType::boolean,
     Presence::optional,
     {"No device is on duty", "Ingen enhed har vagt"}}};
constexpr Column kEmergencyColumns[] = {
    {"id", {"Id", "Id"}},           {"case", {"Case", "Sag"}},
    {"name", {"Name", "Navn"}},     {"ground", {"Ground", "Grund"}},
    {"until", {"Until", "Indtil"}}, {"standing", {"Standing", "Status"}}};
constexpr Column kHandoverColumns[] = {{"id", {"Id", "Id"}},
                                       {"from", {"From", "Fra"}},
                                       {"to", {"To", "Til"}},
                                       {"until", {"Until", "Indtil"}},
                                       {"standing", {"Standing", "Status"}},
                                       {"files", {"Cases", "Sager"}},
                                       {"files_waiting", {"Waiting", "Venter"}}};
constexpr Column kDutyColumns[] = {
    {"id", {"Id", "Id"}}, {"user", {"User", "Bruger"}}, {"self", {"This device", "Denne enhed"}}};

constexpr CommandRow kRows[] = {
    {"duty.list",
     Shape::query,
     1,
     {"Which devices are on duty", "Hvilke enheder der har vagt"},
     "feltbog duty list",
     {},
     kDutyColumns,
     Entitlement::anyone,
     AccessClass::none,
     true,
     false,
     duty_list,
     WhileLapsed::refused},
    {"duty.set",
     Shape::command,
     1,
     {"Say which devices carry out emergencies and hand-overs",
      "Bestem hvilke enheder der udfører akut adgang og overdragelser"},
     "feltbog duty set --device Karen",
     kDutyParameters,
     {},
     Entitlement::administrators,
     AccessClass::change,
     true,
     false,
     duty_set,
     WhileLapsed::refused},
    {"emergency.end",
     Shape::command,
     1,
     {"End access to a case before its time", "Afslut akut adgang før tid"},
     "feltbog emergency end 7k3m9x",
     kEndParameters,
     {},
     Entitlement::anyone,
     AccessClass::change,
     false,
     false,
     emergency_end,
     WhileLapsed::refused},
    {"emergency.list",
     Shape::query,
     1,
     {"Cases that were opened in an emergency", "Sager der blev åbnet akut"},
     "feltbog emergency list",
     {},
     kEmergencyColumns,
     Entitlement::anyone,
     AccessClass::none,
     true,
     false,
     emergency_list,
     WhileLapsed::refused},
    {"emergency.open",
     Shape::command,
     1,
     {"Ask for a case of others in an emergency: for hours, and everybody in it sees it",
      "Bed akut om andres sag: i nogle timer, og alle i sagen ser det"},
     "feltbog emergency open 7k3m9xq2t8w4e6r1y5z0abcdef --ground life_at_risk",
     kOpenParameters,
     {},
     Entitlement::anyone,
     AccessClass::create,
     false,
     false,
     emergency_open,
     WhileLapsed::refused},
    {"handover.end",
     Shape::command,
     1,
     {"End a hand-over", "Afslut en overdragelse"},
     "feltbog handover end 7k3m9x",
     kEndParameters,
     {},
     Entitlement::anyone,
     AccessClass::change,
     false,
     false,
     handover_end,
     WhileLapsed::refused},
    {"handover.give",
     Shape::command,
     1,
     {"Hand all cases of somebody to a colleague, for a time or for good",
      "Overdrag alle nogens sager til en kollega, for en tid eller for altid"},
     "feltbog handover give --to Bo --until 2026-12-24T12:00",
     kGiveParameters,
     {},
     Entitlement::anyone,
     AccessClass::create,
     false,
     false,
     handover_give,
     WhileLapsed::refused},
    {"handover.list",
     Shape::query,
     1,
     {"Caseloads that were handed over", "Overdragne sagsstammer"},
     "feltbog handover list",
     {},
     kHandoverColumns,
     Entitlement::anyone,
     AccessClass::none,
     true,
     false,
     handover_list,
     WhileLapsed::refused},
};

}  // namespace

std::span<const CommandRow> mandate_commands() { return kRows; }

}  // namespace feltbog::workspace
