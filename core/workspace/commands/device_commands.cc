// SPDX-License-Identifier: Apache-2.0
// Devices: which there are, barring one that is lost, and what it held.
#include <algorithm>

#include "core/ledger/spoken_code.h"
#include "core/workspace/call.h"
#include "core/workspace/commands/commands.h"
#include "core/workspace/device_replica.h"
#include "core/workspace/dropped_notes.h"
#include "core/workspace/held_runs.h"
#include "core/workspace/naming.h"
#include "core/workspace/tables.h"

namespace feltbog::workspace {
namespace {

using ledger::DeviceEntry;

std::string_view standing_of(const DeviceEntry& device) {
  if (device.barred_at == 0) return "active";
  return device.wipe_ordered_at == 0 ? "revoked" : "wipe_ordered";
}

Value describe(Core& core, const DeviceEntry& device) {
  Value out;
  out["id"] = short_id(device.id);
  out["user"] = user_name(core, device.user);
  out["standing"] = standing_of(device);
  out["self"] = device.id == core.identity.id;
  out["spoken"] = ledger::spoken_device_code(device.id);
  if (device.lost_at.milliseconds != 0) {
    out["lost_at"] = casework::to_text(casework::to_copenhagen(device.lost_at));
  }
  return out;
}

Result<Value> device_list(Call& call) {
  Value rows = Value::List{};
  for (const auto& [id, device] : call.core().membership.organisation().devices()) {
    rows.push_back(describe(call.core(), device));
  }
  return rows;
}

// Of the device that asks: what its holder reads aloud to whoever sees it in the list.
Result<Value> device_code(Call& call) {
  Value out;
  out["device"] = short_id(call.core().identity.id);
  out["spoken"] = ledger::spoken_device_code(call.core().identity.id);
  return out;
}

Result<ledger::DeviceRevoke> revocation_of(Call& call, const DeviceId& device) {
  ledger::DeviceRevoke out{device, {}, {}};
  if (!call.has("lost_at")) return out;
  out.lost_at = call.moment("lost_at").utc;
  if (out.lost_at > call.now().utc) {
    return Error{ErrorCode::invalid_argument, "lost_at is still to come"};
  }
  return out;
}

Value answer(Core& core, const DeviceEntry& device, std::string_view done) {
  Value out;
  out["device"] = short_id(device.id);
  out["user"] = user_name(core, device.user);
  out["standing"] = done;
  return out;
}

Result<Value> device_revoke(Call& call) {
  FELTBOG_TRY(device, find_device(call.core(), call.text("device")));
  FELTBOG_TRY(revocation, revocation_of(call, device->id));
  call.work().add_record(std::move(revocation));
  return answer(call.core(), *device, "revoked");
}

// Barred first, where it is not yet.
Result<Value> device_wipe(Call& call) {
  FELTBOG_TRY(device, find_device(call.core(), call.text("device")));
  FELTBOG_TRY(revocation, revocation_of(call, device->id));
  if (device->barred_at == 0) call.work().add_record(std::move(revocation));
  call.work().add_record(ledger::WipeOrder{device->id});
  return answer(call.core(), *device, "wipe_ordered");
}

// Files whose present key no other device has: members' in use, or the recovery key.
std::int64_t files_only_here(Core& core) {
  const auto& organisation = core.membership.organisation();
  std::int64_t count = 0;
  for (const auto& entry : core.membership.spaces()) {
    const ledger::SpaceState& file = entry.second.state;
    if (!ledger::is_file(file.kind()) || !file.admits(core.identity.id, organisation)) continue;
    const ledger::Epoch& epoch = file.epoch();
    const bool elsewhere =
        !epoch.recovery_keys.empty() ||
        std::any_of(epoch.holders.begin(), epoch.holders.end(), [&](const auto& holder) {
          return holder.first != core.identity.id && file.admits(holder.first, organisation);
        });
    if (!elsewhere) ++count;
  }
  return count;
}

// Before the device is somebody else's: nothing of its user's is lost, and nothing stays.
Result<Value> device_leave(Call& call) {
  Core& core = call.core();
  if (core.stage() != Stage::member) return Error{ErrorCode::wrong_state, "not joined"};
  FELTBOG_TRY(content, core.replica->content_waits());
  if (content || core.membership.waiting_count() > 0) {
    return Error{ErrorCode::wrong_state, "not everything is sent yet: sync first"};
  }
  FELTBOG_TRY(dropped, core.dropped->count());
  if (dropped > 0)
    return Error{ErrorCode::wrong_state, "notes are in no case yet: file them first"};
  if (const std::int64_t files = files_only_here(core); files > 0) {
    return Error{ErrorCode::wrong_state,
                 std::to_string(files) + " files that nobody else can open: hand them over first"};
  }
  call.work().add_record(ledger::DeviceRevoke{core.identity.id, {}, {}});
  call.work().keep_setting(setting::kLeaving, {});
  Value out;
  out["device"] = short_id(core.identity.id);
  out["standing"] = "wipe_ordered";
  return out;
}

// When the newest of its runs came, and how many of them there are. None came: no time.
struct Received {
  std::int64_t runs = 0;
  std::optional<WallTime> newest;
};

Result<Received> received_from(Core& core, const SpaceId& space, const DeviceId& device) {
  FELTBOG_TRY(row, core.database->prepare(
                       "SELECT count(*), max(sealed_at) FROM run JOIN writer USING(writer) WHERE "
                       "run.space = ?1 AND device = ?2 AND set_aside IS NULL"));
  row.bind_all(space, device);
  FELTBOG_TRY(found, row.step());
  FELTBOG_ASSERT(found);
  Received out;
  out.runs = row.integer(0);
  if (!row.is_null(1)) out.newest = WallTime{row.integer(1)};
  return out;
}

// What the device could read of one file, and whether it still can.
Result<Value> held_file(Core& core, const SpaceLog& log, const DeviceId& device) {
  FELTBOG_TRY(file, core.files.open(log.state.id()));
  FELTBOG_TRY(received, received_from(core, log.state.id(), device));
  Value out;
  out["case"] = short_id(log.state.id());
  out["title"] = title_of(*file);
  // What is written under a key it was never given, it cannot read.
  out["reads_new"] = log.state.epoch().holders.contains(device);
  out["runs_received"] = received.runs;
  if (received.newest) {
    out["last_received"] = casework::to_text(casework::to_copenhagen(*received.newest));
  }
  return out;
}

Result<Value> device_report(Call& call) {
  Core& core = call.core();
  FELTBOG_TRY(device, find_device(core, call.text("device")));
  Value out = describe(core, *device);
  Value files = Value::List{};
  bool reads_new = false;
  for (const auto& [id, log] : core.membership.spaces()) {
    const auto& epochs = log.state.epochs();
    const bool held = std::any_of(epochs.begin(), epochs.end(), [&](const ledger::Epoch& epoch) {
      return epoch.holders.contains(device->id);
    });
    if (!held || !ledger::is_file(log.state.kind()) || !is_own(core, log)) continue;
    FELTBOG_TRY(file, held_file(core, log, device->id));
    call.shows(id);
    reads_new = reads_new || file["reads_new"].boolean_or(false);
    files.push_back(std::move(file));
  }
  out["files"] = std::move(files);
  out["reads_new"] = reads_new;
  FELTBOG_TRY(held, held_runs(core));
  out["held_back"] =
      static_cast<std::int64_t>(std::count_if(held.begin(), held.end(), [&](const HeldRun& run) {
        return run.header.device == device->id && run.standing == ledger::RunStanding::held_back;
      }));
  return out;
}

Result<Value> user_suspend(Call& call) {
  FELTBOG_TRY(user, find_user(call.core(), call.text("name")));
  call.work().add_record(ledger::UserSuspend{user, {}});
  Value out;
  out["name"] = call.text("name");
  out["suspended"] = true;
  return out;
}

Result<Value> user_reinstate(Call& call) {
  FELTBOG_TRY(user, find_user(call.core(), call.text("name")));
  call.work().add_record(ledger::UserReinstate{user});
  Value out;
  out["name"] = call.text("name");
  out["suspended"] = false;
  return out;
}

constexpr Parameter kDevice{"device",
                            ParameterType::text,
                            Presence::positional,
                            {"The device's id, or its user's name",
                             "Enhedens id, eller dens "
                             "brugers navn"}};
constexpr Parameter kDeviceParameters[] = {kDevice};
constexpr Parameter kRevokeParameters[] = {
    kDevice,
    {"lost_at",
     ParameterType::moment,
     Presence::optional,
     {"When it got lost: what came from it later is held back",
      "Hvornår den blev væk: det der kom fra den senere, lægges til side"}}};
constexpr Parameter kUserParameters[] = {
    {"name", ParameterType::text, Presence::positional, {"The person's name", "Personens navn"}}};
constexpr Column kListColumns[] = {{"id", {"Id", "Id"}},
                                   {"user", {"User", "Bruger"}},
                                   {"standing", {"Standing", "Status"}},
                                   {"lost_at", {"Lost", "Væk siden"}},
                                   {"self", {"This device", "Denne enhed"}},
                                   {"spoken", {"Read aloud", "Læses højt"}}};

constexpr CommandRow kRows[] = {
    {"device.code",
     Shape::query,
     1,
     {"A code to read aloud, so that two people know they mean the same device",
      "En kode til at læse højt, så to ved at de mener den samme enhed"},
     "feltbog device code",
     {},
     {},
     Entitlement::anyone,
     AccessClass::none,
     true,
     false,
     device_code,
     WhileLapsed::done},
    {"device.leave",
     Shape::command,
     1,
     {"Give this device up: at the next sync it is barred, and everything on it destroyed",
      "Aflever denne enhed: ved næste synkronisering spærres den, og alt på den slettes"},
     "feltbog device leave",
     {},
     {},
     Entitlement::anyone,
     AccessClass::none,
     false,
     false,
     device_leave,
     WhileLapsed::refused},
    {"device.list",
     Shape::query,
     1,
     {"List the devices of the organisation", "Vis organisationens enheder"},
     "feltbog device list",
     {},
     kListColumns,
     Entitlement::anyone,
     AccessClass::none,
     true,
     false,
     device_list,
     WhileLapsed::done},
    {"device.report",
     Shape::query,
     1,
     {"What a device held of the files here, and whether it can still read what is new",
      "Hvad en enhed havde af sagerne her, og om den stadig kan læse nyt"},
     "feltbog device report Anna",
     kDeviceParameters,
     {},
     Entitlement::supervisors,
     AccessClass::view,
     true,
     false,
     device_report,
     WhileLapsed::refused},
    {"device.revoke",
     Shape::command,
     1,
     {"Bar a lost device for good", "Spær en mistet enhed for altid"},
     "feltbog device revoke Anna --lost-at 2026-11-16T08:00",
     kRevokeParameters,
     {},
     Entitlement::anyone,
     AccessClass::none,
     false,
     false,
     device_revoke,
     WhileLapsed::refused},
    {"device.wipe",
     Shape::command,
     1,
     {"Bar a device, and have it destroy what it holds as soon as it hears of it",
      "Spær en enhed, og lad den slette sit indhold så snart den hører om det"},
     "feltbog device wipe Anna",
     kRevokeParameters,
     {},
     Entitlement::administrators,
     AccessClass::none,
     false,
     false,
     device_wipe,
     WhileLapsed::refused},
    {"user.reinstate",
     Shape::command,
     1,
     {"Let a suspended person back in, with new devices",
      "Luk en suspenderet person ind igen, med nye enheder"},
     "feltbog user reinstate Anna",
     kUserParameters,
     {},
     Entitlement::administrators,
     AccessClass::none,
     false,
     false,
     user_reinstate,
     WhileLapsed::refused},
    {"user.suspend",
     Shape::command,
     1,
     {"Bar a person and all their devices", "Spær en person og alle deres enheder"},
     "feltbog user suspend Anna",
     kUserParameters,
     {},
     Entitlement::administrators,
     AccessClass::none,
     false,
     false,
     user_suspend,
     WhileLapsed::refused},
};

}  // namespace

std::span<const CommandRow> device_commands() { return kRows; }

}  // namespace feltbog::workspace
