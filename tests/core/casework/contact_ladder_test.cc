// SPDX-License-Identifier: Apache-2.0
#include "core/casework/contact_ladder.h"

#include <doctest/doctest.h>

#include "tests/core/casework/course_story.h"

using namespace feltbog;
using namespace feltbog::casework;
using namespace feltbog::casework::testing;

namespace {

Value two_partners() { return Value::List{Value("the doctor"), Value("the housing association")}; }

// The referral, three calls at three times of day, and digital post with a reply-by date.
Story until_digital_letter() {
  return Story()
      .referral("2026-11-02T11:20", {{"partners", two_partners()}})
      .call("2026-11-04T10:15")
      .call("2026-11-05T16:40")
      .call("2026-11-06T13:05")
      .digital_letter("2026-11-06T13:30", "2026-11-13");
}

Story until_doorstep() { return until_digital_letter().doorstep("2026-11-16T15:20"); }

}  // namespace

TEST_CASE("a new referral asks for a first call within a week, at any time of day") {
  const LadderState ladder = Story().referral("2026-11-02T11:20").ladder_on("2026-11-02");
  CHECK(ladder.status == LadderStatus::running);
  REQUIRE(ladder.next.size() == 1);
  CHECK(ladder.next[0].rung == "calls");
  CHECK(ladder.next[0].due == day("2026-11-09"));
  CHECK_FALSE(ladder.window_to.has_value());
}

TEST_CASE("each unanswered call is followed by a text message, and says so until it is sent") {
  Story story = Story().referral("2026-11-02T11:20").call("2026-11-04T10:15", "no_answer", false);
  const LadderState missing = story.ladder_on("2026-11-04");
  CHECK(missing.attempts[0].follow_up_missing);
  CHECK(missing.next[0].rung == "calls:follow_up");
  CHECK(missing.next[0].due == day("2026-11-04"));
  CHECK(missing.next[0].instruction.da == "Send en tekstbesked efter 1. forsøg");

  story.event("contact_attempt", "2026-11-04T10:20",
              {{"channel", Value("sms")}, {"result", Value("sent")}});
  const LadderState sent = story.ladder_on("2026-11-04");
  CHECK_FALSE(sent.attempts[0].follow_up_missing);
  CHECK(sent.attempts[1].rung.empty());
  CHECK(sent.next[0].rung == "calls");
}

TEST_CASE("three calls at one time of day ask for a fourth at another") {
  Story story = Story()
                    .referral("2026-11-02T11:20")
                    .call("2026-11-04T10:15")
                    .call("2026-11-05T10:20")
                    .call("2026-11-06T11:05");
  const LadderState same = story.ladder_on("2026-11-06");
  CHECK(rung(same, "calls").status == RungStatus::due);
  CHECK(rung(same, "calls").needed == 4);
  CHECK(rung(same, "calls").explanation.da.find("samme tidsrum") != std::string::npos);

  story.call("2026-11-09T16:30");
  CHECK(rung(story.ladder_on("2026-11-09"), "calls").status == RungStatus::done);
  CHECK(story.ladder_on("2026-11-09").next[0].rung == "digital_letter");
}

TEST_CASE("attempts are numbered in the order they took place, whoever recorded them first") {
  Story story = Story()
                    .referral("2026-11-02T11:20")
                    .call("2026-11-06T13:05")
                    .call("2026-11-04T10:15")
                    .call("2026-11-05T16:40");
  const LadderState ladder = story.ladder_on("2026-11-06");
  REQUIRE(ladder.attempts.size() == 3);
  CHECK(ladder.attempts[0].event == "e3");
  CHECK(ladder.attempts[0].band == "morning");
  CHECK(ladder.attempts[1].band == "evening");
  CHECK(ladder.attempts[2].number_in_rung == 3);
  CHECK(ladder.attempts[2].explanation.en ==
        "3rd attempt (Call no. 3), phone, Friday 6 November 2026, afternoon: no answer");
}

TEST_CASE("after three calls comes digital post, by the next working day") {
  const LadderState ladder = Story()
                                 .referral("2026-11-02T11:20")
                                 .call("2026-11-04T10:15")
                                 .call("2026-11-05T16:40")
                                 .call("2026-11-06T13:05")  // a Friday
                                 .ladder_on("2026-11-06");
  CHECK(ladder.next[0].rung == "digital_letter");
  CHECK(ladder.next[0].due == day("2026-11-09"));
}

TEST_CASE("digital post without a stated date gives seven days to reply") {
  Story story = Story()
                    .referral("2026-11-02T11:20")
                    .call("2026-11-04T10:15")
                    .call("2026-11-05T16:40")
                    .call("2026-11-06T13:05")
                    .digital_letter("2026-11-06T13:30");
  CHECK(rung(story.ladder_on("2026-11-06"), "digital_letter").reply_by == day("2026-11-13"));
}

TEST_CASE("nobody goes to the door before the time to reply has passed") {
  const LadderState waiting = until_digital_letter().ladder_on("2026-11-10");
  CHECK(waiting.next[0].rung == "doorstep_letter");
  CHECK(waiting.next[0].not_before == day("2026-11-14"));
  CHECK(waiting.next[0].due == day("2026-11-17"));
  CHECK(waiting.next[0].why.da.find("tidligst 14. november 2026") != std::string::npos);
  CHECK(waiting.next[1].rung == "hand_back");
  CHECK(waiting.next[1].not_before == day("2026-11-18"));
}

TEST_CASE("a letter left without knocking does not count as the visit at the door") {
  Story story = until_digital_letter().doorstep("2026-11-16T15:20", false);
  CHECK(rung(story.ladder_on("2026-11-16"), "doorstep_letter").status == RungStatus::due);
  CHECK(story.ladder_on("2026-11-16").attempts.back().rung.empty());
  story.doorstep("2026-11-17T10:00");
  CHECK(rung(story.ladder_on("2026-11-17"), "doorstep_letter").status == RungStatus::done);
}

TEST_CASE("a citizen exempt from digital post gets the letter at the door at once") {
  const LadderState ladder =
      Story()
          .referral("2026-11-02T11:20", {{"exempt_digital_post", Value(true)}})
          .call("2026-11-04T10:15")
          .call("2026-11-05T16:40")
          .call("2026-11-06T13:05")
          .ladder_on("2026-11-06");
  CHECK(rung(ladder, "digital_letter").status == RungStatus::skipped);
  CHECK(ladder.next[0].rung == "doorstep_letter");
  CHECK(ladder.next[0].due == day("2026-11-10"));
}

TEST_CASE("partners named in the referral are each contacted, with consent or a legal ground") {
  Story story = until_doorstep().partner("2026-11-17T10:30", false);
  CHECK(rung(story.ladder_on("2026-11-17"), "partners").made == 0);
  CHECK(has_finding(story.on("2026-11-17"), "no_ground"));

  story.correct(story.last_id(), {{"fields", Value(Value::Map{{"consent", Value(true)}})}});
  CHECK(rung(story.ladder_on("2026-11-17"), "partners").made == 1);
  CHECK(rung(story.ladder_on("2026-11-17"), "partners").needed == 2);
  CHECK_FALSE(has_finding(story.on("2026-11-17"), "no_ground"));
}

TEST_CASE("without partners in the referral the ladder ends at the door") {
  Story story = Story()
                    .referral("2026-11-02T11:20")
                    .call("2026-11-04T10:15")
                    .call("2026-11-05T16:40")
                    .call("2026-11-06T13:05")
                    .digital_letter("2026-11-06T13:30", "2026-11-13")
                    .doorstep("2026-11-16T15:20");
  const LadderState ladder = story.ladder_on("2026-11-16");
  CHECK(rung(ladder, "partners").status == RungStatus::skipped);
  CHECK(ladder.status == LadderStatus::exhausted);
  REQUIRE(ladder.next.size() == 1);
  CHECK(ladder.next[0].rung == "hand_back");
  CHECK(ladder.next[0].due == day("2026-11-18"));
}

TEST_CASE("when fourteen days of attempts have passed, handing back comes first") {
  const LadderState before = until_doorstep().ladder_on("2026-11-17");
  CHECK(before.next.front().rung == "partners");
  const LadderState over = until_doorstep().ladder_on("2026-11-18");
  CHECK(over.window_from == day("2026-11-04"));
  CHECK(over.window_to == day("2026-11-18"));
  CHECK(over.next.front().rung == "hand_back");
  CHECK(over.next.back().rung == "partners");
}

TEST_CASE("a citizen who answers, opens the door or calls back ends the attempts") {
  CHECK(until_digital_letter().call("2026-11-12T09:00", "reached").ladder_on("2026-11-12").status ==
        LadderStatus::reached);
  CHECK(until_digital_letter()
            .doorstep("2026-11-16T09:00", true, "reached")
            .ladder_on("2026-11-16")
            .next.empty());
  Story called_back = until_digital_letter().event("citizen_responded", "2026-11-11T12:00");
  const LadderState ladder = called_back.ladder_on("2026-11-12");
  CHECK(ladder.status == LadderStatus::reached);
  CHECK(rung(ladder, "doorstep_letter").status == RungStatus::stopped);
}

TEST_CASE("handing back stops the ladder and leaves the decision to the coordinated visitation") {
  Story story = until_doorstep().outcome("2026-11-18T15:30", "contact.handed_back");
  const CourseState state = story.on("2026-11-19");
  CHECK(state.step == "board_contact");
  CHECK(state.ladders[0].status == LadderStatus::stopped);
  CHECK(deadline(state, "contact_window").status == DeadlineStatus::met);
  CHECK(deadline(state, "board_contact_meeting").due == day("2026-11-25"));
  REQUIRE(obligation(state, "notice:hand_back") != nullptr);
  CHECK_FALSE(obligation(state, "notice:hand_back")->done);
  story.event("notice_sent", "2026-11-18T15:45", {{"notice", Value("hand_back")}});
  CHECK(obligation(story.on("2026-11-19"), "notice:hand_back")->done);
}

TEST_CASE("contact tried again, or lost under way, begins the same ladder anew") {
  Story story = until_doorstep()
                    .outcome("2026-11-18T15:30", "contact.handed_back")
                    .outcome("2026-11-24T10:00", "board_contact.try_again");
  const CourseState state = story.on("2026-11-24");
  CHECK(state.step == "contact");
  CHECK(state.visit == 2);
  CHECK(state.ladders[0].attempts.empty());
  CHECK(deadline(state, "first_call").due == day("2026-12-01"));
  CHECK(deadline(state, "first_call").explanation.da.find("genoptaget") != std::string::npos);
  CHECK(deadline(state, "contact_window").status == DeadlineStatus::undetermined);
  CHECK(obligation(state, "settle_contact")->done);
  CHECK_FALSE(obligation(state, "settle_contact#2")->done);
  CHECK_FALSE(obligation(state, "first_call#2")->done);

  story.call("2026-11-26T10:00");
  CHECK(obligation(story.on("2026-11-26"), "first_call#2")->done);
  CHECK(deadline(story.on("2026-11-26"), "contact_window").due == day("2026-12-10"));
  story.outcome("2026-11-27T10:00", "contact.reached", 2);
  CHECK(story.on("2026-11-27").step == "intro");
}

TEST_CASE("an attempt recorded before any referral is kept and shown") {
  const LadderState ladder = Story().call("2026-11-04T10:15").ladder_on("2026-11-04");
  CHECK(ladder.status == LadderStatus::not_started);
  CHECK(ladder.attempts.size() == 1);
  CHECK(ladder.next.empty());
}
