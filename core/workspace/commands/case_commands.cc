// SPDX-License-Identifier: Apache-2.0
// Files: making one, referring a citizen to a provider, listing and showing.
#include <algorithm>

#include "core/casework/course_value.h"
#include "core/crypto/hash.h"
#include "core/workspace/call.h"
#include "core/workspace/commands/commands.h"
#include "core/workspace/course.h"
#include "core/workspace/naming.h"
#include "core/workspace/schema.h"

namespace feltbog::workspace {
namespace {

using StateHash = FixedBytes<32, struct StateHashTag>;

void set_if_given(Call& call, Draft& draft, std::string_view parameter, std::string_view name) {
  if (call.has(parameter)) draft.set({}, name, Value(call.text(parameter)));
}

void describe_citizen(Call& call, Draft& draft) {
  draft.set({}, field::kTitle,
            Value(call.has("title") ? call.text("title") : call.text("citizen")));
  draft.set({}, field::kCitizenName, Value(call.text("citizen")));
  set_if_given(call, draft, "phone", field::kCitizenPhone);
  set_if_given(call, draft, "address", field::kCitizenAddress);
}

Result<void> add_team(Call& call, std::vector<ledger::Member>& members) {
  if (!call.has("team")) return {};
  FELTBOG_TRY(team, find_team(call.core(), call.text("team")));
  for (const UserId& user : call.core().membership.organisation().teams().at(team)) {
    // Who was suspended since is in no new case.
    if (call.core().membership.organisation().roles(user).empty()) continue;
    members.push_back({user, ledger::SpaceRole::writer});
  }
  return {};
}

// Those named, and those of the team.
Result<std::vector<ledger::Member>> members_from(Call& call) {
  std::vector<ledger::Member> members;
  for (const Value& name : call.parameters()["to"].items()) {
    FELTBOG_TRY(user, find_user(call.core(), *name.text()));
    members.push_back({user, ledger::SpaceRole::writer});
  }
  FELTBOG_CHECK(add_team(call, members));
  std::sort(members.begin(), members.end());
  members.erase(std::unique(members.begin(), members.end()), members.end());
  return members;
}

Result<Value> case_new(Call& call) {
  FELTBOG_TRY(members, members_from(call));
  FELTBOG_TRY(space,
              call.work().create_space(ledger::SpaceKind::authority_file, std::move(members)));
  FELTBOG_TRY(draft, call.work().draft(space));
  describe_citizen(call, *draft);
  draft->append({}, field::kEvents,
                event_value("enquiry_received", call.moment("happened").local, Value()));
  Value out;
  out["case"] = short_id(space);
  out["title"] = call.has("title") ? call.text("title") : call.text("citizen");
  return out;
}

// What goes along is what the referral's notice lists, nothing more: name, contact details and the
// fields given with this command.
void disclose(Call& call, const SpaceFile& authority, Draft& provider) {
  provider.set({}, field::kTitle, Value(title_of(authority)));
  for (const auto name : {field::kCitizenName, field::kCitizenPhone, field::kCitizenAddress}) {
    const std::string value = text_value(authority, {}, name);
    if (!value.empty()) provider.set({}, name, Value(value));
  }
  Value origin;
  origin["authority"] = short_id(authority.id);
  origin["referred_by"] = user_name(call.core(), call.core().user());
  provider.set({}, field::kOrigin, std::move(origin));
}

Result<Value> case_refer(Call& call) {
  FELTBOG_TRY(authority, call.shown_file());
  const std::string pathway_id = call.text("pathway");
  const std::int64_t version = newest_version(call.core(), pathway_id);
  const casework::Pathway* pathway = find_pathway(call.core(), pathway_id, version);
  if (pathway == nullptr) return Error{ErrorCode::not_found, "pathway"};
  FELTBOG_TRY(members, members_from(call));
  if (members.empty()) return Error{ErrorCode::invalid_argument, "missing: to or team"};
  const auto happened = call.moment("happened").local;
  FELTBOG_TRY(space,
              call.work().create_space(ledger::SpaceKind::provider_file, std::move(members)));

  FELTBOG_TRY(provider, call.work().draft(space));
  disclose(call, *authority, *provider);
  const auto course = provider->create(kCourseKind);
  Value pinned;
  pinned["id"] = pathway_id;
  pinned["version"] = version;
  provider->set(course, field::kPathway, pinned);
  provider->append(course, field::kEvents,
                   event_value("referral_received", happened, call.parameters()["fields"]));

  FELTBOG_TRY(own, call.work().draft(authority->id));
  Value link = pinned;
  link["case"] = short_id(space);
  link["happened"] = casework::to_text(happened);
  own->append({}, field::kReferrals, link);
  own->append({}, field::kEvents, event_value("referral_sent", happened, std::move(link)));

  Value out;
  out["case"] = short_id(space);
  out["pathway"] = pathway_id;
  out["version"] = version;
  return out;
}

std::string_view kind_name(ledger::SpaceKind kind) {
  return kind == ledger::SpaceKind::provider_file ? "provider_file" : "authority_file";
}

Result<Value> case_list(Call& call) {
  Value rows = Value::List{};
  const casework::Date today = call.now().local.date;
  for (const auto& [id, log] : call.core().membership.spaces()) {
    if (!ledger::is_file(log.state.kind()) || !is_own(call.core(), log)) continue;
    FELTBOG_TRY(file, call.core().files.open(id));
    call.shows(id);
    Value row;
    row["id"] = short_id(id);
    row["title"] = title_of(*file);
    row["kind"] = kind_name(log.state.kind());
    row["conflicts"] = static_cast<std::int64_t>(file->history.conflicts().size());
    if (const auto course = course_of(call.core(), *file)) {
      const auto state = state_of(course.value(), today);
      const casework::Step* step =
          course->pathway != nullptr ? casework::find_step(*course->pathway, state.step) : nullptr;
      row["step"] = step != nullptr ? call.say(step->label) : state.step;
      row["course"] = casework::name_of(state.status);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

Value values_of(Call& call, const SpaceFile& file, std::string_view name) {
  Value out = Value::List{};
  for (const auto& value : file.history.values({}, name)) {
    Value entry;
    entry["value"] = value.value;
    entry["by"] = author_name(call.core(), value.op.change.writer);
    out.push_back(std::move(entry));
  }
  return out;
}

// A single value is shown as such; several, as the conflict they are.
Value citizen_field(Call& call, const SpaceFile& file, std::string_view name) {
  const Value all = values_of(call, file, name);
  if (all.items().empty()) return {};
  return all.items().size() == 1 ? all.items().front()["value"] : all;
}

Value members_of(Call& call, const SpaceLog& log) {
  Value out = Value::List{};
  for (const auto& member : log.state.members()) out.push_back(user_name(call.core(), member.user));
  return out;
}

Value notes_of(const SpaceFile& file) {
  Value out = Value::List{};
  for (const auto& info : file.history.documents_of(kNoteKind)) {
    Value note;
    note["id"] = short_id(info.id);
    note["title"] = text_value(file, info.id, field::kTitle);
    note["signed"] = file.history.frozen(info.id, field::kBody).has_value();
    out.push_back(std::move(note));
  }
  return out;
}

// For people: in the order things happened. `order` tells in which order they were written, each
// after what its author had seen.
Value timeline_of(Call& call, const Course& course) {
  Value out = Value::List{};
  std::int64_t order = 0;
  for (const casework::Event& event : course.events) {
    Value entry;
    entry["id"] = event.id;
    entry["order"] = ++order;
    entry["happened"] = casework::to_text(event.happened.local);
    entry["recorded"] = casework::to_text(casework::to_copenhagen(event.recorded));
    const auto* type = course.pathway != nullptr
                           ? casework::find_event_type(*course.pathway, event.type)
                           : nullptr;
    entry["what"] = type != nullptr ? call.say(type->label) : event.type;
    entry["type"] = event.type;
    if (const auto user = from_base32(event.actor)) {
      if (const auto id = UserId::from(user.value()))
        entry["by"] = user_name(call.core(), id.value());
    }
    entry["fields"] = event.fields;
    out.push_back(std::move(entry));
  }
  std::stable_sort(out.list()->begin(), out.list()->end(), [](const Value& a, const Value& b) {
    return a["happened"].text_or({}) < b["happened"].text_or({});
  });
  return out;
}

Result<Value> case_show(Call& call) {
  FELTBOG_TRY(file, call.shown_file());
  const SpaceLog* log = call.core().membership.space(file->id);
  Value out;
  out["id"] = short_id(file->id);
  out["number"] = to_base32(file->id.view());
  out["title"] = title_of(*file);
  out["kind"] = kind_name(log->state.kind());
  out["citizen"] = citizen_field(call, *file, field::kCitizenName);
  out["phone"] = citizen_field(call, *file, field::kCitizenPhone);
  out["address"] = citizen_field(call, *file, field::kCitizenAddress);
  out["members"] = members_of(call, *log);
  if (const auto course = course_of(call.core(), *file)) {
    out["pathway"] = course->pathway_id;
    out["course"] =
        casework::to_value(state_of(course.value(), call.now().local.date), call.language());
    out["timeline"] = timeline_of(call, course.value());
  } else {
    Course none;
    none.events = events_of_file(call.core(), *file);
    out["timeline"] = timeline_of(call, none);
  }
  out["notes"] = notes_of(*file);
  out["conflicts"] = static_cast<std::int64_t>(file->history.conflicts().size());
  out["changes"] = static_cast<std::int64_t>(file->history.change_count());
  out["state_hash"] =
      to_hex(crypto::hash<StateHash>("state.v1", file->history.canonical_state()).view());
  return out;
}

constexpr Parameter kCase{"case",
                          ParameterType::text,
                          Presence::positional,
                          {"The file: the beginning of its id, or its title",
                           "Sagen: begyndelsen af dens id, eller dens titel"}};
constexpr Parameter kHappened{
    "happened",
    ParameterType::moment,
    Presence::optional,
    {"When it took place (default: now)", "Hvornår det skete (ellers: nu)"}};

constexpr Parameter kTeam{
    "team",
    ParameterType::text,
    Presence::optional,
    {"A team whose members all work on it", "Et team hvis medlemmer alle er med"}};

constexpr Parameter kNewParameters[] = {
    {"citizen",
     ParameterType::text,
     Presence::positional,
     {"The citizen's name", "Borgerens navn"}},
    {"title",
     ParameterType::text,
     Presence::optional,
     {"What lists show (default: the name)", "Hvad lister viser (ellers: navnet)"}},
    {"phone", ParameterType::text, Presence::optional, {"Telephone", "Telefon"}},
    {"address", ParameterType::text, Presence::optional, {"Address", "Adresse"}},
    kTeam,
    kHappened};
constexpr Parameter kReferParameters[] = {
    kCase,
    {"pathway",
     ParameterType::text,
     Presence::required,
     {"A published pathway's id", "Id på et udgivet forløb"}},
    {"to",
     ParameterType::text_list,
     Presence::optional,
     {"Who receives the referral, by name", "Hvem der modtager henvisningen, ved navn"}},
    kTeam,
    {"fields",
     ParameterType::record,
     Presence::optional,
     {"What the referral's notice lists", "Hvad henvisningen oplyser"}},
    kHappened};
constexpr Parameter kShowParameters[] = {kCase};
constexpr Column kListColumns[] = {{"id", {"Case", "Sag"}},
                                   {"title", {"Title", "Titel"}},
                                   {"kind", {"Kind", "Art"}},
                                   {"step", {"Step", "Trin"}},
                                   {"conflicts", {"Conflicts", "Konflikter"}}};

constexpr CommandRow kRows[] = {
    {"case.list",
     Shape::query,
     1,
     {"List the files on this device", "Vis sagerne på denne enhed"},
     "feltbog case list",
     {},
     kListColumns,
     Entitlement::anyone,
     AccessClass::view,
     true,
     false,
     case_list,
     WhileLapsed::refused},
    {"case.new",
     Shape::command,
     1,
     {"Open a file at the authority", "Opret en sag hos myndigheden"},
     "feltbog case new 'Borger Eksempel' --phone 00000000",
     kNewParameters,
     {},
     Entitlement::caseworkers,
     AccessClass::create,
     false,
     false,
     case_new,
     WhileLapsed::refused},
    {"case.refer",
     Shape::command,
     1,
     {"Refer a citizen: a new file shared with the provider",
      "Henvis en borger: en ny sag delt med udføreren"},
     "feltbog case refer abcd12 --pathway slagelse-fokus --to 'Anna'",
     kReferParameters,
     {},
     Entitlement::caseworkers,
     AccessClass::share,
     false,
     false,
     case_refer,
     WhileLapsed::refused},
    {"case.show",
     Shape::query,
     1,
     {"Show a file: where it stands, what happened, what is due",
      "Vis en sag: hvor den står, hvad der er sket, hvad der skal gøres"},
     "feltbog case show abcd12",
     kShowParameters,
     {},
     Entitlement::anyone,
     AccessClass::view,
     true,
     false,
     case_show,
     WhileLapsed::refused},
};

}  // namespace

std::span<const CommandRow> case_commands() { return kRows; }

}  // namespace feltbog::workspace
