// SPDX-License-Identifier: Apache-2.0
// What happened, what was decided and what is due in a course. Recording is never refused: what a
// pathway does not know, or what comes late, is written down and becomes a finding.
#include <algorithm>
#include <map>

#include "core/casework/course_value.h"
#include "core/workspace/call.h"
#include "core/workspace/commands/commands.h"
#include "core/workspace/course.h"
#include "core/workspace/naming.h"
#include "core/workspace/schema.h"

namespace feltbog::workspace {
namespace {

struct Recorded {
  SpaceId space;
  document::OpId op;
};

// In the newest course of the file; in the file itself when no course runs there.
Result<Recorded> record(Call& call, std::string_view type, Value fields) {
  FELTBOG_TRY(file, find_file(call.core(), call.text("case")));
  FELTBOG_TRY(draft, call.work().draft(file->id));
  document::DocumentId where;
  if (const auto courses = file->history.documents_of(kCourseKind); !courses.empty()) {
    where = courses.back().id;
  }
  return Recorded{
      file->id, draft->append(where, field::kEvents,
                              event_value(type, call.moment("happened").local, std::move(fields)))};
}

Value recorded_value(const Recorded& recorded) {
  Value out;
  out["case"] = short_id(recorded.space);
  out["event"] = document::to_text(recorded.op);
  return out;
}

void copy_given(Call& call, Value& fields, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (call.has(name)) fields[name] = call.parameters()[name];
  }
}

Result<Value> visit_log(Call& call) {
  Value fields = Value::Map{};
  copy_given(call, fields, {"minutes", "place", "basis"});
  FELTBOG_TRY(visit, record(call, "visit", std::move(fields)));
  Value out = recorded_value(visit);
  if (!call.has("text")) return out;
  // The visit log drafts the note.
  FELTBOG_TRY(draft, call.work().draft(visit.space));
  const auto note = draft->create(kNoteKind);
  const auto happened = casework::to_text(call.moment("happened").local);
  draft->set(note, field::kTitle, Value(call.has("title") ? call.text("title") : happened));
  draft->set(note, field::kHappened, Value(happened));
  draft->set(note, field::kVisit, Value(document::to_text(visit.op)));
  draft->insert(note, field::kBody, 0, call.text("text"));
  out["note"] = short_id(note);
  return out;
}

Result<Value> contact_log(Call& call) {
  Value fields = Value::Map{};
  copy_given(call, fields,
             {"channel", "result", "sms_sent", "reply_by", "knocked", "partner", "consent",
              "legal_ground", "note"});
  FELTBOG_TRY(attempt, record(call, casework::kContactAttemptEvent, std::move(fields)));
  return recorded_value(attempt);
}

Result<Value> event_log(Call& call) {
  FELTBOG_TRY(event, record(call, call.text("type"), call.parameters()["fields"]));
  return recorded_value(event);
}

// Everybody's outcome is kept. Written apart, two that differ are a conflict; written on top of one
// that was seen, it replaces just that one.
Result<Value> outcome_record(Call& call) {
  FELTBOG_TRY(file, find_file(call.core(), call.text("case")));
  FELTBOG_TRY(course, course_of(call.core(), *file));
  const std::string outcome = call.text("outcome");
  const std::string step = outcome.substr(0, outcome.find('.'));
  const auto state = state_of(course, call.now().local.date);
  const std::int64_t visit = state.step == step ? state.visit : 1;
  const std::string name = outcome_field(step, visit);
  const auto standing = file->history.values(course.document, name);
  if (standing.size() > 1) return Error{ErrorCode::conflict, "settle the open conflict first"};

  Value fields;
  fields["step"] = step;
  fields["outcome"] = outcome;
  fields["visit"] = visit;
  if (call.has("reason")) fields["reason"] = call.text("reason");
  std::vector<document::OpId> replaces;
  for (const auto& value : standing) replaces.push_back(value.op);
  FELTBOG_TRY(draft, call.work().draft(file->id));
  const auto op = draft->set(
      course.document, name,
      event_value(casework::kOutcomeEvent, call.moment("happened").local, std::move(fields)),
      std::move(replaces));
  return recorded_value({file->id, op});
}

void add_due_row(Value& rows, const SpaceFile& file, std::string_view kind, const Value& source) {
  Value row;
  row["id"] = short_id(file.id) + ":" + std::string(kind) + ":" + source["id"].text_or({});
  row["case"] = short_id(file.id);
  row["title"] = title_of(file);
  row["kind"] = kind;
  row["what"] = source["label"];
  row["due"] = source["due"];
  row["status"] = source["status"].is_null() ? source["due_status"] : source["status"];
  row["hardness"] = source["hardness"];
  row["owner"] = source["owner"];
  row["explanation"] = source["explanation"];
  rows.push_back(std::move(row));
}

bool is_open(casework::DeadlineStatus status) {
  using casework::DeadlineStatus;
  return status == DeadlineStatus::upcoming || status == DeadlineStatus::due_soon ||
         status == DeadlineStatus::due_today || status == DeadlineStatus::overdue;
}

void add_due_of(Call& call, const SpaceFile& file, const Course& course, Value& rows) {
  const auto state = state_of(course, call.now().local.date);
  for (const auto& deadline : state.deadlines) {
    if (is_open(deadline.status)) {
      add_due_row(rows, file, "deadline", casework::to_value(deadline, call.language()));
    }
  }
  for (const auto& obligation : state.obligations) {
    if (!obligation.done) {
      add_due_row(rows, file, "obligation", casework::to_value(obligation, call.language()));
    }
  }
}

// Dated things first, by date; then those without a date.
bool due_before(const Value& a, const Value& b) {
  const std::string date_a = a["due"].text_or("9999");
  const std::string date_b = b["due"].text_or("9999");
  if (date_a != date_b) return date_a < date_b;
  return a["id"].text_or({}) < b["id"].text_or({});
}

// Something may be due twice, in two courses of a file: each row has an id of its own.
void name_apart(Value& rows) {
  std::map<std::string, int> seen;
  for (Value& row : *rows.list()) {
    const std::string id = row["id"].text_or({});
    if (const int number = ++seen[id]; number > 1) row["id"] = id + ":" + std::to_string(number);
  }
}

Result<Value> due(Call& call) {
  Value rows = Value::List{};
  std::optional<SpaceId> only;
  if (call.has("case")) {
    FELTBOG_TRY(file, find_file(call.core(), call.text("case")));
    only = file->id;
  }
  for (const auto& [id, log] : call.core().membership.spaces()) {
    if (!ledger::is_file(log.state.kind()) || (only && *only != id)) continue;
    FELTBOG_TRY(file, call.core().files.open(id));
    FELTBOG_TRY(courses, courses_of(call.core(), *file));
    const std::size_t before = rows.items().size();
    for (const Course& course : courses) add_due_of(call, *file, course, rows);
    for (std::size_t row = before; row < rows.items().size(); ++row) call.shows(id);
  }
  name_apart(rows);
  std::stable_sort(rows.list()->begin(), rows.list()->end(), due_before);
  return rows;
}

constexpr Parameter kCase{"case", ParameterType::text, Presence::positional, {"The file", "Sagen"}};
constexpr Parameter kHappened{
    "happened",
    ParameterType::moment,
    Presence::optional,
    {"When it took place (default: now)", "Hvornår det skete (ellers: nu)"}};
constexpr Parameter kVisitParameters[] = {
    kCase,
    kHappened,
    {"minutes", ParameterType::integer, Presence::optional, {"How long", "Hvor længe"}},
    {"place", ParameterType::text, Presence::optional, {"Where", "Hvor"}},
    {"basis",
     ParameterType::text,
     Presence::optional,
     {"Provision, if known", "Ydelse, hvis kendt"}},
    {"text", ParameterType::text, Presence::optional, {"A note about it", "Et notat om det"}},
    {"title",
     ParameterType::text,
     Presence::optional,
     {"The note's heading", "Notatets overskrift"}}};
constexpr Parameter kContactParameters[] = {
    kCase,
    {"channel",
     ParameterType::text,
     Presence::required,
     {"phone, digital_post, letter, visit, partner",
      "phone, digital_post, letter, visit, partner"}},
    {"result",
     ParameterType::text,
     Presence::required,
     {"What came of it: reached, no_answer, ...",
      "Hvad der kom ud af det: reached, no_answer, ..."}},
    kHappened,
    {"sms_sent",
     ParameterType::boolean,
     Presence::optional,
     {"A text message followed the call", "Opkaldet blev fulgt af en sms"}},
    {"reply_by", ParameterType::date, Presence::optional, {"Asked to answer by", "Svarfrist"}},
    {"knocked", ParameterType::boolean, Presence::optional, {"Knocked first", "Bankede på først"}},
    {"partner",
     ParameterType::text,
     Presence::optional,
     {"Which partner", "Hvilken samarbejdspartner"}},
    {"consent", ParameterType::boolean, Presence::optional, {"With consent", "Med samtykke"}},
    {"legal_ground",
     ParameterType::text,
     Presence::optional,
     {"Legal ground and reason, without consent", "Hjemmel og begrundelse, uden samtykke"}},
    {"note", ParameterType::text, Presence::optional, {"A remark", "En bemærkning"}}};
constexpr Parameter kEventParameters[] = {
    kCase,
    {"type",
     ParameterType::text,
     Presence::positional,
     {"An event of the pathway", "En af forløbets hændelser"}},
    {"fields", ParameterType::record, Presence::optional, {"Its fields", "Dens felter"}},
    kHappened};
constexpr Parameter kOutcomeParameters[] = {
    kCase,
    {"outcome",
     ParameterType::text,
     Presence::positional,
     {"step.outcome, as the pathway names it", "trin.udfald, som forløbet kalder det"}},
    {"reason", ParameterType::text, Presence::optional, {"Why", "Hvorfor"}},
    kHappened};
constexpr Parameter kDueParameters[] = {
    {"case", ParameterType::text, Presence::optional, {"Only this file", "Kun denne sag"}}};
constexpr Column kDueColumns[] = {{"due", {"Due", "Frist"}},  {"status", {"Status", "Status"}},
                                  {"what", {"What", "Hvad"}}, {"owner", {"Who", "Hvem"}},
                                  {"case", {"Case", "Sag"}},  {"title", {"Title", "Titel"}}};

constexpr CommandRow kRows[] = {
    {"contact.log",
     Shape::command,
     1,
     {"Log an attempt to reach the citizen", "Registrér et kontaktforsøg"},
     "feltbog contact log abcd12 --channel phone --result no_answer --sms-sent",
     kContactParameters,
     {},
     Entitlement::anyone,
     AccessClass::create,
     false,
     false,
     contact_log,
     WhileLapsed::refused},
    {"due",
     Shape::query,
     1,
     {"What is due, and by when", "Hvad der skal gøres, og hvornår"},
     "feltbog due --now 2026-11-18T08:00",
     kDueParameters,
     kDueColumns,
     Entitlement::anyone,
     AccessClass::view,
     true,
     false,
     due,
     WhileLapsed::refused},
    {"event.log",
     Shape::command,
     1,
     {"Record any event of the pathway", "Registrér en af forløbets hændelser"},
     "feltbog event log abcd12 invitation_sent",
     kEventParameters,
     {},
     Entitlement::anyone,
     AccessClass::create,
     false,
     false,
     event_log,
     WhileLapsed::refused},
    {"outcome.record",
     Shape::command,
     1,
     {"Record the outcome of a step", "Registrér et trins udfald"},
     "feltbog outcome record abcd12 contact.reached",
     kOutcomeParameters,
     {},
     Entitlement::anyone,
     AccessClass::change,
     false,
     false,
     outcome_record,
     WhileLapsed::refused},
    {"visit.log",
     Shape::command,
     1,
     {"Log a visit, with a note if you like", "Registrér et besøg, gerne med et notat"},
     "feltbog visit log abcd12 --minutes 35 --text 'Drak kaffe og talte om bussen.'",
     kVisitParameters,
     {},
     Entitlement::anyone,
     AccessClass::create,
     false,
     false,
     visit_log,
     WhileLapsed::refused},
};

}  // namespace

std::span<const CommandRow> course_commands() { return kRows; }

}  // namespace feltbog::workspace
