// SPDX-License-Identifier: Apache-2.0
// What people wrote on devices that were barred, or after they were removed: kept aside until
// somebody entitled adopts it or rejects it. Neither is final, and nothing of it is lost.
#include <algorithm>

#include "core/workspace/call.h"
#include "core/workspace/commands/commands.h"
#include "core/workspace/held_runs.h"
#include "core/workspace/naming.h"

namespace feltbog::workspace {
namespace {

constexpr std::size_t kShortRunSymbols = 8;

std::string run_name(const RunHash& run) {
  return to_base32(run.view()).substr(0, kShortRunSymbols);
}

std::string_view standing_name(ledger::RunStanding standing) {
  switch (standing) {
    case ledger::RunStanding::in_force: return "in_force";
    case ledger::RunStanding::held_back: return "held_back";
    case ledger::RunStanding::rejected: return "rejected";
    case ledger::RunStanding::adopted: return "adopted";
  }
  return "unknown";
}

Result<Value> describe(Core& core, const HeldRun& held) {
  const ledger::RunHeader& run = held.header;
  FELTBOG_TRY(file, core.files.open(run.space));
  Value out;
  out["id"] = run_name(run.hash());
  out["case"] = short_id(run.space);
  out["title"] = title_of(*file);
  out["by"] = author_name(core, run.writer());
  out["device"] = device_of(core, run.writer());
  out["changes"] = static_cast<std::int64_t>(run.change_count);
  out["standing"] = standing_name(held.standing);
  if (const auto first = file->history.find(changes_in(run).front())) {
    out["recorded"] = casework::to_text(casework::to_copenhagen(first->recorded_at));
  }
  return out;
}

Result<Value> held_list(Call& call) {
  FELTBOG_TRY(all, held_runs(call.core()));
  Value rows = Value::List{};
  for (const HeldRun& held : all) {
    FELTBOG_TRY(row, describe(call.core(), held));
    call.shows(held.header.space);
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<HeldRun> find_held(Core& core, std::string_view id) {
  FELTBOG_TRY(all, held_runs(core));
  const auto named = [&](const HeldRun& held) { return run_name(held.header.hash()) == id; };
  const auto found = std::find_if(all.begin(), all.end(), named);
  if (found == all.end()) return Error{ErrorCode::not_found, "held run"};
  return *found;
}

// What one operation says, in words a person can judge by.
std::optional<Value> told(const document::Op& op) {
  Value out;
  out["field"] = op.field;
  if (const auto* insert = std::get_if<document::Insert>(&op.action)) {
    out["wrote"] = insert->text;
  } else if (const auto* erase = std::get_if<document::Erase>(&op.action)) {
    out["erased"] = static_cast<std::int64_t>(erase->count);
  } else if (const auto* set = std::get_if<document::Set>(&op.action)) {
    out["wrote"] = set->value;
  } else if (const auto* append = std::get_if<document::Append>(&op.action)) {
    out["wrote"] = append->value;
  } else if (const auto* add = std::get_if<document::Add>(&op.action)) {
    out["wrote"] = add->value;
  } else if (std::holds_alternative<document::Freeze>(op.action)) {
    out["signed"] = true;
  } else {
    return std::nullopt;
  }
  if (!op.document.is_root()) out["document"] = short_id(op.document);
  return out;
}

Result<Value> held_show(Call& call) {
  FELTBOG_TRY(held, find_held(call.core(), call.text("run")));
  FELTBOG_TRY(out, describe(call.core(), held));
  call.shows(held.header.space);
  FELTBOG_TRY(file, call.core().files.open(held.header.space));
  Value acts = Value::List{};
  for (const document::ChangeId& id : changes_in(held.header)) {
    const auto change = file->history.find(id);
    if (!change) continue;  // it waits for others
    for (const document::Op& op : change->ops) {
      auto act = told(op);
      if (!act) continue;
      (*act)["recorded"] = casework::to_text(casework::to_copenhagen(change->recorded_at));
      acts.push_back(std::move(*act));
    }
  }
  out["acts"] = std::move(acts);
  return out;
}

Result<Value> settle(Call& call, bool adopted) {
  FELTBOG_TRY(held, find_held(call.core(), call.text("run")));
  call.work().settle_runs(held.header.space, {{held.header.hash(), adopted}});
  Value out;
  out["run"] = call.text("run");
  out["case"] = short_id(held.header.space);
  out["adopted"] = adopted;
  return out;
}

Result<Value> held_adopt(Call& call) { return settle(call, true); }
Result<Value> held_reject(Call& call) { return settle(call, false); }

constexpr Parameter kRunParameters[] = {
    {"run",
     ParameterType::text,
     Presence::positional,
     {"The id that held list shows", "Det id som held list viser"}}};
constexpr Column kListColumns[] = {{"id", {"Id", "Id"}},
                                   {"case", {"Case", "Sag"}},
                                   {"title", {"Title", "Titel"}},
                                   {"by", {"By", "Af"}},
                                   {"device", {"Device", "Enhed"}},
                                   {"changes", {"Changes", "Ændringer"}},
                                   {"recorded", {"Recorded", "Registreret"}},
                                   {"standing", {"Standing", "Status"}}};

constexpr CommandRow kRows[] = {
    {"held.adopt",
     Shape::command,
     1,
     {"Let what was held back count", "Lad det tilbageholdte gælde"},
     "feltbog held adopt 7k3m9x2p",
     kRunParameters,
     {},
     Entitlement::caseworkers,
     AccessClass::change,
     true,
     false,
     held_adopt,
     WhileLapsed::refused},
    {"held.list",
     Shape::query,
     1,
     {"What barred devices and removed people wrote, kept aside",
      "Det spærrede enheder og fjernede personer har skrevet, lagt til side"},
     "feltbog held list",
     {},
     kListColumns,
     Entitlement::anyone,
     AccessClass::view,
     true,
     false,
     held_list,
     WhileLapsed::refused},
    {"held.reject",
     Shape::command,
     1,
     {"Decide that what was held back shall not count", "Bestem at det tilbageholdte ikke gælder"},
     "feltbog held reject 7k3m9x2p",
     kRunParameters,
     {},
     Entitlement::caseworkers,
     AccessClass::change,
     true,
     false,
     held_reject,
     WhileLapsed::refused},
    {"held.show",
     Shape::query,
     1,
     {"What was written there", "Hvad der er skrevet i det"},
     "feltbog held show 7k3m9x2p",
     kRunParameters,
     {},
     Entitlement::anyone,
     AccessClass::view,
     true,
     false,
     held_show,
     WhileLapsed::refused},
};

}  // namespace

std::span<const CommandRow> held_commands() { return kRows; }

}  // namespace feltbog::workspace
