// SPDX-License-Identifier: Apache-2.0
// Taking down a note without seeing anything, and what becomes of it.
#include "core/workspace/call.h"
#include "core/workspace/commands/commands.h"
#include "core/workspace/dropped_notes.h"
#include "core/workspace/naming.h"

namespace feltbog::workspace {
namespace {

Result<Value> note_drop(Call& call) {
  Core& core = call.core();
  if (core.stage() != Stage::member) return Error{ErrorCode::wrong_state, "no member yet"};
  const DroppedNote note{call.text("case"), casework::to_text(call.moment("at").local),
                         call.now().utc, call.text("text")};
  FELTBOG_TRY(sealed, core.dropped->seal(note));
  call.work().drop_note(std::move(sealed));
  FELTBOG_TRY(before, core.dropped->count());
  Value out;
  out["dropped_notes"] = before + 1;
  return out;
}

Result<Value> note_dropped(Call& call) {
  FELTBOG_TRY(waiting, call.core().dropped->list());
  Value rows = Value::List{};
  for (const DroppedNotes::Waiting& each : waiting) {
    Value row;
    row["id"] = std::to_string(each.id);
    row["case"] = each.note.file;
    row["happened"] = each.note.happened;
    row["recorded"] = casework::to_text(casework::to_copenhagen(each.note.recorded));
    row["text"] = each.note.text;
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<Value> note_file(Call& call) {
  const std::int64_t id = call.parameters()["id"].integer_or(0);
  FELTBOG_TRY(note, call.core().dropped->open(id));
  FELTBOG_TRY(file, find_file(call.core(), call.text("case")));
  FELTBOG_TRY(draft, call.work().draft(file->id, note.recorded));
  const auto made = begin_dropped_note(*draft, note);
  call.work().take_up_note(id);
  Value out;
  out["case"] = short_id(file->id);
  out["note"] = short_id(made);
  return out;
}

constexpr Parameter kDropParameters[] = {
    {"text", ParameterType::text, Presence::positional, {"The words", "Teksten"}},
    {"case",
     ParameterType::text,
     Presence::optional,
     {"The file it belongs to, when that is known", "Sagen det hører til, hvis man ved det"}},
    {"at",
     ParameterType::moment,
     Presence::optional,
     {"When it took place (default: now)", "Hvornår det skete (ellers: nu)"}}};
constexpr Parameter kFileParameters[] = {
    {"id",
     ParameterType::integer,
     Presence::positional,
     {"Its number in `note dropped`", "Dets nummer i `note dropped`"}},
    {"case", ParameterType::text, Presence::required, {"The file", "Sagen"}}};
constexpr Column kDroppedColumns[] = {{"id", {"Number", "Nummer"}},
                                      {"case", {"Case", "Sag"}},
                                      {"happened", {"Happened", "Skete"}},
                                      {"recorded", {"Recorded", "Noteret"}},
                                      {"text", {"Words", "Tekst"}}};

constexpr CommandRow kRows[] = {
    {"note.drop",
     Shape::command,
     1,
     {"Take down a note without seeing any case, also when the device's time is up",
      "Notér uden at se nogen sag, også når enhedens tid er udløbet"},
     "feltbog note drop 'Ringede på, ingen åbnede.' --case abcd12",
     kDropParameters,
     {},
     Entitlement::anyone,
     AccessClass::create,
     false,
     false,
     note_drop,
     WhileLapsed::done},
    {"note.dropped",
     Shape::query,
     1,
     {"Notes taken down that are in no case yet", "Noterede notater som endnu ikke er i en sag"},
     "feltbog note dropped",
     {},
     kDroppedColumns,
     Entitlement::anyone,
     AccessClass::view,
     true,
     false,
     note_dropped,
     WhileLapsed::refused},
    {"note.file",
     Shape::command,
     1,
     {"Put a note that was taken down into its case", "Læg et noteret notat i sin sag"},
     "feltbog note file 1 --case abcd12",
     kFileParameters,
     {},
     Entitlement::anyone,
     AccessClass::create,
     false,
     false,
     note_file,
     WhileLapsed::refused},
};

}  // namespace

std::span<const CommandRow> dropped_note_commands() { return kRows; }

}  // namespace feltbog::workspace
