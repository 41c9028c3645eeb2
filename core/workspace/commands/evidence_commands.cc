// SPDX-License-Identifier: Apache-2.0
// Contradictions between things that were signed: what this device found, and what it can show
// somebody who was not there.
#include <algorithm>

#include "core/ledger/receipt.h"
#include "core/workspace/call.h"
#include "core/workspace/commands/commands.h"
#include "core/workspace/evidence.h"
#include "core/workspace/naming.h"

namespace feltbog::workspace {
namespace {

std::string time_text(WallTime time) { return casework::to_text(casework::to_copenhagen(time)); }

Result<Value> describe(Core& core, const Evidence& evidence) {
  FELTBOG_TRY(file, core.files.open(evidence.space));
  Value out;
  out["id"] = evidence.id;
  out["kind"] = name_of(evidence.kind);
  out["case"] = short_id(evidence.space);
  out["title"] = title_of(*file);
  out["found"] = time_text(evidence.found_at);
  out["proves"] = evidence.proves();
  return out;
}

// What a statement says, and its bytes for whoever wants to check the signature.
Value told(Core& core, const Bytes& statement) {
  Value out;
  out["bytes"] = to_hex(statement);
  if (const auto head = ledger::SpaceHead::decode(statement)) {
    out["position"] = static_cast<std::int64_t>(head->position);
    out["order"] = to_hex(head->order.view());
    out["records"] = static_cast<std::int64_t>(head->log.sequence);
    out["signed_at"] = time_text(head->server_time);
  } else if (const auto run = ledger::SealedRun::decode(statement)) {
    out["by"] = author_name(core, run->header.writer());
    out["device"] = device_of(core, run->header.writer());
    out["sequence"] = static_cast<std::int64_t>(run->header.sequence);
    out["hash"] = to_hex(run->header.hash().view());
    if (run->header.witness) {
      out["position"] = static_cast<std::int64_t>(run->header.witness->position);
      out["order"] = to_hex(run->header.witness->order.view());
    }
  }
  return out;
}

Result<Value> evidence_list(Call& call) {
  FELTBOG_TRY(all, read_evidence(*call.core().database));
  Value rows = Value::List{};
  for (const Evidence& evidence : all) {
    FELTBOG_TRY(row, describe(call.core(), evidence));
    call.shows(evidence.space);
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<Value> evidence_show(Call& call) {
  FELTBOG_TRY(all, read_evidence(*call.core().database));
  const std::int64_t id = call.parameters()["evidence"].integer_or(0);
  const auto found =
      std::find_if(all.begin(), all.end(), [id](const Evidence& each) { return each.id == id; });
  if (found == all.end()) return Error{ErrorCode::not_found, "evidence"};
  FELTBOG_TRY(out, describe(call.core(), *found));
  call.shows(found->space);
  if (!found->first.empty()) out["first"] = told(call.core(), found->first);
  if (!found->second.empty()) out["second"] = told(call.core(), found->second);
  return out;
}

constexpr Parameter kShowParameters[] = {
    {"evidence",
     ParameterType::integer,
     Presence::positional,
     {"The id that evidence list shows", "Det id som evidence list viser"}}};
constexpr Column kListColumns[] = {{"id", {"Id", "Id"}},           {"kind", {"Kind", "Art"}},
                                   {"case", {"Case", "Sag"}},      {"title", {"Title", "Titel"}},
                                   {"found", {"Found", "Fundet"}}, {"proves", {"Proof", "Bevis"}}};

constexpr CommandRow kRows[] = {
    {"evidence.list",
     Shape::query,
     1,
     {"Where the server or a device has contradicted itself",
      "Hvor serveren eller en enhed har modsagt sig selv"},
     "feltbog evidence list",
     {},
     kListColumns,
     Entitlement::anyone,
     AccessClass::view,
     true,
     false,
     evidence_list,
     WhileLapsed::refused},
    {"evidence.show",
     Shape::query,
     1,
     {"The two signed statements, to be shown to others",
      "De to underskrevne udsagn, til at vise andre"},
     "feltbog evidence show 1",
     kShowParameters,
     {},
     Entitlement::anyone,
     AccessClass::view,
     true,
     false,
     evidence_show,
     WhileLapsed::refused},
};

}  // namespace

std::span<const CommandRow> evidence_commands() { return kRows; }

}  // namespace feltbog::workspace
