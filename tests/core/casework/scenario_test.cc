// SPDX-License-Identifier: Apache-2.0
// Plays pathways/scenarios/field-day.json through the derivation alone.
#include <doctest/doctest.h>

#include <algorithm>

#include "core/base/json.h"
#include "tests/core/casework/course_story.h"

using namespace feltbog;
using namespace feltbog::casework;
using namespace feltbog::casework::testing;

namespace {

const Value& scenario() {
  static const Value kValue = [] {
    auto parsed = parse_json(read_source_file("pathways/scenarios/field-day.json"));
    REQUIRE(parsed.has_value());
    return std::move(parsed).value();
  }();
  return kValue;
}

Event read_line(const Value& line) {
  Event event;
  event.id = line["id"].text_or("");
  const auto at = parse_local_time(line["at"].text_or(""));
  REQUIRE(at.has_value());
  event.happened = moment_of(*at);
  event.recorded = event.happened.utc;
  event.actor = line["actor"].text_or("");
  const std::string kind = line["do"].text_or("");
  event.type = kind == "event" ? line["type"].text_or("") : std::string(kOutcomeEvent);
  event.fields = line["fields"];
  if (kind == "outcome" || kind == "settle") event.fields["outcome"] = line["outcome"];
  return event;
}

// What stands after the named phase; settling leaves one candidate.
std::vector<Event> events_until(std::string_view last_phase) {
  std::vector<Event> events;
  for (const Value& phase : scenario()["phases"].items()) {
    for (const Value& line : phase["lines"].items()) {
      const std::string kind = line["do"].text_or("");
      if (kind == "settle") {
        std::erase_if(events, [](const Event& event) { return event.type == kOutcomeEvent; });
      }
      if (kind == "event" || kind == "outcome" || kind == "settle")
        events.push_back(read_line(line));
    }
    if (phase["id"].text_or("") == last_phase) break;
  }
  return events;
}

}  // namespace

TEST_CASE("the scenario is marked as fictitious and has no CPR number") {
  CHECK(scenario()["fictitious"].boolean_or(false));
  CHECK(scenario()["citizen"]["cpr"].is_null());
  CHECK(scenario()["pathway"].text_or("") == fokus().id);
}

TEST_CASE("every canary stands somewhere in what the people of the scenario write") {
  const std::string text = to_json(scenario()["phases"]) + to_json(scenario()["citizen"]);
  for (const Value& canary : scenario()["canaries"].items()) {
    CAPTURE(canary.text_or(""));
    CHECK(text.find(canary.text_or("")) != std::string::npos);
  }
}

TEST_CASE("every recorded event and field of the scenario is one the pathway knows") {
  for (const Event& event : events_until("")) {
    CAPTURE(event.id);
    const EventType* type = find_event_type(fokus(), event.type);
    REQUIRE(type != nullptr);
    REQUIRE(event.fields.map() != nullptr);
    for (const auto& entry : *event.fields.map()) {
      const std::string& name = entry.first;
      CAPTURE(name);
      CHECK(std::any_of(type->fields.begin(), type->fields.end(),
                        [&](const FieldType& field) { return field.id == name; }));
    }
  }
}

TEST_CASE("after the field day the outcome is in conflict and the attempts stand in order") {
  const CourseState state = derive(fokus(), events_until("field_day"), day("2026-11-18"));
  const Value& expected = scenario()["expected"];
  REQUIRE(state.conflict.has_value());
  CHECK(state.conflict->step == expected["conflict"]["step"].text_or(""));
  CHECK(state.conflict->settled_by.front() ==
        expected["conflict"]["settled_by"].items().front().text_or(""));
  const auto& attempts = state.ladders.front().attempts;
  const auto& order = expected["attempts_in_order"].items();
  REQUIRE(attempts.size() == order.size());
  for (std::size_t index = 0; index < order.size(); ++index) {
    CHECK(attempts[index].event == order[index].text_or(""));
  }
}

TEST_CASE("settled and carried on, the scenario ends in the intro with the dates it promises") {
  const CourseState state = derive(fokus(), events_until(""), day("2026-11-24"));
  const Value& expected = scenario()["expected"];
  CHECK(state.status == CourseStatus::running);
  CHECK(state.step == expected["step_at_end"].text_or(""));
  CHECK(state.findings.empty());
  for (const auto& entry : *expected["dates"].map()) {
    CAPTURE(entry.first);
    CHECK(deadline(state, entry.first).due == day(entry.second.text_or("")));
  }
}
