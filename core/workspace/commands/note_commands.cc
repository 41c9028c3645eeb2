// SPDX-License-Identifier: Apache-2.0
// Notes: writing, adding, rewording, signing, reading.
#include <optional>
#include <set>
#include <string>

#include "core/base/utf8.h"
#include "core/workspace/call.h"
#include "core/workspace/commands/commands.h"
#include "core/workspace/naming.h"
#include "core/workspace/new_note.h"
#include "core/workspace/note_history.h"
#include "core/workspace/note_marks.h"
#include "core/workspace/schema.h"
#include "core/workspace/splice.h"

namespace feltbog::workspace {
namespace {

struct NotePlace {
  SpaceFile* file;
  document::DocumentId note;
};

Result<NotePlace> find_note(Call& call) {
  FELTBOG_TRY(file, find_file(call.core(), call.text("case")));
  FELTBOG_TRY(note, find_document(*file, kNoteKind, call.text("note")));
  return NotePlace{file, note};
}

Result<NotePlace> shown_note(Call& call) {
  FELTBOG_TRY(place, find_note(call));
  call.shows(place.file->id);
  return place;
}

bool is_signed(const NotePlace& place) {
  return place.file->history.frozen(place.note, field::kBody).has_value();
}

Value note_reference(const SpaceFile& file, const document::DocumentId& note) {
  Value out;
  out["case"] = short_id(file.id);
  out["note"] = short_id(note);
  return out;
}

Result<Value> note_write(Call& call) {
  FELTBOG_TRY(file, find_file(call.core(), call.text("case")));
  FELTBOG_TRY(draft, call.work().draft(file->id));
  const auto happened = casework::to_text(call.moment("happened").local);
  const auto title = call.has("title") ? call.text("title") : happened;
  return note_reference(*file, begin_note(*draft, title, happened, call.text("text")));
}

// Words after the signing are an addendum; a note that is not signed simply grows.
Result<Value> note_append(Call& call) {
  FELTBOG_TRY(place, find_note(call));
  FELTBOG_TRY(draft, call.work().draft(place.file->id));
  Value out = note_reference(*place.file, place.note);
  out["addendum"] = is_signed(place);
  if (is_signed(place)) {
    Value addendum;
    addendum["happened"] = casework::to_text(call.moment("happened").local);
    addendum["text"] = call.text("text");
    draft->append(place.note, field::kAddenda, std::move(addendum));
    return out;
  }
  const std::uint64_t length = place.file->history.text_length(place.note, field::kBody);
  const std::string separator = length > 0 ? "\n" : "";
  draft->insert(place.note, field::kBody, length, separator + call.text("text"));
  return out;
}

Result<Value> note_edit(Call& call) {
  FELTBOG_TRY(place, find_note(call));
  if (is_signed(place)) return Error{ErrorCode::immutable, "note"};
  FELTBOG_TRY(draft, call.work().draft(place.file->id));
  const std::string before = place.file->history.text(place.note, field::kBody);
  const Splice splice = find_splice(before, call.text("text"));
  draft->erase(place.note, field::kBody, splice.position, splice.erased);
  draft->insert(place.note, field::kBody, splice.position, splice.inserted);
  return note_reference(*place.file, place.note);
}

// This device's newest change to the note's words that takes nothing back and was not taken back.
std::optional<document::ChangeId> last_act(const NotePlace& place) {
  const document::History& history = place.file->history;
  std::set<std::string> taken_back;
  for (const auto& member : history.members(place.note, field::kTakenBack)) {
    taken_back.insert(member.value.text_or({}));
  }
  const WriterId& writer = place.file->writer;
  for (std::uint64_t counter = history.last_counter(writer); counter > 0; --counter) {
    const document::ChangeId id{writer, counter};
    const auto targets = history.targets_of(id);
    bool words = false;
    bool takes_back = false;
    for (const auto& target : *targets) {
      words = words || (target.document == place.note && target.field == field::kBody);
      takes_back =
          takes_back || (target.document == place.note && target.field == field::kTakenBack);
    }
    // What a note began with goes only with the note.
    const bool is_first = place.note.change == id;
    if (words && !takes_back && !is_first && taken_back.count(document::to_text(id)) == 0)
      return id;
  }
  return std::nullopt;
}

Result<Value> note_undo(Call& call) {
  FELTBOG_TRY(place, find_note(call));
  if (is_signed(place)) return Error{ErrorCode::immutable, "note"};
  const auto act = last_act(place);
  if (!act) return Error{ErrorCode::wrong_state, "nothing written here on this device is left"};
  FELTBOG_TRY(back, place.file->history.taking_back(*act));
  FELTBOG_TRY(draft, call.work().draft(place.file->id));
  draft->add_ops(std::move(back.ops));
  draft->add(place.note, field::kTakenBack, Value(document::to_text(*act)));
  return note_reference(*place.file, place.note);
}

struct Stretch {
  std::uint64_t from;
  std::uint64_t to;
};

// The one place where these words stand.
Result<Stretch> find_words(std::string_view text, std::string_view words) {
  const std::size_t found = words.empty() ? text.npos : text.find(words);
  if (found == text.npos) return Error{ErrorCode::not_found, "words"};
  if (text.find(words, found + 1) != text.npos) return Error{ErrorCode::ambiguous, "words"};
  const std::uint64_t from = count_code_points(text.substr(0, found));
  return Stretch{from, from + count_code_points(words)};
}

Result<Stretch> chosen_stretch(const Call& call, std::string_view text) {
  if (call.has("words") == (call.has("from") && call.has("to"))) {
    return Error{ErrorCode::invalid_argument, "words, or from and to"};
  }
  if (call.has("words")) return find_words(text, call.text("words"));
  const std::int64_t from = call.parameters()["from"].integer_or(0);
  const std::int64_t to = call.parameters()["to"].integer_or(0);
  const auto length = static_cast<std::int64_t>(count_code_points(text));
  if (from < 0 || from >= to || to > length) return Error{ErrorCode::invalid_argument, "from, to"};
  return Stretch{static_cast<std::uint64_t>(from), static_cast<std::uint64_t>(to)};
}

Value value_of_mark(const Call& call) {
  if (call.parameters()["remove"].boolean_or(false)) return {};
  if (call.has("value")) return Value(call.text("value"));
  return call.text("name") == "list" ? Value("bullet") : Value(true);
}

Result<Value> note_mark(Call& call) {
  FELTBOG_TRY(place, find_note(call));
  if (is_signed(place)) return Error{ErrorCode::immutable, "note"};
  const std::string text = place.file->history.text(place.note, field::kBody);
  FELTBOG_TRY(stretch, chosen_stretch(call, text));
  FELTBOG_TRY(mark,
              mark_on(text, stretch.from, stretch.to, call.text("name"), value_of_mark(call)));
  FELTBOG_TRY(draft, call.work().draft(place.file->id));
  draft->mark(place.note, field::kBody, std::move(mark));
  return note_reference(*place.file, place.note);
}

Value marks_of(const NotePlace& place) {
  Value out = Value::List{};
  for (const auto& run : place.file->history.marks(place.note, field::kBody)) {
    Value mark;
    mark["begin"] = run.begin;
    mark["end"] = run.end;
    mark["name"] = run.name;
    mark["value"] = run.value;
    out.push_back(std::move(mark));
  }
  return out;
}

Result<Value> note_sign(Call& call) {
  FELTBOG_TRY(place, find_note(call));
  if (is_signed(place)) return Error{ErrorCode::immutable, "note"};
  FELTBOG_TRY(draft, call.work().draft(place.file->id));
  draft->freeze(place.note, field::kBody);
  return note_reference(*place.file, place.note);
}

Value addenda_of(Call& call, const NotePlace& place) {
  Value out = Value::List{};
  for (const auto& entry : place.file->history.log(place.note, field::kAddenda)) {
    Value addendum = entry.value;
    addendum["by"] = author_name(call.core(), entry.op.change.writer);
    addendum["recorded"] = casework::to_text(casework::to_copenhagen(entry.recorded_at));
    out.push_back(std::move(addendum));
  }
  return out;
}

Result<Value> note_history(Call& call) {
  FELTBOG_TRY(place, shown_note(call));
  Value rows = Value::List{};
  std::int64_t number = 0;
  for (const NoteVersion& version : note_versions(place.file->history, place.note)) {
    Value row;
    row["version"] = ++number;
    row["written"] = casework::to_text(casework::to_copenhagen(version.ended));
    row["by"] = author_name(call.core(), version.writer);
    row["device"] = device_of(call.core(), version.writer);
    row["added"] = static_cast<std::int64_t>(version.added);
    row["removed"] = static_cast<std::int64_t>(version.removed);
    rows.push_back(std::move(row));
  }
  return rows;
}

// The text as its author saw it then, and what distinguishes today's from it.
Result<void> add_version(Call& call, const NotePlace& place, Value& out) {
  const auto& history = place.file->history;
  const std::vector<NoteVersion> versions = note_versions(history, place.note);
  const auto count = static_cast<std::int64_t>(versions.size());
  const std::int64_t number = call.parameters()["version"].integer_or(0);
  if (number < 1 || number > count) {
    return Error{ErrorCode::not_found, "a version from 1 to " + std::to_string(count)};
  }
  const NoteVersion& version = versions[static_cast<std::size_t>(number - 1)];
  FELTBOG_TRY(text, history.text_at(place.note, field::kBody, {version.newest}));
  out["version"] = number;
  out["difference"] = difference_value(text, history.text(place.note, field::kBody));
  out["text"] = std::move(text);
  return {};
}

Result<Value> note_show(Call& call) {
  FELTBOG_TRY(place, shown_note(call));
  const auto& history = place.file->history;
  Value out = note_reference(*place.file, place.note);
  out["title"] = text_value(*place.file, place.note, field::kTitle);
  out["happened"] = text_value(*place.file, place.note, field::kHappened);
  out["by"] = author_name(call.core(), place.note.change.writer);
  out["text"] = history.text(place.note, field::kBody);
  if (!call.has("version")) out["marks"] = marks_of(place);
  if (const auto signing = history.frozen(place.note, field::kBody)) {
    out["signed_by"] = author_name(call.core(), signing->op.change.writer);
    out["signed_at"] = casework::to_text(casework::to_copenhagen(signing->recorded_at));
  }
  out["addenda"] = addenda_of(call, place);
  if (call.has("version")) FELTBOG_CHECK(add_version(call, place, out));
  return out;
}

Result<Value> note_list(Call& call) {
  FELTBOG_TRY(file, call.shown_file());
  Value rows = Value::List{};
  for (const auto& info : file->history.documents_of(kNoteKind)) {
    Value row;
    row["id"] = short_id(info.id);
    row["title"] = text_value(*file, info.id, field::kTitle);
    row["happened"] = text_value(*file, info.id, field::kHappened);
    row["by"] = author_name(call.core(), info.id.change.writer);
    row["signed"] = file->history.frozen(info.id, field::kBody).has_value();
    row["length"] = static_cast<std::int64_t>(file->history.text_length(info.id, field::kBody));
    rows.push_back(std::move(row));
  }
  return rows;
}

constexpr Parameter kCase{"case", ParameterType::text, Presence::positional, {"The file", "Sagen"}};
constexpr Parameter kNote{"note",
                          ParameterType::text,
                          Presence::positional,
                          {"The note: the beginning of its id, or its title",
                           "Notatet: begyndelsen af dets id, eller dets titel"}};
constexpr Parameter kText{
    "text", ParameterType::text, Presence::positional, {"The words", "Teksten"}};
constexpr Parameter kHappened{
    "happened",
    ParameterType::moment,
    Presence::optional,
    {"When it took place (default: now)", "Hvornår det skete (ellers: nu)"}};
constexpr Parameter kWriteParameters[] = {
    kCase,
    kText,
    {"title", ParameterType::text, Presence::optional, {"A heading", "En overskrift"}},
    kHappened};
constexpr Parameter kAppendParameters[] = {kCase, kNote, kText, kHappened};
constexpr Parameter kEditParameters[] = {kCase, kNote, kText};
constexpr Parameter kNoteParameters[] = {kCase, kNote};
constexpr Parameter kShowParameters[] = {kCase,
                                         kNote,
                                         {"version",
                                          ParameterType::integer,
                                          Presence::optional,
                                          {"As it read then: a number of `note history`",
                                           "Som det lød da: et nummer fra `note history`"}}};
constexpr Parameter kMarkParameters[] = {
    kCase,
    kNote,
    {"name",
     ParameterType::text,
     Presence::positional,
     {"The mark: strong, emphasis, list, heading", "Markeringen: strong, emphasis, list, heading"}},
    {"words",
     ParameterType::text,
     Presence::optional,
     {"The words to mark, which stand in the note once",
      "Ordene der skal markeres; de står én gang i notatet"}},
    {"from",
     ParameterType::integer,
     Presence::optional,
     {"Instead of words: how many characters stand before", "I stedet for ord: antal tegn foran"}},
    {"to",
     ParameterType::integer,
     Presence::optional,
     {"How many characters stand before the end", "Antal tegn før slutningen"}},
    {"value",
     ParameterType::text,
     Presence::optional,
     {"What kind: bullet or number for a list", "Hvilken slags: bullet eller number for en liste"}},
    {"remove",
     ParameterType::boolean,
     Presence::optional,
     {"Take the mark away", "Fjern markeringen"}}};
constexpr Parameter kListParameters[] = {kCase};
constexpr Column kHistoryColumns[] = {{"version", {"Version", "Version"}},
                                      {"written", {"Written", "Skrevet"}},
                                      {"by", {"By", "Af"}},
                                      {"added", {"Added", "Tilføjet"}},
                                      {"removed", {"Removed", "Slettet"}}};
constexpr Column kListColumns[] = {{"id", {"Note", "Notat"}},
                                   {"title", {"Title", "Titel"}},
                                   {"happened", {"Happened", "Skete"}},
                                   {"by", {"By", "Af"}},
                                   {"signed", {"Signed", "Underskrevet"}}};

constexpr CommandRow kRows[] = {
    {"note.append",
     Shape::command,
     1,
     {"Add words to a note; to a signed one, as an addendum",
      "Føj tekst til et notat; til et underskrevet som tilføjelse"},
     "feltbog note append abcd12 'Besøg' 'Aftalt nyt besøg tirsdag.'",
     kAppendParameters,
     {},
     Entitlement::anyone,
     AccessClass::change,
     false,
     false,
     note_append,
     WhileLapsed::refused},
    {"note.edit",
     Shape::command,
     1,
     {"Reword a note that is not signed", "Omskriv et notat der ikke er underskrevet"},
     "feltbog note edit abcd12 'Besøg' 'Den nye tekst'",
     kEditParameters,
     {},
     Entitlement::anyone,
     AccessClass::change,
     false,
     false,
     note_edit,
     WhileLapsed::refused},
    {"note.history",
     Shape::query,
     1,
     {"Who wrote in a note, when, and how many letters",
      "Hvem der har skrevet i et notat, hvornår, og hvor mange tegn"},
     "feltbog note history abcd12 'Besøg'",
     kNoteParameters,
     kHistoryColumns,
     Entitlement::anyone,
     AccessClass::view,
     true,
     false,
     note_history,
     WhileLapsed::refused},
    {"note.list",
     Shape::query,
     1,
     {"List the notes of a file", "Vis en sags notater"},
     "feltbog note list abcd12",
     kListParameters,
     kListColumns,
     Entitlement::anyone,
     AccessClass::view,
     true,
     false,
     note_list,
     WhileLapsed::refused},
    {"note.mark",
     Shape::command,
     1,
     {"Mark words of a note: emphasis, or lines as a list",
      "Markér ord i et notat: fremhævelse, eller linjer som liste"},
     "feltbog note mark abcd12 'Besøg' strong --words 'glad for sit nye køkken'",
     kMarkParameters,
     {},
     Entitlement::anyone,
     AccessClass::change,
     false,
     false,
     note_mark,
     WhileLapsed::refused},
    {"note.show",
     Shape::query,
     1,
     {"Read a note and its addenda", "Læs et notat og dets tilføjelser"},
     "feltbog note show abcd12 'Besøg'",
     kShowParameters,
     {},
     Entitlement::anyone,
     AccessClass::view,
     true,
     false,
     note_show,
     WhileLapsed::refused},
    {"note.sign",
     Shape::command,
     1,
     {"Sign a note: from then on it is only added to",
      "Underskriv et notat: derefter kan det kun tilføjes"},
     "feltbog note sign abcd12 'Besøg'",
     kNoteParameters,
     {},
     Entitlement::anyone,
     AccessClass::change,
     false,
     false,
     note_sign,
     WhileLapsed::refused},
    {"note.undo",
     Shape::command,
     1,
     {"Take back what was last written in a note on this device, whatever others wrote since",
      "Fortryd det der sidst blev skrevet i et notat på denne enhed, hvad andre end har skrevet "
      "siden"},
     "feltbog note undo abcd12 'Besøg'",
     kNoteParameters,
     {},
     Entitlement::anyone,
     AccessClass::change,
     false,
     false,
     note_undo,
     WhileLapsed::refused},
    {"note.write",
     Shape::command,
     1,
     {"Write a note", "Skriv et notat"},
     "feltbog note write abcd12 'Borgeren er glad for sit nye køkken.' --title 'Besøg'",
     kWriteParameters,
     {},
     Entitlement::anyone,
     AccessClass::create,
     false,
     false,
     note_write,
     WhileLapsed::refused},
};

}  // namespace

std::span<const CommandRow> note_commands() { return kRows; }

}  // namespace feltbog::workspace
