// SPDX-License-Identifier: Apache-2.0
#include "core/casework/pathway_loader.h"

#include <array>

#include "core/base/json.h"
#include "core/casework/pathway_check.h"
#include "core/casework/pathway_rules_loader.h"

namespace feltbog::casework {
namespace {

constexpr int kFormat = 1;
constexpr std::size_t kFileMax = std::size_t{1} << 20;
constexpr std::size_t kClosingDaysMax = 40;

template <class Enum, std::size_t count>
using NameTable = std::array<std::pair<std::string_view, Enum>, count>;

constexpr NameTable<Side, 6> kSides = {{{"authority", Side::authority},
                                        {"provider", Side::provider},
                                        {"board", Side::board},
                                        {"citizen", Side::citizen},
                                        {"network", Side::network},
                                        {"partner", Side::partner}}};
constexpr NameTable<FieldKind, 6> kFieldKinds = {{{"text", FieldKind::text},
                                                  {"date", FieldKind::date},
                                                  {"boolean", FieldKind::boolean},
                                                  {"integer", FieldKind::integer},
                                                  {"choice", FieldKind::choice},
                                                  {"list", FieldKind::list}}};
constexpr NameTable<StepKind, 7> kStepKinds = {{{"referral", StepKind::referral},
                                                {"contact", StepKind::contact},
                                                {"conversation", StepKind::conversation},
                                                {"delivery", StepKind::delivery},
                                                {"review", StepKind::review},
                                                {"decision", StepKind::decision},
                                                {"end", StepKind::end}}};
constexpr NameTable<Effect::Kind, 7> kEffects = {
    {{"close_course", Effect::Kind::close_course},
     {"open_obligation", Effect::Kind::open_obligation},
     {"send_notice", Effect::Kind::send_notice},
     {"create_document", Effect::Kind::create_document},
     {"start_service", Effect::Kind::start_service},
     {"stop_service", Effect::Kind::stop_service},
     {"restart_contact", Effect::Kind::restart_contact}}};
constexpr NameTable<Channel, 6> kChannels = {{{"advis", Channel::advis},
                                              {"digital_post", Channel::digital_post},
                                              {"letter", Channel::letter},
                                              {"sms", Channel::sms},
                                              {"phone", Channel::phone},
                                              {"internal", Channel::internal}}};
constexpr NameTable<ParallelRule, 3> kParallelRules = {{{"allowed", ParallelRule::allowed},
                                                        {"warn", ParallelRule::warn},
                                                        {"forbid", ParallelRule::forbid}}};

Role load_role(const JsonReader& json, const std::string& document) {
  json.only({"id", "label", "side", "queue", "source"});
  return Role{.id = json.at("id").id(),
              .label = json.at("label").both_languages(),
              .side = json.at("side").choice<Side>(kSides),
              .queue = json.at("queue").flag(),
              .source = load_source(json.at("source"), document)};
}

FieldType load_field(const JsonReader& json) {
  json.only({"id", "label", "kind", "expected", "choices"});
  FieldType field;
  field.id = json.at("id").id();
  field.label = json.at("label").both_languages();
  field.kind = json.at("kind").choice<FieldKind>(kFieldKinds);
  field.expected = json.at("expected").flag();
  for (const JsonReader& item : json.at("choices").optional_items()) {
    item.only({"id", "da", "en"});
    field.choices.push_back(item.at("id").id());
    field.choice_labels.push_back({item.at("da").text(), item.at("en").text()});
  }
  if ((field.kind == FieldKind::choice) == field.choices.empty()) {
    json.fail("choices belong to a field of kind choice, and only there");
  }
  return field;
}

EventType load_event_type(const JsonReader& json, const std::string& document) {
  json.only({"id", "label", "recorded_by", "fields", "source"});
  EventType event;
  event.id = json.at("id").id();
  event.label = json.at("label").both_languages();
  event.recorded_by = json.at("recorded_by").ids();
  for (const JsonReader& item : json.at("fields").optional_items()) {
    event.fields.push_back(load_field(item));
  }
  event.source = load_source(json.at("source"), document);
  return event;
}

Effect load_effect(const JsonReader& json) {
  json.only({"kind", "target"});
  return Effect{json.at("kind").choice<Effect::Kind>(kEffects), json.at("target").id_or_empty()};
}

Outcome load_outcome(const JsonReader& json, const std::string& step, const std::string& document) {
  json.only({"code", "label", "decided_by", "expects", "effects", "next_step", "source"});
  Outcome outcome;
  outcome.step = step;
  outcome.code = json.at("code").id();
  outcome.label = json.at("label").both_languages();
  outcome.decided_by = json.at("decided_by").ids();
  outcome.id = step + '.' + outcome.code;
  if (json.has("expects")) outcome.expects = load_condition(json.at("expects"));
  for (const JsonReader& item : json.at("effects").optional_items()) {
    outcome.effects.push_back(load_effect(item));
  }
  outcome.next_step = json.at("next_step").id_or_empty();
  outcome.source = load_source(json.at("source"), document);
  return outcome;
}

void load_step(const JsonReader& json, Pathway& pathway) {
  const std::string& document = pathway.source.document;
  json.only({"id", "label", "citizen_text", "kind", "owner", "settled_by", "outcomes", "source"});
  Step step{.id = json.at("id").id(),
            .label = json.at("label").both_languages(),
            .citizen_text = json.at("citizen_text").both_languages(),
            .kind = json.at("kind").choice<StepKind>(kStepKinds),
            .owner = json.at("owner").id(),
            .settled_by = json.at("settled_by").ids(),
            .source = load_source(json.at("source"), document)};
  for (const JsonReader& item : json.at("outcomes").items()) {
    pathway.outcomes.push_back(load_outcome(item, step.id, document));
  }
  pathway.steps.push_back(std::move(step));
}

Notice load_notice(const JsonReader& json, const std::string& document) {
  json.only({"id", "label", "body", "from", "to", "channel", "fields", "ground", "acknowledge_days",
             "source"});
  Notice notice;
  notice.id = json.at("id").id();
  notice.label = json.at("label").both_languages();
  notice.body = json.at("body").both_languages();
  notice.from = json.at("from").id();
  notice.to = json.at("to").id();
  notice.channel = json.at("channel").choice<Channel>(kChannels);
  notice.fields = json.at("fields").ids();
  notice.ground = json.at("ground").id_or_empty();
  if (json.has("acknowledge_days")) {
    notice.acknowledge_days = json.at("acknowledge_days").integer(1, 365);
  }
  notice.source = load_source(json.at("source"), document);
  return notice;
}

Document load_document(const JsonReader& json, const std::string& document) {
  json.only({"id", "label", "sections", "with_citizen", "complaint_guidance", "source"});
  Document loaded;
  loaded.id = json.at("id").id();
  loaded.label = json.at("label").both_languages();
  for (const JsonReader& item : json.at("sections").optional_items()) {
    loaded.sections.push_back(item.both_languages());
  }
  loaded.with_citizen = json.at("with_citizen").flag();
  loaded.complaint_guidance = json.at("complaint_guidance").flag();
  loaded.source = load_source(json.at("source"), document);
  return loaded;
}

LocalDecision load_decision(const JsonReader& json, const std::string& document) {
  json.only({"id", "question", "choice", "settled", "source"});
  return LocalDecision{.id = json.at("id").id(),
                       .question = json.at("question").both_languages(),
                       .choice = json.at("choice").both_languages(),
                       .settled = json.at("settled").flag(),
                       .source = load_source(json.at("source"), document)};
}

void load_calendar(const JsonReader& json, Pathway& pathway) {
  json.only({"closing_days"});
  for (const JsonReader& item : json.at("closing_days").items()) {
    item.only({"label", "month", "day", "from_year", "to_year"});
    ClosingDay day{.label = item.at("label").both_languages(),
                   .month = item.at("month").integer(1, 12),
                   .day = item.at("day").integer(1, 31)};
    if (item.has("from_year")) day.from_year = item.at("from_year").integer(1, 9999);
    if (item.has("to_year")) day.to_year = item.at("to_year").integer(1, 9999);
    pathway.closing_days.push_back(std::move(day));
  }
  if (pathway.closing_days.size() > kClosingDaysMax) {
    json.fail(ErrorCode::limit_exceeded, "has too many closing days");
  }
}

void load_head(const JsonReader& json, Pathway& pathway) {
  if (json.at("format").integer(1, 1 << 20) != kFormat) {
    json.at("format").fail(ErrorCode::unsupported_version, "is of a newer form");
  }
  pathway.id = json.at("id").id();
  pathway.version = json.at("version").integer(1, 1 << 20);
  pathway.title = json.at("title").both_languages();
  pathway.municipality = json.at("municipality").text();
  pathway.valid_from = json.at("valid_from").date();
  pathway.legal_bases = json.at("legal_bases").ids();
  pathway.source = load_source(json.at("source"), "");
  load_calendar(json.at("calendar"), pathway);
  pathway.start_step = json.at("start_step").id();
  pathway.reopen_step = json.at("reopen_step").id();
}

void load_parts(const JsonReader& json, Pathway& pathway) {
  const std::string& document = pathway.source.document;
  const auto each = [&](std::string_view key, auto& into, auto load) {
    for (const JsonReader& item : json.at(key).items()) into.push_back(load(item, document));
  };
  each("roles", pathway.roles, load_role);
  each("events", pathway.events, load_event_type);
  for (const JsonReader& item : json.at("steps").items()) load_step(item, pathway);
  each("deadlines", pathway.deadlines, load_deadline);
  each("obligations", pathway.obligations, load_obligation);
  each("notices", pathway.notices, load_notice);
  each("documents", pathway.documents, load_document);
  each("contact_protocols", pathway.contact_protocols, load_contact_protocol);
  each("decisions", pathway.decisions, load_decision);
  for (const JsonReader& item : json.at("services").items()) {
    item.only({"id", "label", "basis"});
    pathway.services.push_back(
        {item.at("id").id(), item.at("label").both_languages(), item.at("basis").id()});
  }
  for (const JsonReader& item : json.at("parallel").items()) {
    item.only({"with", "rule", "reason", "source"});
    pathway.parallel.push_back(
        {item.at("with").id(), item.at("rule").choice<ParallelRule>(kParallelRules),
         item.at("reason").both_languages(), load_source(item.at("source"), document)});
  }
}

}  // namespace

Result<Pathway> load_pathway(const Value& json) {
  ReadErrors errors;
  const JsonReader root(json, "", errors);
  root.only({"format",       "id",         "version",           "title",
             "municipality", "valid_from", "legal_bases",       "source",
             "calendar",     "start_step", "reopen_step",       "roles",
             "events",       "steps",      "deadlines",         "obligations",
             "notices",      "documents",  "contact_protocols", "services",
             "parallel",     "decisions"});
  Pathway pathway;
  load_head(root, pathway);
  load_parts(root, pathway);
  if (errors.first()) return *errors.first();
  FELTBOG_CHECK(check_pathway(pathway));
  return pathway;
}

Result<Pathway> load_pathway_text(std::string_view json) {
  if (json.size() > kFileMax) return Error{ErrorCode::limit_exceeded, "a pathway file over 1 MiB"};
  FELTBOG_TRY(value, parse_json(json));
  return load_pathway(value);
}

}  // namespace feltbog::casework
