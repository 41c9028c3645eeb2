// SPDX-License-Identifier: Apache-2.0
#include "core/casework/pathway_rules_loader.h"

#include <array>

namespace feltbog::casework {
namespace {

constexpr int kPeriodMax = 1200;
constexpr int kConditionDepthMax = 8;
constexpr int kMinutesOfDay = 24 * 60;
constexpr int kWarnDaysMax = 365;
constexpr int kAttemptsMax = 20;

using Names = std::pair<std::string_view, Unit>;
constexpr std::array<Names, 4> kUnits = {{{"days", Unit::day},
                                          {"working_days", Unit::working_day},
                                          {"weeks", Unit::week},
                                          {"months", Unit::month}}};
constexpr std::array<std::pair<std::string_view, Roll>, 4> kRolls = {{{"duty", Roll::duty},
                                                                      {"maximum", Roll::maximum},
                                                                      {"reminder", Roll::reminder},
                                                                      {"none", Roll::none}}};
constexpr std::array<std::pair<std::string_view, Hardness>, 4> kHardness = {
    {{"statutory", Hardness::statutory},
     {"promised", Hardness::promised},
     {"internal", Hardness::internal},
     {"aim", Hardness::aim}}};
constexpr std::array<std::pair<std::string_view, Anchor::Which>, 3> kWhich = {
    {{"first", Anchor::Which::first},
     {"last", Anchor::Which::last},
     {"each", Anchor::Which::each}}};

void load_where(const JsonReader& json, EventMatch& match) {
  if (!json.exists()) return;
  const Value::Map* entries = json.value().map();
  if (entries == nullptr) return json.fail("must be an object");
  for (const auto& [field, wanted] : *entries) {
    std::vector<Value> values = wanted.list() != nullptr ? *wanted.list() : std::vector{wanted};
    for (const Value& value : values) {
      if (value.text() == nullptr && value.boolean() == nullptr && value.integer() == nullptr) {
        json.at(field).fail("must be text, true, false or a whole number, or a list of them");
      }
    }
    if (values.empty()) json.at(field).fail("is empty");
    match.where.emplace(field, std::move(values));
  }
}

Condition load_nested(const JsonReader& json, int depth);

void load_children(const JsonReader& json, int depth, Condition& condition) {
  for (const JsonReader& item : json.items())
    condition.children.push_back(load_nested(item, depth));
  if (condition.children.empty()) json.fail("is empty");
}

Condition load_has(const JsonReader& json) {
  json.only({"has", "where", "count"});
  Condition condition;
  condition.kind = Condition::Kind::has;
  condition.match.event = json.at("has").id();
  load_where(json.at("where"), condition.match);
  if (json.has("count")) condition.count = json.at("count").integer(1, kAttemptsMax);
  return condition;
}

Condition load_nested(const JsonReader& json, int depth) {
  Condition condition;
  if (depth > kConditionDepthMax) {
    json.fail(ErrorCode::limit_exceeded, "conditions are nested too deep");
    return condition;
  }
  if (json.has("has")) return load_has(json);
  json.only({"outcome", "entered", "ended", "all", "any", "not"});
  if (json.value().map() != nullptr && json.value().map()->size() != 1) {
    json.fail("a condition has exactly one of has, outcome, entered, ended, all, any, not");
  }
  if (json.has("outcome")) {
    condition.kind = Condition::Kind::outcome;
    condition.names = json.at("outcome").ids();
  } else if (json.has("entered")) {
    condition.kind = Condition::Kind::entered;
    condition.names = {json.at("entered").id()};
  } else if (json.has("ended")) {
    condition.kind = Condition::Kind::ended;
    if (!json.at("ended").flag()) json.at("ended").fail("must be true");
  } else if (json.has("all")) {
    condition.kind = Condition::Kind::all;
    load_children(json.at("all"), depth + 1, condition);
  } else if (json.has("any")) {
    condition.kind = Condition::Kind::any;
    load_children(json.at("any"), depth + 1, condition);
  } else if (json.has("not")) {
    condition.kind = Condition::Kind::negation;
    condition.children.push_back(load_nested(json.at("not"), depth + 1));
  }
  return condition;
}

Condition load_optional(const JsonReader& json) {
  return json.exists() ? load_nested(json, 0) : Condition{};
}

std::optional<Period> load_optional_period(const JsonReader& json) {
  if (!json.exists()) return std::nullopt;
  return load_period(json);
}

Anchor load_anchor(const JsonReader& json) {
  json.only({"event", "where", "which", "field", "step"});
  Anchor anchor;
  if (json.has("step") == json.has("event")) json.fail("names either an event or a step");
  if (json.has("step")) {
    anchor.step = json.at("step").id();
    return anchor;
  }
  anchor.match.event = json.at("event").id();
  load_where(json.at("where"), anchor.match);
  if (json.has("which")) anchor.which = json.at("which").choice<Anchor::Which>(kWhich);
  anchor.field = json.at("field").id_or_empty();
  return anchor;
}

TimeBand load_band(const JsonReader& json) {
  json.only({"id", "label", "from", "to"});
  TimeBand band;
  band.id = json.at("id").id();
  band.label = json.at("label").both_languages();
  band.from_minute = json.at("from").integer(0, 24) * 60;
  band.to_minute = json.at("to").integer(0, 24) * 60;
  if (band.from_minute >= band.to_minute || band.to_minute > kMinutesOfDay) {
    json.fail("a part of the day ends after it begins");
  }
  return band;
}

Rung load_rung(const JsonReader& json, const std::string& document) {
  json.only({"id", "label", "instruction", "channels", "attempts", "different_bands",
             "follow_up_channel", "reply_days", "required_field", "skip_when_field", "per_item_of",
             "grounds", "due_deadline", "start_within", "repeat_within", "decisions", "source"});
  Rung rung;
  rung.id = json.at("id").id();
  rung.label = json.at("label").both_languages();
  rung.instruction = json.at("instruction").both_languages();
  rung.channels = json.at("channels").ids();
  if (rung.channels.empty()) json.at("channels").fail("is missing");
  if (json.has("attempts")) rung.attempts = json.at("attempts").integer(1, kAttemptsMax);
  if (json.has("different_bands")) {
    rung.different_bands = json.at("different_bands").integer(1, rung.attempts);
  }
  rung.follow_up_channel = json.at("follow_up_channel").id_or_empty();
  if (json.has("reply_days")) rung.reply_days = json.at("reply_days").integer(1, kWarnDaysMax);
  rung.required_field = json.at("required_field").id_or_empty();
  rung.skip_when_field = json.at("skip_when_field").id_or_empty();
  rung.per_item_of = json.at("per_item_of").id_or_empty();
  rung.grounds = json.at("grounds").ids();
  rung.due_deadline = json.at("due_deadline").id_or_empty();
  rung.start_within = load_optional_period(json.at("start_within"));
  rung.repeat_within = load_optional_period(json.at("repeat_within"));
  rung.decisions = json.at("decisions").ids();
  rung.source = load_source(json.at("source"), document);
  return rung;
}

}  // namespace

SourceRef load_source(const JsonReader& json, const std::string& document) {
  if (json.value().text() != nullptr) return SourceRef{document, json.text()};
  json.only({"document", "place"});
  return SourceRef{json.at("document").text(), json.at("place").text()};
}

Period load_period(const JsonReader& json) {
  json.only({"days", "working_days", "weeks", "months"});
  if (json.value().map() == nullptr || json.value().map()->size() != 1) {
    json.fail("a period is one of days, working_days, weeks, months");
    return {};
  }
  for (const auto& [name, unit] : kUnits) {
    if (json.has(name)) return Period{json.at(name).integer(0, kPeriodMax), unit};
  }
  json.fail("a period has a number");
  return {};
}

Condition load_condition(const JsonReader& json) { return load_nested(json, 0); }

DeadlineRule load_deadline(const JsonReader& json, const std::string& document) {
  json.only({"id",         "label",     "subject",       "anchor_label",     "anchor",
             "period",     "unsettled", "restarts_with", "due_field",        "roll",
             "hardness",   "earliest",  "latest",        "met_by",           "qualifier",
             "stopped_by", "after_end", "flags",         "warn_before_days", "decisions",
             "source"});
  DeadlineRule rule;
  rule.id = json.at("id").id();
  rule.label = json.at("label").both_languages();
  rule.subject = json.at("subject").both_languages();
  rule.anchor_label = json.at("anchor_label").both_languages();
  rule.anchor = load_anchor(json.at("anchor"));
  rule.unsettled = json.at("unsettled").flag();
  if (rule.unsettled == json.has("period")) json.fail("has either a period or unsettled: true");
  if (!rule.unsettled) rule.period = load_period(json.at("period"));
  rule.restarts_with = json.at("restarts_with").id_or_empty();
  rule.due_field = json.at("due_field").id_or_empty();
  rule.roll = json.at("roll").choice<Roll>(kRolls);
  rule.hardness = json.at("hardness").choice<Hardness>(kHardness);
  rule.earliest = load_optional_period(json.at("earliest"));
  rule.latest = load_optional_period(json.at("latest"));
  rule.met_by = load_condition(json.at("met_by"));
  rule.qualifier = json.at("qualifier").id();
  rule.stopped_by = load_optional(json.at("stopped_by"));
  rule.after_end = json.at("after_end").flag();
  rule.flags = json.at("flags").ids();
  rule.warn_before_days = json.at("warn_before_days").integer(0, kWarnDaysMax);
  rule.decisions = json.at("decisions").ids();
  rule.source = load_source(json.at("source"), document);
  return rule;
}

ObligationRule load_obligation(const JsonReader& json, const std::string& document) {
  json.only(
      {"id", "label", "owner", "opened_by", "due_deadline", "done_when", "lapses_when", "source"});
  return ObligationRule{.id = json.at("id").id(),
                        .label = json.at("label").both_languages(),
                        .owner = json.at("owner").id(),
                        .opened_by = load_optional(json.at("opened_by")),
                        .due_deadline = json.at("due_deadline").id_or_empty(),
                        .done_when = load_condition(json.at("done_when")),
                        .lapses_when = load_optional(json.at("lapses_when")),
                        .source = load_source(json.at("source"), document)};
}

ContactProtocol load_contact_protocol(const JsonReader& json, const std::string& document) {
  json.only({"id", "label", "start_event", "step", "success_results", "success_events", "bands",
             "rungs", "window_deadline", "hand_back", "decisions", "source"});
  ContactProtocol protocol;
  protocol.id = json.at("id").id();
  protocol.label = json.at("label").both_languages();
  protocol.start_event = json.at("start_event").id();
  protocol.step = json.at("step").id();
  protocol.success_results = json.at("success_results").ids();
  protocol.success_events = json.at("success_events").ids();
  for (const JsonReader& item : json.at("bands").items()) protocol.bands.push_back(load_band(item));
  for (const JsonReader& item : json.at("rungs").items()) {
    protocol.rungs.push_back(load_rung(item, document));
  }
  if (protocol.rungs.empty()) json.at("rungs").fail("is empty");
  protocol.window_deadline = json.at("window_deadline").id();
  protocol.hand_back = json.at("hand_back").both_languages();
  protocol.decisions = json.at("decisions").ids();
  protocol.source = load_source(json.at("source"), document);
  return protocol;
}

}  // namespace feltbog::casework
