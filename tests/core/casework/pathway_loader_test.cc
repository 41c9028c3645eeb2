// SPDX-License-Identifier: Apache-2.0
#include "core/casework/pathway_loader.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "core/base/json.h"
#include "tests/core/casework/course_story.h"

using namespace feltbog;
using namespace feltbog::casework;
using namespace feltbog::casework::testing;

namespace {

Value shipped() {
  return parse_json(read_source_file("pathways/slagelse-fokus-2021.json")).value();
}

// The place "deadlines[1].anchor.event" in a value; made when absent.
Value& place_in(Value& root, std::string_view path) {
  Value* found = &root;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find_first_of(".["), path.size());
    if (end > 0) found = &(*found)[path.substr(0, end)];
    path.remove_prefix(end);
    if (path.starts_with('.')) path.remove_prefix(1);
    if (!path.starts_with('[')) continue;
    const std::size_t index = static_cast<std::size_t>(path[1] - '0');
    found = &(*found->list())[index];
    path.remove_prefix(3);
    if (path.starts_with('.')) path.remove_prefix(1);
  }
  return *found;
}

// The error of the shipped pathway with one place changed.
Error error_with(std::string_view path, Value value) {
  Value json = shipped();
  place_in(json, path) = std::move(value);
  const auto loaded = load_pathway(json);
  REQUIRE_FALSE(loaded.has_value());
  return loaded.error();
}

bool both(const Text& text) { return !text.da.empty() && !text.en.empty(); }

}  // namespace

TEST_CASE("the shipped pathway loads and speaks Danish and English throughout") {
  const Pathway& pathway = fokus();
  CHECK(pathway.id == "slagelse-fokus");
  CHECK(both(pathway.title));
  for (const Role& each : pathway.roles) CHECK(both(each.label));
  for (const EventType& each : pathway.events) {
    CHECK(both(each.label));
    for (const FieldType& field : each.fields) {
      CHECK(both(field.label));
      for (const Text& label : field.choice_labels) CHECK(both(label));
    }
  }
  for (const Step& each : pathway.steps) CHECK((both(each.label) && both(each.citizen_text)));
  for (const Outcome& each : pathway.outcomes) CHECK(both(each.label));
  for (const DeadlineRule& each : pathway.deadlines) {
    CHECK((both(each.label) && both(each.subject) && both(each.anchor_label)));
  }
  for (const ObligationRule& each : pathway.obligations) CHECK(both(each.label));
  for (const Notice& each : pathway.notices) CHECK((both(each.label) && both(each.body)));
  for (const LocalDecision& each : pathway.decisions) {
    CHECK((both(each.question) && both(each.choice)));
  }
}

TEST_CASE("every outcome has an effect and every element a source") {
  const auto sourced = [](const SourceRef& source) {
    return !source.document.empty() && !source.place.empty();
  };
  for (const Outcome& outcome : fokus().outcomes) {
    CAPTURE(outcome.id);
    CHECK_FALSE(outcome.effects.empty());
    CHECK(sourced(outcome.source));
  }
  for (const DeadlineRule& rule : fokus().deadlines) CHECK(sourced(rule.source));
  for (const ObligationRule& rule : fokus().obligations) CHECK(sourced(rule.source));
  for (const Step& step : fokus().steps) CHECK(sourced(step.source));
}

TEST_CASE("every obligation of the shipped pathway can be opened") {
  for (const ObligationRule& rule : fokus().obligations) {
    CAPTURE(rule.id);
    const DeadlineRule* deadline = find_deadline(fokus(), rule.due_deadline);
    const bool each = deadline != nullptr && deadline->anchor.which == Anchor::Which::each;
    const bool by_effect =
        std::any_of(fokus().outcomes.begin(), fokus().outcomes.end(), [&](const Outcome& outcome) {
          return std::any_of(
              outcome.effects.begin(), outcome.effects.end(), [&](const Effect& effect) {
                return effect.kind == Effect::Kind::open_obligation && effect.target == rule.id;
              });
        });
    CHECK((each || by_effect || rule.opened_by.kind != Condition::Kind::never));
  }
}

TEST_CASE("the pathway's page names every decision, clock, duty and notice of the data") {
  const std::string page = read_source_file("docs/pathways/slagelse-fokus.md");
  const auto named = [&](const std::string& id) {
    CAPTURE(id);
    CHECK(page.find(id) != std::string::npos);
  };
  for (const LocalDecision& each : fokus().decisions) named("| " + each.id + " |");
  for (const DeadlineRule& each : fokus().deadlines) named(each.id);
  for (const ObligationRule& each : fokus().obligations) named(each.id);
  for (const Notice& each : fokus().notices) named(each.id);
  for (const Step& each : fokus().steps) named(each.id);
}

TEST_CASE("every step is reached from the first one") {
  std::vector<std::string> reached = {fokus().start_step};
  for (std::size_t next = 0; next < reached.size(); ++next) {
    for (const Outcome& outcome : fokus().outcomes) {
      const bool leads = outcome.step == reached[next] && !outcome.next_step.empty();
      if (leads && std::find(reached.begin(), reached.end(), outcome.next_step) == reached.end()) {
        reached.push_back(outcome.next_step);
      }
    }
  }
  CHECK(reached.size() == fokus().steps.size());
}

TEST_CASE("no message to the citizen names the unit or the kind of support") {
  for (const Notice& notice : fokus().notices) {
    if (notice.to != "citizen") continue;
    for (const char* word : {"FOKUS", "§", "visitation", "støtte", "support", "82"}) {
      CHECK(notice.body.da.find(word) == std::string::npos);
      CHECK(notice.body.en.find(word) == std::string::npos);
    }
  }
}

TEST_CASE("an error names the place in the file and what is wrong there") {
  CHECK(error_with("deadlines[1].anchor.event", Value("referal")).detail ==
        "deadlines[1].anchor: there is no event 'referal'");
  CHECK(error_with("deadlines[1].hardness", Value("strict")).detail ==
        "deadlines[1].hardness: 'strict' is not one of the names allowed here");
  CHECK(error_with("deadlines[1].period", Value(Value::Map{{"weeks", Value(-1)}})).detail ==
        "deadlines[1].period.weeks: must be from 0 to 1200");
  CHECK(
      error_with("deadlines[1].period", Value(Value::Map{{"weeks", Value(1)}, {"days", Value(1)}}))
          .detail == "deadlines[1].period: a period is one of days, working_days, weeks, months");
  CHECK(error_with("steps[0].owner", Value("nobody")).detail ==
        "steps[0].owner: there is no role 'nobody'");
  CHECK(error_with("steps[0].label.en", Value()).detail == "steps[0].label.en: is missing");
  CHECK(error_with("steps[0].label.en", Value("")).detail == "steps[0].label.en: is empty");
  CHECK(error_with("title.de", Value("Titel")).detail == "title: has the unknown key 'de'");
  CHECK(error_with("version", Value("one")).detail == "version: must be a whole number");
  CHECK(error_with("format", Value(2)).code == ErrorCode::unsupported_version);
  CHECK(error_with("valid_from", Value("2021-02-30")).detail == "valid_from: there is no such day");
  CHECK(error_with("steps[0].outcomes[0].next_step", Value("nowhere")).detail ==
        "outcome contact.reached.next_step: there is no step 'nowhere'");
  CHECK(error_with("steps[0].outcomes[0].next_step", Value()).detail ==
        "outcome contact.reached: either closes the course or names a next step");
  CHECK(error_with("roles[1].id", Value("outreach_worker")).detail ==
        "roles[1]: the id 'outreach_worker' is used twice");
  CHECK(error_with("roles[1].id", Value("Æble")).detail ==
        "roles[1].id: an id has letters a-z, digits and _ - . : only");
  CHECK(error_with("contact_protocols[0].rungs[0].channels", Value(Value::List{Value("fax")}))
            .detail ==
        "contact_protocols[0].rungs[0].channels.where.channel: there is no choice 'fax'");
  CHECK(error_with("obligations[0].done_when", Value(Value::Map{{"maybe", Value(true)}})).detail ==
        "obligations[0].done_when: has the unknown key 'maybe'");
}

TEST_CASE("conditions nested without end and lists without end are refused") {
  Value nested(Value::Map{{"ended", Value(true)}});
  for (int depth = 0; depth < 10; ++depth) nested = Value(Value::Map{{"not", std::move(nested)}});
  CHECK(error_with("obligations[0].done_when", nested).code == ErrorCode::limit_exceeded);
  CHECK(error_with("notices", Value(Value::List(201))).code == ErrorCode::limit_exceeded);
  CHECK(load_pathway_text(std::string((std::size_t{1} << 20) + 1, ' ')).error().code ==
        ErrorCode::limit_exceeded);
}

TEST_CASE("a file that is no pathway is an error, whatever it is") {
  for (const char* text :
       {"", "null", "[]", "{}", "42", "\"text\"", "{\"format\": 1}", "{\"format\": 1,"}) {
    CAPTURE(text);
    CHECK_FALSE(load_pathway_text(text).has_value());
  }
}

TEST_CASE(
    "every single value of the shipped pathway replaced by another kind is refused or harmless") {
  const std::string text = to_json(shipped());
  for (unsigned seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    std::string changed = text;
    changed[static_cast<std::size_t>(random()) % changed.size()] =
        static_cast<char>(' ' + static_cast<int>(random() % 94));
    const auto loaded = load_pathway_text(changed);
    if (!loaded) continue;
    derive(*loaded, Story().referral("2026-11-02T10:00").call("2026-11-04T10:00").events,
           day("2026-11-18"));
  }
  for (std::size_t length = 0; length < text.size(); length += 97) {
    REQUIRE_FALSE(load_pathway_text(text.substr(0, length)).has_value());
  }
}
