// SPDX-License-Identifier: Apache-2.0
#include "core/casework/deadlines.h"

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

std::string at_ten(Date date) { return to_text(date) + "T10:00"; }

Story course_from(Date start) {
  Story story;
  story.referral(at_ten(start)).call(at_ten(start), "reached");
  story.outcome(at_ten(start), "contact.reached").event("intro_started", at_ten(start));
  return story;
}

std::string as_json(const CourseState& state) {
  return to_json(to_value(state, Language::english));
}

}  // namespace

TEST_CASE("a week from the referral, moved forward from a closing day, and never backward") {
  const CourseState plain = Story().referral("2026-11-17T10:00").on("2026-11-18");
  CHECK(deadline(plain, "first_call").due == day("2026-11-24"));
  const CourseState christmas = Story().referral("2026-12-17T10:00").on("2026-12-18");
  CHECK(deadline(christmas, "first_call").due == day("2026-12-28"));
  CHECK(deadline(christmas, "first_call")
            .explanation.en.find("moved forward from Thursday 24 December (Christmas Eve)") !=
        std::string::npos);
}

TEST_CASE("the referral date in the letter counts, not the day it was registered") {
  const CourseState state =
      Story()
          .referral("2026-11-05T09:00", {{"referral_date", Value("2026-11-02")}})
          .on("2026-11-05");
  CHECK(deadline(state, "first_call").anchor == day("2026-11-02"));
  CHECK(deadline(state, "first_call").due == day("2026-11-09"));
}

TEST_CASE(
    "a date passes from upcoming to due soon, today and overdue, and is met in time or late") {
  Story story = Story().referral("2026-11-02T10:00");
  const auto status = [&](const char* today) {
    return deadline(story.on(today), "first_call").status;
  };
  CHECK(status("2026-11-02") == DeadlineStatus::upcoming);
  CHECK(status("2026-11-06") == DeadlineStatus::due_soon);  // the warning day is a Saturday
  CHECK(status("2026-11-09") == DeadlineStatus::due_today);
  CHECK(status("2026-11-12") == DeadlineStatus::overdue);
  CHECK(deadline(story.on("2026-11-12"), "first_call")
            .explanation.da.find("overskredet med 3 dage") != std::string::npos);
  story.call("2026-11-10T10:00");
  CHECK(status("2026-11-12") == DeadlineStatus::met_late);
  story.call("2026-11-09T18:00");
  CHECK(status("2026-11-12") == DeadlineStatus::met);
}

TEST_CASE("every start date of 2024 to 2035 gives the dates of plain day counting") {
  const Calendar calendar(fokus().closing_days);
  for (Date start = day("2024-01-01"); start <= day("2035-12-31"); start = add_days(start, 1)) {
    const CourseState state = derive(fokus(), course_from(start).events, start);
    CAPTURE(to_text(start));
    for (const auto& [id, days] : {std::pair{"intro_end", 28}, {"course_description", 84}}) {
      Date wanted = add_days(start, days);
      while (!calendar.is_working_day(wanted)) wanted = add_days(wanted, 1);
      REQUIRE(deadline(state, id).due == wanted);
    }
    REQUIRE(deadline(state, "course_limit").due == add_days(start, 111));
  }
}

TEST_CASE("the sixteen weeks are a limit: visits after it are kept and flagged") {
  Story story = course_from(day("2026-11-24"));
  story.event("visit", "2027-03-15T12:00", {{"minutes", Value(30)}});
  CHECK_FALSE(has_finding(story.on("2027-03-16"), "beyond_maximum"));
  story.event("visit", "2027-03-16T12:00", {{"minutes", Value(30)}});
  const CourseState state = story.on("2027-03-16");
  CHECK(deadline(state, "course_limit").due == day("2027-03-15"));
  CHECK(deadline(state, "course_limit").status == DeadlineStatus::overdue);
  CHECK(has_finding(state, "beyond_maximum"));
}

TEST_CASE("each missed appointment starts three days of its own") {
  Story story = course_from(day("2026-11-24"));
  story.event("no_show", "2026-11-27T10:00");  // a Friday: three days end on a Monday
  story.event("no_show", "2026-12-01T10:00");
  story.call("2026-11-30T09:00");
  const CourseState state = story.on("2026-12-02");
  CHECK(deadline(state, "no_show_follow_up").due == day("2026-11-30"));
  CHECK(deadline(state, "no_show_follow_up").status == DeadlineStatus::met);
  CHECK(deadline(state, "no_show_follow_up#2").due == day("2026-12-04"));
  CHECK(deadline(state, "no_show_follow_up#2").status == DeadlineStatus::upcoming);
  CHECK(obligation(state, "no_show_follow_up")->done);
  CHECK_FALSE(obligation(state, "no_show_follow_up#2")->done);
}

TEST_CASE("a rule the document leaves open is undetermined and says that it is not settled") {
  Story story = course_from(day("2026-11-24"));
  story.outcome("2027-02-16T10:00", "intro.withdrawn");
  const DeadlineState letter = deadline(story.on("2027-02-17"), "closing_letter");
  CHECK(letter.status == DeadlineStatus::undetermined);
  CHECK_FALSE(letter.due.has_value());
  CHECK(letter.explanation.da.find("ikke fastsat lokalt") != std::string::npos);
  CHECK(letter.explanation.da.find("F-D13") != std::string::npos);
}

TEST_CASE("correcting an anchor gives what recording it right at once would have given") {
  Story right = Story().referral("2026-11-02T10:00").call("2026-11-09T10:00");
  Story wrong = Story().referral("2026-11-05T10:00").call("2026-11-09T10:00");
  wrong.correct("e1", {{"happened", Value("2026-11-02T10:00")}});
  const CourseState corrected = wrong.on("2026-11-20");
  const CourseState wanted = right.on("2026-11-20");
  REQUIRE(corrected.deadlines.size() == wanted.deadlines.size());
  for (std::size_t index = 0; index < wanted.deadlines.size(); ++index) {
    CHECK(corrected.deadlines[index].id == wanted.deadlines[index].id);
    CHECK(corrected.deadlines[index].due == wanted.deadlines[index].due);
    CHECK(corrected.deadlines[index].status == wanted.deadlines[index].status);
  }
  CHECK(deadline(corrected, "first_call").explanation.da.find("rettet fra 5. november") !=
        std::string::npos);
}

TEST_CASE("an event recorded by mistake counts as absent, until that is taken back") {
  Story story = Story().referral("2026-11-02T10:00").call("2026-11-04T10:00");
  story.correct("e2", {{"void", Value(true)}});
  CHECK(deadline(story.on("2026-11-10"), "first_call").status == DeadlineStatus::overdue);
  story.correct("e3", {{"void", Value(true)}});
  CHECK(deadline(story.on("2026-11-10"), "first_call").status == DeadlineStatus::met);
}

TEST_CASE("events in any order of arrival give the same course") {
  Story story =
      Story().referral("2026-11-02T10:00", {{"partners", Value(Value::List{Value("x")})}});
  story.call("2026-11-04T10:15")
      .call("2026-11-05T16:40")
      .call("2026-11-06T13:05", "voicemail", false);
  story.digital_letter("2026-11-06T13:30").doorstep("2026-11-16T15:20").partner("2026-11-17T09:00");
  story.outcome("2026-11-18T15:00", "contact.reached").event("no_show", "2026-11-20T10:00");
  story.event("intro_started", "2026-11-24T10:00").event("visit", "2026-11-25T10:00");
  const std::string wanted = as_json(story.on("2026-11-26"));
  for (unsigned seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    std::shuffle(story.events.begin(), story.events.end(), random);
    REQUIRE(as_json(story.on("2026-11-26")) == wanted);
  }
}
