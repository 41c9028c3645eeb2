// SPDX-License-Identifier: Apache-2.0
// The end of a file: handing it to an archive, keeping it from erasure, erasing it, and proving
// that it is gone. docs/erasure.md.
#include <algorithm>

#include "core/base/cbor.h"
#include "core/crypto/hash.h"
#include "core/workspace/call.h"
#include "core/workspace/commands/commands.h"
#include "core/workspace/erasure.h"
#include "core/workspace/naming.h"
#include "core/workspace/schema.h"

namespace feltbog::workspace {
namespace {

std::string time_text(WallTime time) { return casework::to_text(casework::to_copenhagen(time)); }

// --- archive ---

Value with_origin(Call& call, const document::FieldValue& value) {
  Value out;
  out["value"] = value.value;
  out["by"] = author_name(call.core(), value.op.change.writer);
  out["recorded"] = time_text(value.recorded_at);
  return out;
}

Value all_of(Call& call, const std::vector<document::FieldValue>& values) {
  Value out = Value::List{};
  for (const auto& value : values) out.push_back(with_origin(call, value));
  return out;
}

void put_if_any(Value& out, std::string_view name, Value list) {
  if (!list.items().empty()) out[name] = std::move(list);
}

// Everything a field ever said that is still known, whatever its policy makes of it.
Value field_of(Call& call, const document::History& history, const document::DocumentId& id,
               std::string_view name) {
  Value out = Value::Map{};
  if (std::string text = history.text(id, name); !text.empty()) out["text"] = std::move(text);
  if (const auto signing = history.frozen(id, name)) out["signed"] = with_origin(call, *signing);
  put_if_any(out, "values", all_of(call, history.value_history(id, name)));
  put_if_any(out, "entries", all_of(call, history.log(id, name)));
  Value members = Value::List{};
  for (const auto& member : history.members(id, name)) members.push_back(member.value);
  put_if_any(out, "members", std::move(members));
  Value items = Value::List{};
  for (const auto& item : history.list(id, name)) items.push_back(item.value);
  put_if_any(out, "items", std::move(items));
  if (const auto count = history.counter(id, name); count != 0) out["count"] = count;
  return out;
}

Value documents_of(Call& call, const SpaceFile& file) {
  Value out = Value::List{};
  auto infos = file.history.documents();
  const auto deleted = file.history.deleted_documents();
  infos.insert(infos.end(), deleted.begin(), deleted.end());
  for (const auto& info : infos) {
    Value document;
    document["id"] = document::to_text(info.id);
    document["kind"] = info.kind;
    document["recorded"] = time_text(info.recorded_at);
    if (!info.id.is_root()) document["by"] = author_name(call.core(), info.id.change.writer);
    Value fields = Value::Map{};
    for (const std::string& name : file.history.fields(info.id)) {
      fields[name] = field_of(call, file.history, info.id, name);
    }
    document["fields"] = std::move(fields);
    out.push_back(std::move(document));
  }
  return out;
}

Result<Value> case_archive(Call& call) {
  FELTBOG_TRY(file, call.shown_file());
  Value content;
  content["version"] = 1;
  content["case"] = to_base32(file->id.view());
  content["changes"] = static_cast<std::int64_t>(file->history.change_count());
  content["documents"] = documents_of(call, *file);
  Value out;
  out["hash"] =
      to_hex(crypto::hash<ledger::ArchiveHash>("archive.v1", encode_cbor(content)).view());
  out["content"] = std::move(content);
  return out;
}

// --- hold ---

Result<Value> case_hold(Call& call) {
  FELTBOG_TRY(file, find_file(call.core(), call.text("case")));
  const bool held = call.parameters()["lift"] != Value(true);
  call.work().hold_space(file->id, held);
  Value out;
  out["case"] = short_id(file->id);
  out["legal_hold"] = held;
  return out;
}

// --- erasure ---

struct GroundName {
  std::string_view name;
  ledger::ErasureGround ground;
};
constexpr GroundName kGrounds[] = {{"retention_over", ledger::ErasureGround::retention_over},
                                   {"request", ledger::ErasureGround::request},
                                   {"mistake", ledger::ErasureGround::mistake}};

Result<ledger::SpaceErase> erasure_from(Call& call) {
  ledger::SpaceErase out;
  const std::string named = call.text("ground");
  const auto found = std::find_if(std::begin(kGrounds), std::end(kGrounds),
                                  [&](const GroundName& each) { return each.name == named; });
  if (found == std::end(kGrounds)) {
    return Error{ErrorCode::invalid_argument, "ground: retention_over, request or mistake"};
  }
  out.ground = found->ground;
  if (call.has("archive")) {
    const auto bytes = from_hex(call.text("archive"));
    const auto hash = bytes ? ledger::ArchiveHash::from(*bytes) : Error{ErrorCode::malformed, ""};
    if (!hash) return Error{ErrorCode::invalid_argument, "archive: the hash case archive shows"};
    out.archive = *hash;
  }
  return out;
}

// An erased file by the beginning of its id; it has no title any more.
Result<SpaceId> find_erased(Core& core, std::string_view reference) {
  std::optional<SpaceId> found;
  for (const auto& [id, log] : core.membership.spaces()) {
    if (!log.erased() || reference.size() < 4) continue;
    if (!to_base32(id.view()).starts_with(reference)) continue;
    if (found) return Error{ErrorCode::ambiguous, "file"};
    found = id;
  }
  if (!found) return Error{ErrorCode::not_found, "file"};
  return *found;
}

struct SignedErasure {
  ledger::Record record;
  ledger::SpaceErase erasure;
};

Result<SignedErasure> erasing_record(Core& core, const SpaceId& space) {
  FELTBOG_TRY(row, core.database->prepare(
                       "SELECT record FROM space_record WHERE space = ?1 AND sequence = ?2"));
  row.bind_all(space, core.membership.space(space)->state.erased_at());
  FELTBOG_TRY(found, row.step());
  if (!found) return Error{ErrorCode::corrupt, "space record"};
  FELTBOG_TRY(record, ledger::Record::decode(row.bytes(0)));
  FELTBOG_TRY(payload, ledger::decode_space_payload(record.kind, record.payload));
  return SignedErasure{std::move(record), std::get<ledger::SpaceErase>(payload)};
}

// Every device that was ever given a key, and whether it says that what it had is gone.
Value holders_of(Core& core, const ledger::SpaceState& state) {
  const auto& organisation = core.membership.organisation();
  Value out = Value::List{};
  for (const auto& [id, device] : organisation.devices()) {
    if (!state.ever_held_key(id)) continue;
    Value row;
    row["device"] = short_id(id);
    row["user"] = user_name(core, device.user);
    row["standing"] = state.erased_by(id)              ? "erased"
                      : organisation.device_active(id) ? "not_confirmed"
                                                       : "revoked";
    out.push_back(std::move(row));
  }
  return out;
}

Result<Value> describe_erased(Core& core, const SpaceId& space) {
  const ledger::SpaceState& state = core.membership.space(space)->state;
  FELTBOG_TRY(made, erasing_record(core, space));
  FELTBOG_TRY(here, what_was_erased(core, space));
  Value out;
  out["case"] = short_id(space);
  out["by"] = user_name(core, core.membership.organisation().device(made.record.author)->user);
  for (const GroundName& each : kGrounds) {
    if (each.ground == made.erasure.ground) out["ground"] = each.name;
  }
  if (made.erasure.archive) out["archive"] = to_hex(made.erasure.archive->view());
  out["changes"] = static_cast<std::int64_t>(here ? here->changes : 0);
  out["unsent"] = static_cast<std::int64_t>(here ? here->unsent : 0);
  const Value holders = holders_of(core, state);
  const auto open =
      std::count_if(holders.items().begin(), holders.items().end(),
                    [](const Value& row) { return row["standing"] == Value("not_confirmed"); });
  out["not_confirmed"] = static_cast<std::int64_t>(open);
  return out;
}

// The whole signed log, which anybody can check against the organisation's, and who has confirmed.
Result<Value> proof_of(Core& core, const SpaceId& space) {
  FELTBOG_TRY(out, describe_erased(core, space));
  out["space"] = to_hex(space.view());
  out["organisation"] = to_hex(core.membership.organisation().id().view());
  out["erased_by_record"] =
      static_cast<std::int64_t>(core.membership.space(space)->state.erased_at());
  FELTBOG_TRY(rows, core.database->prepare("SELECT record FROM space_record WHERE space = ?1 AND "
                                           "accepted = 1 ORDER BY sequence"));
  rows.bind(1, space);
  Value records = Value::List{};
  while (true) {
    FELTBOG_TRY(more, rows.step());
    if (!more) break;
    records.push_back(to_hex(rows.bytes(0)));
  }
  out["records"] = std::move(records);
  out["holders"] = holders_of(core, core.membership.space(space)->state);
  return out;
}

Result<Value> case_erase(Call& call) {
  const std::string reference = call.text("case");
  const bool wants_proof = call.parameters()["proof"] == Value(true);
  if (const auto erased = find_erased(call.core(), reference)) {
    if (!wants_proof) return Error{ErrorCode::erased, "file"};
    return proof_of(call.core(), *erased);
  }
  FELTBOG_TRY(file, find_file(call.core(), reference));
  if (wants_proof) return Error{ErrorCode::wrong_state, "the file has not been erased"};
  FELTBOG_TRY(erasure, erasure_from(call));
  const SpaceLog* log = call.core().membership.space(file->id);
  if (log->state.erased_at() != 0) return Error{ErrorCode::already_exists, "erasure, not sent yet"};
  if (log->state.legal_hold()) return Error{ErrorCode::wrong_state, "a legal hold stands"};
  call.work().erase_space(file->id, erasure);
  Value out;
  out["case"] = short_id(file->id);
  out["title"] = title_of(*file);
  out["ground"] = call.text("ground");
  return out;
}

Result<Value> case_erased(Call& call) {
  Value rows = Value::List{};
  for (const auto& [id, log] : call.core().membership.spaces()) {
    if (!log.erased()) continue;
    FELTBOG_TRY(row, describe_erased(call.core(), id));
    rows.push_back(std::move(row));
  }
  return rows;
}

constexpr Parameter kCase{"case",
                          ParameterType::text,
                          Presence::positional,
                          {"The file: the beginning of its id, or its title",
                           "Sagen: begyndelsen af dens id, eller dens titel"}};
constexpr Parameter kArchiveParameters[] = {kCase};
constexpr Parameter kHoldParameters[] = {
    kCase,
    {"lift",
     ParameterType::boolean,
     Presence::optional,
     {"Let it be erased again", "Lad den kunne slettes igen"}}};
constexpr Parameter kEraseParameters[] = {
    kCase,
    {"ground",
     ParameterType::text,
     Presence::optional,
     {"Why: retention_over, request or mistake", "Hvorfor: retention_over, request eller mistake"}},
    {"archive",
     ParameterType::text,
     Presence::optional,
     {"The hash of what an archive was given", "Hash af det som et arkiv har fået"}},
    {"proof",
     ParameterType::boolean,
     Presence::optional,
     {"Of a file erased before: its signed log, and which devices have confirmed",
      "For en sag der er slettet: dens underskrevne log, og hvilke enheder der har bekræftet"}}};
constexpr Column kErasedColumns[] = {{"case", {"Case", "Sag"}},
                                     {"ground", {"Ground", "Grund"}},
                                     {"by", {"By", "Af"}},
                                     {"changes", {"Changes", "Ændringer"}},
                                     {"unsent", {"Unsent", "Ikke sendt"}},
                                     {"not_confirmed", {"Not confirmed", "Ikke bekræftet"}}};

constexpr CommandRow kRows[] = {
    {"case.archive",
     Shape::query,
     1,
     {"Everything in a file, to be kept elsewhere", "Alt i en sag, til opbevaring et andet sted"},
     "feltbog case archive abcd12 --json",
     kArchiveParameters,
     {},
     Entitlement::supervisors,
     AccessClass::extract,
     true,
     false,
     case_archive,
     WhileLapsed::refused},
    {"case.erase",
     Shape::command,
     1,
     {"Destroy a file on the server and all devices", "Slet en sag på serveren og alle enheder"},
     "feltbog case erase abcd12 --ground retention_over",
     kEraseParameters,
     {},
     Entitlement::supervisors,
     AccessClass::change,
     false,
     false,
     case_erase,
     WhileLapsed::refused},
    {"case.erased",
     Shape::query,
     1,
     {"Files that were destroyed, and who has confirmed it",
      "Sager der er slettet, og hvem der har bekræftet det"},
     "feltbog case erased",
     {},
     kErasedColumns,
     Entitlement::anyone,
     AccessClass::none,
     true,
     false,
     case_erased,
     WhileLapsed::refused},
    {"case.hold",
     Shape::command,
     1,
     {"Keep a file from being erased", "Lad en sag ikke kunne slettes"},
     "feltbog case hold abcd12",
     kHoldParameters,
     {},
     Entitlement::supervisors,
     AccessClass::change,
     false,
     false,
     case_hold,
     WhileLapsed::refused},
};

}  // namespace

std::span<const CommandRow> erasure_commands() { return kRows; }

}  // namespace feltbog::workspace
