// SPDX-License-Identifier: Apache-2.0
#include "tests/core/casework/course_story.h"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "core/casework/pathway_loader.h"

namespace feltbog::casework::testing {

std::string read_source_file(const std::string& path) {
  std::ifstream file(std::string(FELTBOG_SOURCE_DIR) + '/' + path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

const Pathway& fokus() {
  static const Pathway kPathway = [] {
    auto loaded = load_pathway_text(read_source_file("pathways/slagelse-fokus-2021.json"));
    REQUIRE_MESSAGE(loaded.has_value(), (loaded ? "" : loaded.error().detail));
    return std::move(loaded).value();
  }();
  return kPathway;
}

Date day(std::string_view iso) {
  const auto date = parse_date(iso);
  REQUIRE(date.has_value());
  return *date;
}

Story& Story::event(const std::string& type, std::string_view at, Value::Map fields) {
  const auto local = parse_local_time(at);
  REQUIRE(local.has_value());
  Event added;
  added.type = type;
  added.id = "e" + std::to_string(events.size() + 1);
  added.happened = moment_of(*local);
  added.recorded = added.happened.utc;
  added.fields = Value(std::move(fields));
  events.push_back(std::move(added));
  return *this;
}

Story& Story::referral(std::string_view at, Value::Map more) {
  return event("referral_received", at, std::move(more));
}

Story& Story::call(std::string_view at, const char* result, bool sms) {
  return event("contact_attempt", at,
               {{"channel", Value("phone")}, {"result", Value(result)}, {"sms_sent", Value(sms)}});
}

Story& Story::digital_letter(std::string_view at, std::string_view reply_by) {
  Value::Map fields{{"channel", Value("digital_post")}, {"result", Value("sent")}};
  if (!reply_by.empty()) fields.emplace("reply_by", Value(reply_by));
  return event("contact_attempt", at, std::move(fields));
}

Story& Story::doorstep(std::string_view at, bool knocked, const char* result) {
  return event(
      "contact_attempt", at,
      {{"channel", Value("visit")}, {"result", Value(result)}, {"knocked", Value(knocked)}});
}

Story& Story::partner(std::string_view at, bool consent) {
  return event("contact_attempt", at,
               {{"channel", Value("partner")},
                {"result", Value("partner_will_try")},
                {"consent", Value(consent)}});
}

Story& Story::outcome(std::string_view at, const char* outcome, int visit, const char* role) {
  const std::string id = outcome;
  event("outcome", at,
        {{"step", Value(id.substr(0, id.find('.')))},
         {"outcome", Value(id)},
         {"visit", Value(visit)}});
  events.back().role = role;
  return *this;
}

Story& Story::correct(const std::string& id, Value::Map change) {
  change.emplace("event", Value(id));
  return event("correction", "2026-11-30T12:00", std::move(change));
}

const DeadlineState& deadline(const CourseState& state, std::string_view id) {
  for (const DeadlineState& each : state.deadlines) {
    if (each.id == id) return each;
  }
  FAIL("no deadline ", std::string(id));
  static const DeadlineState kNone;
  return kNone;
}

const ObligationState* obligation(const CourseState& state, std::string_view id) {
  for (const ObligationState& each : state.obligations) {
    if (each.id == id) return &each;
  }
  return nullptr;
}

const RungState& rung(const LadderState& ladder, std::string_view id) {
  for (const RungState& each : ladder.rungs) {
    if (each.id == id) return each;
  }
  FAIL("no rung ", std::string(id));
  static const RungState kNone;
  return kNone;
}

bool has_finding(const CourseState& state, std::string_view code) {
  for (const Finding& finding : state.findings) {
    if (finding.code == code) return true;
  }
  return false;
}

}  // namespace feltbog::casework::testing
