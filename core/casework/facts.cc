// SPDX-License-Identifier: Apache-2.0
#include "core/casework/facts.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "core/casework/sentences.h"

namespace feltbog::casework {
namespace {

// Corrections that a later correction declared a mistake.
std::set<std::string> find_void_corrections(std::span<const Event> events) {
  std::set<std::string> voided;
  for (auto event = events.rbegin(); event != events.rend(); ++event) {
    const bool applies = event->type == kCorrectionEvent &&
                         event->fields["void"].boolean_or(false) && !voided.contains(event->id);
    if (applies) voided.insert(event->fields["event"].text_or(""));
  }
  return voided;
}

void lay_over(Value& fields, const Value::Map& changes) {
  if (fields.map() == nullptr) fields = Value(Value::Map{});
  for (const auto& [key, value] : changes) {
    if (value.is_null()) {
      fields.map()->erase(key);
    } else {
      fields[key] = value;
    }
  }
}

void apply_correction(const Event& correction, Fact& fact) {
  if (!fact.before_correction) fact.before_correction = fact.event;
  const auto happened = parse_local_time(correction.fields["happened"].text_or(""));
  if (happened) fact.event.happened = moment_of(*happened);
  if (const Value::Map* changes = correction.fields["fields"].map()) {
    lay_over(fact.event.fields, *changes);
  }
}

bool stands_before(const Fact& left, const Fact& right) {
  const auto key = [](const Fact& fact) {
    return std::tie(fact.event.happened.utc, fact.event.recorded, fact.event.id);
  };
  return key(left) < key(right);
}

}  // namespace

Facts collect_facts(std::span<const Event> events) {
  Facts facts;
  std::map<std::string, Fact, std::less<>> by_id;
  const std::set<std::string> voided = find_void_corrections(events);
  for (const Event& event : events) {
    if (event.type != kCorrectionEvent) by_id.try_emplace(event.id, Fact{event, std::nullopt});
  }
  for (const Event& event : events) {
    if (event.type != kCorrectionEvent || voided.contains(event.id)) continue;
    const std::string target = event.fields["event"].text_or("");
    const auto found = by_id.find(target);
    if (found != by_id.end()) {
      apply_correction(event, found->second);
    } else if (!voided.contains(target)) {
      facts.findings.push_back(
          {"correction_of_unknown", event.id, finding_text("correction_of_unknown", {}, {})});
    }
  }
  for (auto& [id, fact] : by_id) {
    if (voided.contains(id)) continue;
    auto& list = fact.event.type == kOutcomeEvent ? facts.outcomes : facts.events;
    list.push_back(std::move(fact));
  }
  std::sort(facts.events.begin(), facts.events.end(), stands_before);
  std::sort(facts.outcomes.begin(), facts.outcomes.end(), stands_before);
  return facts;
}

Date date_in(const Event& event, std::string_view field) {
  const auto date = parse_date(event.fields[field].text_or(""));
  return date ? *date : event.happened.local.date;
}

bool fields_match(const Event& event, const EventMatch& match) {
  return std::all_of(match.where.begin(), match.where.end(), [&](const auto& wanted) {
    const Value& found = event.fields[wanted.first];
    return std::find(wanted.second.begin(), wanted.second.end(), found) != wanted.second.end();
  });
}

bool matches(const Event& event, const EventMatch& match) {
  return event.type == match.event && fields_match(event, match);
}

}  // namespace feltbog::casework
