// SPDX-License-Identifier: Apache-2.0
#include "core/casework/derive.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "core/base/json.h"
#include "core/casework/course_value.h"
#include "tests/core/casework/course_story.h"

using namespace feltbog;
using namespace feltbog::casework;
using namespace feltbog::casework::testing;

namespace {

Story reached() {
  return Story()
      .referral("2026-11-02T10:00")
      .call("2026-11-04T10:00", "reached")
      .outcome("2026-11-04T11:00", "contact.reached");
}

Story in_course() {
  return reached()
      .event("intro_started", "2026-11-10T10:00")
      .outcome("2026-12-08T10:00", "intro.continues")
      .event("choice_made", "2026-12-08T10:30");
}

Story at_review() {
  return in_course()
      .event("course_description_sent", "2027-01-29T10:00", {{"wants", Value("stand_alone")}})
      .outcome("2027-01-29T11:00", "course.description_sent");
}

}  // namespace

TEST_CASE("a course nobody recorded anything about has not started") {
  const CourseState state = Story().on("2026-11-02");
  CHECK(state.status == CourseStatus::not_started);
  CHECK(state.step == "contact");
  CHECK(state.obligations.empty());
}

TEST_CASE("reached, the course goes to the intro and owes an invitation") {
  const CourseState state = reached().on("2026-11-05");
  CHECK(state.status == CourseStatus::running);
  CHECK(state.step == "intro");
  CHECK(state.entered == day("2026-11-04"));
  CHECK_FALSE(obligation(state, "send_invitation")->done);
  CHECK(deadline(state, "contact_window").status == DeadlineStatus::stopped);
  CHECK(deadline(state, "intro_end").status == DeadlineStatus::undetermined);
}

TEST_CASE("a citizen who declines ends the course with a closing letter owed") {
  Story story = Story().referral("2026-11-02T10:00").call("2026-11-04T10:00", "reached");
  story.outcome("2026-11-04T11:00", "contact.declined");
  CourseState state = story.on("2026-11-05");
  CHECK(state.status == CourseStatus::ended);
  CHECK_FALSE(obligation(state, "closing_letter")->done);
  CHECK(obligation(state, "closing_letter")->owner == "caseworker");
  CHECK_FALSE(obligation(state, "notice:citizen_declined")->done);
  story.event("closing_letter_sent", "2026-11-06T10:00");
  state = story.on("2026-11-07");
  CHECK(obligation(state, "closing_letter")->done);
  CHECK(obligation(state, "closing_letter")->done_on == day("2026-11-06"));
}

TEST_CASE("the whole way to standing alone ends within the limit") {
  Story story = at_review().outcome("2027-02-02T10:00", "board_review.stands_alone");
  const CourseState state = story.on("2027-02-03");
  CHECK(state.status == CourseStatus::ended);
  CHECK(state.decided.size() == 4);
  CHECK(deadline(state, "course_limit").status == DeadlineStatus::met);
  CHECK(deadline(state, "course_description").status == DeadlineStatus::met);
  CHECK(deadline(state, "board_review_meeting").status == DeadlineStatus::met);
  CHECK(obligation(state, "end_in_time")->done);
}

TEST_CASE("a wish for more support leads to a meeting and an application with its own clock") {
  Story story = at_review().outcome("2027-02-02T10:00", "board_review.wants_more");
  CHECK(story.on("2027-02-03").step == "meeting");
  CHECK_FALSE(obligation(story.on("2027-02-03"), "meeting_more_support")->done);
  story.event("meeting_held", "2027-02-09T10:00").event("application_received", "2027-02-09T11:00");
  story.outcome("2027-02-09T12:00", "meeting.application");
  const CourseState state = story.on("2027-02-10");
  CHECK(state.status == CourseStatus::ended);
  CHECK(obligation(state, "meeting_more_support")->done);
  CHECK_FALSE(obligation(state, "decide_application")->done);
  CHECK(deadline(state, "decision_deadline").hardness == Hardness::statutory);
  CHECK(deadline(state, "decision_deadline").status == DeadlineStatus::undetermined);
}

TEST_CASE("contact lost in the course begins the ladder again and can be resumed") {
  Story story = in_course().outcome("2027-01-05T10:00", "course.contact_lost");
  CourseState state = story.on("2027-01-06");
  CHECK(state.step == "contact");
  CHECK(state.visit == 2);
  CHECK(deadline(state, "course_limit").due == day("2027-03-01"));
  story.call("2027-01-08T10:00", "reached").outcome("2027-01-08T11:00", "contact.resumed", 2);
  state = story.on("2027-01-09");
  CHECK(state.step == "course");
  CHECK(state.visit == 2);
}

TEST_CASE("a citizen who gets in touch after the end is taken up again with new clocks") {
  Story story = at_review().outcome("2027-02-02T10:00", "board_review.stands_alone");
  story.event("reopened", "2027-05-03T10:00");
  const CourseState state = story.on("2027-05-04");
  CHECK(state.status == CourseStatus::running);
  CHECK(state.step == "contact");
  CHECK(deadline(state, "first_call").due == day("2027-05-10"));
  CHECK(deadline(state, "course_limit").status == DeadlineStatus::undetermined);
  CHECK_FALSE(obligation(state, "contact_after_reopening")->done);
  CHECK_FALSE(obligation(state, "closing_letter")->done);
}

TEST_CASE("two differing outcomes leave the course undetermined until one is left") {
  Story story = Story().referral("2026-11-02T10:00").call("2026-11-04T10:00", "reached");
  story.outcome("2026-11-18T15:05", "contact.reached", 1, "outreach_worker");
  story.outcome("2026-11-18T15:30", "contact.handed_back", 1, "outreach_worker");
  const CourseState state = story.on("2026-11-18");
  CHECK(state.status == CourseStatus::conflict);
  CHECK(state.step == "contact");
  REQUIRE(state.conflict.has_value());
  CHECK(state.conflict->candidates.size() == 2);
  CHECK(state.conflict->settled_by == std::vector<std::string>{"caseworker"});
  CHECK(state.conflict->explanation.da.find("Ikke nået") != std::string::npos);
  CHECK(deadline(state, "contact_window").status == DeadlineStatus::undetermined);
  CHECK(obligation(state, "send_invitation")->undetermined);
  CHECK(obligation(state, "settle_contact")->undetermined);
  CHECK(deadline(state, "first_call").status == DeadlineStatus::met);

  Story settled = story;
  settled.events.pop_back();
  CHECK(settled.on("2026-11-18").step == "intro");
  story.correct("e3", {{"void", Value(true)}});
  CHECK(story.on("2026-11-18").step == "board_contact");
}

TEST_CASE("two workers who recorded the same outcome agree") {
  Story story = reached().outcome("2026-11-04T12:00", "contact.reached");
  const CourseState state = story.on("2026-11-05");
  CHECK(state.step == "intro");
  CHECK(state.decided.size() == 1);
}

TEST_CASE("what does not fit is kept and pointed at, never refused") {
  Story story = Story().referral("2026-11-02T10:00");
  story.outcome("2026-11-03T10:00", "course.withdrawn").outcome("2026-11-03T10:00", "contact.none");
  story.event("something_new", "2026-11-03T11:00").correct("e99", {{"void", Value(true)}});
  CourseState state = story.on("2026-11-04");
  CHECK(state.status == CourseStatus::running);
  CHECK(state.step == "contact");
  CHECK(has_finding(state, "outcome_outside_step"));
  CHECK(has_finding(state, "unknown_outcome"));

  story.outcome("2026-11-04T10:00", "contact.reached", 1, "citizen");
  state = story.on("2026-11-04");
  CHECK(state.step == "intro");
  CHECK(has_finding(state, "role_not_entitled"));
  CHECK(has_finding(state, "expected_missing"));
}

TEST_CASE("a correction of something unknown is pointed at") {
  Story story = Story().referral("2026-11-02T10:00");
  story.correct("e99", {{"happened", Value("2026-11-01T10:00")}});
  CHECK(has_finding(story.on("2026-11-04"), "correction_of_unknown"));
}

TEST_CASE("the allowed outcomes name who decides and whether what they expect is there") {
  const CourseState before = Story().referral("2026-11-02T10:00").on("2026-11-03");
  const auto find = [](const CourseState& state, std::string_view id) {
    return *std::find_if(state.allowed.begin(), state.allowed.end(),
                         [&](const AllowedOutcome& each) { return each.id == id; });
  };
  CHECK(before.allowed.size() == 4);
  CHECK(find(before, "contact.reached").expected == Truth::no);
  Story story = Story().referral("2026-11-02T10:00").call("2026-11-04T10:00", "reached");
  CHECK(find(story.on("2026-11-04"), "contact.reached").expected == Truth::yes);
  CHECK_FALSE(find(before, "contact.handed_back").decided_by.empty());
}

TEST_CASE("whatever is recorded, in whatever shape, a course is derived") {
  const std::vector<Value> values = {Value(),
                                     Value(true),
                                     Value(-7),
                                     Value("x"),
                                     Value("2026-11-18"),
                                     Value(Value::List{Value(1)}),
                                     Value(Bytes{1}),
                                     Value("contact.reached"),
                                     Value("phone"),
                                     Value("reached"),
                                     Value("e3"),
                                     Value("2026-11-18T10:00")};
  const std::vector<std::string> fields = {"step",     "outcome",  "visit",   "event",
                                           "void",     "happened", "fields",  "channel",
                                           "reply_by", "result",   "partners"};
  for (unsigned seed = 1; seed <= 3000; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const auto pick = [&](std::size_t count) { return static_cast<std::size_t>(random()) % count; };
    std::vector<Event> events;
    for (std::size_t count = pick(25); count > 0; --count) {
      Event event;
      const std::size_t type = pick(fokus().events.size() + 1);
      event.type = type < fokus().events.size() ? fokus().events[type].id : "unheard_of";
      event.id = "e" + std::to_string(pick(20));
      event.happened = moment_of(WallTime{static_cast<std::int64_t>(random()) * 1'000'000});
      if (pick(5) != 0) event.fields = Value(Value::Map{});
      for (std::size_t left = pick(4); left > 0 && event.fields.map() != nullptr; --left) {
        event.fields[fields[pick(fields.size())]] = values[pick(values.size())];
      }
      if (event.type == "outcome" && event.fields.map() != nullptr) {
        event.fields["outcome"] = fokus().outcomes[pick(fokus().outcomes.size())].id;
        event.fields["visit"] = static_cast<int>(1 + pick(2));
      }
      events.push_back(std::move(event));
    }
    const CourseState state = derive(fokus(), events, day("2026-11-18"));
    REQUIRE(find_step(fokus(), state.step) != nullptr);
    REQUIRE((state.status == CourseStatus::conflict) == state.conflict.has_value());
    for (const DeadlineState& each : state.deadlines) {
      REQUIRE_FALSE(each.explanation.da.empty());
      REQUIRE_FALSE(each.explanation.en.empty());
      if (!each.anchor) REQUIRE(each.status != DeadlineStatus::met);
    }
    REQUIRE(parse_json(to_json(to_value(state, Language::danish))).has_value());
  }
}

TEST_CASE("no outcome of the pathway loses an obligation that stood before it") {
  for (const Outcome& outcome : fokus().outcomes) {
    if (outcome.step != "contact") continue;
    CAPTURE(outcome.id);
    Story story = Story().referral("2026-11-02T10:00").call("2026-11-04T10:00", "reached");
    story.outcome("2026-11-18T10:00", outcome.id.c_str());
    REQUIRE(obligation(story.on("2026-11-19"), "referral_letter") != nullptr);
    CHECK_FALSE(obligation(story.on("2026-11-19"), "referral_letter")->done);
  }
}
