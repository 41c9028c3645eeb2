// SPDX-License-Identifier: Apache-2.0
// The lease: how it stands, time for a device without network, and how long leases run.
#include "core/ledger/lease_code.h"
#include "core/workspace/call.h"
#include "core/workspace/commands/commands.h"
#include "core/workspace/dropped_notes.h"
#include "core/workspace/lease.h"
#include "core/workspace/naming.h"

namespace feltbog::workspace {
namespace {

constexpr std::int64_t kGrantDaysDefault = 7;

Result<Value> lease_show(Call& call) {
  Core& core = call.core();
  const LeaseStanding standing = core.lease->standing();
  Value out = lease_value(standing);
  out["device"] = to_base32(core.identity.id.view());
  if (standing.state != LeaseState::off) {
    out["days"] = core.membership.organisation().lease_days();
    out["challenge"] = ledger::lease_challenge_text(core.lease->challenge());
  }
  FELTBOG_TRY(dropped, core.dropped->count());
  out["dropped_notes"] = dropped;
  return out;
}

Result<Value> lease_set(Call& call) {
  const std::int64_t days = call.parameters()["days"].integer_or(-1);
  if (days < 0 || days > static_cast<std::int64_t>(ledger::kLeaseDaysMax)) {
    return Error{ErrorCode::invalid_argument,
                 "days from 0 to " + std::to_string(ledger::kLeaseDaysMax)};
  }
  call.work().add_record(ledger::LeaseSet{static_cast<std::uint64_t>(days)});
  Value out;
  out["days"] = days;
  return out;
}

Result<Value> lease_code(Call& call) {
  Core& core = call.core();
  FELTBOG_TRY(device, find_device(core, call.text("device")));
  if (device->barred_at != 0) return Error{ErrorCode::wrong_state, "the device is revoked"};
  if (device->id == core.identity.id) return Error{ErrorCode::not_permitted, "this device"};
  FELTBOG_TRY(challenge, ledger::parse_lease_challenge(call.text("challenge")));
  const std::int64_t days = call.parameters()["days"].integer_or(kGrantDaysDefault);
  if (days < 1) return Error{ErrorCode::invalid_argument, "days"};
  FELTBOG_TRY(grant, ledger::lease_grant(call.now().utc, static_cast<std::uint64_t>(days)));
  FELTBOG_TRY(code, ledger::make_lease_code(core.membership.organisation().id(), core.identity,
                                            device->publics, challenge, grant));
  call.searched_for(to_base32(device->id.view()));
  Value out;
  out["code"] = code;
  out["device"] = short_id(device->id);
  out["user"] = user_name(core, device->user);
  out["days"] = days;
  out["until"] = casework::to_text(casework::to_copenhagen(grant.until()));
  return out;
}

Result<Value> lease_extend(Call& call) {
  Core& core = call.core();
  FELTBOG_TRY(extension, core.lease->open_code(call.text("code")));
  call.work().extend_lease(extension.times);
  call.searched_for(to_base32(extension.granted_by.view()));
  return lease_value(lease_standing(extension.times, core.membership.organisation().lease_days()));
}

constexpr Parameter kSetParameters[] = {
    {"days",
     ParameterType::integer,
     Presence::positional,
     {"From 1 to 90; 0: without end", "Fra 1 til 90; 0: uden udløb"}}};
constexpr Parameter kCodeParameters[] = {
    {"device",
     ParameterType::text,
     Presence::required,
     {"The device's id, or its user's name", "Enhedens id, eller dens brugers navn"}},
    {"challenge",
     ParameterType::text,
     Presence::required,
     {"What `lease show` shows there", "Det som `lease show` viser dér"}},
    {"days",
     ParameterType::integer,
     Presence::optional,
     {"For how many days, at most 14 (default 7)", "For hvor mange dage, højst 14 (ellers 7)"}}};
constexpr Parameter kExtendParameters[] = {
    {"code",
     ParameterType::text,
     Presence::positional,
     {"What the supervisor reads out", "Det som lederen læser op"}}};

constexpr CommandRow kRows[] = {
    {"lease.code",
     Shape::command,
     1,
     {"Give a device without network more time: a code to read out over the phone",
      "Giv en enhed uden net mere tid: en kode til at læse op i telefonen"},
     "feltbog lease code --device Anna --challenge 4k7m-92xq --days 7",
     kCodeParameters,
     {},
     Entitlement::supervisors,
     AccessClass::share,
     false,
     false,
     lease_code,
     WhileLapsed::refused},
    {"lease.extend",
     Shape::command,
     1,
     {"More time without the server, by a supervisor's code",
      "Mere tid uden serveren, med en leders kode"},
     "feltbog lease extend 9q2w-4rty-7vbn",
     kExtendParameters,
     {},
     Entitlement::anyone,
     AccessClass::share,
     false,
     false,
     lease_extend,
     WhileLapsed::done},
    {"lease.set",
     Shape::command,
     1,
     {"How many days a device shows cases without the server",
      "Hvor mange dage en enhed viser sager uden serveren"},
     "feltbog lease set 14",
     kSetParameters,
     {},
     Entitlement::administrators,
     AccessClass::none,
     false,
     false,
     lease_set,
     WhileLapsed::refused},
    {"lease.show",
     Shape::query,
     1,
     {"For how long this device shows cases without the server, and what to read to a supervisor",
      "Hvor længe enheden viser sager uden serveren, og hvad man læser op for en leder"},
     "feltbog lease show",
     {},
     {},
     Entitlement::anyone,
     AccessClass::none,
     true,
     false,
     lease_show,
     WhileLapsed::done},
};

}  // namespace

std::span<const CommandRow> lease_commands() { return kRows; }

}  // namespace feltbog::workspace
